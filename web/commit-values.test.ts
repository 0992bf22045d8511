// Tests of a commit's values as its page shows them.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Commit } from "../src/api/contract/commits.ts";
import type { ApiValue } from "../src/api/contract/contract.ts";
import { commitFiles, countChanges, filterValues } from "./commit-values.ts";

function commit(values: readonly [string, ApiValue, ApiValue, ("higher" | "lower")?][]): Commit {
  const facts = { sha: "0a1b", parents: [], author: { name: "" }, authoredAt: "", committedAt: "", subject: "" };
  const place = {
    position: 1,
    ordinal: 1,
    branches: [],
    unreachableSince: null,
    committer: { name: "" },
    baseline: null,
    removed: [],
    warnings: [],
  };
  const file = { version: "1", size: 10, adapter: "json", changed: true, problem: null, warnings: [] };
  return {
    ...facts,
    ...place,
    files: [
      { path: "b.json", ...file },
      { path: "a:b.json", ...file },
    ],
    values: values.map(([column, value, baseline, goal]) => ({
      column,
      value,
      baseline,
      goal: goal ?? null,
      unit: null,
    })),
  };
}

const example = commit([
  ["b.json:loss", 0.25, 0.5, "lower"],
  ["b.json:acc", 0.5, 0.75, "higher"],
  ["b.json:name", "eve", "adam"],
  ["b.json:gone", null, 3],
  ["b.json:fresh", 3, null],
  ["b.json:same", 1, 1],
  ["b.json:broken", "NaN", 0.5, "lower"],
  ['"a:b.json":x', 2, 1],
]);

test("commitFiles() puts each value to its file, also with a colon in the path", () => {
  const files = commitFiles(example);
  assert.deepEqual(
    files.map(({ path, values }) => [path, values.map(({ key }) => key)]),
    [
      ["b.json", ["loss", "acc", "name", "gone", "fresh", "same", "broken"]],
      ["a:b.json", ["x"]],
    ],
  );
});

test("commitFiles() puts what the commit removed behind its files", () => {
  const removing = { ...commit([["old.json:acc", null, 0.5, "higher"]]), removed: ["old.json"] };
  const [first, , last] = commitFiles(removing);
  assert.equal(first?.facts?.path, "b.json");
  assert.deepEqual([last?.path, last?.facts], ["old.json", null]);
  assert.deepEqual(
    filterValues(last?.values ?? [], "", true).map((each) => [each.before, each.text, each.change]),
    [["0.5", "", "gone"]],
  );
});

test("commitFiles() shows change, relative change and direction", () => {
  const values = commitFiles(example)[0]?.values ?? [];
  assert.deepEqual(
    values.map((each) => [each.before, each.text, each.change, each.relative, each.direction]),
    [
      ["0.50", "0.25", "\u22120.25", "\u221250%", "better"],
      ["0.75", "0.50", "\u22120.25", "\u221233.3%", "worse"],
      ["adam", "eve", "", "", "other"],
      ["3", "", "gone", "", "none"],
      ["", "3", "new", "", "none"],
      ["1", "1", "", "", "none"],
      ["0.5", "NaN", "", "", "worse"],
    ],
  );
});

test("countChanges() counts what is new or gone as neither better nor worse", () => {
  const counts = countChanges(commitFiles(example)[0]?.values ?? []);
  assert.deepEqual(counts, { better: 1, worse: 2, other: 1, fresh: 1, gone: 1, same: 1 });
});

test("filterValues() takes all words of path and key, and drops what did not change", () => {
  const values = commitFiles(example)[0]?.values ?? [];
  const keys = (search: string, onlyChanged: boolean): string[] =>
    filterValues(values, search, onlyChanged).map(({ key }) => key);
  assert.deepEqual(keys("B.JSON os", false), ["loss"]);
  assert.deepEqual(keys("", true), ["loss", "acc", "name", "gone", "fresh", "broken"]);
});
