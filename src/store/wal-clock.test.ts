// Tests how far behind a replica is found to be.
import assert from "node:assert/strict";
import { test } from "node:test";
import { WalClock } from "./wal-clock.ts";

test("behind() knows nothing before the primary was heard of", () => {
  assert.equal(new WalClock().behind(100), null);
  assert.equal(new WalClock().heardAt, null);
});

test("behind() of a replica that is where the primary was last seen is nothing, however long nothing was written", () => {
  const clock = new WalClock();
  for (let at = 0; at <= 60_000; at += 500) clock.note(at, 5_000);
  assert.deepEqual(clock.behind(5_000), { ms: 0, bytes: 0, asOf: 60_000 });
  assert.deepEqual(clock.behind(9_000), { ms: 0, bytes: 0, asOf: 60_000 });
});

test("behind() counts from the last moment at which the primary was where the replica is", () => {
  const clock = new WalClock();
  clock.note(1_000, 100);
  clock.note(1_500, 100);
  clock.note(2_000, 300);
  clock.note(2_500, 700);
  assert.deepEqual(clock.behind(100), { ms: 1_000, bytes: 600, asOf: 1_500 });
  assert.deepEqual(clock.behind(299), { ms: 1_000, bytes: 401, asOf: 1_500 });
  assert.deepEqual(clock.behind(300), { ms: 500, bytes: 400, asOf: 2_000 });
});

test("behind() of a replica that is older than all that is remembered is at least as old as that", () => {
  const clock = new WalClock();
  for (let at = 0; at <= 300_000; at += 1_000) clock.note(at, 1_000 + at);
  const behind = clock.behind(1_000);
  assert.ok(behind !== null && behind.ms >= 120_000);
  assert.equal(behind.bytes, 300_000);
});

test("a primary whose log went back is believed", () => {
  const clock = new WalClock();
  clock.note(1_000, 900);
  clock.note(2_000, 400);
  assert.deepEqual(clock.behind(400), { ms: 0, bytes: 0, asOf: 2_000 });
});
