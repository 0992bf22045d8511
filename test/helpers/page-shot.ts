// Pictures of pages for who wants to look at them; nothing is compared.
import { join } from "node:path";
import type { Page } from "playwright-core";

const FOLDER = process.env["TIDEMARK_TEST_SHOTS"];

/** Takes two of a whole page, in the light and in the dark, where the environment names a folder for them. */
export async function takeShots(page: Page, name: string): Promise<void> {
  if (FOLDER === undefined) return;
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}.png`), fullPage: true });
  }
}
