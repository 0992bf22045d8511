// The pages in a real browser over a real server: cells against `git show`, accessibility, policies, hostile texts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import type { CatalogueColumn } from "../src/api/contract/columns.ts";
import { makeDemoRepository } from "../src/workspace/demo-history.ts";
import { commitPage, repositoryPage } from "../web/paths.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser, openBrowser } from "./helpers/browser.ts";
import { git, gitBytes, HistoryBuilder } from "./helpers/git-history.ts";
import { HOSTILE_FILES, HOSTILE_TEXTS, makeHostileRepository } from "./helpers/hostile-repository.ts";
import { type RunningApp, startRunningApp } from "./helpers/running-app.ts";
import { pick, seededRandom } from "./helpers/seeded-random.ts";
import { openSlowTable } from "./helpers/slow-cells.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { type Complaints, watchedPage } from "./helpers/watched-page.ts";

const SEED = 20_261_124;
const CELLS = 50;
const COLUMNS = 12;
/** Rows that the table takes a column's decimals from: its first page. */
const DECIMAL_ROWS = 40;
const ROW_HEIGHT = 45;
/** Frames until a row is drawn: loading what is before it takes some hundreds. */
const MOST_STEPS = 20_000;
/** Answers of the API that a test asks for on purpose. */
const EXPECTED = ["Failed to load resource: the server responded with a status of 40"];

