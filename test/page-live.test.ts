// An open table while commits are pushed, in a real browser: rows come in at the top and move nobody who reads.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { repositoryPage } from "../web/paths.ts";
import type { TableView } from "../web/table-view.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser } from "./helpers/browser.ts";
import { git, gitBytes, HistoryBuilder } from "./helpers/git-history.ts";
import { assertFits, SIZES } from "./helpers/layout-browser.ts";
import { repositoryBecomes } from "./helpers/running-app.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

/** More than the first page has, and more than the window shows. */
const COMMITS = 70;
const LOSS = "metrics.json:loss";
/** A stream that the test breaks on purpose. */
const EXPECTED = [
  "Failed to load resource: net::ERR",
  "Failed to load resource: the server responded with a status of 50",
];

describe("an open table while commits are pushed", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  const history = join(folder, "live");
  let pages: SignedInBrowser;
  let pushed = COMMITS;

  before(async () => {
    pages = await openSignedIn(folder, EXPECTED);
    const builder = new HistoryBuilder(history);
    for (let n = 0; n < COMMITS; n++) builder.commit({ files: { "metrics.json": `{"loss": ${200 - n}}` } });
    await builder.finish();
    await pages.running.follow(history, "live", pages.cookie);
  });
  after(() => pages?.close());

  /** Adds commits to a branch, without asking for a sync. @returns the short id of the newest */
  function commit(count: number, branch = "main", loss: number | null = null): string {
    for (let n = 0; n < count; n++) {
      pushed++;
      const blob = gitBytes(history, ["hash-object", "-w", "--stdin"], `{"loss": ${loss ?? 200 - pushed}}`)
        .toString()
        .trim();
      const tree = gitBytes(history, ["mktree"], `100644 blob ${blob}\tmetrics.json\n`).toString().trim();
      const sha = git(history, "commit-tree", tree, "-p", branch, "-m", `push ${pushed}`);
      git(history, "update-ref", `refs/heads/${branch}`, sha);
    }
    return git(history, "rev-parse", "--short=7", branch);
  }
  async function push(count: number, branch = "main", loss: number | null = null): Promise<string> {
    const newest = commit(count, branch, loss);
    const { origin } = pages.running;
    const headers = { cookie: pages.cookie, "content-type": "application/json", origin };
    const answer = await fetch(`${origin}/api/v1/repositories/live/sync`, { method: "POST", headers });
    assert.equal(answer.status, 202);
    await repositoryBecomes("ready", "live", { origin, cookie: pages.cookie });
    return newest;
  }
  async function openTable(view: TableView = {}, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await pages.open(repositoryPage("live", view), options);
    await page.locator(".cell").first().waitFor();
    return page;
  }
  const topOf = (page: Page): Promise<string> => page.locator(".grid-row code").first().innerText();
  const scrolled = (page: Page): Promise<number> => page.locator(".grid").evaluate((grid) => grid.scrollTop);
  const mark = (page: Page) => page.locator(".new-rows button");

  test("at the top rows come in directly, are marked as new, and are told to who does not see them", async () => {
    const page = await openTable();
    const newest = await push(2);
    await page.locator(`.grid-row.fresh code:text-is("${newest}")`).waitFor();
    assert.equal(await topOf(page), newest);
    assert.equal(await page.locator(".grid-row.fresh").count(), 2);
    assert.match(await page.locator(".grid-row.fresh .by").first().innerText(), /new/);
    assert.equal(await page.locator(".new-rows[role=status]").innerText(), "2 new commits in the table");
    assert.equal(await mark(page).count(), 0);
    const next = await push(1);
    await page.locator(`.grid-row.fresh code:text-is("${next}")`).waitFor();
    assert.equal(await page.locator(".grid-row.fresh").count(), 1, "the ones before are new no longer");
    await page.context().close();
  });

  test("who reads further down stays there: a mark counts what is new and brings it in when pressed", async () => {
    const page = await openTable();
    await page.locator(".grid").evaluate((grid) => grid.scrollTo(0, 900));
    const rowsInView = async (): Promise<string[]> => page.locator(".grid-row code").allInnerTexts();
    await page.waitForFunction(() => document.querySelector('[data-row="20"]') !== null);
    const [place, rows] = [await scrolled(page), await rowsInView()];
    await push(2);
    await page.getByRole("button", { name: "2 new commits" }).waitFor();
    const newest = await push(1);
    await page.getByRole("button", { name: "3 new commits" }).waitFor();
    assert.equal(await scrolled(page), place);
    assert.deepEqual(await rowsInView(), rows);
    await mark(page).click();
    await page.locator(`.grid-row.fresh code:text-is("${newest}")`).waitFor();
    assert.equal(await scrolled(page), 0);
    assert.equal(await page.locator(".grid-row.fresh").count(), 3);
    assert.equal(await mark(page).count(), 0);
    const next = await push(1);
    await page.locator(`.grid-row.fresh code:text-is("${next}")`).waitFor();
    await page.context().close();
  });

  test("a chosen cell keeps its row, and the mark is reached and pressed by keyboard, or by n in the table", async () => {
    const page = await openTable();
    await page.locator(".grid").focus();
    await page.keyboard.press("ArrowDown");
    const active = (): Promise<string | null> =>
      page.locator(".grid").evaluate((grid) => grid.getAttribute("aria-activedescendant"));
    const top = await topOf(page);
    const newest = await push(1);
    await mark(page).waitFor();
    assert.equal(await topOf(page), top);
    assert.equal(await active(), "cell-1-0");
    await page.keyboard.press("Shift+Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "1 new commit");
    await page.keyboard.press("Enter");
    await page.locator(`.grid-row.fresh code:text-is("${newest}")`).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "grid", "the focus goes on");
    const next = await push(1);
    await mark(page).waitFor();
    await page.keyboard.press("n");
    await page.locator(`.grid-row.fresh code:text-is("${next}")`).waitFor();
    await page.keyboard.press("n");
    await page.getByText("No new commits").waitFor();
    await page.context().close();
  });

  test("sorted and filtered tables are only marked, whatever of it will be in them", async () => {
    for (const view of [
      { sort: [{ column: LOSS, order: "desc" }] },
      { where: "loss > 100" },
    ] as const satisfies readonly TableView[]) {
      const page = await openTable({ columns: [LOSS], ...view });
      const top = await topOf(page);
      const pushedLast = await push(2);
      await page.getByRole("button", { name: "2 new commits" }).waitFor();
      assert.equal(await topOf(page), top);
      await mark(page).click();
      await mark(page).waitFor({ state: "detached" });
      // they are not the largest, but above 100
      const first = "where" in view ? pushedLast : top;
      await page.locator(".grid-row code").first().filter({ hasText: first }).waitFor();
      await page.context().close();
    }
    const page = await openTable({ columns: [LOSS], sort: [{ column: LOSS, order: "asc" }] });
    const newest = await push(1);
    await mark(page).click();
    await page.locator(`.grid-row.fresh code:text-is("${newest}")`).waitFor();
    assert.equal(await topOf(page), newest);
    await page.context().close();
  });

  test("the mark above a filtered table counts what the filter shows, and is not there where that is nothing", async () => {
    const page = await openTable({ columns: [LOSS], where: "loss > 190" });
    const counted = () => page.waitForResponse((answer) => /\/commits\?.*where=/.test(answer.url()));
    const shown = await page.locator(".grid-row").count();
    for (let n = 0; n < 2; n++) {
      const [answer] = await Promise.all([counted(), push(2)]);
      await answer.finished();
      assert.equal(await mark(page).count(), 0);
    }
    await push(3, "main", 195);
    await page.getByRole("button", { name: "3 new commits" }).waitFor();
    await push(1);
    await push(1, "main", 196);
    await page.getByRole("button", { name: "4 new commits" }).waitFor();
    await mark(page).click();
    await page.locator(".grid-row.fresh").nth(3).waitFor();
    assert.equal(await page.locator(".grid-row").count(), shown + 4);
    await page.context().close();
  });

  test("rows that a branch brings which is moved on to another one's commits are counted too", async () => {
    git(history, "branch", "ahead", "main");
    await push(3, "ahead");
    const page = await openTable({ columns: [LOSS], sort: [{ column: LOSS, order: "desc" }] });
    git(history, "branch", "-f", "main", "ahead");
    await push(1);
    await page.getByRole("button", { name: "4 new commits" }).waitFor();
    await page.context().close();
  });

  test("a push to another branch marks nothing here", async () => {
    git(history, "branch", "side", "main");
    const page = await openTable();
    await page.locator(".grid").evaluate((grid) => grid.scrollTo(0, 900));
    await push(1, "side");
    const newest = await push(1);
    await page.getByRole("button", { name: "1 new commit" }).waitFor();
    await mark(page).click();
    await page.locator(`.grid-row.fresh code:text-is("${newest}")`).waitFor();
    assert.equal(await page.locator(".grid-row.fresh").count(), 1);
    await page.context().close();
  });

  test("the open table of a branch says at once that the branch was deleted, and its commits are on none", async () => {
    git(history, "branch", "going", "main~3");
    commit(1, "going");
    const page = await openTable();
    const newest = await push(1);
    await page.locator(`.grid-row.fresh code:text-is("${newest}")`).waitFor();
    await page.goto(pages.running.origin + repositoryPage("live", { branch: "going" }));
    await page.locator(".cell").first().waitFor();
    assert.equal(await page.locator(".grid-row .no-branch").count(), 0);
    git(history, "branch", "-D", "going");
    await push(0);
    await page.locator(".grid-row .no-branch").waitFor();
    await page.context().close();
  });

  test("what is pushed while the server is away is there when it is back", async () => {
    const page = await openTable();
    await pages.running.stop();
    await page.locator(".grid").evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));
    commit(2);
    await page.getByRole("button", { name: "Sync" }).click();
    await page.locator(".header-state.refused").waitFor();
    await page.getByText("Not up to date").waitFor();
    await pages.running.startAgain();
    await push(0);
    await page.getByRole("button", { name: "2 new commits" }).waitFor();
    await page.locator(".header-state.refused").waitFor({ state: "detached" });
    await page.getByText("Not up to date").waitFor({ state: "detached" });
    await page.context().close();
  });

  test("axe finds nothing in marks and new rows and nothing is cut off", async () => {
    for (const { width, height } of [...SIZES.slice(0, 1), ...SIZES.slice(-1)]) {
      const page = await openTable({}, { viewport: { width, height } });
      const newest = await push(1);
      await page.locator(`.grid-row.fresh code:text-is("${newest}")`).waitFor();
      await page.locator(".grid").evaluate((grid) => grid.scrollTo(0, 900));
      await page.waitForFunction(() => document.querySelector('[data-row="20"]') !== null);
      await push(1);
      await mark(page).waitFor();
      await assertAccessible(page, `the mark at ${width}`, [".new-rows", ".grid-row.fresh"]);
      await assertFits(page, `the table at ${width}`);
      await page.context().close();
    }
  });

  test("no page complained", () => assert.deepEqual(pages.complaints.list, []));
});
