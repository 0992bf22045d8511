// Tests of values: what counts as a number, the order of a column, and the ways to jsonb and to the API.
import assert from "node:assert/strict";
import test from "node:test";
import { processorMs } from "../../test/helpers/processor-time.ts";
import fc from "fast-check";
import type { Value } from "./model.ts";
import {
  canonicalNumber,
  compareTexts,
  compareValues,
  fromJsonb,
  fullNumberOf,
  isMissing,
  numberOf,
  sentIn,
  toApiJson,
  toJsonb,
  valueIn,
} from "./value.ts";

const SEED = 20_261_124;
const shortText = fc.string({ unit: "binary", maxLength: 4 });

const NUMBERS: [Value, number][] = [
  [1.5, 1.5],
  [9007199254740993n, 9007199254740992],
  ["54500.8", 54500.8],
  ["-0.5e-3", -0.0005],
  ["85%", 85],
  ["1,234.5", 1234.5],
  ["-12,345,678%", -12345678],
  ["NaN", Number.NaN],
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["1e400", Number.POSITIVE_INFINITY],
];
const NO_NUMBERS: Value[] = [
  null,
  true,
  false,
  "",
  " ",
  "0x10",
  "0b1",
  "1_000",
  "1,5",
  "1,23,456",
  "01",
  "+1",
  ".5",
  "1.",
];
const NO_NUMBERS_EITHER: Value[] = [
  "1 ",
  "\u00a01",
  "12 ms",
  "N/A",
  "-",
  "1e",
  "e1",
  "%",
  "0".repeat(65),
  "1".repeat(65),
  "--1",
];

test("numberOf() takes numbers, special numbers and texts that are nothing but a number", () => {
  for (const [value, number] of NUMBERS) assert.equal(numberOf(value), number, String(value));
});

test("numberOf() takes nothing else", () => {
  for (const value of [...NO_NUMBERS, ...NO_NUMBERS_EITHER]) assert.equal(numberOf(value), null, String(value));
});

test("fullNumberOf() keeps the digits of long integers, and has one form of each number", () => {
  const digits = "9".repeat(40);
  const cases: readonly (readonly [Value, number | bigint | null])[] = [
    ["9007199254740993", 9007199254740993n],
    ["-9,007,199,254,740,993%", -9007199254740993n],
    [9007199254740993n, 9007199254740993n],
    [2 ** 53, 2n ** 53n],
    ["9007199254740992", 2n ** 53n],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["1e22", 10n ** 22n],
    [digits, BigInt(digits)],
    [`${digits}9`, 1e41],
    ["54500.8", 54500.8],
    ["inf", Number.POSITIVE_INFINITY],
    ["N/A", null],
    [true, null],
  ];
  for (const [value, number] of cases) assert.equal(fullNumberOf(value), number, String(value));
});

test("numberOf() reads long texts in linear time", () => {
  const start = processorMs();
  for (const unit of ["1", " ", "a", '"', "1,111", "1.", "1e", "-"]) numberOf(unit.repeat(1_000_000));
  assert.ok(processorMs() - start < 1000, "a ten-fold watchdog: it takes a few milliseconds");
});

test("isMissing() knows null and the marks that people write", () => {
  for (const value of [null, "", "N/A", "NA", "n/a", "-", "--", "null", "None"]) assert.equal(isMissing(value), true);
  for (const value of [0, false, Number.NaN, "none", "0", "NaN", " "]) assert.equal(isMissing(value), false);
});

test("valueIn() and sentIn() take marks for nothing as missing in columns of numbers alone", () => {
  const kinds = ["number", "text", "mixed", "boolean", "empty"] as const;
  for (const mark of ["", "N/A", "NA", "n/a", "-", "--", "null", "None"]) {
    for (const kind of kinds) {
      assert.equal(valueIn(mark, kind), kind === "number" ? null : mark);
      assert.equal(sentIn(mark, kind), kind === "number" ? null : mark);
    }
    assert.ok(compareValues(mark, null) < 0, "a text stands before what is missing");
  }
  for (const value of ["none", "NaN", " ", 0, false, 5n, null]) {
    for (const kind of kinds) assert.equal(valueIn(value, kind), value);
  }
  for (const kind of kinds) assert.equal(sentIn("1,234%", kind), kind === "number" ? 1234 : "1,234%");
  assert.equal(sentIn("9007199254740993", "number"), 9007199254740993n);
});