describe("pages", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  const demo = join(folder, "demo");
  const complaints: Complaints = { list: [] };
  let running: RunningApp;
  let browser: Browser;
  let storageState: Awaited<ReturnType<BrowserContext["storageState"]>>;
  let cookie: string;

  const openPage = async (path: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ storageState, viewport: { width: 1280, height: 800 }, ...options });
    const page = await watchedPage(context, complaints, EXPECTED);
    await page.goto(running.origin + path);
    return page;
  };

  before(async () => {
    [running, browser] = await Promise.all([startRunningApp(folder), openBrowser()]);
    const context = await browser.newContext();
    const page = await watchedPage(context, complaints, EXPECTED);
    await page.goto(await running.signInLink());
    await page.getByRole("heading", { name: "Repositories" }).waitFor();
    assert.equal(page.url(), `${running.origin}/`, "the token is not in the address any more");
    storageState = await context.storageState();
    cookie = storageState.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    await context.close();

    await makeDemoRepository(demo, { seed: 1 });
    await running.follow(demo, "demo", cookie);
    const plain = new HistoryBuilder(join(folder, "plain"));
    plain.commit({ files: { "README.md": "no metric file here\n" } });
    await plain.finish();
    await running.follow(join(folder, "plain"), "plain", cookie);
    await makeHostileRepository(join(folder, "hostile"));
    await running.follow(join(folder, "hostile"), "hostile", cookie);
  });
  after(async () => {
    await browser?.close();
    await running?.close();
  });

  test(`${CELLS} seeded cells show what git show says, with change and colour (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    const table = openSlowTable(demo, "main");
    const answer = await fetch(`${running.origin}/api/v1/repositories/demo/columns?limit=500`, { headers: { cookie } });
    const catalogue = ((await answer.json()) as { columns: CatalogueColumn[] }).columns;
    const readable = catalogue.filter(({ path }) => path === "metrics.json" || path === "benchmark.json");
    const columns = new Set<CatalogueColumn>();
    while (columns.size < COLUMNS) columns.add(pick(random, readable));
    const shown = [...columns].sort((a, b) => readable.indexOf(a) - readable.indexOf(b));

    const path = repositoryPage("demo", { columns: shown.map(({ id }) => id) });
    const page = await openPage(path, { viewport: { width: 2_800, height: 900 } });
    const cells = Array.from({ length: CELLS }, () => ({ row: random(table.line.length), column: random(COLUMNS) }));
    for (const { row, column } of cells.sort((a, b) => a.row - b.row)) {
      const cell = await reveal(page, row, column);
      const head = shown[column];
      assert.ok(head !== undefined);
      const expected = table.cell(row, head, DECIMAL_ROWS);
      const where = `${head.id} at ${table.line[row]} (row ${row})`;
      const seen = await readCell(page, row, column);
      assert.deepEqual(
        seen,
        {
          sha: table.line[row]?.slice(0, 7),
          text: expected.text,
          change: expected.change,
          colour: expected.change === "" ? null : expected.colour,
        },
        where,
      );
      await cell.hover();
      const exact = expected.value === null ? "missing" : String(expected.value);
      assert.ok((await cell.getAttribute("title"))?.startsWith(exact), `${where}: ${await cell.getAttribute("title")}`);
    }
    await page.context().close();
  });

  test("axe finds nothing in what the tests of single pages do not look at", async () => {
    const broken = git(demo, "log", "-1", "--format=%H", "main", "--", "metrics.json");
    for (const { path, ready, act } of [
      {
        path: "/",
        ready: ".repository",
        act: (page: Page) => page.getByRole("button", { name: "Actions for demo" }).click(),
      },
      { path: repositoryPage("demo"), ready: ".cell", act: openColumns },
      { path: repositoryPage("demo", { branch: "gh-pages" }), ready: ".grid-row" },
      { path: repositoryPage("hostile"), ready: ".grid-row" },
      { path: repositoryPage("plain"), ready: ".file-names" },
      { path: commitPage("demo", broken), ready: ".values" },
    ]) {
      const page = await openPage(path);
      await page.locator(ready).first().waitFor();
      await act?.(page);
      await assertAccessible(page, path);
      await page.setViewportSize({ width: 360, height: 740 });
      await assertAccessible(page, `${path}, narrow`);
      await page.context().close();
    }
    const context = await browser.newContext();
    const page = await watchedPage(context, complaints, EXPECTED);
    await page.goto(running.origin);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await assertAccessible(page, "signed out");
    await context.close();
  });

  test("the table is moved through by keyboard, and Enter opens the commit", async () => {
    const page = await openPage(repositoryPage("demo"));
    await page.locator(".cell").first().waitFor();
    await page.getByRole("grid").focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
    assert.equal(await page.getByRole("grid").getAttribute("aria-activedescendant"), "cell-2-1");
    await page.keyboard.press("Control+End");
    // the cell is named as soon as it is drawn
    await page.locator(".grid[aria-activedescendant]").waitFor();
    const end = await page.getByRole("grid").getAttribute("aria-activedescendant");
    assert.match(end ?? "", /^cell-\d+-\d+$/);
    assert.ok(await page.locator(`#${end}`).isVisible());
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Enter");
    await page.locator(".values").first().waitFor();
    assert.equal(page.url(), running.origin + commitPage("demo", git(demo, "rev-parse", "main")));
    await page.keyboard.press("/");
    await page.keyboard.type("auc");
    assert.deepEqual(await page.locator(".values tbody th bdi").allInnerTexts(), ["auc"]);
    await page.context().close();
  });

  test("a choice of columns is in the address, and an address is a choice", async () => {
    const page = await openPage(repositoryPage("demo", { columns: ["metrics.json:loss", "metrics.json:f1"] }));
    await page.locator(".cell").first().waitFor();
    assert.deepEqual(await page.locator(".grid-name .name bdi").allInnerTexts(), ["loss", "f1"]);
    await page.keyboard.press("/");
    await page.getByRole("searchbox", { name: "Search columns" }).fill("auc");
    await page.getByRole("checkbox", { name: /^auc/ }).click();
    await page.locator(".grid-name").nth(2).waitFor();
    assert.equal(
      page.url(),
      `${running.origin}/repositories/demo?columns=metrics.json:loss&columns=metrics.json:f1&columns=metrics.json:auc`,
    );
    await page.context().close();
  });

  test("T31: a raw file of any name and content is downloaded as it is, and none runs", async () => {
    const hostile = join(folder, "hostile");
    const sha = git(hostile, "rev-parse", "main");
    const page = await openPage(commitPage("hostile", sha));
    await page.locator(".commit-file").first().waitFor();
    const canaries: string[] = [];
    page.context().on("request", (request) => {
      if (request.url().includes("canary")) canaries.push(request.url());
    });
    const links = page.getByRole("link", { name: "Raw file" });
    const downloaded = new Set<string>();
    for (let index = 0; index < (await links.count()); index++) {
      const [download] = await Promise.all([page.waitForEvent("download"), links.nth(index).click()]);
      downloaded.add(readFileSync(await download.path(), "latin1"));
      const address = (await links.nth(index).getAttribute("href")) ?? "";
      const direct = await page.context().newPage();
      const [again] = await Promise.all([
        direct.waitForEvent("download"),
        direct.goto(running.origin + address).catch(() => null),
      ]);
      downloaded.add(readFileSync(await again.path(), "latin1"));
      await direct.close();
    }
    for (const { path } of HOSTILE_FILES) {
      const listed = gitBytes(hostile, ["ls-tree", "-z", sha]).toString("latin1").split("\0");
      const entry = listed.find((line) => line.endsWith(`\t${Buffer.from(path).toString("latin1")}`));
      const bytes = gitBytes(hostile, ["cat-file", "blob", entry?.split(/\s/)[2] ?? ""]).toString("latin1");
      assert.ok(downloaded.has(bytes), `${JSON.stringify(path.toString())} was downloaded`);
    }
    assert.deepEqual(canaries, []);
    await page.context().close();
  });

  test("T32: subjects, authors, keys, values, paths and branches are visible and inert", async () => {
    const branch = HOSTILE_TEXTS.branch;
    const sha = git(join(folder, "hostile"), "rev-parse", "main");
    for (const path of [
      repositoryPage("hostile"),
      repositoryPage("hostile", { branch }),
      commitPage("hostile", sha),
      "/",
    ]) {
      const page = await openPage(path);
      await page.locator(".grid-row, .values, .repository").first().waitFor();
      for (const picker of await page.locator(".bar .picker").all()) {
        await picker.click();
        await page.locator(".option, .column-box").first().waitFor();
        await assertInert(page, `${path}, picker open`);
        await page.keyboard.press("Escape");
      }
      await assertInert(page, path);
      await page.context().close();
    }
    const page = await openPage(repositoryPage("hostile"));
    await page.locator(".cell").first().waitFor();
    const text = (await page.locator(".grid").innerText()).replace(/\n/g, " ");
    for (const visible of HOSTILE_TEXTS.visible) assert.ok(text.includes(visible), `${visible} is not in: ${text}`);
    await page.context().close();
  });

  test("T30: no page violated its policy or trusted types, failed, or opened a dialog", () => {
    assert.deepEqual(complaints.list, []);
  });
});

