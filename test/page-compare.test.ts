// The page of comparisons in a real browser: cells, changes and colours against what Git has.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before as beforeAll, describe, test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import type { CompareView } from "../web/compare-view.ts";
import { columnPage, comparePage } from "../web/paths.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser } from "./helpers/browser.ts";
import { type GitPoint, gitLine, makeChartedHistory } from "./helpers/charted-history.ts";
import { git, HistoryBuilder } from "./helpers/git-history.ts";
import { takeShots } from "./helpers/page-shot.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const EXPECTED = ["Failed to load resource"];
const MINUS = "−";

type Figure = number | string | null;

/** One row as it is drawn. */
interface DrawnRow {
  readonly key: string;
  readonly values: readonly string[];
  /** exact, of the cells' titles */
  readonly exact: readonly string[];
  readonly best: readonly number[];
  /** of two commits: the change and the part of the baseline; of several: of each cell */
  readonly changes: readonly string[];
  readonly colours: readonly string[];
}

/** Reads the rows of a file by nothing but their elements. */
function readRows(page: Page): Promise<readonly DrawnRow[]> {
  return page.locator(".compared tbody tr:not(.path)").evaluateAll((rows) =>
    rows.map((row) => {
      const cells = [...row.querySelectorAll("td:not(.between)")];
      const values = cells.filter((cell) => cell.querySelector(".value") !== null);
      const changes = [...row.querySelectorAll(".change")];
      const colour = (each: Element): string => ["better", "worse"].find((name) => each.classList.contains(name)) ?? "";
      return {
        key: row.querySelector("th .name")?.textContent ?? "",
        values: values.map((cell) => cell.querySelector(".value")?.textContent ?? ""),
        exact: values.map((cell) => cell.getAttribute("title") ?? ""),
        best: values.flatMap((cell, place) => (cell.classList.contains("best") ? [place] : [])),
        changes: changes.map((each) => each.querySelector("bdi")?.textContent ?? ""),
        colours: changes.map(colour),
      };
    }),
  );
}

/** All columns of the metric file at a commit, with their keys as Tidemark writes them. */
function figuresOf({ metrics }: GitPoint): ReadonlyMap<string, Figure> {
  const { runs, ...plain } = metrics;
  const named = runs.flatMap(({ name, latency_ms, latency_ms_std }): [string, Figure][] => [
    [`runs[name=${name}].latency_ms`, latency_ms],
    [`runs[name=${name}].latency_ms_std`, latency_ms_std],
  ]);
  return new Map<string, Figure>([...named, ...Object.entries(plain)]);
}

function pointOf(line: readonly GitPoint[], index: number): GitPoint {
  const point = line.at(index);
  assert.ok(point !== undefined);
  return point;
}

const textOf = (value: Figure | undefined): string => (value == null ? "" : String(value));
const numberIn = (text: string): number => Number(text.replace(MINUS, "-").replaceAll(",", "").replace("%", ""));

/** Which way is better: what the demo's columns are called says so. */
const GOALS: Readonly<Record<string, "higher" | "lower">> = { accuracy: "higher", loss: "lower", latency_ms: "lower" };

function goalOf(key: string): "higher" | "lower" | null {
  return GOALS[key.split(".").at(-1) ?? ""] ?? null;
}

function colourOf(key: string, now: Figure | undefined, old: Figure | undefined): string {
  const goal = goalOf(key);
  if (typeof now !== "number" || typeof old !== "number" || goal === null || now === old) return "";
  return now > old === (goal === "higher") ? "better" : "worse";
}

/** Compares a change as it is written with Git's numbers: to the digits that are written. */
function assertChange(text: string, now: Figure | undefined, old: Figure | undefined, where: string): void {
  if (typeof now === "number" && typeof old === "number") {
    if (now === old) return assert.equal(text, "", where);
    const digits = /\.(\d+)$/.exec(text)?.[1]?.length ?? 0;
    return assert.ok(
      Math.abs(numberIn(text) - (now - old)) <= 0.5001 * 10 ** -digits,
      `${where}: ${text} of ${now - old}`,
    );
  }
  if (now == null) return assert.equal(text, old == null ? "" : "gone", where);
  if (old == null) return assert.equal(text, "new", where);
  return assert.equal(text, `was ${old}`, where);
}

