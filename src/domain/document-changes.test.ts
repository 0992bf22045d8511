// Tests of comparing a document with its baseline.
import assert from "node:assert/strict";
import { test } from "node:test";
import { changedKeys } from "./document-changes.ts";
import type { ColumnKind, FlatDocument, Value } from "./model.ts";

const document = (entries: Readonly<Record<string, Value>>, keys = Object.keys(entries)): FlatDocument => ({
  keys,
  values: Object.values(entries),
});

const changed = (now: FlatDocument | null, before: FlatDocument, returned = false): string[] =>
  changedKeys({ now, before, returned }, () => "mixed");

test("changedKeys() names what differs when both have the same key list", () => {
  const before = document({ a: 1, b: Number.NaN, c: "x", d: 0, e: "5" });
  const now = document({ a: 2, b: Number.NaN, c: "y", d: -0, e: 5 }, before.keys as string[]);
  assert.deepEqual(changed(now, before), ["a", "c"]);
});

test("changedKeys() compares by key when the lists differ, and names what came and what is gone", () => {
  const before = document({ a: 1, b: 2, gone: 3 });
  const now = document({ came: 0, b: 2, a: null });
  assert.deepEqual(changed(now, before), ["came", "a", "gone"]);
});

test("changedKeys() of a document and itself is empty", () => {
  const same = document({ a: 1 });
  assert.deepEqual(changed(same, same), []);
});

test("changedKeys() takes null for no value, whether or not the key is written", () => {
  assert.deepEqual(changed(document({ a: null }), document({ b: null })), []);
  assert.deepEqual(changed(document({ a: null }), document({ a: 1, b: null })), ["a"]);
});

test("changedKeys() takes a mark for nothing for no value in a column of numbers, and for a text in any other", () => {
  const before = document({ a: "N/A", b: "-", c: 1, d: "None", e: null, f: "1" });
  const now = document({ a: "-", b: null, c: "N/A", d: 2, e: "", f: "n/a", g: "null" });
  const ofKind = (kind: ColumnKind, returned = false): string[] => changedKeys({ now, before, returned }, () => kind);
  assert.deepEqual(ofKind("number"), ["c", "d", "f"]);
  assert.deepEqual(ofKind("number", true), ["d"], "what a file that came back does not bring back was gone");
  for (const kind of ["text", "mixed", "boolean", "empty"] as const)
    assert.deepEqual(ofKind(kind), ["a", "b", "c", "d", "e", "f", "g"], kind);
});

test("changedKeys() of a removed file names all that had a value, unless the file was away in between", () => {
  const before = document({ a: 1, b: null });
  assert.deepEqual(changed(null, before), ["a"]);
  assert.deepEqual(changed(null, before, true), []);
});

test("changedKeys() of a file that came back leaves out what it does not bring back", () => {
  const before = document({ a: 1, b: 2, c: 3 });
  assert.deepEqual(changed(document({ a: 1, b: 5, new: 1 }), before, true), ["b", "new"]);
  assert.deepEqual(changed(document({ a: 2, b: null, c: 3 }, before.keys as string[]), before, true), ["a"]);
});
