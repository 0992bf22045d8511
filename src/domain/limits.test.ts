// Tests of the limits of reading: hostile input of a megabyte ends quickly, with one problem or one warning.
import assert from "node:assert/strict";
import test from "node:test";
import { HOSTILE_DOCUMENTS } from "../../test/helpers/hostile-documents.ts";
import { processorMs } from "../../test/helpers/processor-time.ts";
import { documentOf, readText } from "../../test/helpers/reading-cases.ts";
import { readMetricFile } from "./formats/read-file.ts";

/** Ten times what the slowest of these takes on a busy machine: a watchdog, not a figure. */
const WATCHDOG_MS = 10_000;
/** Laughs may take 50 ms; ten times that. */
const LAUGHS_WATCHDOG_MS = 500;

for (const [what, { path, text, problem, warnings, keys }] of Object.entries(HOSTILE_DOCUMENTS)) {
  test(`readMetricFile() withstands ${what}`, () => {
    const content = text();
    const start = processorMs();
    const reading = readText(content, path);
    const elapsed = processorMs() - start;
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

/** Documents whose keys are many times their text when they are flattened: how many leaves, and how long each key. */
const GROWING: Readonly<Record<string, (leaves: string) => string>> = {
  "one key of 250 bytes": (leaves) => `{"${"k".repeat(250)}":{${leaves}}}`,
  "55 levels of 8 bytes": (leaves) =>
    `${Array.from({ length: 55 }, (_, i) => `{"level_${10 + i}":`).join("")}{${leaves}}${"}".repeat(55)}`,
};

for (const [what, wrap] of Object.entries(GROWING)) {
  test(`readMetricFile() reads 10,000 leaves under ${what}, and refuses four times as many with one problem (P18)`, () => {
    const leaves = (count: number): string => Array.from({ length: count }, (_, i) => `"${i}":1`).join(",");
    const fits = readText(wrap(leaves(10_000)), "m.json");
    assert.equal(fits.document?.keys.length, 10_000, fits.problem?.message);
    const size = fits.document?.keys.reduce((sum, key) => sum + key.length, 0) ?? 0;
    assert.ok(size > 2_500_000 && size < 8 * 1024 * 1024, `${size} bytes of keys`);
    const { document, problem, warnings } = readText(wrap(leaves(40_000)), "m.json");
    assert.deepStrictEqual([document, problem?.reason, warnings], [null, "too-much-text", []]);
    assert.equal(problem?.limit, 8 * 1024 * 1024);
  });
}

for (const levels of [6, 30]) {
  test(`readMetricFile() withstands a billion laughs of ${levels} levels (P6)`, () => {
    const lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"];
    for (let i = 1; i <= levels; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    const start = processorMs();
    assert.equal(readText(lines.join("\n"), "m.yaml").problem?.reason, "too-many-leaves");
    assert.ok(processorMs() - start < LAUGHS_WATCHDOG_MS);
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
