// Tests of the order that presses on heads give a table.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SortStep } from "./table-view.ts";
import { isNewestFirst, nextSort, sortPlace } from "./sort-order.ts";

const loss = { id: "loss", goal: "lower" } as const;
const auc = { id: "auc", goal: "higher" } as const;
const size = { id: "size", goal: null } as const;
const step = (column: string, order: "asc" | "desc"): SortStep => ({ column, order });

test("nextSort() gives the best first, then the worst, then what was before", () => {
  assert.deepEqual(nextSort(undefined, loss, false), [step("loss", "asc")]);
  assert.deepEqual(nextSort([step("loss", "asc")], loss, false), [step("loss", "desc")]);
  assert.equal(nextSort([step("loss", "desc")], loss, false), undefined);
  assert.deepEqual(nextSort(undefined, auc, false), [step("auc", "desc")]);
  assert.deepEqual(nextSort(undefined, size, false), [step("size", "desc")]);
});

test("nextSort() replaces another column's order, or adds to it", () => {
  assert.deepEqual(nextSort([step("auc", "desc")], loss, false), [step("loss", "asc")]);
  const two = [step("auc", "desc"), step("loss", "asc")];
  assert.deepEqual(nextSort([step("auc", "desc")], loss, true), two);
  assert.deepEqual(nextSort(two, auc, true), [step("auc", "asc"), step("loss", "asc")], "a step keeps its place");
  assert.deepEqual(nextSort([step("auc", "asc"), step("loss", "asc")], auc, true), [step("loss", "asc")]);
  assert.deepEqual(nextSort(two, auc, false), [step("auc", "desc")], "one press leaves one step");
});

test("nextSort() by position leads back to the newest first, and from there to the oldest", () => {
  const position = { id: "position", goal: null };
  assert.equal(nextSort([step("loss", "asc")], position, false), undefined);
  assert.deepEqual(nextSort(undefined, position, false), [step("position", "asc")]);
  assert.equal(nextSort([step("position", "asc")], position, false), undefined);
});

test("sortPlace() numbers the steps where there are several", () => {
  assert.deepEqual(sortPlace([step("auc", "desc")], "auc"), { order: "desc", step: null });
  assert.deepEqual(sortPlace([step("auc", "desc"), step("loss", "asc")], "loss"), { order: "asc", step: 2 });
  assert.equal(sortPlace([step("auc", "desc")], "loss"), null);
  assert.equal(sortPlace(undefined, "loss"), null);
});

test("isNewestFirst() knows the history's own order", () => {
  assert.ok(isNewestFirst(undefined) && isNewestFirst([step("position", "desc")]));
  assert.ok(!isNewestFirst([step("position", "asc")]) && !isNewestFirst([step("loss", "desc")]));
});
