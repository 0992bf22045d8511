// A real Chromium for tests of the pages.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Debian's: without a window it takes half the processor time of the one with windows, and is the same inside. */
const CHROMIUMS = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];
const found = CHROMIUMS.find((path) => existsSync(path));

/** Why tests in a browser are skipped here, or false. */
export const noBrowser: string | false =
  found !== undefined
    ? false
    : `${CHROMIUMS.join(" and ")} are missing: nothing of the pages is tested here (apt-get install chromium-headless-shell)`;

/** Starts the browser: without a sandbox, which needs rights that root in a container lacks, and without calls home. */
export function openBrowser(): Promise<Browser> {
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  // one process draws all pages: a tenth of what their tests took was to start one for each
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--renderer-process-limit=1", ...quiet];
  return chromium.launch({ args, ...(found === undefined ? {} : { executablePath: found }) });
}
