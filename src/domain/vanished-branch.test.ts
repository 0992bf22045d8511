// When a branch that is not listed counts as deleted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { areMany, isGone, LOOK_APART_MS, lookedFor, type MissingBranch, nextLookAt } from "./vanished-branch.ts";

const NOW = 1_700_000_000_000;

function after(...waits: readonly number[]): MissingBranch {
  let at = NOW;
  let missing = lookedFor(null, at);
  for (const wait of waits) {
    at += wait;
    missing = lookedFor(missing, at);
  }
  return missing;
}

test("lookedFor() counts looks that are at least 10 minutes apart", () => {
  assert.equal(after().looks, 1);
  assert.equal(after(LOOK_APART_MS - 1).looks, 1);
  assert.equal(after(LOOK_APART_MS).looks, 2);
  assert.equal(after(LOOK_APART_MS / 2, LOOK_APART_MS / 2).looks, 2);
  assert.equal(after(LOOK_APART_MS, LOOK_APART_MS).looks, 3);
});

test("lookedFor() counts no third look soon after a second one that came late", () => {
  const late = LOOK_APART_MS * 1.9;
  assert.equal(after(late, LOOK_APART_MS - 1).looks, 2);
  assert.equal(after(late, LOOK_APART_MS).looks, 3);
});

test("nextLookAt() says when a look counts", () => {
  const missing = after(LOOK_APART_MS * 3);
  assert.equal(lookedFor(missing, nextLookAt(missing) - 1).looks, 2);
  assert.equal(lookedFor(missing, nextLookAt(missing)).looks, 3);
});

test("isGone() takes two looks, and three where more than half of the branches are missing", () => {
  assert.equal(isGone(after(), false), false);
  assert.equal(isGone(after(LOOK_APART_MS), false), true);
  assert.equal(isGone(after(LOOK_APART_MS), true), false);
  assert.equal(isGone(after(LOOK_APART_MS, LOOK_APART_MS), true), true);
  assert.equal(areMany(1, 2), false);
  assert.equal(areMany(1, 1), true);
  assert.equal(areMany(2, 3), true);
});
