// Tests of the limits of reading: hostile input of a megabyte ends quickly, with one problem or one warning.
import assert from "node:assert/strict";
import test from "node:test";
import { documentOf, readText } from "../../test/helpers/reading-cases.ts";
import { readMetricFile } from "./formats/read-file.ts";
import type { ProblemReason } from "./model.ts";

/** Ten times what the slowest of these takes on a busy machine: a watchdog, not a figure. */
const WATCHDOG_MS = 10_000;

interface Hostile {
  readonly path: string;
  readonly text: () => string;
  /** the one problem, or the reasons of the warnings */
  readonly problem?: ProblemReason;
  readonly warnings?: readonly ProblemReason[];
  readonly keys?: number;
}

const MEGA = 1_000_000;
const many = (count: number, make: (i: number) => string, between = ""): string =>
  Array.from({ length: count }, (_, i) => make(i)).join(between);

const HOSTILE: Readonly<Record<string, Hostile>> = {
  "JSON: 1,000,000 opening brackets": { path: "m.json", text: () => "[".repeat(MEGA), problem: "too-deep" },
  "JSON: 100,000 nested objects": { path: "m.json", text: () => '{"a":'.repeat(100_000), problem: "too-deep" },
  "JSON: one string": { path: "m.json", text: () => `{"a":"${"x".repeat(MEGA)}"}`, warnings: [], keys: 1 },
  "JSON: one string of escapes": {
    path: "m.json",
    text: () => `{"a":"${"\\u00e9".repeat(160_000)}"}`,
    warnings: [],
    keys: 1,
  },
  "JSON: a key of a megabyte": {
    path: "m.json",
    text: () => `{"${"k".repeat(MEGA)}":1,"b":2}`,
    warnings: ["key-too-long"],
    keys: 1,
  },
  "JSON: 100,000 keys": {
    path: "m.json",
    text: () => `{${many(100_000, (i) => `"k${i}":${i}`, ",")}}`,
    problem: "too-many-leaves",
  },
  "JSON: 50,000 keys, the most that are allowed": {
    path: "m.json",
    text: () => `{${many(50_000, (i) => `"k${i}":${i}`, ",")}}`,
    warnings: [],
    keys: 50_000,
  },
  "JSON: an array of 200,000 numbers": {
    path: "m.json",
    text: () => `[${many(200_000, String, ",")}]`,
    warnings: [],
    keys: 5,
  },
  "JSON: 300,000 empty arrays": {
    path: "m.json",
    text: () => `[${many(300_000, () => "[]", ",")}]`,
    warnings: ["too-many-rows"],
    keys: 1,
  },
  "JSON: 60,000 empty objects under keys": {
    path: "m.json",
    text: () => `{${many(60_000, (i) => `"k${i}":{}`, ",")}}`,
    problem: "too-many-leaves",
  },
  "JSON: 100,000 rows without a name": {
    path: "m.json",
    text: () => `[${many(100_000, (i) => `{"a":${i}}`, ",")}]`,
    warnings: ["too-many-rows"],
    keys: 1,
  },
  "JSON: a megabyte of digits": {
    path: "m.json",
    text: () => `{"a":${"9".repeat(MEGA)}}`,
    warnings: ["number-too-large"],
    keys: 1,
  },
  "JSON: a megabyte of digits behind the point": {
    path: "m.json",
    text: () => `{"a":0.${"1".repeat(MEGA)}}`,
    warnings: [],
    keys: 1,
  },
  "JSON: one key 170,000 times": {
    path: "m.json",
    text: () => `{${many(170_000, () => '"a":1', ",")}}`,
    warnings: ["duplicate-keys"],
    keys: 1,
  },
  "JSON: 25,000 keys, each three times": {
    path: "m.json",
    text: () => `{${many(75_000, (i) => `"k${i % 25_000}":1`, ",")}}`,
    warnings: ["duplicate-keys"],
    keys: 25_000,
  },
  "JSON: a megabyte of blanks": {
    path: "m.json",
    text: () => `${" \t\r\n".repeat(250_000)}{"a":1}`,
    warnings: [],
    keys: 1,
  },
  "JSON: an error at the end": {
    path: "m.json",
    text: () => `[${many(200_000, String, ",")}`,
    problem: "not-readable",
  },
  "JSON: a long key over many leaves": {
    path: "m.json",
    text: () => `{"${"k".repeat(450)}":{${many(40_000, (i) => `"a${i}":1`, ",")}}}`,
    problem: "too-much-text",
  },
  "NDJSON: 100,000 lines": {
    path: "m.json",
    text: () => many(100_000, (i) => `{"a":${i}}`, "\n"),
    warnings: [],
    keys: 1,
  },
  "YAML: depth 100,000": { path: "m.yaml", text: () => `a: ${"[".repeat(100_000)}`, problem: "too-deep" },
  "YAML: 20,000 keys": { path: "m.yaml", text: () => many(20_000, (i) => `k${i}: ${i}\n`), warnings: [], keys: 20_000 },
  "YAML: 70,000 keys": { path: "m.yaml", text: () => many(70_000, (i) => `k${i}: ${i}\n`), problem: "too-many-leaves" },
  "YAML: 2,000 aliases": {
    path: "m.yaml",
    text: () => `a: &a 1\n${many(2000, (i) => `k${i}: *a\n`)}`,
    problem: "not-readable",
  },
  "YAML: a chain of merges": {
    path: "m.yaml",
    text: () => `a0: &a0 {k0: 1}\n${many(900, (i) => `a${i + 1}: &a${i + 1} {<<: *a${i}, k${i + 1}: 1}\n`)}`,
    problem: "not-readable",
  },
  "YAML: a megabyte of digits": {
    path: "m.yaml",
    text: () => `a: ${"9".repeat(MEGA)}`,
    warnings: ["number-too-large"],
    keys: 1,
  },
  "YAML: 250,000 documents": {
    path: "m.yaml",
    text: () => many(250_000, () => "---\n"),
    warnings: ["more-documents"],
    keys: 0,
  },
  "YAML: a megabyte of comments": { path: "m.yaml", text: () => "#\n".repeat(500_000), warnings: [], keys: 0 },
  "TOML: a dotted key of 100,000 parts": {
    path: "m.toml",
    text: () => `${"a.".repeat(100_000)}a = 1`,
    problem: "too-deep",
  },
  "TOML: a dotted key of 65 parts": { path: "m.toml", text: () => `${"a.".repeat(64)}a = 1`, problem: "too-deep" },
  "TOML: depth 100,000": { path: "m.toml", text: () => `a = ${"[".repeat(100_000)}`, problem: "not-readable" },
  "TOML: 60,000 keys": {
    path: "m.toml",
    text: () => many(60_000, (i) => `k${i} = ${i}\n`),
    problem: "too-many-leaves",
  },
  "TOML: a megabyte of digits": {
    path: "m.toml",
    text: () => `a = ${"9".repeat(MEGA)}`,
    warnings: ["number-too-large"],
    keys: 1,
  },
  "CSV: a million columns": { path: "m.csv", text: () => ",".repeat(MEGA), problem: "too-many-leaves" },
  "CSV: 1,000 columns, the most that are allowed": {
    path: "m.csv",
    text: () => `${many(1000, (i) => `c${i}`, ",")}\n${many(1000, String, ",")}`,
    warnings: [],
    keys: 1000,
  },
  "CSV: 1,001 columns": { path: "m.csv", text: () => many(1001, (i) => `c${i}`, ","), problem: "too-many-leaves" },
  "CSV: 100,000 rows": {
    path: "m.csv",
    text: () => `step,loss,acc\n${many(100_000, (i) => `${i},1,2\n`)}`,
    problem: "too-many-leaves",
  },
  "CSV: 10,000 rows, the most that are allowed": {
    path: "m.csv",
    text: () => `step,loss,acc\n${many(10_000, (i) => `${i},1,2\n`)}`,
    warnings: [],
    keys: 7,
  },
  "CSV: 10,001 rows": {
    path: "m.csv",
    text: () => `step,loss,acc\n${many(10_001, (i) => `${i},1,2\n`)}`,
    problem: "too-many-leaves",
  },
  "CSV: a quote that opens a megabyte": {
    path: "m.csv",
    text: () => `a,b\n"${"x,\n".repeat(300_000)}`,
    problem: "not-readable",
  },
  "CSV: a cell of a megabyte": { path: "m.csv", text: () => `a,${"x".repeat(MEGA)}`, problem: "not-readable" },
  "CSV: one column name 1,000 times": {
    path: "m.csv",
    text: () => `${many(1000, () => "a", ",")}\n${many(1000, String, ",")}`,
    warnings: ["duplicate-keys"],
    keys: 1000,
  },
};

