// A real Chromium for tests of the pages, and what it noticed while it showed them.
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

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
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", ...quiet];
  return chromium.launch({ args, ...(found === undefined ? {} : { executablePath: found }) });
}

/** What pages did that they must not. */
export interface Complaints {
  /** violations of the content security policy and of trusted types, errors, dialogs */
  readonly list: string[];
}

/** Where a page keeps its violations until they are collected. */
const VIOLATIONS = "tidemarkViolations";

/** Opens a page whose misdeeds are written down; a message that starts with one of `expected` is none. */
export async function watchedPage(
  context: BrowserContext,
  complaints: Complaints,
  expected: readonly string[] = [],
): Promise<Page> {
  const page = await context.newPage();
  const add = (text: string): void => {
    if (!expected.some((start) => text.startsWith(start))) complaints.list.push(`${page.url()}: ${text}`);
  };
  await page.exposeFunction(VIOLATIONS, add);
  await page.addInitScript((name) => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) => {
      const tell = (window as unknown as Record<string, (text: string) => void>)[name];
      tell?.(`violates ${violatedDirective}: ${blockedURI} ${sample}`);
    });
  }, VIOLATIONS);
  page.on("pageerror", (error) => add(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") add(message.text());
  });
  page.on("dialog", (dialog) => {
    add(`opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return page;
}
