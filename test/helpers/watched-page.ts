// A page of a test's, and what the browser noticed while it showed it.
import type { BrowserContext, Page } from "playwright-core";
import { reportOnFailure } from "./page-report.ts";

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
  reportOnFailure(page);
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