test("compareValues() puts finite numbers before special ones, then truth values, texts, and missing values last", () => {
  const longIntegers: Value[] = [9007199254740992n, "9007199254740993", 9007199254740994n, "9,007,199,254,740,995%"];
  const inOrder: Value[] = [-1n * 10n ** 20n, -1, "-0.5", 0, "1", 2, ...longIntegers];
  const others: Value[] = [Number.NEGATIVE_INFINITY, "inf", Number.NaN, false, true, "a", "b", "\uffff", "🌊", null];
  const all = [...inOrder, ...others];
  assert.deepStrictEqual(
    all.toReversed().sort((a, b) => compareValues(a, b)),
    all,
  );
  const falling = [...all].sort((a, b) => compareValues(a, b, "descending"));
  assert.equal(falling.at(-1), null, "missing values stay last");
  assert.deepStrictEqual(falling.slice(0, inOrder.length), inOrder.toReversed());
});

test(`compareTexts() is the order of code points, seed ${SEED}`, () => {
  const property = fc.property(shortText, shortText, (a, b) => {
    const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
    assert.equal(Math.sign(compareTexts(a, b)), expected);
  });
  fc.assert(property, { seed: SEED, numRuns: 5000 });
});

test("canonicalNumber() keeps an integer between 2^53 and 10^40 with its digits", () => {
  assert.equal(canonicalNumber(2 ** 53 - 1), 2 ** 53 - 1);
  assert.equal(canonicalNumber(2 ** 53), 9007199254740992n);
  assert.equal(canonicalNumber(-1.5e17), -150000000000000000n);
  assert.equal(canonicalNumber(1e22), 10n ** 22n);
  assert.equal(canonicalNumber(1.25e39), 125n * 10n ** 37n);
  assert.equal(canonicalNumber(1e40), 1e40, "41 digits are a double");
  assert.equal(canonicalNumber(1e308), 1e308);
  assert.ok(Object.is(canonicalNumber(-0), -0));
});

const VALUES: Value[] = [0, 1.5, 5e-324, 1e308, 2 ** 53 - 1, 9007199254740993n, -(10n ** 39n), Number.NaN];
const MORE_VALUES: Value[] = [
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  "NaN",
  "1234567890123456789",
  "é🌊",
  "",
  true,
  null,
];

test("fromJsonb() gives back what toJsonb() wrote", () => {
  for (const list of [[], VALUES, MORE_VALUES, [...VALUES, ...MORE_VALUES]])
    assert.deepStrictEqual(fromJsonb(toJsonb(list)), list);
  assert.equal(toJsonb([Number.NaN, 9007199254740993n, "NaN"]), '[{"n":"NaN"},9007199254740993,"NaN"]');
});

test(`fromJsonb() gives back any canonical value, also in the way that Postgres writes it, seed ${SEED}`, () => {
  const value = fc.oneof(fc.double().map(canonicalNumber), fc.string(), fc.boolean(), fc.constant(null));
  const property = fc.property(fc.array(value), (list) => {
    const expected = list.map((each) => (Object.is(each, -0) ? 0 : each));
    assert.deepStrictEqual(fromJsonb(toJsonb(list)), expected);
  });
  fc.assert(property, { seed: SEED, numRuns: 5000 });
  const asPostgresDoes = `[1${"0".repeat(300)}, 0.${"0".repeat(300)}1, 100000000000000000000000]`;
  assert.deepStrictEqual(fromJsonb(asPostgresDoes), [1e300, 1e-301, 10n ** 23n]);
});

test("toApiJson() writes special numbers as texts and long integers with their digits", () => {
  const written = [Number.NaN, Number.NEGATIVE_INFINITY, 9007199254740993n, 1.5, 'a"b', true, null].map(toApiJson);
  assert.deepStrictEqual(written, ['"NaN"', '"-Infinity"', "9007199254740993", "1.5", '"a\\"b"', "true", "null"]);
});
