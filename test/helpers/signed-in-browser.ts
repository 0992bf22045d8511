// A browser in which the owner is signed in, beside the server that it looks at.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openBrowser } from "./browser.ts";
import { type RunningApp, startRunningApp } from "./running-app.ts";
import { type Complaints, watchedPage } from "./watched-page.ts";

/** Server and browser of a test file. */
export interface SignedInBrowser {
  readonly running: RunningApp;
  readonly cookie: string;
  readonly complaints: Complaints;
  /** Opens a page of the server, in a context of its own. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
}

/** Starts both. @param expected beginnings of messages that are no complaints; `settings` of the server */
export async function openSignedIn(
  folder: string,
  expected: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<SignedInBrowser> {
  const [running, browser]: [RunningApp, Browser] = await Promise.all([
    startRunningApp(folder, settings),
    openBrowser(),
  ]);
  const complaints: Complaints = { list: [] };
  const context = await browser.newContext();
  const page = await watchedPage(context, complaints, expected);
  await page.goto(await running.signInLink());
  await page.getByRole("heading", { name: "Repositories" }).waitFor();
  const storageState = await context.storageState();
  await context.close();
  return {
    running,
    cookie: storageState.cookies.map(({ name, value }) => `${name}=${value}`).join("; "),
    complaints,
    async open(path, options = {}) {
      const viewport = { width: 1280, height: 800 };
      const opened = await watchedPage(
        await browser.newContext({ storageState, viewport, ...options }),
        complaints,
        expected,
      );
      await opened.goto(running.origin + path);
      return opened;
    },
    async close() {
      await browser.close();
      await running.close();
    },
  };
}
