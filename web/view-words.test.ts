// Tests of a view in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { TableView } from "./table-view.ts";
import { isPlain, viewWords } from "./view-words.ts";

const cases: readonly { view: TableView; total: number | null; words: string }[] = [
  { view: { where: "loss < 1" }, total: 1, words: "1 commit that matches the filter" },
  {
    view: { where: "loss < 1", changed: true },
    total: 1_200,
    words: "1,200 commits that match the filter, in which a shown column changed",
  },
  { view: { went: "worse" }, total: 2, words: "2 commits in which a shown column got worse" },
  { view: { view: "all" }, total: null, words: "Commits of all branches" },
  {
    view: { view: "touching", asOf: "0a1b2c3d4e", sort: [{ column: "m.json:loss", order: "asc" }] },
    total: 3,
    words: "3 commits that touched a metric file, from 0a1b2c3 down; by loss, smallest first",
  },
  {
    view: { baseline: "0a1b2c3d4e", sort: [{ column: "position", order: "asc" }] },
    total: 9,
    words: "9 commits; compared with 0a1b2c3; oldest first",
  },
];

for (const { view, total, words } of cases) {
  test(`viewWords() says ${words}`, () => {
    assert.equal(
      viewWords(view, total, (id) => id.replace(/^.*:/, "")),
      words,
    );
    assert.ok(!isPlain(view));
  });
}

test("isPlain() takes anything that leaves rows out, orders them or compares them otherwise for a view of its own", () => {
  const views: readonly TableView[] = [
    { asOf: "0a" },
    { baseline: "0a" },
    { where: "x < 1" },
    { changed: true },
    { view: "all" },
    { sort: [{ column: "x", order: "desc" }] },
  ];
  for (const view of views) assert.ok(!isPlain(view), JSON.stringify(view));
});

test("isPlain() knows the newest commits of a branch", () => {
  assert.ok(isPlain({}));
  assert.ok(isPlain({ branch: "b", columns: ["x"], delta: true, selected: ["0a"] }));
});
