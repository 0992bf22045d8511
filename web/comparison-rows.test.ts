// Tests of a comparison's table: changes, colours, the best of a row, Markdown.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiValue } from "../src/api/contract/contract.ts";
import type { ColumnHead, CommitHead } from "../src/api/contract/commits.ts";
import type { Comparison } from "../src/api/contract/compare.ts";
import { columnHead } from "../test/helpers/series-lines.ts";
import { comparisonMarkdown } from "./comparison-markdown.ts";
import { commitsApart, comparedCounts, comparedFiles, comparedLine } from "./comparison-rows.ts";

const row = (values: ApiValue[], head: Partial<ColumnHead> = {}, id = "m.json:loss") => ({
  column: columnHead(id, head),
  values,
});
const cells = (values: ApiValue[], head: Partial<ColumnHead> = {}, baseline = 0) =>
  comparedLine(row(values, head), baseline).cells;

function commit(sha: string, ordinal: number, branches: string[]): CommitHead {
  const time = "2026-01-02T03:04:05Z";
  const facts = { parents: [], author: { name: "Ada" }, authoredAt: time, committedAt: time, subject: "s" };
  return { sha, ...facts, position: ordinal, ordinal, branches };
}

function comparison(rows: Comparison["rows"], parts: Partial<Comparison> = {}): Comparison {
  const commits = [commit("a".repeat(40), 10, ["main"]), commit("b".repeat(40), 4, ["main"])];
  return {
    commits,
    baseline: 0,
    rows,
    total: rows.length,
    same: 0,
    unreadable: [],
    version: 1,
    nextCursor: null,
    ...parts,
  };
}

test("comparedLine() has the change from the baseline, absolute and relative, judged by the goal", () => {
  const [before, after] = cells([0.5, 0.25], { goal: "lower" });
  assert.deepEqual([before?.text, before?.change, before?.direction], ["0.50", "", "none"]);
  assert.deepEqual(
    [after?.text, after?.change, after?.relative, after?.direction],
    ["0.25", "−0.25", "−50%", "better"],
  );
  assert.equal(cells([0.5, 0.25], { goal: "higher" })[1]?.direction, "worse");
  assert.equal(cells([0.5, 0.25])[1]?.direction, "other");
});

test("comparedLine() takes any of the commits for the baseline", () => {
  const [first, second, third] = cells([1, 2, 4], { goal: "higher" }, 1);
  assert.deepEqual([first?.change, second?.change, third?.change], ["−1", "", "+2"]);
  assert.deepEqual([first?.direction, third?.direction], ["worse", "better"]);
});

test("comparedLine() says new, gone and what a text was, and nothing of a part of zero", () => {
  assert.deepEqual(
    cells([null, 3, null]).map(({ change }) => change),
    ["", "new", ""],
  );
  assert.deepEqual(
    cells([3, null]).map(({ change, text }) => [text, change]),
    [
      ["3", ""],
      ["", "gone"],
    ],
  );
  assert.equal(cells(["adam", "sgd"], { kind: "text" })[1]?.change, "was adam");
  assert.deepEqual([cells([0, 18])[1]?.change, cells([0, 18])[1]?.relative], ["+18", ""]);
  assert.equal(cells(["NaN", 1], { goal: "lower" })[1]?.change, "was NaN");
  assert.equal(cells([1, "NaN"], { goal: "lower" })[1]?.direction, "worse");
});

test("comparedLine() marks the best of a row, all that share it, and none where there is nothing to choose", () => {
  const best = (values: ApiValue[], goal: ColumnHead["goal"]): number[] =>
    cells(values, { goal }).flatMap((cell, place) => (cell.best ? [place] : []));
  assert.deepEqual(best([3, 1, 2], "lower"), [1]);
  assert.deepEqual(best([3, 1, 3], "higher"), [0, 2]);
  assert.deepEqual(best([3, 3], "higher"), []);
  assert.deepEqual(best([3, 1], null), []);
  assert.deepEqual(best([null, 3, "NaN"], "higher"), [], "one number is not the best of several");
  assert.deepEqual(best(["NaN", 3, 2], "higher"), [1]);
});

test("comparedFiles() keeps files and rows in their order over pages", () => {
  const pages = [
    comparison([row([1, 2], {}, "b.json:x"), row([1, 2], {}, "a.json:y")]),
    comparison([row([1, 2], {}, "a.json:z")]),
  ];
  assert.deepEqual(
    comparedFiles(pages).map(({ path, lines }) => [path, lines.map(({ column }) => column.key)]),
    [
      ["b.json", ["x"]],
      ["a.json", ["y", "z"]],
    ],
  );
});

test("comparedCounts() counts what went which way; new and gone are neither", () => {
  const rows = [
    row([1, 2], { goal: "higher" }),
    row([1, 2], { goal: "lower" }),
    row([1, 2]),
    row([null, 2], { goal: "higher" }),
    row([2, null], { goal: "higher" }),
    row([2, 2], { goal: "higher" }),
  ];
  const counts = comparedCounts(comparedFiles([comparison(rows)]), 1);
  assert.deepEqual(counts, { better: 1, worse: 1, other: 1, fresh: 1, gone: 1 });
});

test("commitsApart() counts on one line only", () => {
  assert.equal(commitsApart(comparison([]).commits), 6);
  const [a] = comparison([]).commits;
  assert.equal(commitsApart([a as CommitHead, commit("c".repeat(40), 12, ["dev"])]), null);
  assert.equal(commitsApart([a, a, a] as CommitHead[]), null);
});

test("comparisonMarkdown() writes a table for each file, in which nothing of a repository is markup", () => {
  const rows = [row([0.5, 0.25], { goal: "lower", unit: "s" }), row(["<b>", "a|b"], { kind: "text" }, "x_y.json:k|v")];
  const text = comparisonMarkdown(comparedFiles([comparison(rows)]), comparison(rows), ["", "v1|2"]);
  assert.equal(
    text,
    [
      "**m.json**",
      "",
      "| column | aaaaaaa baseline | bbbbbbb v1\\|2 |",
      "| --- | ---: | ---: |",
      "| loss \\[s\\] | 0.50 | 0.25 (−0.25, −50%) ★ |",
      "",
      "**x\\_y.json**",
      "",
      "| column | aaaaaaa baseline | bbbbbbb v1\\|2 |",
      "| --- | ---: | ---: |",
      "| k\\|v | \\<b\\> | a\\|b (was \\<b\\>) |",
      "",
    ].join("\n"),
  );
});
