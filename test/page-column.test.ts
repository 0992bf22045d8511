// The page of columns in a real browser: plotted points, tables, colours and files against what Git has.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Download, Page } from "playwright-core";
import { dayText } from "../web/charts/time-ticks.ts";
import { columnPage, commitPage } from "../web/paths.ts";
import type { ColumnView } from "../web/column-view.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser } from "./helpers/browser.ts";
import { type GitPoint, gitLine, makeChartedHistory } from "./helpers/charted-history.ts";
import { git, HistoryBuilder, writeObject } from "./helpers/git-history.ts";
import { takeShots } from "./helpers/page-shot.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const EXPECTED = ["Failed to load resource"];
const READ = "metrics.json:runs[name=read].latency_ms";
const WRITE = "metrics.json:runs[name=write].latency_ms";
const LOSS = "metrics.json:loss";
const ACCURACY = "metrics.json:accuracy";
/** Coordinates are rounded to a tenth of a pixel. */
const PIXEL = 0.11;

type Point = readonly [x: number, y: number];

/** What is drawn in one panel. */
interface Drawn {
  /** of each line, in the order of the legend: runs of points between gaps */
  readonly runs: readonly (readonly (readonly Point[])[])[];
  readonly bands: readonly string[];
  readonly ticks: readonly { readonly text: string; readonly y: number }[];
}

/** Reads a panel as it is drawn, by nothing but its elements. */
async function readPanel(page: Page, index = 0): Promise<Drawn> {
  const found = await page
    .locator("svg.chart-plot")
    .nth(index)
    .evaluate((svg) => ({
      lines: [...svg.querySelectorAll("g.line")]
        .filter((group) => group.querySelector(".cross") === null)
        .map((group) => ({
          path: group.querySelector("path.stroke")?.getAttribute("d") ?? "",
          band: group.querySelector("path.band")?.getAttribute("d") ?? "",
        })),
      ticks: [...svg.querySelectorAll("g:has(> .grid)")].map((tick) => ({
        text: tick.querySelector("text")?.textContent ?? "",
        y: Number(tick.querySelector("line")?.getAttribute("y1")),
      })),
    }));
  // the first line lies on top: it is drawn last
  const lines = found.lines.toReversed();
  const pointsOf = (run: string): Point[] =>
    run.split("L").map((point) => point.split(",").map(Number) as unknown as Point);
  return {
    runs: lines.map(({ path }) =>
      path
        .split("M")
        .filter((run) => run !== "")
        .map(pointsOf),
    ),
    bands: lines.map(({ band }) => band),
    ticks: found.ticks,
  };
}

const numberOf = (text: string): number => Number(text.replace("−", "-").replaceAll(",", "").replace(/[+%]/g, ""));

/** @returns where a value must stand, by two of the ticks. @param as how a value stands on the axis: linear, or its logarithm */
function placedBy({ ticks }: Drawn, as: (value: number) => number = (value) => value): (value: number) => number {
  const [low, high] = [ticks[0], ticks.at(-1)];
  assert.ok(low !== undefined && high !== undefined && low !== high, "two ticks at least");
  const [from, to] = [as(numberOf(low.text)), as(numberOf(high.text))];
  return (value) => low.y + ((as(value) - from) / (to - from)) * (high.y - low.y);
}

/** Compares a drawn line with values of commits; null is a gap. @param levels of the commits on the level axis */
function assertDrawn(
  runs: readonly (readonly Point[])[],
  values: readonly (number | null)[],
  levels: readonly number[],
  place: (value: number) => number,
): void {
  const points = runs.flat();
  const drawn = values.flatMap((value, index) => (value === null ? [] : [{ value, level: levels[index] ?? 0 }]));
  assert.equal(points.length, drawn.length, "as many points as values");
  const [first, last] = [drawn[0], drawn.at(-1)];
  const [left, right] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  drawn.forEach(({ value, level }, index) => {
    const [x, y] = points[index] ?? [Number.NaN, Number.NaN];
    const wanted = left + ((level - (first?.level ?? 0)) / ((last?.level ?? 1) - (first?.level ?? 0))) * (right - left);
    assert.ok(Math.abs(y - place(value)) <= PIXEL, `point ${index}: ${value} stands at ${y}, not at ${place(value)}`);
    assert.ok(Math.abs(x - wanted) <= PIXEL, `point ${index} stands at ${x} across, not at ${wanted}`);
  });
}

