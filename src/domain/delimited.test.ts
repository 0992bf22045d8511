// Tests of CSV: values stay what they are, texts stay texts.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Value } from "./model.ts";
import { csvLine } from "./delimited.ts";

const FIELDS: readonly (readonly [Value, string])[] = [
  [-1.5, "-1.5"],
  [1e21, "1e+21"],
  [Number.NaN, "NaN"],
  [2n ** 64n, "18446744073709551616"],
  [true, "true"],
  [null, ""],
  ["", ""],
  ["-1.5", "-1.5"],
  ["plain", "plain"],
  ['say "hi", you', '"say ""hi"", you"'],
  ["two\nlines", "twoU+000Alines"],
  ["=1+1", "'=1+1"],
  ["+cmd|'/c calc'!A0", "'+cmd|'/c calc'!A0"],
  ["-2+3", "'-2+3"],
  ["@SUM(A1)", "'@SUM(A1)"],
  [" =1", "' =1"],
  ["＝1+1", "'＝1+1"],
  ["＠x", "'＠x"],
  ["\t=1", "'U+0009=1"],
  ["\0x", "'U+0000x"],
  [" blank ", '" blank "'],
  ["\u001b[31mred", "U+001B[31mred"],
  ["\u202Egnp", "U+202Egnp"],
];

for (const [value, text] of FIELDS) {
  test(`csvLine() writes ${typeof value} ${String(value)} as ${text}`, () =>
    assert.equal(csvLine([value]), `${text}\n`));
}

test("csvLine() separates fields by commas and ends in a line feed", () => {
  assert.equal(csvLine(["a", 1, null, "b c"]), "a,1,,b c\n");
});
