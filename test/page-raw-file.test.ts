// Hostile files and the API's own page in a real browser: files are downloads that run nothing (T31), the page obeys its policy.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type TestServer, startApi } from "./helpers/api-server.ts";
import { noBrowser, openBrowser } from "./helpers/browser.ts";
import { fillHistory, shaOf } from "./helpers/filled-history.ts";
import { openTestDatabase, type TestDatabase } from "./helpers/test-database.ts";

const RUN = "fetch('/ran-by-a-file')";
const FILES: Readonly<Record<string, string>> = {
  "page.html": `<!doctype html><script>${RUN}</script><img src=x onerror="${RUN}">`,
  "picture.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"><script>${RUN}</script></svg>`,
  "text.pdf": `%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(${RUN})>>>>endobj`,
  "code.js": RUN,
  'quo"te; é😀.html': `<script>${RUN}</script>`,
  "metrics.json": '{"acc": 1}',
};

let db: TestDatabase;
let server: TestServer;
let browser: Browser;
let context: BrowserContext;

before(async () => {
  if (noBrowser !== false) return;
  db = await openTestDatabase();
  const organization = await db.makeOrganization();
  server = await startApi(db, { readRawFile: async ({ path }) => Buffer.from(FILES[path] ?? "") });
  const files = Object.fromEntries(Object.keys(FILES).map((path) => [path, { document: { x: 1 } }]));
  await fillHistory(db.database, organization, {
    name: "r",
    commits: [{ parents: [], files }],
    branches: [{ name: "main", head: 0 }],
  });
  const ada = await server.signIn(organization);
  browser = await openBrowser();
  context = await browser.newContext();
  const [name = "", value = ""] = ada.cookie.split(/=(.*)/s);
  await context.addCookies([{ name, value, url: server.url }]);
});
after(async () => {
  if (noBrowser !== false) return;
  await browser.close();
  await server.close();
  await db.close();
});

/** Opens an address and gives what the browser downloads from it. */
async function download(page: Page, url: string): Promise<{ name: string; text: string }> {
  const [found] = await Promise.all([
    page.waitForEvent("download"),
    // the navigation itself ends with an error when it becomes a download
    page.goto(url).catch(() => null),
  ]);
  return { name: found.suggestedFilename(), text: await readFile(await found.path(), "utf8") };
}

test("a raw file is a download of its bytes under its name, and runs nothing", { skip: noBrowser }, async () => {
  const page = await context.newPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  page.on("dialog", (dialog) => void dialog.dismiss().then(() => assert.fail("a dialog")));
  for (const [path, text] of Object.entries(FILES)) {
    const url = `${server.url}/api/v1/repositories/r/commits/${shaOf("r", 0)}/files/${encodeURIComponent(path)}`;
    const found = await download(page, url);
    assert.equal(found.text, text, path);
    // the browser itself replaces what a file system does not take
    assert.equal(found.name, path.replace('"', "_"));
  }
  assert.deepEqual(
    asked.filter((path) => path === "/ran-by-a-file"),
    [],
  );
  await page.close();
});

test("the page to try the API obeys its own policy and lists every route", { skip: noBrowser }, async () => {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${server.url}/api`);
  await page.getByText("A page of commits: a branch's first-parent line or all").waitFor();
  await page.getByText("Sign in with the token of the link that the server printed").waitFor();
  assert.deepEqual(complaints, []);
  await page.close();
});
