// Changes of a repository's rules: what is put and removed, and what is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isTidemarkError } from "../errors.ts";
import { BUILT_IN_PATHS, MAX_GLOBS } from "./metric-paths.ts";
import type { MetricPath } from "./model.ts";
import { changeRules, MAX_CHOSEN, type PathChanges } from "./path-changes.ts";

const own: MetricPath = { pattern: "out/*.csv", source: "chosen", identity: null, enabled: true };
const dvc: MetricPath = { pattern: "eval.yaml", source: "dvc.yaml", identity: null, enabled: true };
const rules = [...BUILT_IN_PATHS, dvc, own];
const none: PathChanges = { add: [], remove: [], on: [], off: [] };

function refusal(changes: Partial<PathChanges>): string {
  try {
    changeRules(rules, { ...none, ...changes });
  } catch (error) {
    assert.ok(isTidemarkError(error, "bad-argument", "limit-exceeded"), String(error));
    return error.message;
  }
  return assert.fail("it was taken");
}

test("changeRules() adds in the stored form, turns on and off, removes what people chose", () => {
  const changes = { add: ["./*.jsonl"], off: ["**/params.yaml", "eval.yaml"], on: [], remove: ["out/*.csv"] };
  assert.deepEqual(changeRules(rules, changes), {
    put: [
      { pattern: "**/params.yaml", source: "built-in", identity: null, enabled: false },
      { pattern: "eval.yaml", source: "dvc.yaml", identity: null, enabled: false },
      { pattern: "**/*.jsonl", source: "chosen", identity: null, enabled: true },
    ],
    removed: ["out/*.csv"],
  });
  assert.deepEqual(changeRules(rules, none), { put: [], removed: [] });
});

test("changeRules() turns a single path off that only a glob names, and adding it again turns it on", () => {
  const { put } = changeRules(rules, { ...none, off: ["a/metrics.json"] });
  const off: MetricPath = { pattern: "a/metrics.json", source: "chosen", identity: null, enabled: false };
  assert.deepEqual(put, [off]);
  assert.deepEqual(changeRules([...rules, off], { ...none, add: ["a/metrics.json"] }).put, [{ ...off, enabled: true }]);
});

test("changeRules() leaves alone what is as it should be", () => {
  assert.deepEqual(changeRules(rules, { ...none, on: ["eval.yaml"] }), { put: [], removed: [] });
});

test("changeRules() refuses what is there already, what is not there, what is not people's, and too much", () => {
  assert.match(refusal({ add: ["**/metrics.json"] }), /found it among the rules already/);
  assert.match(refusal({ add: ["/etc/x"] }), /found an absolute path/);
  assert.match(refusal({ add: ["a".repeat(257)] }), /wanted at most 256 bytes/);
  assert.match(refusal({ on: ["x.json"] }), /no such rule/);
  assert.match(refusal({ off: ["x/*.json"] }), /no such rule, wanted one of .* tidemark files show/);
  assert.match(refusal({ remove: ["x.json"] }), /no such rule/);
  assert.match(refusal({ remove: ["**/metrics.json"] }), /comes from Tidemark itself/);
  assert.match(refusal({ remove: ["eval.yaml"] }), /comes from dvc\.yaml/);
  const globs = Array.from({ length: MAX_GLOBS }, (_, n) => `own/${n}/*.json`);
  assert.match(refusal({ add: globs }), /wanted at most 50 that are on/);
  const paths = Array.from({ length: MAX_CHOSEN }, (_, n) => `own/${n}.json`);
  assert.match(refusal({ add: paths }), /found 201, wanted at most 200/);
});
