// Tests of what texts must not do in any format: characters that jsonb refuses (P10), names that objects have (P11).
import assert from "node:assert/strict";
import test from "node:test";
import { documentOf, readText } from "../../../test/helpers/reading-cases.ts";
import type { Value } from "../model.ts";
import { toJsonb } from "../value.ts";

/** How each format writes a name and a text, which may hold escapes that all of them share. */
const WRITTEN: Readonly<Record<string, (name: string, text: string) => string>> = {
  "m.json": (name, text) => `{"a":{"${name}":"${text}"}}`,
  "m.ndjson": (name, text) => `{"a":1}\n{"a":{"${name}":"${text}"}}\n`,
  "m.yaml": (name, text) => `a:\n  "${name}": "${text}"\n`,
  "m.toml": (name, text) => `[a]\n"${name}" = "${text}"\n`,
  "params.py": (name, text) => `a = {"${name}": "${text}"}\n`,
};
const FORMATS = Object.entries(WRITTEN);

function read(path: string, written: string): [key: string, value: Value][] {
  const entries = Object.entries(documentOf(readText(written, path)));
  for (const [key, value] of entries) {
    for (const text of [key, String(value)]) assert.ok(text.isWellFormed() && !text.includes("\0"), path);
  }
  assert.doesNotThrow(() => JSON.parse(toJsonb(entries.map(([, value]) => value))) as unknown);
  return entries;
}

for (const [path, write] of FORMATS) {
  test(`readMetricFile() replaces what jsonb refuses, as a name and as a text of ${path} (P10)`, () => {
    assert.deepStrictEqual(read(path, write("x\\u0000y", "x\\u0000y")), [["a.x\ufffdy", "x\ufffdy"]]);
    assert.deepStrictEqual(read(path, write("\\ufffe", "\\uffff")), [["a.\ufffe", "\uffff"]]);
    if (path === "m.toml") assert.notEqual(readText(write("a", "\\ud800"), path).problem, null, "TOML forbids it");
    else assert.deepStrictEqual(read(path, write("\\ud800", "\\udc00z")), [["a.\ufffd", "\ufffdz"]]);
  });

  test(`readMetricFile() cuts a text of ${path} at 256 bytes, never within a code point (P10)`, () => {
    for (const before of [252, 253, 254, 255, 256]) {
      const kept = "x".repeat(before) + (before === 252 ? "🌊" : "");
      assert.deepStrictEqual(read(path, write("t", `${"x".repeat(before)}🌊y`)), [["a.t", kept]], `${before}`);
    }
  });

  test(`readMetricFile() refuses or replaces a raw U+0000 of ${path} (P10)`, () => {
    const { document, problem } = readText(write("a", "\0"), path);
    if (document === null) assert.ok(problem?.reason === "not-text" || problem?.reason === "not-readable");
    else assert.ok(read(path, write("a", "\0")).length > 0);
  });

  test(`readMetricFile() keeps the names that every object has ordinary ones of ${path} (P11)`, () => {
    const before = Reflect.ownKeys(Object.prototype);
    for (const name of ["__proto__", "constructor", "hasOwnProperty", "toString", "prototype", "valueOf"]) {
      assert.deepStrictEqual(read(path, write(name, "x")), [[`a.${name}`, "x"]]);
    }
    assert.deepStrictEqual(Reflect.ownKeys(Object.prototype), before);
    assert.equal(Reflect.get({}, "x"), undefined);
  });
}

test("readMetricFile() keeps those names as columns, row names, classes and tables too (P11)", () => {
  const before = Reflect.ownKeys(Object.prototype);
  const identity = { "": ["__proto__"] };
  const table = "__proto__,constructor,toString\nvalueOf,1,2\nb,3,4\n";
  assert.deepStrictEqual(Object.entries(documentOf(readText(table, "m.csv", identity))), [
    ["[__proto__=valueOf].constructor", 1],
    ["[__proto__=valueOf].toString", 2],
    ["[__proto__=b].constructor", 3],
    ["[__proto__=b].toString", 4],
  ]);
  const python = "class __proto__:\n    constructor = 1\n    def __init__(self):\n        self.toString = 2\n";
  assert.deepStrictEqual(Object.entries(documentOf(readText(python, "params.py"))), [
    ["__proto__.constructor", 1],
    ["__proto__.toString", 2],
  ]);
  const merged = "base: &b {__proto__: 1, constructor: 2}\na:\n  <<: *b\n";
  assert.deepStrictEqual(Object.entries(documentOf(readText(merged, "m.yaml"))), [
    ["base.__proto__", 1],
    ["base.constructor", 2],
    ["a.__proto__", 1],
    ["a.constructor", 2],
  ]);
  const rows = '[{"__proto__":"hasOwnProperty","v":1},{"__proto__":"constructor","v":2}]';
  assert.deepStrictEqual(Object.entries(documentOf(readText(rows, "m.json", identity))), [
    ["[__proto__=hasOwnProperty].v", 1],
    ["[__proto__=constructor].v", 2],
  ]);
  assert.deepStrictEqual(Reflect.ownKeys(Object.prototype), before);
});