describe("the page of comparisons", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  const charted = join(folder, "charted");
  let signedIn: SignedInBrowser;
  let main: readonly GitPoint[];
  let faster: readonly GitPoint[];

  const open = async (view: CompareView, options: BrowserContextOptions = {}): Promise<Page> => {
    const page = await signedIn.open(comparePage("charted", view), options);
    await page.locator(".compared").waitFor();
    return page;
  };

  beforeAll(async () => {
    await makeChartedHistory(charted);
    const empty = new HistoryBuilder(join(folder, "plain"));
    empty.commit({ files: { "README.md": "no metric file here\n" } });
    empty.commit({ files: { "README.md": "still none\n" } });
    await empty.finish();
    signedIn = await openSignedIn(folder, EXPECTED);
    await signedIn.running.follow(charted, "charted", signedIn.cookie);
    await signedIn.running.follow(join(folder, "plain"), "plain", signedIn.cookie);
    [main, faster] = [gitLine(charted, "main"), gitLine(charted, "faster")];
  });
  after(() => signedIn?.close());

  test("two commits: values, changes, parts and colours are Git's, of what differs and only that", async () => {
    const [old, now] = [pointOf(main, 10), pointOf(main, -1)];
    const page = await open({ commits: ["v1.0", "main"] });
    const [were, are] = [figuresOf(old), figuresOf(now)];
    const rows = await readRows(page);
    const keys = [...new Set([...were.keys(), ...are.keys()])];
    const differing = keys.filter((key) => were.get(key) !== are.get(key));
    assert.deepEqual(rows.map(({ key }) => key).sort(), differing.sort());
    for (const { key, exact, changes, colours, best } of rows) {
      const [a, b] = [were.get(key), are.get(key)];
      assert.deepEqual(exact, [textOf(a), textOf(b)], key);
      assertChange(changes[0] ?? "", b, a, key);
      if (typeof a === "number" && typeof b === "number") {
        const part = ((b - a) / Math.abs(a)) * 100;
        assert.ok(
          Math.abs(numberIn(changes[1] ?? "") - part) <= Math.abs(part) * 0.005 + 0.001,
          `${key}: ${changes[1]} of ${part}`,
        );
      }
      const colour = colourOf(key, b, a);
      assert.deepEqual(colours, [colour, colour], key);
      assert.deepEqual(best, colour === "" ? [] : [colour === "better" ? 1 : 0], key);
    }
    assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "49 commits apart");
    const counts = Map.groupBy(rows, ({ colours }) => colours[0]);
    const words = await page.locator(".counts").innerText();
    assert.ok(words.includes(`${counts.get("better")?.length} better`), words);
    await page.getByRole("button", { name: /^All / }).click();
    await page.waitForURL(/all=true/);
    await page.waitForFunction(
      (count) => document.querySelectorAll(".compared tbody tr:not(.path)").length === count,
      keys.length,
    );
    await page.goBack();
    await page.waitForFunction(
      (count) => document.querySelectorAll(".compared tbody tr:not(.path)").length === count,
      rows.length,
    );
    await page.context().close();
  });

  test("seven commits against any of them: each cell, its change and the best of its row", async () => {
    const shas = [5, 20, 33, 44, 59].map((index) => pointOf(main, index));
    const points = [...shas, pointOf(main, 40), pointOf(faster, -1)];
    const names = [...shas.map(({ sha }) => sha.slice(0, 9)), "v2.0", "faster"];
    const page = await open({ commits: names, baseline: "v2.0" });
    const figures = points.map(figuresOf);
    const rows = await readRows(page);
    assert.ok(rows.length >= 6);
    for (const { key, exact, changes, colours, best } of rows) {
      const values = figures.map((each) => each.get(key));
      assert.deepEqual(exact, values.map(textOf), key);
      values.forEach((value, place) => {
        const [absolute = ""] = (changes[place] ?? "").split(" · ");
        if (place === 5) assert.equal(absolute, "");
        else assertChange(absolute, value, values[5], `${key}, ${names[place]}`);
        assert.equal(colours[place], place === 5 ? "" : colourOf(key, value, values[5]), `${key}, ${names[place]}`);
      });
      const numbers = values.filter((value): value is number => typeof value === "number");
      const goal = goalOf(key);
      const wanted = goal === "higher" ? Math.max(...numbers) : Math.min(...numbers);
      const places = values.flatMap((value, place) => (goal !== null && value === wanted ? [place] : []));
      assert.deepEqual(best, places, key);
    }
    assert.equal(await page.getByRole("button", { name: "+ Commit" }).count(), 0, "there is no room for an eighth");
    await page.context().close();
  });

  test("commits are added, removed and made the baseline; each is a step of the address", async () => {
    const page = await open({ commits: ["v1.0", "v2.0"] });
    await page.getByRole("button", { name: "+ Commit" }).click();
    await page.getByRole("combobox", { name: "Add a commit" }).fill("faster");
    await page.keyboard.press("Enter");
    await page.waitForURL(signedIn.running.origin + comparePage("charted", { commits: ["v1.0", "v2.0", "faster"] }));
    await page.locator(".compared.several").waitFor();
    await page.locator(".compare-bar .picker", { hasText: "faster" }).click();
    await page.getByRole("button", { name: "Compare the others with it" }).click();
    await page.waitForURL(/baseline=faster/);
    await page.locator(".compared th", { hasText: "faster baseline" }).waitFor();
    await page.locator(".compare-bar .picker", { hasText: "v1.0" }).click();
    await page.getByRole("button", { name: "Remove" }).click();
    await page.locator(".compared.pair").waitFor();
    await page.goBack();
    await page.locator(".compared.several").waitFor();
    await page.context().close();
  });

  test("the search is in the address, a name leads to its chart, and Markdown says what is shown", async () => {
    const page = await open({ commits: ["v1.0", "main"] }, { permissions: ["clipboard-write"] });
    await page.keyboard.press("/");
    await page.keyboard.type("write latency");
    await page.waitForURL(/search=write%20latency/);
    await page.waitForFunction(() => document.querySelectorAll(".compared tbody tr:not(.path)").length <= 2);
    const rows = await readRows(page);
    const searched = page.url();
    await page.getByRole("button", { name: /^All / }).click();
    await page.waitForURL(/all=true/);
    await page.getByRole("searchbox").fill("");
    await page.waitForURL((url) => !url.search.includes("search"));
    await page.goBack();
    await page.waitForURL(searched);
    assert.equal(await page.getByRole("searchbox").inputValue(), "write latency", "the way back brings the words too");
    await page.waitForFunction(() => document.querySelectorAll(".compared tbody tr:not(.path)").length <= 2);
    // the pages' policy lets nobody read a clipboard: what is written is looked at on its way
    await page.evaluate(() => {
      const write = navigator.clipboard.writeText.bind(navigator.clipboard);
      navigator.clipboard.writeText = (text) => {
        Object.assign(window, { copied: text });
        return write(text);
      };
    });
    await page.getByRole("button", { name: "Copy as Markdown" }).click();
    await page.getByRole("button", { name: "copied" }).waitFor();
    const lines = (await page.evaluate(() => (window as unknown as { copied: string }).copied)).split("\n");
    assert.equal(lines[0], "**metrics.json**");
    const [from, to] = [git(charted, "rev-parse", "v1.0"), git(charted, "rev-parse", "main")];
    assert.equal(lines[2], `| column | ${from.slice(0, 7)} v1.0 baseline | ${to.slice(0, 7)} main |`);
    const row = rows.find(({ key }) => key.endsWith(".latency_ms"));
    const line = lines.find((each) => each.includes("latency\\_ms ") && !each.includes("std"));
    assert.ok(
      line?.includes(`| ${row?.values[0]}`) && line.includes(`${row?.values[1]} (${row?.changes.join(", ")})`),
      line,
    );
    await page.getByRole("link", { name: "runs[name=write].latency_ms", exact: true }).click();
    await page.locator(".chart-plot").waitFor();
    const id = "metrics.json:runs[name=write].latency_ms";
    assert.equal(page.url(), signedIn.running.origin + columnPage("charted", { columns: [id] }));
    await page.context().close();
  });

  test("states: none chosen, the same twice, a name that nothing has, no metric file, a server that does not answer", async () => {
    const page = await signedIn.open(comparePage("charted"));
    await page.getByRole("combobox", { name: "Baseline" }).fill("v1.0");
    await page.getByRole("combobox", { name: "Compared with it" }).fill("faster");
    await page.getByRole("button", { name: "Compare", exact: true }).click();
    await page.waitForURL(signedIn.running.origin + comparePage("charted", { commits: ["v1.0", "faster"] }));
    await page.locator(".compared").waitFor();
    const goTo = (repository: string, commits: readonly string[]) =>
      page.goto(signedIn.running.origin + comparePage(repository, { commits }));
    await goTo("charted", ["v2.0", main[40]?.sha ?? ""]);
    await page.getByRole("heading", { name: "The same commit twice" }).waitFor();
    await page.getByRole("button", { name: "Show them" }).click();
    await page.locator(".compared").waitFor();
    await goTo("charted", ["v1.0", "v9.9", "main"]);
    await page.getByRole("link", { name: "Without v9.9" }).click();
    await page.locator(".compared").waitFor();
    await goTo("plain", ["main", git(join(folder, "plain"), "rev-parse", "main~1")]);
    await page.getByText("None of these commits has a metric file").waitFor();
    await page.route("**/compare?*", (route) =>
      route.request().url().includes("/api/") ? route.abort() : route.continue(),
    );
    await goTo("charted", ["v1.0", "main"]);
    await page.getByRole("heading", { name: "The server does not answer" }).waitFor({ timeout: 20_000 });
    await page.unroute("**/compare?*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".compared").waitFor();
    await page.context().close();
  });

  test("axe finds nothing, and nothing is wider than a narrow window", async () => {
    const shas = [3, 14, 25, 36].map((index) => main[index]?.sha.slice(0, 8) ?? "");
    for (const { name, view, act } of [
      { name: "pair", view: { commits: ["v1.0", "main"] } },
      { name: "seven", view: { commits: [...shas, "v2.0", "faster", "main"] } },
      {
        name: "chip",
        view: { commits: ["v1.0", "main", "faster"] },
        act: (page: Page) => page.locator(".compare-bar .picker").last().click(),
      },
    ]) {
      const page = await open(view);
      await act?.(page);
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 800 });
        await assertAccessible(page, `${name}, ${width} wide`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${name} is ${wide} wide in ${width}`);
        await takeShots(page, `compare-${name}-${width}`);
      }
      await page.context().close();
    }
    const page = await signedIn.open(comparePage("charted"));
    await page.getByRole("link", { name: /^Tag/ }).first().waitFor();
    await assertAccessible(page, "choosing");
    await page.context().close();
  });

  test("no page complained", () => assert.deepEqual(signedIn.complaints.list, []));
});
