// Tests of choosing commits to compare.
import assert from "node:assert/strict";
import { test } from "node:test";
import { canCompare, toggleCommit } from "./chosen-commits.ts";

test("toggleCommit() adds and takes away, and keeps the order of choosing", () => {
  assert.deepEqual(toggleCommit(undefined, "a"), ["a"]);
  assert.deepEqual(toggleCommit(["b"], "a"), ["b", "a"]);
  assert.deepEqual(toggleCommit(["b", "a"], "b"), ["a"]);
  assert.equal(toggleCommit(["a"], "a"), undefined);
});

test("toggleCommit() takes no eighth commit", () => {
  const full = ["1", "2", "3", "4", "5", "6", "7"];
  assert.equal(toggleCommit(full, "8"), full);
  assert.deepEqual(toggleCommit(full, "7"), ["1", "2", "3", "4", "5", "6"]);
  assert.ok(canCompare(7) && canCompare(2) && !canCompare(1) && !canCompare(8));
});
