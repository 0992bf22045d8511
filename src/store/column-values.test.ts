// How Postgres' values become ours.
import assert from "node:assert/strict";
import { test } from "node:test";
import { columnTypes, parseJsonb } from "./column-values.ts";

const INT8 = 20;
const INT8_ARRAY = 1016;

test("columnTypes gives a bigint as a number", () => {
  assert.equal(columnTypes.getTypeParser(INT8)("9007199254740991"), 9_007_199_254_740_991);
});

test("columnTypes refuses a bigint that a number would round", () => {
  assert.throws(() => columnTypes.getTypeParser(INT8)("9007199254740993"), /9007199254740993 is beyond 2\^53/);
});

test("columnTypes gives a bigint array with its gaps", () => {
  assert.deepEqual(columnTypes.getTypeParser(INT8_ARRAY)("{1,NULL,-3}"), [1, null, -3]);
  assert.deepEqual(columnTypes.getTypeParser(INT8_ARRAY)("{}"), []);
});

test("columnTypes leaves other types to the driver", () => {
  const timestamp = columnTypes.getTypeParser(1184)("2026-11-24 10:00:00+00");
  assert.deepEqual(timestamp, new Date("2026-11-24T10:00:00Z"));
});

test("parseJsonb() keeps an integer beyond 2^53 exact, wherever it stands", () => {
  assert.deepEqual(parseJsonb('[9007199254740993, {"a": -12345678901234567890, "b": "9007199254740993"}]'), [
    9_007_199_254_740_993n,
    { a: -12_345_678_901_234_567_890n, b: "9007199254740993" },
  ]);
  const longest = "9".repeat(40);
  assert.deepEqual(parseJsonb(`[${longest}, -${longest}]`), [BigInt(longest), -BigInt(longest)]);
});

test("parseJsonb() gives fractions, small integers and integers of over 40 digits as doubles", () => {
  const digits = `1${"0".repeat(60)}`;
  assert.deepEqual(
    parseJsonb(`[0.1234567890123456, 1000000000000000, ${digits}]`),
    [0.1234567890123456, 1_000_000_000_000_000, 1e60],
  );
});
