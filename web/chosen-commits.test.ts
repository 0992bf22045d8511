// Tests of choosing commits to compare.
import assert from "node:assert/strict";
import { test } from "node:test";
import { canCompare, chosenComparison, isFull, toggleCommit } from "./chosen-commits.ts";

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

test("isFull() says when an eighth commit has no room", () => {
  assert.ok(
    !isFull(undefined) && !isFull(["1", "2", "3", "4", "5", "6"]) && isFull(["1", "2", "3", "4", "5", "6", "7"]),
  );
});

test("chosenComparison() goes from the oldest to the newest, and its baseline is the pinned commit or the oldest", () => {
  const rows = [
    { sha: "new", position: 9 },
    { sha: "old", position: 3 },
    { sha: "middle", position: 5 },
  ];
  assert.deepEqual(chosenComparison(["new", "old"], rows, undefined), { commits: ["old", "new"] });
  assert.deepEqual(chosenComparison(["old", "new"], rows, undefined), { commits: ["old", "new"] });
  assert.deepEqual(chosenComparison(["new", "old"], rows, "new"), { commits: ["old", "new"], baseline: "new" });
  assert.deepEqual(chosenComparison(["new", "old"], rows, "ol"), { commits: ["old", "new"] });
  assert.deepEqual(chosenComparison(["new", "old"], rows, "middle"), { commits: ["old", "new"] });
  assert.deepEqual(chosenComparison(["middle", "not loaded"], rows, undefined), { commits: ["not loaded", "middle"] });
});
