// Tests of DVC's own files: every written form of a declaration, what is left out, hostile files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { lockedPaths, readDvcYaml } from "./dvc-files.ts";
import { isDvcOutsFile, isDvcYaml, keptByDvc } from "./dvc-paths.ts";
import { readDvcLock } from "./dvc-stages.ts";
import { MAX_DECLARED_PATHS, MetricPathMatcher } from "./metric-paths.ts";

interface Cases {
  readonly declared: readonly { name: string; folder: string; text: string; patterns: string[]; problem?: string }[];
  readonly outs: readonly { name: string; folder: string; text: string; outs: string[] }[];
}

const cases: Cases = JSON.parse(readFileSync(new URL("dvc-files.cases.json", import.meta.url), "utf8"));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

for (const { name, folder, text, patterns, problem } of cases.declared) {
  test(`readDvcYaml() ${name}`, () => {
    const declared = readDvcYaml(bytes(text), folder);
    assert.deepEqual(declared.patterns, patterns);
    assert.equal(declared.problem?.reason, problem);
  });
}

for (const { name, folder, text, outs } of cases.outs) {
  test(`readDvcLock() ${name}`, () => {
    const { stages } = readDvcLock(bytes(text));
    assert.deepEqual(lockedPaths(stages, folder).outs, outs);
  });
}

test("readDvcYaml() gives patterns that match the declared file and nothing beside", () => {
  const { patterns } = readDvcYaml(bytes("metrics: ['m[1].json', 'a*b.json']"), "p");
  const matcher = new MetricPathMatcher(
    patterns.map((pattern) => ({ pattern, source: "dvc.yaml", identity: null, enabled: true })),
  );
  assert.notEqual(matcher.match("p/m[1].json"), null);
  assert.notEqual(matcher.match("p/a*b.json"), null);
  assert.equal(matcher.match("p/m1.json"), null);
  assert.equal(matcher.match("p/axb.json"), null);
});

test("readDvcYaml() cuts off a file that declares too much, and keeps what came before", () => {
  const list = Array.from({ length: MAX_DECLARED_PATHS + 1 }, (_, i) => `- ${i}.json\n`).join("");
  const { patterns, problem } = readDvcYaml(bytes(`metrics:\n${list}`), "");
  assert.equal(patterns.length, MAX_DECLARED_PATHS);
  assert.deepEqual([problem?.reason, problem?.limit], ["cut-off", MAX_DECLARED_PATHS]);
});

test("readDvcYaml() stops at lists that aliases repeat", () => {
  const list = Array.from({ length: 500 }, () => "same.json").join(", ");
  const stages = Array.from({ length: 900 }, (_, i) => `  s${i}: {metrics: *list}\n`).join("");
  const { patterns, problem } = readDvcYaml(bytes(`metrics: &list [${list}]\nstages:\n${stages}`), "");
  assert.deepEqual(patterns, ["same.json"]);
  assert.equal(problem?.reason, "cut-off");
});

test("readDvcYaml() refuses a file over the limit of YAML", () => {
  const { problem } = readDvcYaml(bytes(`metrics: [a.json]\n${"# x\n".repeat(300_000)}`), "");
  assert.equal(problem?.reason, "too-large");
});

test("isDvcYaml() and isDvcOutsFile() go by the name", () => {
  assert.deepEqual(["dvc.yaml", "a/dvc.yaml", "xdvc.yaml", "dvc.yml"].map(isDvcYaml), [true, true, false, false]);
  const names = ["dvc.lock", "a/dvc.lock", "m.json.dvc", "a/x.dvc", "advc.lock", "x.dvcignore"];
  assert.deepEqual(names.map(isDvcOutsFile), [true, true, true, true, false, false]);
});

test("keptByDvc() knows an out and everything below it", () => {
  const outs = new Set(["eval", "a/m.json"]);
  const paths = ["eval", "eval/x/metrics.json", "a/m.json", "evaluation.json", "a", "b/eval/m.json"];
  assert.deepEqual(
    paths.map((path) => keptByDvc(path, outs)),
    [true, true, true, false, false, false],
  );
});
