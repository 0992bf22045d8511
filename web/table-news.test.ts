// Tests of what becomes of a table when its repository has new commits.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommitPage } from "../src/api/contract/commits.ts";
import { arrivalOf, freshRows, newRows, newsWords, rowsAbove } from "./table-news.ts";

const free = { view: {}, state: "ready", taken: false } as const;

test("arrivalOf() lets rows in at the top, and looks first where somebody reads", () => {
  assert.equal(arrivalOf(free), "directly");
  assert.equal(arrivalOf({ ...free, taken: true }), "look");
  assert.equal(arrivalOf({ ...free, view: { branch: "b", view: "all", columns: ["x"] } }), "directly");
});

test("arrivalOf() counts the rows of an order or a filter, and only marks them while there is no end of them", () => {
  for (const view of [
    { where: "loss < 1" },
    { changed: true },
    { went: "worse" },
    { sort: [{ column: "a", order: "asc" }] },
  ] as const) {
    assert.equal(arrivalOf({ ...free, view }), "count");
    assert.equal(arrivalOf({ ...free, view, taken: true }), "count");
    assert.equal(arrivalOf({ ...free, view, state: "importing" }), "directly");
    assert.equal(arrivalOf({ ...free, view, state: "importing", taken: true }), "mark");
  }
});

const pageOf = (...shas: readonly string[]): CommitPage =>
  ({ commits: shas.map((sha) => ({ sha })) }) as unknown as CommitPage;

test("rowsAbove() counts what is new above the first row", () => {
  assert.equal(rowsAbove([pageOf("b", "a")], pageOf("d", "c", "b")), 2);
  assert.equal(rowsAbove([pageOf("b", "a")], pageOf("b", "a")), 0);
  assert.equal(rowsAbove([pageOf("b", "a")], pageOf("z", "a")), null, "rewritten, or too many");
  assert.equal(rowsAbove([pageOf()], pageOf("a")), 0);
  assert.equal(rowsAbove([pageOf("b", "a")], pageOf()), 0, "the branch is gone");
});

test("newRows() counts what a view has now and had not, whatever its order", () => {
  const listOf = (newest: number, total: number | null, positions: readonly number[], more = false): CommitPage =>
    ({
      newest,
      total,
      commits: positions.map((position) => ({ position })),
      nextCursor: more ? "c" : null,
    }) as unknown as CommitPage;
  const shown = [listOf(9, 3, [2, 8, 5])];
  assert.equal(newRows(shown, listOf(12, 5, [12, 10, 8, 5, 2])), 2);
  assert.equal(newRows(shown, listOf(12, 3, [8, 5, 2])), 0, "none of the new ones is of the view");
  assert.equal(newRows(shown, listOf(12, 3, [12, 8, 5])), 1, "one came, one was forced away");
  assert.equal(newRows(shown, listOf(9, 5, [8, 7, 6, 5, 2])), 2, "of another branch, which are not new here");
  assert.equal(newRows(shown, listOf(90, 83, [90, 89], true)), 80, "more than a page");
  assert.equal(newRows(shown, listOf(90, null, [90, 89], true)), null);
  assert.equal(newRows([], listOf(9, 0, [])), null);
});

test("freshRows() are those above what was there, not those that were loaded below", () => {
  assert.deepEqual([...freshRows(["b", "a"], ["d", "c", "b", "a"])], ["d", "c"]);
  assert.deepEqual([...freshRows(["b", "a"], ["b", "c", "a", "x", "y"])], ["c"]);
  assert.deepEqual([...freshRows(["b", "a"], ["b", "a", "x"])], []);
  assert.deepEqual([...freshRows([], ["a"])], []);
  assert.deepEqual([...freshRows(["b"], ["z"])], [], "other rows altogether");
});

test("newsWords()", () => {
  assert.deepEqual([1, 2, null].map(newsWords), ["1 new commit", "2 new commits", "New commits"]);
});