for (const [what, { path, text, problem, warnings, keys }] of Object.entries(HOSTILE)) {
  test(`readMetricFile() withstands ${what}`, () => {
    const content = text();
    const start = performance.now();
    const reading = readText(content, path);
    const elapsed = performance.now() - start;
    assert.equal(reading.problem?.reason, problem, reading.problem?.message);
    assert.deepStrictEqual(
      reading.warnings.map(({ reason }) => reason),
      warnings ?? [],
    );
    assert.equal(reading.document?.keys.length, keys);
    assert.ok(elapsed < WATCHDOG_MS, `${elapsed} ms`);
  });
}

test("readMetricFile() refuses a file over 4 MiB, and YAML or TOML over 1 MiB, with size and limit", () => {
  const mebibyte = 1024 * 1024;
  const limits = { "m.json": 4, "m.csv": 4, "m.yaml": 1, "m.toml": 1 };
  for (const [path, limit] of Object.entries(limits)) {
    const size = Math.round(mebibyte * (limit + 0.1));
    const { problem } = readMetricFile(new Uint8Array(size).fill(0x20), { path, identity: null });
    const message = `Found a file of ${limit}.1 MiB, wanted at most ${limit} MiB.`;
    assert.deepStrictEqual(problem, { reason: "too-large", message, size, limit: limit * mebibyte });
  }
  const fits = `{"a":1${" ".repeat(4 * mebibyte - 7)}}`;
  assert.deepStrictEqual(documentOf(readText(fits, "m.json")), { a: 1 });
});

