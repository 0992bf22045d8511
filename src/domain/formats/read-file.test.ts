// Tests of reading metric files: the tables of cases of every format, names that lie, and reading's promises.
import assert from "node:assert/strict";
import test from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { documentOf, readText, testReadingCases } from "../../../test/helpers/reading-cases.ts";
import { readMetricFile, sampleRows } from "./read-file.ts";

for (const format of ["json", "arrays", "ndjson", "yaml", "toml", "csv", "examples"]) {
  testReadingCases(new URL(`${format}.cases.json`, import.meta.url));
}

test("readMetricFile() stores the adapter's name and version, also with a problem", () => {
  const { adapter, adapterVersion } = readText('{"a":', "m.json");
  assert.deepStrictEqual([adapter, adapterVersion], ["json", 1]);
  const nothing = readText("just a sentence", "notes.txt");
  assert.deepStrictEqual([nothing.adapter, nothing.problem?.reason], ["none", "not-readable"]);
  assert.equal(nothing.problem?.message, "Found no known format, wanted JSON, NDJSON, YAML, TOML, CSV or TSV.");
});

test("readMetricFile() warns of duplicates with the first one's line, and counts the others", () => {
  const { warnings } = readText('{"a":1,\n"b":2,\n"a":3,"b":4,"a":5}', "m.json");
  assert.deepStrictEqual(warnings, [
    {
      reason: "duplicate-keys",
      message: 'The key "a" comes again in line 3: the last value counts. And 2 more.',
      line: 3,
    },
  ]);
});

test("readMetricFile() gives the same document when rows are shuffled (F4)", () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ name: `row ${i}`, value: i, nested: [{ k: `k${i}`, v: i }] }));
  const identity = { rows: ["name"], "rows[].nested": ["k"] };
  const sorted = (list: readonly unknown[]): [string, unknown][] => {
    const document = documentOf(readText(JSON.stringify({ rows: list }), "m.json", identity));
    return Object.entries(document).sort(([a], [b]) => (a < b ? -1 : 1));
  };
  const expected = sorted(rows);
  assert.equal(expected.length, 80);
  for (const step of [3, 7, 11]) {
    const shuffled = rows.map((_, i) => rows[(i * step) % rows.length]);
    assert.deepStrictEqual(sorted(shuffled), expected);
  }
});

test("readMetricFile() cuts a row's long name and ends it in its hash, so that two stay apart", () => {
  const long = "x".repeat(300);
  const text = JSON.stringify([
    { name: `${long}1`, v: 1 },
    { name: `${long}2`, v: 2 },
  ]);
  const keys = Object.keys(documentOf(readText(text, "m.json", { "": ["name"] })));
  assert.equal(keys.length, 2);
  for (const key of keys) assert.match(key, /^\[name=x{119}~[0-9a-f]{8}\]\.v$/);
  assert.notEqual(keys[0], keys[1]);
});

test("readMetricFile() and all that it reads leave Object.prototype as it was (P11)", () => {
  const before = Reflect.ownKeys(Object.prototype);
  for (const path of ["m.json", "m.yaml", "m.toml", "m.csv"]) {
    readText('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}', path);
    readText("__proto__: {polluted: 1}\n", path);
    readText("[__proto__]\npolluted = 1\n", path);
    readText("__proto__,polluted\n1,2\n", path);
  }
  assert.deepStrictEqual(Reflect.ownKeys(Object.prototype), before);
  assert.equal(Reflect.get({}, "polluted"), undefined);
});

test("sampleRows() gives the scalar fields of rows by array, nested ones with dots", () => {
  const text = '{"r":[{"a":"x","n":{"b":1},"l":[1,2],"in":[{"k":"p"},{"k":"q"}]},{"a":"y"}]}';
  const sample = sampleRows(new TextEncoder().encode(text), "m.json");
  const plain = [...(sample?.arrays ?? [])].map(([array, tables]) => [
    array,
    tables.map(({ rows, fields }) => [rows, Object.fromEntries(fields)]),
  ]);
  assert.deepStrictEqual(plain, [
    ["r[].in", [[2, { k: ["p", "q"] }]]],
    ["r", [[2, { a: ["x", "y"], "n.b": [1] }]]],
  ]);
});

test("sampleRows() gives null for a file that cannot be read", () => {
  assert.equal(sampleRows(new TextEncoder().encode("[1,"), "m.json"), null);
});

test("readMetricFile() keeps no file alive by the texts that it keeps (P18)", () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const kept: unknown[] = [];
  const filler = "y".repeat(1_000_000);
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 60; i++) {
    const text = JSON.stringify({ "a rather long key": `a text of file number ${i}`, filler });
    kept.push(readMetricFile(new TextEncoder().encode(text), { path: "m.json", identity: null }));
  }
  gc();
  const grown = process.memoryUsage().heapUsed - before;
  assert.equal(kept.length, 60);
  assert.ok(grown < 5_000_000, `${grown} bytes for 60 files of 1 MB`);
});
