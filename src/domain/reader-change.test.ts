// When a history is read once more after an upgrade.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readsOtherwise } from "./reader-change.ts";

const before = { reader: 1, json: 1, csv: 3 };

test("readsOtherwise() asks whether any of the history's files would be read in another way", () => {
  for (const { now, adapters, otherwise } of [
    { now: before, adapters: ["json"], otherwise: false },
    { now: { ...before, reader: 2 }, adapters: [], otherwise: true },
    { now: { ...before, json: 2 }, adapters: ["json"], otherwise: true },
    { now: { ...before, json: 2 }, adapters: ["csv"], otherwise: false },
    { now: { ...before, k6: 1 }, adapters: ["csv"], otherwise: true },
    { now: { reader: 1, json: 1 }, adapters: ["csv"], otherwise: true },
    { now: { reader: 1, json: 1 }, adapters: ["json"], otherwise: false },
  ])
    assert.equal(readsOtherwise(before, now, adapters), otherwise, JSON.stringify({ now, adapters }));
  assert.equal(readsOtherwise(null, before, []), true);
});