for (const levels of [6, 30]) {
  test(`readMetricFile() withstands a billion laughs of ${levels} levels (P6)`, () => {
    const lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"];
    for (let i = 1; i <= levels; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    const start = performance.now();
    assert.equal(readText(lines.join("\n"), "m.yaml").problem?.reason, "too-many-leaves");
    assert.ok(performance.now() - start < WATCHDOG_MS);
  });
}

test("readMetricFile() withstands lists of aliases that are too long to keep their rows (P6)", () => {
  const lines = ["a0: &a0 [1]"];
  for (let i = 1; i <= 4; i++)
    lines.push(
      `a${i}: &a${i} [${Array(200)
        .fill(`*a${i - 1}`)
        .join(", ")}]`,
    );
  assert.equal(readText(lines.join("\n"), "m.yaml").problem?.reason, "too-many-leaves");
});

for (const text of ["a: &a [*a]", "a: &a {b: *a}", "&a ? *a\n: 1", "a: &a {<<: *a, b: 1}", "a: &a [b, *a, *a]"]) {
  test(`readMetricFile() withstands the circle ${JSON.stringify(text)} (P6)`, () => {
    const { document, problem } = readText(text, "m.yaml");
    assert.equal(document === null, problem !== null);
  });
}

test("readMetricFile() keeps a key of 512 bytes and leaves out one of 513, in and out of rows", () => {
  const key = "k".repeat(512);
  assert.deepStrictEqual(documentOf(readText(JSON.stringify({ [key]: 1 }), "m.json")), { [key]: 1 });
  const tooLong = readText(JSON.stringify({ [`${key}k`]: 1, a: 2 }), "m.json");
  assert.deepStrictEqual(documentOf(tooLong), { a: 2 });
  assert.deepStrictEqual(
    tooLong.warnings.map(({ reason }) => reason),
    ["key-too-long"],
  );
  const accents = "é".repeat(256);
  assert.deepStrictEqual(documentOf(readText(JSON.stringify({ [accents]: 1, [`${accents}e`]: 2 }), "m.json")), {
    [accents]: 1,
  });
  const rows = (length: number): string => JSON.stringify([{ n: "x", ["k".repeat(length)]: 1 }]);
  assert.equal(readText(rows(506), "m.json", { "": ["n"] }).document?.keys.length, 1, "[n=x]. and 506");
  assert.equal(readText(rows(507), "m.json", { "": ["n"] }).document?.keys.length, 0);
});

const LONG: readonly (readonly [name: string, document: unknown, bytes: number])[] = [
  ["one key", { ["k".repeat(513)]: 1 }, 513],
  ["accents", { ["é".repeat(513)]: 1 }, 1_026],
  ["what needs quotes", { [" ".repeat(600)]: 1 }, 604],
  ["what needs escapes", { ["\n".repeat(600)]: 1 }, 1_204],
  ["a key below another", { a: { ["k".repeat(513)]: 1 } }, 515],
  ["a key above another", { ["k".repeat(513)]: { b: 1 } }, 515],
  ["two that are too long together", { ["k".repeat(300)]: { ["l".repeat(300)]: 1 } }, 601],
];
for (const [name, document, bytes] of LONG) {
  test(`readMetricFile() says how long a key is that is too long: ${name}`, () => {
    const [warning] = readText(JSON.stringify(document), "m.json").warnings;
    assert.match(warning?.message ?? "", new RegExp(`…" has ${bytes} bytes, at most 512 are kept`));
    assert.deepEqual([warning?.size, warning?.limit], [bytes, 512]);
  });
}

test("readMetricFile() cuts a text at 256 bytes and splits no code point (P10)", () => {
  const kept = (text: string): unknown => documentOf(readText(JSON.stringify({ a: text }), "m.json"))["a"];
  assert.equal(kept("x".repeat(256)), "x".repeat(256));
  assert.equal(kept("x".repeat(257)), "x".repeat(256));
  for (const before of [253, 254, 255]) assert.equal(kept(`${"x".repeat(before)}🌊`), "x".repeat(before));
  assert.equal(kept(`${"x".repeat(252)}🌊y`), `${"x".repeat(252)}🌊`);
});

test("readMetricFile() numbers 100 rows, and keeps only the length of 101", () => {
  const rows = (count: number): string => JSON.stringify({ r: Array.from({ length: count }, (_, i) => ({ a: i })) });
  assert.equal(readText(rows(100), "m.json").unstableKeys.length, 100);
  const tooMany = readText(rows(101), "m.json");
  assert.deepStrictEqual(documentOf(tooMany), { "r.length": 101 });
  assert.deepStrictEqual(
    tooMany.warnings.map(({ reason }) => reason),
    ["too-many-rows"],
  );
});

test("readMetricFile() keeps the named rows of an array of which 101 have no name", () => {
  const rows = Array.from({ length: 102 }, (_, i) => (i === 50 ? { n: "x", a: 1 } : { a: 2 }));
  const reading = readText(JSON.stringify(rows), "m.json", { "": ["n"] });
  const document = documentOf(reading);
  assert.equal(document["[n=x].a"], 1);
  assert.equal(document["length"], 102);
  assert.equal(Object.keys(document).length, 102, "100 numbered rows, the named one, the length");
  assert.deepStrictEqual(
    reading.warnings.map(({ reason }) => reason),
    ["too-many-rows"],
  );
});

test("readMetricFile() gives the cells of 20 × 20 and the figures of 21 × 21", () => {
  const square = (n: number): string => JSON.stringify({ cm: Array.from({ length: n }, () => Array(n).fill(1)) });
  assert.equal(readText(square(20), "m.json").document?.keys.length, 400);
  assert.equal(readText(square(21), "m.json").document?.keys.length, 21 * 5 + 1);
});