/** @returns an end of a stretch as a saved picture has it */
function endOf(point: GitPoint | undefined): string {
  return `${dayText(point?.at ?? 0)} (${point?.sha.slice(0, 7)})`;
}

/** Reads a saved picture, in a page without our policies: they allow no parsing of texts. */
async function readSvg(page: Page, svg: string) {
  const blank = await page.context().newPage();
  await blank.setContent(svg);
  const read = await blank.evaluate((text) => {
    const file = new DOMParser().parseFromString(text, "image/svg+xml");
    const own = [...document.querySelectorAll("svg[role=img] > text")];
    return {
      error: file.querySelector("parsererror") !== null,
      title: file.querySelector("title")?.textContent,
      strokes: [...file.querySelectorAll("path")].map((each) => [each.getAttribute("d"), each.getAttribute("stroke")]),
      /** what stands above the plots */
      texts: own.map((each) => each.textContent),
      samples: [...file.documentElement.children]
        .filter(({ tagName }) => tagName === "line")
        .map((each) => [each.getAttribute("stroke"), each.getAttribute("stroke-dasharray")]),
      width: document.querySelector("svg")?.getBoundingClientRect().right ?? 0,
      right: Math.max(...own.map((each) => each.getBoundingClientRect().right)),
    };
  }, svg);
  await blank.close();
  return read;
}

/** A day of some weeks ago in UTC: its first second. */
const ZONED_DAY = (Math.floor(Date.now() / 86_400_000) - 30) * 86_400;

/** A history whose newest commit was written on the day before, and committed on the day after where that was. */
async function makeZonedHistory(folder: string): Promise<void> {
  const history = new HistoryBuilder(folder);
  history.commit({ files: { "metrics.json": '{"loss":2}' }, at: ZONED_DAY - 2 * 86_400 });
  history.commit({ files: { "metrics.json": '{"loss":1}' }, at: ZONED_DAY - 86_400 });
  await history.finish();
  const [parent, tree] = [git(folder, "rev-parse", "main"), git(folder, "rev-parse", "main^{tree}")];
  const blob = writeObject(folder, "blob", '{"loss":0.5}');
  const [mode = ""] = git(folder, "ls-tree", tree).split(" ");
  const changed = writeObject(
    folder,
    "tree",
    Buffer.concat([Buffer.from(`${mode} metrics.json\0`), Buffer.from(blob, "hex")]),
  );
  const commit = [
    `tree ${changed}`,
    `parent ${parent}`,
    `author Ada <ada@example.org> ${ZONED_DAY - 3_600} -0600`,
    `committer Ada <ada@example.org> ${ZONED_DAY + 23 * 3_600} +0200`,
    "",
    "Newest",
    "",
  ].join("\n");
  git(folder, "update-ref", "refs/heads/main", writeObject(folder, "commit", commit));
}

