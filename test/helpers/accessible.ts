// What axe finds on a page.
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** All of WCAG 2.2 AA that axe can see; in the dark the contrast only. */
export async function assertAccessible(page: Page, colorScheme: "light" | "dark", where: string): Promise<void> {
  // without frames there is no need of another page to put results together; and one row is like the next
  const builder = new AxeBuilder({ page }).setLegacyMode().exclude(".grid-row:nth-child(n + 8)");
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
