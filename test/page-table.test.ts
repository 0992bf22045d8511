// The table's page in a real browser: order, cells, changes and colours of every view against what git says.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import type { CatalogueColumn } from "../src/api/contract/columns.ts";
import { change, relativeChange } from "../src/domain/compare.ts";
import { columnDecimals, formatChange, formatInColumn, formatRelativeChange } from "../src/domain/format-value.ts";
import { compareValues, numberOf } from "../src/domain/value.ts";
import { makeDemoRepository } from "../src/workspace/demo-history.ts";
import { comparePage, repositoryPage } from "../web/paths.ts";
import type { TableView } from "../web/table-view.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser } from "./helpers/browser.ts";
import { git } from "./helpers/git-history.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { colourOf, openSlowTable, type SlowTable } from "./helpers/slow-cells.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const COLUMNS = ["metrics.json:loss", "metrics.json:f1", "benchmark.json:[name=forecast].mean_ms"];
/** Rows of the table's first page: what is compared, and what a column's decimals are taken from. */
const PAGE_ROWS = 40;
/** Answers of the API that a test asks for on purpose. */
const EXPECTED = ["Failed to load resource: the server responded with a status of 40"];

describe("the table's page", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  const demo = join(folder, "demo");
  let signedIn: SignedInBrowser;
  let truth: SlowTable;
  let columns: readonly CatalogueColumn[];
  let metricFiles: readonly string[];

  const openTable = async (view: TableView, options: BrowserContextOptions = {}): Promise<Page> => {
    const page = await signedIn.open(repositoryPage("demo", view), options);
    await page.locator(".cell, .grid-empty").first().waitFor();
    return page;
  };
  /** The first rows that are drawn, once their view has come: short ids and the cells of all columns shown. */
  const readRows = async (page: Page): Promise<DrawnRow[]> => {
    await page.locator(".grid:not(.replacing)").waitFor();
    return page.evaluate(rowsOnPage);
  };
  const expected = (rows: readonly number[], options: { pinned?: number; delta?: boolean } = {}): DrawnRow[] =>
    expectedRows(truth, columns, rows, options);
  /** All rows of the line, newest first, by what git says of them. */
  const rowsWhere = (holds: (row: number) => boolean): number[] => truth.line.map((_, row) => row).filter(holds);

  before(async () => {
    signedIn = await openSignedIn(folder, EXPECTED);
    await makeDemoRepository(demo, { seed: 1 });
    await signedIn.running.follow(demo, "demo", signedIn.cookie);
    truth = openSlowTable(demo, "main");
    const { running, cookie } = signedIn;
    const answer = await fetch(`${running.origin}/api/v1/repositories/demo/columns?limit=500`, { headers: { cookie } });
    const all = ((await answer.json()) as { columns: CatalogueColumn[] }).columns;
    metricFiles = [...new Set(all.map(({ path }) => path))];
    columns = COLUMNS.map((id) => all.find((column) => column.id === id) as CatalogueColumn);
  });
  after(() => signedIn?.close());

  test("a press on a head sorts by it: best first, then worst first, then newest first; Shift adds a step", async () => {
    const page = await openTable({ columns: COLUMNS });
    const loss = page.locator(".grid-name .head-name").first();
    const sorted = (order: "ascending" | "descending"): number[] =>
      rowsWhere(() => true).sort((a, b) => {
        const [x, y] = [a, b].map((row) => truth.figures(row, present(columns[0])).value);
        return compareValues(x ?? null, y ?? null, order) || a - b;
      });
    await loss.click();
    await page.locator(".grid-name[aria-sort=ascending]").waitFor();
    assertRows(await readRows(page), expected(sorted("ascending").slice(0, PAGE_ROWS)));
    await loss.click();
    await page.locator(".grid-name[aria-sort=descending]").waitFor();
    assertRows(await readRows(page), expected(sorted("descending").slice(0, PAGE_ROWS)));
    await page
      .locator(".grid-name .head-name")
      .nth(1)
      .click({ modifiers: ["Shift"] });
    await page.locator(".grid-name[aria-sort]").nth(1).waitFor();
    assert.deepEqual(new URL(page.url()).searchParams.getAll("sort"), COLUMNS.slice(0, 2));
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await page.locator(".grid-name[aria-sort]").first().waitFor({ state: "detached" });
    assertRows(await readRows(page), expected(rowsWhere((row) => row < PAGE_ROWS)));
    await page.context().close();
  });

  test("a filter leaves the commits that git says match, and the address keeps it", async () => {
    const page = await openTable({ columns: COLUMNS });
    const authors = git(demo, "log", "--first-parent", "--format=%an", "main").split("\n");
    const losses = truth.line.map((_, row) => numberOf(truth.figures(row, present(columns[0])).value));
    const bound = median(losses.filter((loss) => loss !== null && Number.isFinite(loss)) as number[]);
    const matching = rowsWhere((row) => authors[row] === "Ada Marsh" && (losses[row] ?? Number.NaN) < bound);
    const field = page.getByRole("combobox", { name: "Filter" });
    await field.fill(`loss < ${bound} and author = "Ada Marsh"`);
    await field.press("Enter");
    await page.getByText(`${matching.length} commits match`).waitFor();
    assertRows(await readRows(page), expected(matching.slice(0, PAGE_ROWS)));
    await page.reload();
    await page.getByText(`${matching.length} commits match`).waitFor();
    assert.equal(await field.inputValue(), `loss < ${bound} and author = "Ada Marsh"`);
    await field.fill("message = nobody-wrote-this");
    await field.press("Enter");
    await page.getByText("No commit matches the filter.").waitFor();
    await page.getByRole("button", { name: "Without the filter" }).click();
    await page.getByText("228 commits on main").waitFor();
    await page.context().close();
  });

  test("Improved, Regressed and Changed leave the commits in which a shown column went that way", async () => {
    const page = await openTable({ columns: COLUMNS });
    const went = (row: number, way: "better" | "worse" | "any"): boolean =>
      columns.some((column) => {
        const { value, before: old } = truth.figures(row, column);
        if (way === "any") return !Object.is(value, old) && isComparedWith(truth, row, column);
        const difference = change(value, old) ?? 0;
        return difference !== 0 && (difference > 0 === (column.goal === "higher")) === (way === "better");
      });
    for (const { name, way } of [
      { name: "Improved", way: "better" },
      { name: "Regressed", way: "worse" },
      { name: "Changed", way: "any" },
    ] as const) {
      const rows = rowsWhere((row) => went(row, way));
      const button = page.getByRole("button", { name, exact: true });
      await button.click();
      await page.locator(`.segments button[aria-pressed=true]:text-is("${name}")`).waitFor();
      assertRows(await readRows(page), expected(rows.slice(0, PAGE_ROWS)), name);
      await button.click();
      await page.locator(`.segments button[aria-pressed=false]:text-is("${name}")`).waitFor();
    }
    await page.context().close();
  });

  test("a pinned baseline and the change mode show the changes from that commit", async () => {
    const page = await openTable({ columns: COLUMNS });
    const grid = page.getByRole("grid");
    await readRows(page);
    await grid.focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "b"]) await page.keyboard.press(key);
    await page.locator(".grid-row.pinned").waitFor();
    assert.equal(await page.locator(".pinned code").innerText(), truth.line[3]?.slice(0, 7));
    const newest = rowsWhere((row) => row < PAGE_ROWS);
    assertRows(await readRows(page), expected(newest, { pinned: 3 }));
    await page.keyboard.press("d");
    await page.locator(".delta[aria-pressed=true]").waitFor();
    assertRows(await readRows(page), expected(newest, { pinned: 3, delta: true }));
    assert.equal(new URL(page.url()).searchParams.get("baseline"), truth.line[3]);
    await page.keyboard.press("b");
    await page.locator(".grid-row.pinned").waitFor({ state: "detached" });
    assertRows(await readRows(page), expected(newest, { delta: true }));
    await page.getByRole("button", { name: "vs previous" }).click();
    await page.locator(".baseline-form input").fill("main");
    await page.keyboard.press("Enter");
    await page.locator(".grid-row.pinned").waitFor();
    assertRows(await readRows(page), expected(newest, { pinned: 0, delta: true }));
    await page.context().close();
  });

  test("a view begins at the commit that it is told to, and holds the commits that touched metrics, or all", async () => {
    const page = await openTable({ columns: COLUMNS, asOf: present(truth.line[100]) });
    assertRows(await readRows(page), expected(rowsWhere((row) => row >= 100 && row < 100 + PAGE_ROWS)));
    await page.getByRole("button", { name: "Show the newest" }).click();
    await page.getByText("228 commits on main").waitFor();
    await page.getByRole("button", { name: "Touching" }).click();
    await page.locator(".segments button[aria-pressed=true]:text-is('Touching')").waitFor();
    const touching = git(demo, "log", "--first-parent", "--format=%H", "main", "--", ...metricFiles).split("\n");
    const rows = touching.map((sha) => truth.line.indexOf(sha));
    assertRows(await readRows(page), expected(rows.slice(0, PAGE_ROWS)));
    await page.getByText(`${rows.length} commits on main`).waitFor();
    await page.getByRole("button", { name: "All", exact: true }).click();
    await page.locator(".segments button[aria-pressed=true]:text-is('All')").waitFor();
    const all = (await readRows(page)).map(({ sha }) => sha);
    const heads = git(demo, "for-each-ref", "--format=%(objectname)", "refs/heads").split("\n");
    const seen = await loadAll(page);
    const reached = git(demo, "rev-list", "--all").split("\n");
    assert.deepEqual(seen.toSorted(), reached.map((sha) => sha.slice(0, 7)).toSorted());
    assert.ok(heads.length > 1 && all.length > 0);
    await page.context().close();
  });

  test("a branch that is picked shows its own commits, also where commits of all were shown", async () => {
    const page = await openTable({});
    for (const [branch, other] of [
      ["transformer", false],
      ["quantise", true],
    ] as const) {
      if (other) {
        await page.getByRole("button", { name: "All", exact: true }).click();
        await page.getByRole("button", { name: "Branch all branches" }).waitFor();
      }
      await page.getByRole("button", { name: /^Branch / }).click();
      await page.getByRole("option", { name: new RegExp(`^${branch}`) }).click();
      await page.getByRole("button", { name: `Branch ${branch}` }).waitFor();
      const line = git(demo, "rev-list", "--first-parent", branch).split("\n");
      await page.getByText(`${line.length} commits on ${branch}`).waitFor();
      const drawn = (await readRows(page)).map(({ sha }) => sha);
      assert.deepEqual(
        drawn,
        line.slice(0, drawn.length).map((sha) => sha.slice(0, 7)),
      );
    }
    await page.context().close();
  });

  test("columns move by mouse and by keyboard, go away, and come by a pattern; nothing is asked for again to move", async () => {
    const page = await openTable({ columns: COLUMNS });
    await readRows(page);
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/api/")) asked.push(request.url());
    });
    const names = (): Promise<string[]> => page.locator(".grid-name .name bdi:first-child").allInnerTexts();
    const heads = page.locator(".grid-name");
    const [from, to] = [await heads.nth(0).boundingBox(), await heads.nth(2).boundingBox()];
    assert.ok(from !== null && to !== null);
    await page.mouse.move(from.x + 60, from.y + 50);
    await page.mouse.down();
    await page.mouse.move(to.x + 30, to.y + 50, { steps: 4 });
    await page.locator(".drop").waitFor();
    await page.mouse.up();
    assert.deepEqual(await names(), ["f1", "loss", "mean_ms"]);
    assert.equal(await page.locator(".grid-name[aria-sort]").count(), 0, "a drag is no press");
    await page.getByRole("grid").focus();
    for (const key of ["Home", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"]) await page.keyboard.press(key);
    assert.deepEqual(await names(), ["loss", "mean_ms", "f1"]);
    assert.deepEqual(asked, []);
    await page.keyboard.press("Delete");
    await heads.nth(2).waitFor({ state: "detached" });
    assert.deepEqual(await names(), ["loss", "mean_ms"]);
    await page.keyboard.press("/");
    await page.getByRole("searchbox", { name: "Search columns" }).fill("[name=f*].mean_ms");
    await page.getByRole("button", { name: /^Show (it|all)/ }).click();
    await heads.nth(2).waitFor();
    assert.deepEqual(new URL(page.url()).searchParams.getAll("columns"), [
      "metrics.json:loss",
      "benchmark.json:[name=forecast].mean_ms",
      "benchmark.json:[name=fill_gaps].mean_ms",
    ]);
    await page.context().close();
  });

  test("the choice of columns ranks by changes, and leaves out those that never changed", async () => {
    const page = await openTable({ columns: COLUMNS });
    await page.keyboard.press("/");
    await page.locator(".column-box").first().waitFor();
    await page.getByRole("button", { name: "Changes", exact: true }).click();
    await page.getByLabel("Only those that changed").check();
    await page.getByText("never changed").first().waitFor({ state: "detached" });
    const numbers = (await page.locator(".column-box > .dim").allInnerTexts()).map((text) => Number.parseInt(text, 10));
    assert.ok(numbers.length > 20);
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => b - a),
    );
    await page.getByRole("button", { name: /^Shown/ }).click();
    await page.getByRole("button", { name: "Move loss to the right" }).click();
    assert.deepEqual(new URL(page.url()).searchParams.getAll("columns").slice(0, 2), [COLUMNS[1], COLUMNS[0]]);
    await page.context().close();
  });

  test("commits are chosen and compared, and the table is copied, by keyboard alone", async () => {
    const page = await openTable({ columns: COLUMNS }, { permissions: ["clipboard-read", "clipboard-write"] });
    await readRows(page);
    await page.getByRole("grid").focus();
    await page.keyboard.press("v");
    await page.getByText("Choose 2 to 7 commits first").waitFor();
    for (const key of [" ", "ArrowDown", "ArrowDown", " ", "m"]) await page.keyboard.press(key);
    await page.getByText("Copied 2 rows as Markdown").waitFor();
    const copied = (await pasted(page)).trimEnd().split("\n");
    const shas = [truth.line[0], truth.line[2]].map(present);
    assert.deepEqual(
      copied.slice(2).map((line) => line.slice(2, 9)),
      shas.map((sha) => sha.slice(0, 7)),
    );
    await page.getByRole("grid").focus();
    await page.keyboard.press("v");
    // chosen from the newest down, compared from the oldest up
    await page.waitForURL(`**${comparePage("demo", { commits: shas.toReversed() })}`);
    await page.goBack();
    await page.locator(".choose input:checked").nth(1).waitFor();
    await page.getByRole("grid").focus();
    for (const key of ["b", "v"]) await page.keyboard.press(key);
    const pinned = { commits: shas.toReversed(), baseline: present(shas[0]) };
    await page.waitForURL(`**${comparePage("demo", pinned)}`);
    await page.goBack();
    const boxes = page.locator(".choose input");
    for (const row of [1, 3, 4, 5, 6]) await boxes.nth(row).check();
    assert.ok(await boxes.nth(7).isDisabled());
    await page.getByRole("grid").focus();
    for (const key of [...Array.from({ length: 8 }, () => "ArrowDown"), " "]) await page.keyboard.press(key);
    await page.getByText("7 commits are chosen, and no more can be compared.").waitFor();
    await page.context().close();
  });

  test("keys order, narrow and begin the table, lead to the filter and list themselves", async () => {
    const page = await openTable({ columns: COLUMNS });
    await readRows(page);
    const grid = page.getByRole("grid");
    const pressed = (name: string): Promise<void> =>
      page.locator(`.segments button[aria-pressed=true]:text-is("${name}")`).waitFor();
    await grid.focus();
    for (const key of ["ArrowRight", "s"]) await page.keyboard.press(key);
    await page.locator(".grid-name[aria-sort=ascending]").waitFor();
    for (const key of ["ArrowUp", "Enter"]) await page.keyboard.press(key);
    await page.locator(".grid-name[aria-sort=descending]").waitFor();
    for (const key of ["s", "c"]) await page.keyboard.press(key);
    await pressed("Changed");
    await page.keyboard.press("i");
    await pressed("Improved");
    await readRows(page);
    const second = await page.locator("#cell-1-0 code").innerText();
    for (const key of ["ArrowDown", "ArrowDown", "o"]) await page.keyboard.press(key);
    await page.getByText(`Starts at ${second}`).waitFor();
    await page.waitForFunction((sha) => document.querySelector("#cell-0-0 code")?.textContent === sha, second);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys of the table" }).waitFor();
    await page.keyboard.press("Escape");
    await grid.focus();
    await page.keyboard.press("f");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Filter");
    await page.context().close();
  });

  test("a filter that cannot be read is marked at its character, and options complete one", async () => {
    const page = await openTable({ columns: COLUMNS });
    const field = page.getByRole("combobox", { name: "Filter" });
    await field.fill("loss << 1");
    await field.press("Enter");
    await page.locator(".mistake mark").waitFor();
    assert.match(await page.getByRole("alert").innerText(), /at character 7/);
    assert.equal(await page.locator(".mistake mark").innerText(), "<");
    assert.ok((await page.locator(".grid.replacing .cell").count()) > 0, "the rows before stay");
    await page.getByText("These are the commits of the view before.").waitFor();
    assert.equal(
      await page
        .locator("footer")
        .getByText(/ match|commits? on /)
        .count(),
      0,
      "nothing is counted",
    );
    await field.fill("");
    await page.getByRole("alert").waitFor({ state: "detached" });
    await field.pressSequentially("delta(los");
    for (const key of ["ArrowDown", "Enter"]) await field.press(key);
    await field.pressSequentially("< 0");
    await field.press("Enter");
    await page.getByText(/commits match/).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("where"), "delta(loss) < 0");
    await page.context().close();
  });

  test("a baseline that is nowhere is one press from being gone, and nothing else is said to be wrong", async () => {
    const page = await openTable({ baseline: "0123456" });
    await page.getByRole("alert").getByText("0123456").waitFor();
    assert.equal(await page.getByText("has values").count(), 0);
    await page.getByRole("button", { name: "Without the baseline" }).click();
    await page.getByText("228 commits on main").waitFor();
    await page.context().close();
  });

  test("hidden by its button, a column leaves the keyboard at the next", async () => {
    const page = await openTable({ columns: COLUMNS });
    await page.getByRole("button", { name: /^Columns/ }).click();
    await page.getByRole("button", { name: /^Shown/ }).click();
    const hide = page.locator(".shown-columns li").first().getByRole("button", { name: /^Hide/ });
    const name = await page
      .locator(".shown-columns li")
      .nth(1)
      .getByRole("button", { name: /^Hide/ })
      .getAttribute("aria-label");
    await hide.press("Enter");
    await page.locator(".shown-columns li").nth(2).waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), name);
    await page.context().close();
  });

  test("one request brings the little charts, and the way back leads to where the table was", async () => {
    const page = await signedIn.open("/");
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/series")) asked.push(request.url());
    });
    await page.getByRole("link", { name: "demo" }).first().click();
    await page.locator(".spark polyline").first().waitFor();
    assert.equal(asked.length, 1);
    const grid = page.getByRole("grid");
    await grid.evaluate((element) => element.scrollTo(300, 900));
    await page.locator("#cell-20-5").waitFor();
    // pressed where it is: the browser's driver would scroll to it first
    await page.locator("#cell-20-0 a").evaluate((link: HTMLElement) => link.click());
    await page.locator(".values").first().waitFor();
    await page.goBack();
    await page.locator("#cell-20-5").waitFor();
    assert.deepEqual(await grid.evaluate(({ scrollTop, scrollLeft }) => [scrollLeft, scrollTop]), [300, 900]);
    await page.context().close();
  });

  test("axe finds nothing in any view", async () => {
    const chosen = {
      selected: truth.line.slice(0, 2),
      sort: [{ column: present(COLUMNS[0]), order: "asc" }],
    } as const;
    for (const { view, act } of [
      { view: { columns: COLUMNS, ...chosen, baseline: present(truth.line[2]), delta: true } },
      { view: { columns: COLUMNS, where: "loss <" } },
      { view: { columns: COLUMNS, where: "author = nobody", changed: true, asOf: present(truth.line[9]) } },
      {
        view: { columns: COLUMNS },
        act: async (page: Page) => page.getByRole("combobox", { name: "Filter" }).pressSequentially("l"),
      },
      { view: { columns: COLUMNS }, act: async (page: Page) => page.getByRole("button", { name: "Keys" }).click() },
      { view: { columns: COLUMNS }, act: async (page: Page) => page.getByRole("button", { name: "More" }).click() },
      {
        view: { columns: COLUMNS },
        act: async (page: Page) => page.getByRole("button", { name: "vs previous" }).click(),
      },
      {
        view: { columns: COLUMNS },
        act: async (page: Page) => {
          await page.keyboard.press("/");
          await page.getByRole("button", { name: /^Shown/ }).click();
        },
      },
    ] satisfies readonly { view: TableView; act?: (page: Page) => Promise<void> }[]) {
      const page = await openTable(view);
      await page.locator(".grid:not(.replacing)").waitFor();
      await act?.(page);
      await assertAccessible(page, JSON.stringify(view));
      await page.context().close();
    }
    const narrow = await openTable({ columns: COLUMNS }, { viewport: { width: 360, height: 740 } });
    await narrow.getByRole("button", { name: "View", exact: true }).click();
    await assertAccessible(narrow, "narrow");
    const { scrollWidth, clientWidth } = await narrow.evaluate(() => document.documentElement);
    assert.equal(scrollWidth, clientWidth, "the page itself does not scroll sideways");
    await narrow.context().close();
  });

  test("no page violated its policy, failed, or opened a dialog", () => {
    assert.deepEqual(signedIn.complaints.list, []);
  });
});

