// What axe finds on a page.
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";

/** How wide a window of 1280 is for a page at 200 %. */
export const LARGE_TEXT_WIDTH = 640;
/** Colours do not depend on the width: the dark ones are looked at where it is at least this. */
const WIDE = 1280;

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * All of WCAG 2.2 AA that axe can see, in the light; then the contrast in the dark, on the same page. A page at 200 %
 * (SIZES) is made of what the wide and the narrow one are made of: axe, which takes longer than all the rest, is not asked
 * a third time.
 * @param within selectors of the parts that are looked at, where the rest of the page has a test of its own
 */
export async function assertAccessible(page: Page, where: string, within: readonly string[] = []): Promise<void> {
  const width = page.viewportSize()?.width ?? WIDE;
  if (width === LARGE_TEXT_WIDTH) return;
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  assert.deepEqual(await violations(page, { type: "tag", values: WCAG }, within), [], where);
  if (width < WIDE) return;
  await page.emulateMedia({ colorScheme: "dark" });
  assert.deepEqual(await violations(page, { type: "rule", values: ["color-contrast"] }, within), [], `${where}, dark`);
  await page.emulateMedia({ colorScheme: "light" });
}

/** Asks axe, which is in the page. @returns what is wrong, and with which elements */
async function violations(page: Page, runOnly: axe.RunOnly, within: readonly string[]): Promise<readonly unknown[]> {
  return page.evaluate(
    async ({ only, parts }) => {
      // one row is like the next
      const exclude = [".grid-row:nth-child(n + 8)", "tbody tr:nth-child(n + 8)"];
      const { violations: found } = await (globalThis as unknown as { readonly axe: typeof axe }).axe.run(
        parts.length === 0 ? { exclude } : { include: parts, exclude },
        { runOnly: only, resultTypes: ["violations"] }, // of all that is well one example a rule, not every element
      );
      return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => ({ id, html, failureSummary })));
    },
    { only: runOnly, parts: [...within] },
  );
}
