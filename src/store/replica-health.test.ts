// Tests when a replica is left out and when it is back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BACK_MS, LAG_LIMIT_BYTES, LAG_LIMIT_MS, OPEN_MS, ReplicaHealth } from "./replica-health.ts";

const behind = (ms: number, bytes = 0) => ({ ms, bytes, asOf: 0 });

test("a replica is out until it was heard of and is less than a second behind", () => {
  const health = new ReplicaHealth();
  assert.equal(health.isUp, false);
  assert.ok(health.isDue(0));
  health.heard(null);
  assert.deepEqual([health.isUp, health.answers], [false, true]);
  health.heard(behind(BACK_MS));
  assert.equal(health.isUp, false);
  health.heard(behind(BACK_MS - 1));
  assert.equal(health.isUp, true);
});

test("a replica that lags stays in up to the limits, and is back below a second only", () => {
  const health = new ReplicaHealth();
  health.heard(behind(0));
  health.heard(behind(LAG_LIMIT_MS, LAG_LIMIT_BYTES));
  assert.equal(health.isUp, true);
  health.heard(behind(LAG_LIMIT_MS + 1));
  assert.deepEqual([health.isUp, health.answers], [false, true]);
  health.heard(behind(LAG_LIMIT_MS - 1));
  assert.equal(health.isUp, false);
  health.heard(behind(BACK_MS - 1));
  assert.equal(health.isUp, true);
  health.heard(behind(0, LAG_LIMIT_BYTES + 1));
  assert.equal(health.isUp, false);
});

test("a replica that failed is not looked at for five seconds", () => {
  const health = new ReplicaHealth();
  health.heard(behind(0));
  health.failed(1_000);
  assert.deepEqual([health.isUp, health.answers], [false, false]);
  assert.equal(health.isDue(1_000 + OPEN_MS - 1), false);
  assert.equal(health.isDue(1_000 + OPEN_MS), true);
  health.heard(behind(0));
  assert.equal(health.isUp, true);
});

test("what a replica was behind last counts while nobody knows where the primary is", () => {
  const health = new ReplicaHealth();
  health.heard(behind(200));
  health.heard(null);
  assert.deepEqual([health.isUp, health.behind?.ms], [true, 200]);
});
