// Tests of the addresses of charts and comparisons, of the form of a column, and of what the two pages show.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiProblem } from "./api.ts";
import { draftOf, patchOf } from "./column-draft.ts";
import { columnState, compareState } from "./column-state.ts";
import { type ColumnView, readColumnView, seriesOf, stretchWords } from "./column-view.ts";
import { type CompareView, readCompareView, withBaseline, withCommit, withoutCommit } from "./compare-view.ts";
import { columnPage, comparePage } from "./paths.ts";
import { parseSearch } from "./search-part.ts";
import type { Repository } from "../src/api/contract/repositories.ts";
import { seriesLine } from "../test/helpers/series-lines.ts";

const searchOf = (address: string): Record<string, string | string[]> =>
  parseSearch(address.slice(address.indexOf("?")));

const VIEWS: readonly ColumnView[] = [
  { columns: ["m.json:a,b", "m.json:c"], branch: ["main", "feature/x"], from: "v1", to: "abcd1234" },
  { columns: ["m.json:runs[*].mean"], branch: ["main"], newest: 200, about: "m.json:runs[name=a].mean" },
  { scale: "log", relative: true, by: "date" },
  { zero: true },
];
for (const view of VIEWS) {
  test(`readColumnView() is the exact way back from columnPage(): ${JSON.stringify(view)}`, () => {
    assert.deepEqual(readColumnView(searchOf(columnPage("a/b", view))), view);
  });
}

test("stretchWords() say which commits a chart is of: tags whole, ids as people read them", () => {
  for (const [view, words] of [
    [{ columns: ["m.json:a"] }, "all commits"],
    [{ newest: 2_000 }, "the newest 2,000 commits"],
    [{ from: "v1.0" }, "from v1.0 on"],
    [{ to: "e5bcb23c91a0" }, "up to e5bcb23"],
    [{ from: "v1.0", to: "e5bcb23c91a0" }, "from v1.0 to e5bcb23"],
    [{ from: "e5bcb23", to: "v2" }, "from e5bcb23 to v2"],
  ] as const)
    assert.equal(stretchWords(view), words);
});

test("the pages of columns and comparisons have these addresses", () => {
  assert.equal(columnPage("a/b"), "/repositories/a%2Fb/column");
  assert.equal(
    columnPage("a", { columns: ["m.json:x"], branch: ["dev"], scale: "log" }),
    "/repositories/a/column?columns=m.json:x&branch=dev&scale=log",
  );
  assert.equal(comparePage("a"), "/repositories/a/compare");
  assert.equal(
    comparePage("a", { commits: ["v1", "main"], baseline: "main", all: true }),
    "/repositories/a/compare?commits=v1&commits=main&baseline=main&all=true",
  );
});

test("readColumnView() drops what no chart has and what is too much of it", () => {
  assert.deepEqual(readColumnView(parseSearch("?columns=&from=&newest=0&scale=square&zero=yes&by=name&other=1")), {});
  assert.deepEqual(readColumnView(parseSearch("?newest=1e3")), {});
  const many = Array.from({ length: 30 }, (_, index) => `columns=c${index}&branch=b${index}`).join("&");
  const { columns, branch } = readColumnView(parseSearch(`?${many}`));
  assert.deepEqual([columns?.length, branch?.length], [20, 10]);
});

test("seriesOf() asks for fewer points of each line the more lines there are, and for a stretch", () => {
  assert.equal(seriesOf({}, ["a"]).points, 1_200);
  assert.equal(
    seriesOf(
      { branch: ["x", "y"] },
      Array.from({ length: 50 }, (_, index) => String(index)),
    ).points,
    240,
  );
  assert.deepEqual(seriesOf({ from: "v1", newest: 200, zero: true }, ["a"]), {
    columns: ["a"],
    branch: [],
    points: 1_200,
    from: "v1",
    commits: 200,
  });
});

test("readCompareView() is the exact way back from comparePage(), and knows no baseline beside the commits", () => {
  const view: CompareView = { commits: ["main", "v1", "abcd1234"], baseline: "v1", all: true, search: "a b" };
  assert.deepEqual(readCompareView(searchOf(comparePage("r", view))), view);
  assert.deepEqual(readCompareView(parseSearch("?commits=a&commits=a&commits=b&baseline=c&all=1")), {
    commits: ["a", "b"],
  });
  const many = Array.from({ length: 9 }, (_, index) => `commits=${index}`).join("&");
  assert.equal(readCompareView(parseSearch(`?${many}`)).commits.length, 7);
});

