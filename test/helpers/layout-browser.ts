// How much a page moved by itself while it was loaded, and whether it is wider than its window.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { LARGE_TEXT_WIDTH } from "./accessible.ts";

/** Windows that pages are looked at in: a wide one, the same at 200 %, a telephone's. */
export const SIZES = [
  { width: 1280, height: 800 },
  { width: LARGE_TEXT_WIDTH, height: 400, deviceScaleFactor: 2 },
  { width: 360, height: 740 },
];

/** What a page may move by itself: a fifth of what browsers' makers call good, which nobody sees. */
const MOST_SHIFT = 0.02;

interface Shift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
}

/** @returns the sum of the layout shifts since the page was opened, but for those that follow a press of a key or button */
function layoutShift(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as Shift[]) if (!entry.hadRecentInput) sum += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
        // what was buffered is told before the second frame
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum))));
      }),
  );
}

/** What people look at stays where it is while the rest of a page comes. */
export async function assertStill(page: Page, where: string): Promise<void> {
  const shift = await layoutShift(page);
  assert.ok(shift < MOST_SHIFT, `${where} moved by ${shift}`);
}

/** A page that is wider than its window has to be moved sideways to be read. */
export async function assertFits(page: Page, where: string): Promise<void> {
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok((wide ?? 0) <= (room ?? 0), `${where} is ${wide} wide in ${room}`);
}