/** A row as it is drawn: `second` and `colour` of each cell are those of its change. */
interface DrawnRow {
  readonly sha: string;
  readonly cells: readonly { readonly first: string; readonly second: string; readonly colour: string }[];
}

/** Reads the rows that are drawn; runs in the page. */
function rowsOnPage(): DrawnRow[] {
  const rows = Array.from(document.querySelectorAll<HTMLElement>(".grid-row:not(.end)"));
  const order = (row: HTMLElement): number => Number(row.getAttribute("aria-rowindex"));
  return rows
    .sort((a, b) => order(a) - order(b))
    .map((row) => ({
      sha: row.querySelector("code")?.textContent ?? "",
      cells: Array.from(row.querySelectorAll(".cell"), (cell) => {
        const [value, changed] = [cell.querySelector(".value"), cell.querySelector(".change")];
        const classes = `${value?.className ?? ""} ${changed?.className ?? ""}`;
        return {
          first: value?.textContent ?? "",
          second: changed?.textContent ?? "",
          colour: /better|worse|other/.exec(classes)?.[0] ?? "none",
        };
      }),
    }));
}

/** What git says should be drawn in these rows. The decimals of a column are those of the rows of the first page. */
function expectedRows(
  truth: SlowTable,
  columns: readonly CatalogueColumn[],
  rows: readonly number[],
  { pinned, delta = false }: { pinned?: number; delta?: boolean },
): DrawnRow[] {
  const decimals = columns.map((column) =>
    columnDecimals(rows.flatMap((row) => Object.values(truth.figures(row, column, pinned)))),
  );
  return rows.map((row) => ({
    sha: truth.line[row]?.slice(0, 7) ?? "",
    cells: columns.map((column, index) => {
      const { value, before: old } = truth.figures(row, column, pinned);
      const [places, text] = [decimals[index] ?? null, formatInColumn(value, decimals[index] ?? null)];
      const changed = value === null ? "" : formatChange(value, old, places);
      const part = relativeChange(value, old);
      const relative = part === null || part === 0 ? "" : formatRelativeChange(part);
      const same = value !== null && old !== null && (Object.is(value, old) || change(value, old) === 0);
      const fresh = value !== null && old === null;
      const [first, second] = !delta
        ? [text, changed]
        : same
          ? ["=", ""]
          : [fresh ? "new" : changed, changed === "" ? "" : relative];
      return { first, second, colour: changed === "" ? "none" : colourOf(value, old, column.goal) };
    }),
  }));
}

