// Tests of what becomes of a table when its repository has new commits.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommitPage } from "../src/api/contract/commits.ts";
import { arrivalOf, freshRows, newsWords, rowsAbove } from "./table-news.ts";

const free = { view: {}, state: "ready", taken: false, synced: 2 } as const;

test("arrivalOf() lets rows in at the top, and looks first where somebody reads", () => {
  assert.equal(arrivalOf(free), "directly");
  assert.equal(arrivalOf({ ...free, taken: true }), "look");
  assert.equal(arrivalOf({ ...free, view: { branch: "b", view: "all", columns: ["x"] } }), "directly");
});

test("arrivalOf() only marks rows of an order or a filter, once a sync has brought some", () => {
  for (const view of [
    { where: "loss < 1" },
    { changed: true },
    { went: "worse" },
    { sort: [{ column: "a", order: "asc" }] },
  ] as const) {
    assert.equal(arrivalOf({ ...free, view }), "mark");
    assert.equal(arrivalOf({ ...free, view, synced: null }), "mark");
    assert.equal(arrivalOf({ ...free, view, synced: undefined }), "wait");
    assert.equal(arrivalOf({ ...free, view, synced: 0, taken: true }), "directly", "nothing has moved");
    assert.equal(arrivalOf({ ...free, view, state: "importing", synced: undefined }), "directly");
    assert.equal(arrivalOf({ ...free, view, state: "importing", synced: undefined, taken: true }), "mark");
  }
});

const pageOf = (...shas: readonly string[]): CommitPage =>
  ({ commits: shas.map((sha) => ({ sha })) }) as unknown as CommitPage;

test("rowsAbove() counts what is new above the first row", () => {
  assert.equal(rowsAbove([pageOf("b", "a")], pageOf("d", "c", "b")), 2);
  assert.equal(rowsAbove([pageOf("b", "a")], pageOf("b", "a")), 0);
  assert.equal(rowsAbove([pageOf("b", "a")], pageOf("z", "a")), null, "rewritten, or too many");
  assert.equal(rowsAbove([pageOf()], pageOf("a")), 0);
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