describe("the page of columns", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  const charted = join(folder, "charted");
  let signedIn: SignedInBrowser;
  let main: readonly GitPoint[];

  const open = async (view: ColumnView, options = {}): Promise<Page> => {
    const page = await signedIn.open(columnPage("charted", view), options);
    await page.locator(".chart-plot").first().waitFor();
    await page.locator(".column-commits tbody tr").first().waitFor();
    return page;
  };
  const meanOf = ({ metrics }: GitPoint, name: "read" | "write"): number =>
    metrics.runs.find((run) => run.name === name)?.latency_ms ?? Number.NaN;
  const ordinals = (line: readonly unknown[]): number[] => line.map((_, index) => index);

  before(async () => {
    await makeChartedHistory(charted);
    const plain = new HistoryBuilder(join(folder, "plain"));
    plain.commit({ files: { "README.md": "no metric file here\n" } });
    await plain.finish();
    signedIn = await openSignedIn(folder, EXPECTED);
    await signedIn.running.follow(charted, "charted", signedIn.cookie);
    await signedIn.running.follow(join(folder, "plain"), "plain", signedIn.cookie);
    await makeZonedHistory(join(folder, "zones"));
    await signedIn.running.follow(join(folder, "zones"), "zones", signedIn.cookie);
    main = gitLine(charted, "main");
  });
  after(() => signedIn?.close());

  test("plotted points are Git's values at Git's commits, with a band of Git's spreads and gaps where Git has none", async () => {
    const page = await open({ columns: [READ] });
    const drawn = await readPanel(page);
    const place = placedBy(drawn);
    assertDrawn(
      drawn.runs[0] ?? [],
      main.map((point) => meanOf(point, "read")),
      ordinals(main),
      place,
    );
    const [above = [], below = []] = [drawn.bands[0]?.slice(1, -1).split("L") ?? []].flatMap((ends) => [
      ends.slice(0, main.length),
      ends.slice(main.length).toReversed(),
    ]);
    main.forEach((point, index) => {
      const spread = point.metrics.runs[0]?.latency_ms_std ?? 0;
      for (const [end, value] of [
        [above[index], meanOf(point, "read") + spread],
        [below[index], meanOf(point, "read") - spread],
      ] as const) {
        assert.ok(Math.abs(Number(end?.split(",")[1]) - place(value)) <= PIXEL, `the band at ${index}: ${end}`);
      }
    });
    await page.goto(signedIn.running.origin + columnPage("charted", { columns: [ACCURACY] }));
    await page.locator(".chart-plot").waitFor();
    const gaps = await readPanel(page);
    const values = main.map(({ metrics }) => metrics.accuracy ?? null);
    assertDrawn(gaps.runs[0] ?? [], values, ordinals(main), placedBy(gaps));
    assert.equal(gaps.runs[0]?.length, values.filter((value) => value === null).length + 1, "a stroke for each run");
    await page.context().close();
  });

  test("logarithmic, relative to the first point, from zero and by date, each as its own arithmetic has it", async () => {
    const losses = main.map(({ metrics }) => metrics.loss);
    const page = await open({ columns: [LOSS], scale: "log" });
    let drawn = await readPanel(page);
    assertDrawn(drawn.runs[0] ?? [], losses, ordinals(main), placedBy(drawn, Math.log));
    await page.getByRole("button", { name: "From zero" }).click();
    await page.getByRole("button", { name: "From zero", pressed: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Log", exact: true }).getAttribute("aria-pressed"), "false");
    drawn = await readPanel(page);
    assertDrawn(drawn.runs[0] ?? [], losses, ordinals(main), placedBy(drawn));
    assert.equal(drawn.ticks[0]?.text.replace(/\.0+$/, ""), "0");
    await page.getByRole("button", { name: "By date" }).click();
    await page.waitForURL(/by=date/);
    drawn = await readPanel(page);
    assertDrawn(
      drawn.runs[0] ?? [],
      losses,
      main.map(({ at }) => at),
      placedBy(drawn),
    );
    await page.goto(signedIn.running.origin + columnPage("charted", { columns: [READ, LOSS], relative: true }));
    await page.locator(".chart-plot").waitFor();
    drawn = await readPanel(page);
    const parts = (values: readonly number[]): number[] =>
      values.map((value) => ((value - (values[0] ?? 1)) / (values[0] ?? 1)) * 100);
    assert.equal(await page.locator(".chart-plot").count(), 1, "relative lines have one axis");
    assertDrawn(
      drawn.runs[0] ?? [],
      parts(main.map((point) => meanOf(point, "read"))),
      ordinals(main),
      placedBy(drawn),
    );
    assertDrawn(drawn.runs[1] ?? [], parts(losses), ordinals(main), placedBy(drawn));
    await page.context().close();
  });

  test("branches are lines, columns of other measures have panels of their own, tags are marks", async () => {
    const page = await open({ columns: [READ, WRITE, LOSS], branch: ["main", "faster"] });
    const faster = gitLine(charted, "faster");
    assert.deepEqual(await page.locator(".column-commits thead th").allInnerTexts(), [
      "Commit",
      "[name=read]\nlatency_ms",
      "[name=write]\nlatency_ms",
      "loss",
    ]);
    const newest = main.at(-1);
    assert.deepEqual(
      (await page.locator(".column-commits tbody tr").first().locator(".value").allInnerTexts()).map(Number),
      newest === undefined
        ? []
        : [meanOf(newest, "read"), Number(meanOf(newest, "write").toFixed(2)), newest.metrics.loss],
    );
    const first = await readPanel(page);
    assert.equal(await page.locator(".chart-plot").count(), 2);
    const legend = await page.locator(".chart-legend li bdi").allInnerTexts();
    assert.deepEqual(legend, [
      "[name=read] latency_ms · main",
      "[name=write] latency_ms · main",
      "[name=read] latency_ms · faster",
      "[name=write] latency_ms · faster",
      "loss · main",
      "loss · faster",
    ]);
    const expected = [
      main.map((point) => meanOf(point, "read")),
      main.map((point) => meanOf(point, "write")),
      faster.map((point) => meanOf(point, "read")),
      faster.map((point) => meanOf(point, "write")),
    ];
    assert.equal(first.runs.length, 4);
    expected.forEach((values, index) =>
      assertDrawn(first.runs[index] ?? [], values, ordinals(values), placedBy(first)),
    );
    assert.deepEqual(
      await page.locator(".tag-names text").evaluateAll((all) => all.map((each) => each.firstChild?.textContent)),
      ["v2.0", "v1.0"],
    );
    await page.context().close();
  });

  test("keys go from point to point with Git's values, open the commit, and the way back keeps the view", async () => {
    const page = await open({ columns: [READ] });
    const chart = page.getByRole("slider");
    await chart.focus();
    for (let index = main.length - 1; index > main.length - 4; index -= 1) {
      await page.keyboard.press("ArrowLeft");
      const text = (await chart.getAttribute("aria-valuetext")) ?? "";
      const point = main[index];
      assert.ok(point !== undefined);
      assert.ok(
        text.includes(`: ${meanOf(point, "read")},`) && text.includes(point.sha.slice(0, 7)),
        `${index}: ${text}`,
      );
    }
    await page.keyboard.press("Home");
    assert.equal(await chart.getAttribute("aria-valuenow"), "1");
    await page.locator(".active-commit", { hasText: "Begin" }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/commits/);
    assert.equal(new URL(page.url()).pathname, commitPage("charted", main[0]?.sha.slice(0, 12) ?? ""));
    await page.goBack();
    await page.locator(".chart-plot").waitFor();
    assert.equal(page.url(), signedIn.running.origin + columnPage("charted", { columns: [READ] }));
    await page.context().close();
  });

  test("a drag, keys and tags zoom: the address, the picture and the table have the same commits; 0 and back undo it", async () => {
    const page = await open({ columns: [READ] });
    const box = await page.locator(".chart-plot").boundingBox();
    const drawn = await readPanel(page);
    assert.ok(box !== null);
    const left = box.x + box.width - 14 - (drawn.runs[0]?.flat().at(-1)?.[0] ?? 0);
    const xOf = (index: number): number => left + (drawn.runs[0]?.flat()[index]?.[0] ?? 0);
    await page.mouse.move(xOf(19) + 3, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(xOf(30) + 3, box.y + 120, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/from=/);
    const [from, to] = [main[20]?.sha.slice(0, 12) ?? "", main[30]?.sha.slice(0, 12) ?? ""];
    assert.equal(page.url(), signedIn.running.origin + columnPage("charted", { columns: [READ], from, to }));
    await assertShows(page, main.slice(20, 31));
    await page.getByRole("slider").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    const zoomed = page.url();
    await page.keyboard.press("-");
    await page.waitForURL((url) => url.href !== zoomed);
    await page.keyboard.press("0");
    await page.waitForURL(signedIn.running.origin + columnPage("charted", { columns: [READ] }));
    await assertShows(page, main, 40);
    await page.goBack();
    await page.goBack();
    await page.waitForURL((url) => url.search.includes(`from=${from}`));
    await assertShows(page, main.slice(20, 31));
    await page.getByRole("button", { name: `From ${from.slice(0, 7)} to ${to.slice(0, 7)}`, exact: true }).click();
    await page.getByRole("combobox", { name: "From" }).fill("v1.0");
    await page.getByRole("combobox", { name: "To" }).fill("v2.0");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.waitForURL(/from=v1.0&to=v2.0/);
    await assertShows(page, main.slice(10, 41));
    await page.getByRole("button", { name: "From v1.0 to v2.0", exact: true }).waitFor();
    assert.deepEqual(await page.locator(".column-history h2").allInnerTexts(), [
      "Largest changes main, from v1.0 to v2.0",
      "Last changes main, all commits",
      "Best commits all branches, all commits",
    ]);
    await page.getByRole("slider").focus();
    await page.keyboard.press("End");
    await page.keyboard.press("+");
    await page.waitForURL((url) => !url.search.includes("from=v1.0"));
    await page.context().close();
  });

  /** The picture and its table have these commits. @param rows of the table that are loaded at first */
  async function assertShows(page: Page, points: readonly GitPoint[], rows = points.length): Promise<void> {
    const shas = points
      .map(({ sha }) => sha.slice(0, 7))
      .toReversed()
      .slice(0, rows);
    await page.waitForFunction(
      ([first, last, count]) => {
        const found = [...document.querySelectorAll(".column-commits tbody code")].map((code) => code.textContent);
        return found.length === count && found[0] === first && found.at(-1) === last;
      },
      [shas[0], shas.at(-1), shas.length] as const,
    );
    assert.deepEqual(await page.locator(".column-commits tbody code").allInnerTexts(), shas);
    const drawn = await readPanel(page);
    assertDrawn(
      drawn.runs[0] ?? [],
      points.map((point) => meanOf(point, "read")),
      ordinals(points),
      placedBy(drawn),
    );
  }

  test("the table beside the picture, the largest, last and best changes are Git's", async () => {
    const page = await open({ columns: [READ] });
    const means = main.map((point) => meanOf(point, "read"));
    const steps = means
      .slice(1)
      .map((value, index) => ({ index: index + 1, value, change: value - (means[index] ?? 0) }));
    const sign = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
    const cells = await page.locator(".column-commits tbody tr").evaluateAll((rows) =>
      rows.map((row) => ({
        sha: row.querySelector("code")?.textContent,
        value: row.querySelector(".value")?.textContent,
        change: row.querySelector(".change")?.firstChild?.textContent ?? "",
        colour: row.querySelector(".change")?.className,
      })),
    );
    assert.equal(cells.length, 40);
    cells.forEach((cell, row) => {
      const step = steps.at(-1 - row);
      assert.ok(step !== undefined);
      const wanted = {
        sha: main[step.index]?.sha.slice(0, 7),
        value: step.value.toFixed(3),
        change: sign(step.change),
        colour: `change ${step.change < 0 ? "better" : "worse"}`,
      };
      assert.deepEqual(cell, wanted);
    });
    const listed = async (title: string) =>
      page
        .getByRole("region", { name: title })
        .locator("tbody tr")
        .evaluateAll((rows) =>
          rows.map((row) => [
            row.querySelector("code")?.textContent,
            Number(row.children[1]?.textContent?.replaceAll(",", "")),
            row.children[2]?.className.replace("number ", ""),
          ]),
        );
    const told = (chosen: readonly (typeof steps)[number][]) =>
      chosen.map(({ index, value, change }) => [main[index]?.sha.slice(0, 7), value, change < 0 ? "better" : "worse"]);
    const largest = steps.toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change) || b.index - a.index).slice(0, 6);
    assert.deepEqual(await listed("Largest changes"), told(largest));
    await page.getByRole("region", { name: "Last changes" }).locator("tbody tr").first().waitFor();
    assert.deepEqual(await listed("Last changes"), told(steps.toReversed().slice(0, 10)));
    await page.getByRole("region", { name: "Best commits" }).locator("tbody tr").first().waitFor();
    const best = (await listed("Best commits"))[0];
    const all = [...main, ...gitLine(charted, "faster").slice(41)];
    const lowest = all.toSorted((a, b) => meanOf(a, "read") - meanOf(b, "read"))[0] as GitPoint;
    assert.deepEqual(best?.slice(0, 2), [lowest.sha.slice(0, 7), meanOf(lowest, "read")]);
    await page.context().close();
  });

  test("a commit of several branches is told of once, with all of them, and one of another branch with its own", async () => {
    const page = await open({ columns: [READ], branch: ["main", "faster"] });
    const named = async (title: string): Promise<(readonly [string, string])[]> => {
      const rows = page.getByRole("region", { name: title }).locator("tbody tr");
      await rows.first().waitFor();
      return rows.evaluateAll((all) =>
        all.map((row) => [
          row.querySelector("code")?.textContent ?? "",
          row.querySelector("th > bdi:not(.subject bdi)")?.textContent ?? "",
        ]),
      );
    };
    const lines = { main, faster: gitLine(charted, "faster") };
    const holding = (sha: string): string[] =>
      Object.entries(lines).flatMap(([branch, line]) => (line.some((each) => each.sha.startsWith(sha)) ? branch : []));
    const largest = await named("Largest changes");
    assert.equal(new Set(largest.map(([sha]) => sha)).size, 6);
    assert.ok(largest.some(([sha]) => holding(sha).length === 2));
    for (const [sha, branches] of largest) assert.equal(branches, holding(sha).join(", "), sha);
    assert.ok((await page.locator(".jump circle").count()) > 0, "jumps are marked in a chart of several lines too");
    for (const [sha, branch] of await named("Best commits"))
      assert.ok(holding(sha).includes(branch), `${sha} ${branch}`);
    await page.goto(signedIn.running.origin + columnPage("charted", { columns: [READ] }));
    const best = await named("Best commits");
    assert.ok(best.some(([, branch]) => branch === "faster"));
    for (const [sha, branch] of best) assert.equal(branch, holding(sha).includes("main") ? "" : "faster", sha);
    await page.context().close();
  });

  test("a commit has one date everywhere: the day on which it was committed, in UTC", async () => {
    const page = await signedIn.open(columnPage("zones", { columns: [LOSS] }));
    const sha = git(join(folder, "zones"), "rev-parse", "main").slice(0, 7);
    const told = page.locator("tbody tr", { hasText: sha });
    await told.nth(3).waitFor(); // each list comes when it is there
    const dates = await told.evaluateAll((rows) => rows.map((row) => row.querySelector("th .dim")?.textContent));
    const day = new Date(ZONED_DAY * 1_000).toISOString().slice(0, 10);
    assert.deepEqual(dates, [day, day, day, day], "beside the chart, and in the three lists below");
    await page.getByRole("slider").press("End");
    await page.locator(".active-commit", { hasText: dayText(ZONED_DAY) }).waitFor();
    await page.context().close();
  });

  test("a pointer that leaves the chart asks for no commit of no branch", async () => {
    const page = await open({ columns: [READ] });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    const box = await page.locator(".chart-plot").boundingBox();
    assert.ok(box !== null);
    await page.mouse.move(box.x + 200, box.y + 100);
    await page.locator(".active-commit", { hasText: "Change" }).waitFor();
    await page.mouse.move(box.x + 200, box.y - 120);
    await page.locator(".active-commit", { hasText: "Point at the chart" }).waitFor();
    await page.waitForTimeout(300);
    assert.ok(asked.some((url) => url.includes("as-of=")));
    assert.deepEqual(
      asked.filter((url) => url.includes("branch=&") || url.includes("columns=&")),
      [],
    );
    await page.context().close();
  });

  test("a second branch moves no tool, in a bar that is one line", async () => {
    const page = await open({ columns: [READ] });
    const tools = () =>
      page.locator(".column-bar > *").evaluateAll((all) =>
        all
          .filter((each) => each.textContent !== "" && each.getBoundingClientRect().width > 0)
          .map((each) => {
            const { left, top } = each.getBoundingClientRect();
            return [each.textContent, Math.round(left), Math.round(top)];
          })
          .slice(-5),
      );
    const alone = await tools();
    assert.equal(new Set(alone.map(([, , top]) => top)).size, 1, JSON.stringify(alone));
    await page.getByRole("button", { name: /^Branches/ }).click();
    await page.getByRole("checkbox", { name: /faster/ }).click();
    await page.getByRole("button", { name: "Branches 2 branches" }).waitFor();
    assert.deepEqual(await tools(), alone);
    await page.context().close();
  });

  test("beside a chart with gaps the names of columns stay whole, three are in sight, and nothing is said to be left out", async () => {
    const page = await open({ columns: [READ, WRITE, ACCURACY] });
    const heads = await page.locator(".column-commits thead th").evaluateAll((all) => {
      const scroller = document.querySelector(".column-commits .scroller")?.getBoundingClientRect();
      return all.map((head) => ({
        inSight: head.getBoundingClientRect().right <= (scroller?.right ?? 0) + 0.5,
        lines: [...head.querySelectorAll("bdi")].map((part) => {
          const range = document.createRange();
          range.selectNodeContents(part);
          return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
        }),
        cut: [...head.querySelectorAll("bdi")].some((part) => part.scrollWidth > part.clientWidth),
      }));
    });
    assert.equal(heads.length, 4);
    for (const { inSight, lines, cut } of heads) assert.ok(inSight && !cut && lines.every((count) => count === 1));
    assert.equal(await page.getByText("the lowest and the highest").count(), 0);
    await page.context().close();
  });

  test("goal, unit and name are set there, and the colours follow", async () => {
    const page = await open({ columns: [WRITE] });
    const firstChange = page.locator(".column-commits tbody .change").first();
    assert.match((await firstChange.getAttribute("class")) ?? "", /better|worse/);
    const guessed = await firstChange.getAttribute("class");
    await page.getByRole("button", { name: "confirm" }).click();
    await page.getByRole("button", { name: "confirm" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Goal, unit, name …" }).click();
    await page.getByRole("button", { name: "Automatic" }).waitFor();
    await page.getByText("Automatic: lower is better, as guessed from its").waitFor();
    await page.getByRole("button", { name: "Higher" }).click();
    await page.getByRole("textbox", { name: "Unit" }).fill("ticks");
    await page.getByRole("textbox", { name: "Name" }).fill("Writing");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: /^Writing / }).waitFor();
    await page.getByText("higher is better").first().waitFor();
    await page.waitForFunction(
      (old) => document.querySelector(".column-commits tbody .change")?.className !== old,
      guessed,
    );
    assert.match(await page.locator(".column-headline p").innerText(), /now \S+\sticks/);
    await page.reload();
    await page.getByRole("heading", { name: /^Writing / }).waitFor();
    await page.context().close();
  });

  test("CSV and SVG hold what is drawn", async () => {
    const page = await open({ columns: [READ] });
    const save = async (name: string): Promise<string> => {
      await page.getByRole("button", { name: "CSV · SVG" }).click();
      const [download]: [Download, unknown] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name }).click(),
      ]);
      return readFileSync(await download.path(), "utf8");
    };
    const lines = (await save("CSV of the points drawn")).trim().split("\n").slice(1);
    const wanted = main.map((point, index) => {
      const time = new Date(point.at * 1_000).toISOString().replace(".000Z", "Z");
      const id = READ.includes(",") ? `"${READ}"` : READ;
      return `main,${id},${point.sha.slice(0, 12)},${time},${index},${meanOf(point, "read")},${point.metrics.runs[0]?.latency_ms_std}`;
    });
    assert.deepEqual(lines, wanted);
    const path = await page.locator("path.stroke").first().getAttribute("d");
    const svg = await save("SVG of the picture");
    const read = await readSvg(page, svg);
    assert.equal(read.error, false);
    assert.equal(read.title, READ);
    assert.ok(
      read.strokes.some(([d, stroke]) => d === path && stroke?.startsWith("rgb(")),
      "the line with its colour",
    );
    assert.deepEqual(read.texts.slice(0, 2), [
      READ,
      `charted · main · in ms · 60 commits, ${endOf(main[0])} to ${endOf(main.at(-1))}`,
    ]);
    await page.goto(
      signedIn.running.origin + columnPage("charted", { columns: [READ, LOSS], branch: ["main", "faster"] }),
    );
    await page.locator(".chart-legend li").first().waitFor();
    const several = await readSvg(page, await save("SVG of the picture"));
    const faster = gitLine(charted, "faster");
    const [mainRange, fasterRange] = [main, faster].map(
      (line) => `${line.length} commits, ${endOf(line[0])} to ${endOf(line.at(-1))}`,
    );
    assert.deepEqual(several.texts.slice(-4), [
      `runs[name=read].latency_ms, ms · main · ${mainRange}`,
      `runs[name=read].latency_ms, ms · faster · ${fasterRange}`,
      `loss · main · ${mainRange}`,
      `loss · faster · ${fasterRange}`,
    ]);
    const looks = await page
      .locator(".chart-legend .stroke")
      .evaluateAll((all) => all.map((each) => [getComputedStyle(each).stroke, getComputedStyle(each).strokeDasharray]));
    assert.deepEqual(several.samples, looks, "each name with the colour and the stroke of its line");
    assert.ok(several.right <= several.width, "no text is wider than the picture");
    await page.context().close();
  });

  test("states: one point, a text, no such column or commit, no metric file, a server that does not answer", async () => {
    const page = await signedIn.open(columnPage("charted", { columns: ["metrics.json:once"] }));
    await page.locator(".chart-plot .dot-mark").waitFor();
    assert.equal(await page.locator(".chart-plot .dot-mark").count(), 1);
    await page.locator(".column-headline", { hasText: "no goal set" }).waitFor();
    await page.getByRole("region", { name: "Best commits" }).getByText("This column has no goal.").waitFor();
    const goTo = (repository: string, view: ColumnView) =>
      page.goto(signedIn.running.origin + columnPage(repository, view));
    await goTo("charted", { columns: ["metrics.json:note"] });
    await page.getByText("no number to draw").waitFor();
    await page.locator(".column-commits .value", { hasText: "n59" }).waitFor();
    await goTo("charted", { columns: ["metrics.json:absent"] });
    await page.getByRole("link", { name: "Another column of charted" }).click();
    await page.locator(".chart-plot").first().waitFor();
    await goTo("charted", { columns: [READ], from: "v9.9" });
    await page.getByRole("link", { name: "The whole history" }).click();
    await page.locator(".chart-plot").first().waitFor();
    await goTo("plain", {});
    await page.getByRole("heading", { name: "No metric files" }).waitFor();
    await page.route("**/series?*", (route) => route.abort());
    await goTo("charted", { columns: [READ] });
    await page.getByRole("heading", { name: "The server does not answer" }).waitFor({ timeout: 20_000 });
    await page.unroute("**/series?*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".chart-plot").first().waitFor();
    await page.context().close();
  });

  test("axe finds nothing, and nothing is wider than a narrow window", async () => {
    for (const { name, view, act } of [
      { name: "one", view: { columns: [READ] }, act: (page: Page) => page.getByRole("slider").press("ArrowLeft") },
      { name: "many", view: { columns: [READ, WRITE, LOSS], branch: ["main", "faster"] } },
      {
        name: "form",
        view: { columns: [ACCURACY] },
        act: (page: Page) => page.getByRole("button", { name: "Goal, unit, name …" }).click(),
      },
      {
        name: "range",
        view: { columns: ["metrics.json:note"] },
        act: (page: Page) => page.getByRole("button", { name: "From … to …" }).click(),
      },
      {
        name: "columns",
        view: { columns: [LOSS], scale: "log" as const },
        act: async (page: Page) => {
          await page.getByRole("slider").blur();
          await page.keyboard.press("/");
          await page.locator(".column-box").first().waitFor();
        },
      },
    ]) {
      const page = await open(view);
      await page.getByRole("region", { name: "Last changes" }).locator("tbody tr").first().waitFor();
      await act?.(page);
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 800 });
        await assertAccessible(page, `${name}, ${width} wide`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${name} is ${wide} wide in ${width}`);
        await takeShots(page, `column-${name}-${width}`);
      }
      await page.context().close();
    }
  });

  test("nothing moves while the page comes, and no page complained", async () => {
    const page = await signedIn.open("/");
    await page.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(signedIn.running.origin + columnPage("charted", { columns: [READ] }));
    await page.getByRole("region", { name: "Best commits" }).locator("tbody tr").first().waitFor();
    const moved = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
    assert.ok(moved.reduce((sum, value) => sum + value, 0) < 0.05, `moved by ${moved.join(" + ")}`);
    await page.context().close();
    assert.deepEqual(signedIn.complaints.list, []);
  });
});