/** Compares the rows that are drawn with those that should be: as many as are drawn, and at least a window of them. */
function assertRows(drawn: readonly DrawnRow[], expected: readonly DrawnRow[], message?: string): void {
  assert.ok(drawn.length >= Math.min(expected.length, 10), `${drawn.length} rows are drawn`);
  assert.deepEqual(drawn, expected.slice(0, drawn.length), message);
}

/** Whether a file's values of a commit are compared with anything at all. */
function isComparedWith(truth: SlowTable, row: number, column: CatalogueColumn): boolean {
  return truth.line.slice(row + 1).some((_, below) => truth.figures(row + 1 + below, column).value !== null);
}

/** Loads all rows by going to the end again and again. @returns the short ids of all that were drawn on the way */
async function loadAll(page: Page): Promise<string[]> {
  const seen = new Set<string>();
  const grid = page.locator(".grid");
  for (let top = 0; ; top += 400) {
    await grid.evaluate((element, to) => element.scrollTo(0, to), top);
    await page.locator(".grid:not([aria-busy=true])").waitFor();
    await page.waitForFunction(() => new Promise((resolve) => requestAnimationFrame(() => resolve(true))));
    for (const { sha } of await page.evaluate(rowsOnPage)) seen.add(sha);
    const { height, bottom } = await grid.evaluate((element) => ({
      height: element.scrollHeight,
      bottom: element.scrollTop + element.clientHeight,
    }));
    if (bottom >= height - 1 && top > bottom) return [...seen];
  }
}

/** What is on the clipboard: a page of ours may not read it, so it is pasted. */
async function pasted(page: Page): Promise<string> {
  await page.evaluate(() => {
    const field = document.createElement("textarea");
    document.body.append(field);
    field.focus();
  });
  await page.keyboard.press("ControlOrMeta+v");
  const text = await page.locator("body > textarea").inputValue();
  await page.evaluate(() => document.querySelector("body > textarea")?.remove());
  return text;
}

function present<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}