test("commits are added once and to seven, and a baseline that is removed is none any more", () => {
  const view: CompareView = { commits: ["a", "b"], baseline: "b" };
  assert.deepEqual(withCommit(view, "c"), { commits: ["a", "b", "c"], baseline: "b" });
  assert.equal(withCommit(view, "a"), view);
  const full: CompareView = { commits: ["1", "2", "3", "4", "5", "6", "7"] };
  assert.equal(withCommit(full, "8"), full);
  assert.deepEqual(withoutCommit(view, "b"), { commits: ["a"] });
  assert.deepEqual(withoutCommit(view, "a"), { commits: ["b"], baseline: "b" });
  assert.deepEqual(
    [withBaseline(view, "a"), withBaseline({ commits: ["a", "b"] }, "b")],
    [{ commits: ["a", "b"] }, view],
  );
});

const TOLD = { chosen: { goal: false, unit: false }, told: { goal: "lower", goalFrom: "name", unit: "ms" } } as const;

test("draftOf() begins with what counts, patchOf() sends no choice that is none", () => {
  const head = { goal: "lower", unit: "ms", alias: null } as const;
  assert.deepEqual(draftOf(head, TOLD), { goal: "guess", unit: "ms", alias: "" });
  assert.equal(draftOf(head, { ...TOLD, chosen: { goal: true, unit: false } }).goal, "lower");
  assert.deepEqual(patchOf({ goal: "guess", unit: " ms ", alias: " " }, TOLD), {
    goal: "guess",
    unit: "guess",
    alias: null,
  });
  assert.deepEqual(patchOf({ goal: null, unit: "", alias: " Time " }, TOLD), { goal: null, unit: null, alias: "Time" });
  assert.equal(patchOf({ goal: "higher", unit: "s", alias: "" }, TOLD).unit, "s");
  assert.equal(patchOf({ goal: "higher", unit: "", alias: "" }, null).unit, "guess");
});

const REPOSITORY = { state: "ready", problem: null, commits: 3, files: 1 } as Repository;
const none = { data: undefined, problem: null };
const said = <T>(data: T) => ({ data, problem: null });
const problem = (code: string, status: number) =>
  new ApiProblem({ type: "", title: "", status, code, detail: "", instance: "" }).problem;
const series = { lines: [seriesLine([1])], tags: [], cut: [], version: 1 };
const empty = { ...series, lines: [] };

test("columnState() has a state for everything that can be", () => {
  const kind = (...args: Parameters<typeof columnState>): string => columnState(...args).kind;
  assert.equal(kind(none, none, undefined), "waiting");
  assert.equal(kind(said(REPOSITORY), none, true), "waiting");
  assert.equal(kind(said(REPOSITORY), said(series), true), "chart");
  assert.equal(kind(said(REPOSITORY), said(empty), true), "chart");
  assert.equal(kind(said(REPOSITORY), none, false), "no-columns");
  assert.equal(kind(said({ ...REPOSITORY, state: "importing" }), said(empty), true), "importing");
  assert.equal(kind(said({ ...REPOSITORY, state: "importing" }), said(series), true), "chart");
  assert.equal(kind(said({ ...REPOSITORY, state: "failed", problem: "no" }), none, undefined), "import-failed");
  assert.equal(kind(said(REPOSITORY), { data: series, problem: problem("column-not-found", 404) }, true), "not-found");
  assert.equal(kind(said(REPOSITORY), { data: undefined, problem: problem("internal", 500) }, true), "failed");
  assert.equal(kind({ data: undefined, problem: problem("not-signed-in", 401) }, none, undefined), "signed-out");
  const stale = columnState(said(REPOSITORY), { data: series, problem: problem("unreachable", 0) }, true);
  assert.ok(stale.kind === "chart" && stale.stale?.code === "unreachable");
});

test("compareState() asks for commits before there are two", () => {
  const page = { commits: [], baseline: 0, rows: [], total: 0, same: 0, unreadable: [], version: 1, nextCursor: null };
  assert.equal(compareState(none, none, 2).kind, "waiting");
  assert.equal(compareState(said(REPOSITORY), none, 1).kind, "choosing");
  assert.equal(compareState(said(REPOSITORY), none, 2).kind, "waiting");
  assert.equal(compareState(said(REPOSITORY), said([page]), 2).kind, "comparison");
  const gone = { data: [page], problem: problem("commit-not-found", 404) };
  assert.equal(compareState(said(REPOSITORY), gone, 2).kind, "not-found");
  assert.equal(
    compareState({ data: undefined, problem: problem("repository-not-found", 404) }, none, 1).kind,
    "not-found",
  );
});
