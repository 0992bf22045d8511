// Tests of templates in dvc.yaml: what a dvc.lock says they stood for, what they are not taken for, hostile ones.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { processorMs } from "../../test/helpers/processor-time.ts";
import { patternsOfExpanded, readDvcYaml } from "./dvc-files.ts";
import { readDvcLock } from "./dvc-stages.ts";
import { TemplateExpander } from "./dvc-templates.ts";

interface Case {
  readonly name: string;
  readonly folder?: string;
  readonly yaml: string;
  readonly lock: Readonly<Record<string, { readonly outs?: readonly string[]; readonly params?: readonly string[] }>>;
  readonly patterns: readonly string[];
}

const cases: Case[] = JSON.parse(readFileSync(new URL("dvc-templates.cases.json", import.meta.url), "utf8"));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** JSON is YAML. */
function lockOf(lock: Case["lock"]): Uint8Array {
  const stages = Object.entries(lock).map(([name, { outs = [], params = [] }]) => {
    const files = Object.fromEntries(params.map((file) => [file, { lr: 1 }]));
    return [name, { cmd: "x", params: files, outs: outs.map((path) => ({ path, md5: "abc" })) }];
  });
  return bytes(JSON.stringify({ schema: "2.0", stages: Object.fromEntries(stages) }));
}

for (const { name, folder = "", yaml, lock, patterns } of cases) {
  test(`TemplateExpander finds ${name}`, () => {
    const { templates, workFolders, patterns: plain } = readDvcYaml(bytes(yaml), folder);
    const expander = new TemplateExpander(templates, workFolders, 1_000);
    const expanded = expander.expand(readDvcLock(lockOf(lock)).stages);
    assert.deepEqual(plain, []);
    assert.deepEqual(patternsOfExpanded(folder, expanded), { patterns, problem: null });
    assert.deepEqual(expander.expand(readDvcLock(lockOf(lock)).stages), [], "each out is looked at once");
  });
}

test("TemplateExpander knows which templates stood for something", () => {
  const { templates } = readDvcYaml(bytes("stages:\n  a: {metrics: ['a${x}.json', 'b${x}.json']}\n"), "");
  const expander = new TemplateExpander(templates, new Map(), 1_000);
  expander.expand(readDvcLock(lockOf({ a: { outs: ["a1.json"] } })).stages);
  assert.deepEqual(
    [...expander.met].map(({ path }) => path),
    ["a${x}.json"],
  );
});

test("TemplateExpander stops after so many comparisons", () => {
  const { templates } = readDvcYaml(bytes("stages:\n  a: {metrics: ['${x}.json']}\n"), "");
  const expander = new TemplateExpander(templates, new Map(), 3);
  const outs = ["1.json", "2.json", "3.json", "4.json"];
  assert.equal(expander.expand(readDvcLock(lockOf({ a: { outs } })).stages).length, 3);
  assert.equal(expander.isExhausted, true);
});

test("TemplateExpander goes over a long path once, however many templates are in one", () => {
  const { templates } = readDvcYaml(bytes(`stages:\n  a: {metrics: ['${"${x}a".repeat(2_000)}b']}\n`), "");
  const expander = new TemplateExpander(templates, new Map(), 1_000);
  const outs = Array.from({ length: 100 }, (_, i) => "a".repeat(4_000) + i);
  const before = processorMs();
  assert.deepEqual(expander.expand(readDvcLock(lockOf({ a: { outs } })).stages), []);
  assert.ok(processorMs() - before < 2_000);
});

test("readDvcLock() cuts off what aliases repeat", () => {
  const outs = Array.from({ length: 500 }, (_, i) => `{path: o${i}, md5: a}`).join(", ");
  const stages = Array.from({ length: 900 }, (_, i) => `  s${i}: {outs: *outs}\n`).join("");
  const { stages: read, problem } = readDvcLock(bytes(`base: &outs [${outs}]\nstages:\n${stages}`));
  assert.equal(problem, null);
  assert.equal(
    read.reduce((sum, stage) => sum + stage.outs.length, 0),
    50_000,
  );
});