/** Scrolls until a row is drawn, loading what is before it. */
async function reveal(page: Page, row: number, column: number) {
  const cell = page.locator(`#cell-${row}-${column + 1}`);
  await page.locator(".cell").first().waitFor();
  for (let steps = 0; (await cell.count()) === 0; steps += 1) {
    assert.ok(steps < MOST_STEPS, `row ${row} is not drawn after ${steps} steps`);
    await page.locator(".grid").evaluate((grid, top) => {
      grid.scrollTop = top;
    }, row * ROW_HEIGHT);
    await page.waitForFunction(() => new Promise((resolve) => requestAnimationFrame(() => resolve(true))));
  }
  return cell;
}

/** What is drawn in a cell, and in which row. */
function readCell(page: Page, row: number, column: number) {
  return page.evaluate(
    ([line, index]) => {
      const cell = document.getElementById(`cell-${line}-${index + 1}`);
      const change = cell?.querySelector(".change");
      return {
        sha: document.querySelector(`#cell-${line}-0 code`)?.textContent,
        text: cell?.querySelector(".value")?.textContent,
        change: change?.firstChild?.textContent ?? "",
        colour: change?.className.replace("change ", "") ?? null,
      };
    },
    [row, column] as const,
  );
}

async function openColumns(page: Page): Promise<void> {
  await page.keyboard.press("/");
  await page.locator(".column-box").first().waitFor();
}

/** Nothing of a repository became an element, ran, or is in the page as a character that hides or reorders. */
async function assertInert(page: Page, where: string): Promise<void> {
  const found = await page.evaluate(() => {
    const texts = [document.title, document.body.innerText, document.body.textContent];
    for (const element of document.querySelectorAll("*")) {
      for (const name of ["title", "aria-label"]) texts.push(element.getAttribute(name) ?? "");
    }
    return {
      ran: (window as unknown as { pwned?: unknown }).pwned ?? null,
      elements: document.querySelectorAll("#app img, #app script, #app iframe, #app svg [onload]").length,
      hidden: texts.filter((text) => /[[\p{Cf}\p{Cc}]--[\n\t]]/v.test(text)),
    };
  });
  assert.deepEqual(found, { ran: null, elements: 0, hidden: [] }, where);
}
