// Tests of comparing a document with its baseline.
import assert from "node:assert/strict";
import { test } from "node:test";
import { changedKeys } from "./document-changes.ts";
import type { FlatDocument, Value } from "./model.ts";

const document = (entries: Readonly<Record<string, Value>>, keys = Object.keys(entries)): FlatDocument => ({
  keys,
  values: Object.values(entries),
});

test("changedKeys() names what differs when both have the same key list", () => {
  const before = document({ a: 1, b: Number.NaN, c: "x", d: 0, e: "5" });
  const now = document({ a: 2, b: Number.NaN, c: "y", d: -0, e: 5 }, before.keys as string[]);
  assert.deepEqual(changedKeys(now, before), ["a", "c"]);
});

test("changedKeys() compares by key when the lists differ, and names what came and what is gone", () => {
  const before = document({ a: 1, b: 2, gone: 3 });
  const now = document({ came: 0, b: 2, a: null });
  assert.deepEqual(changedKeys(now, before), ["came", "a", "gone"]);
});

test("changedKeys() of a document and itself is empty", () => {
  const same = document({ a: 1 });
  assert.deepEqual(changedKeys(same, same), []);
});
