// Tests that no reader is quadratic (P8): sixteen times the file takes about sixteen times as long, never 256 times.
import assert from "node:assert/strict";
import test from "node:test";
import { processorMs } from "../../../test/helpers/processor-time.ts";
import { readMetricFile } from "./read-file.ts";

const FEW = 1000;
const MANY = 16 * FEW;
/** The least time of all rounds counts: so many only where others took the machine away in each one before. */
const MAX_ROUNDS = 40;

/** Sixteen is linear and 256 quadratic: between them lies what a busy machine, larger tables and collected memory add. */
const MAX_GROWTH = 80;

/** What takes less for the larger file is far from quadratic, and too little to be compared. */
const NOTHING_MS = 10;

const lines = (count: number, make: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join("");

/** Files of a size, by what is in them. Each is read to its end: none is over a limit that would stop it. */
const SHAPES: Readonly<Record<string, readonly [path: string, make: (size: number) => string]>> = {
  "YAML: a flat map": ["m.yaml", (size) => lines(size, (i) => `key_${i}: ${i}\n`)],
  "YAML: a flow map": ["m.yaml", (size) => `a: {${lines(size, (i) => `key_${i}: ${i}, `)}}`],
  "YAML: anchors": ["m.yaml", (size) => lines(size, (i) => `key_${i}: &a${i} ${i}\n`)],
  "YAML: merges": [
    "m.yaml",
    (size) => `base: &base {a: 1, b: 2, c: 3, d: 4}\n${lines(size / 20, (i) => `key_${i}: {<<: *base, e: ${i}}\n`)}`,
  ],
  "YAML: lists": ["m.yaml", (size) => `a:\n${lines(size, (i) => `- [${i}, 1]\n`)}`],
  "YAML: one text over lines": ["m.yaml", (size) => `a: >-\n${lines(size, (i) => `  folded ${i}\n`)}`],
  "YAML: comments": ["m.yaml", (size) => `a: 1\n${lines(size, (i) => `# ${i}\n\n`)}`],
  "TOML: a flat map": ["m.toml", (size) => lines(size, (i) => `key_${i} = ${i}\n`)],
  "TOML: an inline table": ["m.toml", (size) => `a = {${lines(size, (i) => `key_${i} = ${i}, `)}}`],
  "TOML: tables": ["m.toml", (size) => lines(size, (i) => `[table_${i}]\na = ${i}\n`)],
  "TOML: an array of tables": ["m.toml", (size) => lines(size, (i) => `[[rows]]\na = ${i}\n`)],
  "TOML: dotted keys": ["m.toml", (size) => lines(size, (i) => `a.b.key_${i} = ${i}\n`)],
  "TOML: numbers that are too large": ["m.toml", (size) => lines(size, (i) => `key_${i} = inf # ${i}\n`)],
  "JSON: a flat object": ["m.json", (size) => `{${lines(size, (i) => `"key_${i}":${i},`)}"z":1}`],
  "JSON: repeated names": ["m.json", (size) => `{${lines(size, (i) => `"key_${i % 50}":${i},`)}"z":1}`],
  "JSON: rows": [
    "m.json",
    (size) => `{"rows":[${lines(size, (i) => `{"name":"row ${i}","a":${i}},`)}{"name":"z","a":1}]}`,
  ],
  "JSON: a text of escapes": ["m.json", (size) => `{"a":"${"\\n".repeat(size)}"}`],
  "NDJSON: lines": ["m.json", (size) => lines(size, (i) => `{"a":${i}}\n`)],
  "CSV: columns, in a few rows": ["m.csv", (size) => lines(size / 100, (i) => `${i},${"a,".repeat(99)}\n`)],
  "CSV: a series": ["m.csv", (size) => `step,loss,acc\n${lines(size / 2, (i) => `${i},1.5,2\n`)}`],
  "Python: assignments": ["params.py", (size) => lines(size, (i) => `name_${i} = ${i}\n`)],
  "Python: a dictionary": ["params.py", (size) => `a = {${lines(size, (i) => `'key_${i}': ${i}, `)}}`],
  "Python: brackets that are skipped": [
    "params.py",
    (size) => `${"f(".repeat(30)}${lines(size, (i) => `${i}, `)}${")".repeat(30)}\na = 1\n`,
  ],
};

for (const [what, [path, make]] of Object.entries(SHAPES)) {
  test(`readMetricFile() takes time in proportion to ${what}`, () => {
    const [few, many] = [Buffer.from(make(FEW)), Buffer.from(make(MANY))];
    let [short, long] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const isLinear = (): boolean => long < NOTHING_MS || long / short < MAX_GROWTH;
    for (let round = 0; round < MAX_ROUNDS && (round < 3 || !isLinear()); round++) {
      short = Math.min(short, timeOf(few, path));
      long = Math.min(long, timeOf(many, path));
    }
    assert.ok(isLinear(), `${short} ms for ${FEW}, ${long} ms for ${MANY}`);
  });
}

function timeOf(bytes: Uint8Array, path: string): number {
  const start = processorMs(); // a busy machine takes itself away from what is long, and never from what is short
  const { document } = readMetricFile(bytes, { path, identity: { rows: ["name"] } });
  const elapsed = processorMs() - start;
  assert.notEqual(document, null);
  return elapsed;
}
