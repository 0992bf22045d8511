// Changes of rules before they are saved.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MetricRule } from "../src/api/contract/files.ts";
import { countChanges, isOn, NO_CHANGES, withAdded, withRemoved, withTurned } from "./file-draft.ts";

const rule = (pattern: string, enabled: boolean): MetricRule => ({
  pattern,
  source: "chosen",
  enabled,
  glob: false,
  files: 0,
  named: [],
});
const on = rule("on.json", true);
const off = rule("off.json", false);
const rules = [on, off];

test("withTurned() turns a rule, and turned twice nothing is changed", () => {
  const once = withTurned(withTurned(NO_CHANGES, on), off);
  assert.deepEqual([once.off, once.on, countChanges(once)], [["on.json"], ["off.json"], 2]);
  assert.deepEqual([isOn(on, once), isOn(off, once)], [false, true]);
  assert.deepEqual(withTurned(withTurned(once, on), off), NO_CHANGES);
});

test("withAdded() adds a pattern once, and turns on or keeps what is there", () => {
  const added = withAdded(withAdded(NO_CHANGES, "new.json", rules), "new.json", rules);
  assert.deepEqual(added.add, ["new.json"]);
  assert.deepEqual(withAdded(NO_CHANGES, "off.json", rules).on, ["off.json"]);
  assert.deepEqual(withAdded(NO_CHANGES, "on.json", rules), NO_CHANGES);
  assert.deepEqual(withAdded(withRemoved(NO_CHANGES, "on.json"), "on.json", rules), NO_CHANGES);
});

test("withRemoved() removes and keeps a rule, forgets how it was turned, and what was only added", () => {
  const removed = withRemoved(withTurned(NO_CHANGES, on), "on.json");
  assert.deepEqual([removed.off, removed.remove], [[], ["on.json"]]);
  assert.deepEqual(withRemoved(removed, "on.json"), NO_CHANGES);
  assert.deepEqual(withRemoved(withAdded(NO_CHANGES, "new.json", rules), "new.json"), NO_CHANGES);
});
