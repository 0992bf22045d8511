// What axe finds on a page.
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** How wide a window of 1280 is for a page at 200 %. */
export const LARGE_TEXT_WIDTH = 640;

/**
 * All of WCAG 2.2 AA that axe can see; in the dark the contrast only. A page at 200 % (SIZES) is made of what the wide and
 * the narrow one are made of: axe, which takes longer than all the rest, is not asked a third time.
 * @param within selectors of the parts that are looked at, where the rest of the page has a test of its own
 */
export async function assertAccessible(
  page: Page,
  colorScheme: "light" | "dark",
  where: string,
  within: readonly string[] = [],
): Promise<void> {
  if (page.viewportSize()?.width === LARGE_TEXT_WIDTH) return;
  // without frames there is no need of another page to put results together; and one row is like the next
  const builder = new AxeBuilder({ page }).setLegacyMode().exclude(".grid-row:nth-child(n + 8)");
  builder.options({ resultTypes: ["violations"] }); // of all that is well one example a rule, not every element
  for (const part of within) builder.include(part);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const { violations } = await (colorScheme === "light"
    ? builder.withTags(tags)
    : builder.withRules(["color-contrast"])
  ).analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => ({ id, html, failureSummary })),
  );
  assert.deepEqual(found, [], where);
}
