// What an open page showed, and what it had asked for, when a test failed: a browser's test tells nothing of it by itself.
import { afterEach } from "node:test";
import type { Page, Request } from "playwright-core";

/** As much of a page's text as a report shows, in characters. */
const SHOWN = 1_500;

/** What a page asked for: still without an answer, or refused. */
interface Asked {
  readonly waiting: Map<Request, number>;
  readonly refused: string[];
}

const pages = new Map<Page, Asked>();

/** Has a page told of whenever a test of this file fails while it is open. */
export function reportOnFailure(page: Page): void {
  const asked: Asked = { waiting: new Map(), refused: [] };
  pages.set(page, asked);
  page.on("request", (request) => asked.waiting.set(request, performance.now()));
  page.on("requestfinished", (request) => asked.waiting.delete(request));
  page.on("requestfailed", (request) => {
    asked.waiting.delete(request);
    asked.refused.push(`${request.failure()?.errorText} ${request.method()} ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400)
      asked.refused.push(`${response.status()} ${response.request().method()} ${response.url()}`);
  });
  page.on("close", () => pages.delete(page));
}

afterEach(async (context) => {
  if (!("diagnostic" in context) || ("passed" in context && context.passed)) return;
  for (const [page, asked] of pages) context.diagnostic(await reportOf(page, asked));
});

async function reportOf(page: Page, { waiting, refused }: Asked): Promise<string> {
  const text = await page
    .locator("body")
    .innerText({ timeout: 2_000 })
    .catch((error: unknown) => `no text: ${String(error)}`);
  const since = ([request, at]: [Request, number]) =>
    `unanswered for ${Math.round(performance.now() - at)} ms: ${request.method()} ${request.url()}`;
  return [`open: ${page.url()}`, ...[...waiting].map(since), ...refused, text.slice(0, SHOWN)].join("\n");
}
