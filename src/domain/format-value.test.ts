// Tests of how values, columns and changes are written.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import {
  columnDecimals,
  exactText,
  formatChange,
  formatColumn,
  formatCount,
  formatDifference,
  formatRelativeChange,
  formatValue,
} from "./format-value.ts";
import type { Value } from "./model.ts";

type Written = Value | { bigint: string } | { special: string } | { negative: number };
interface Cases {
  readonly value: readonly { value: Written; unit?: string; text: string }[];
  readonly column: readonly { name: string; values: readonly Value[]; texts: readonly string[] }[];
  readonly change: readonly { value: Written; baseline: Written; decimals?: number; text: string }[];
  readonly exact: readonly { value: Written; text: string }[];
  readonly relative: readonly { fraction: number; text: string }[];
}

const cases: Cases = JSON.parse(readFileSync(new URL("format-value.cases.json", import.meta.url), "utf8"));

for (const { value, unit, text } of cases.value) {
  test(`formatValue() writes ${shown(value)} as ${JSON.stringify(text)}`, () => {
    assert.equal(formatValue(read(value), unit), text);
  });
}

for (const { name, values, texts } of cases.column) {
  test(`formatColumn() ${name}`, () => assert.deepEqual(formatColumn(values), texts));
}

for (const { value, baseline, decimals, text } of cases.change) {
  test(`formatChange() writes ${shown(baseline)} to ${shown(value)} as ${JSON.stringify(text)}`, () => {
    assert.equal(formatChange(read(value), read(baseline), decimals ?? null), text);
  });
}

for (const { value, text } of cases.exact) {
  test(`exactText() of ${shown(value)} is ${text}`, () => assert.equal(exactText(read(value)), text));
}

for (const { fraction, text } of cases.relative) {
  test(`formatRelativeChange() writes ${fraction} as ${text}`, () =>
    assert.equal(formatRelativeChange(fraction), text));
}

test("formatValue() keeps the first five digits and the size of any number", () => {
  for (let exponent = -320; exponent <= 307; exponent++) {
    for (const mantissa of [1, 1.00005, 1.23456789, 4.99995, 9.99994, 9.99996]) {
      const number = mantissa * 10 ** exponent;
      const back = Number(formatValue(number).replaceAll(",", "").replaceAll("−", "-"));
      const tolerance = number * 0.500001e-4 + 1e-323; // the second for numbers that a double holds roughly
      assert.ok(Math.abs(back - number) <= tolerance, `${number} became ${formatValue(number)}`);
    }
  }
});

test("columnDecimals() of a column without numbers is null", () => {
  assert.equal(columnDecimals(["adam", null, Number.NaN, true]), null);
});

test("formatDifference() without a column writes five digits", () => {
  assert.equal(formatDifference(-1234.56789), "−1,234.6");
});

test("formatCount() groups thousands", () => {
  assert.deepEqual([0, 999, 1_000, 1_234_567].map(formatCount), ["0", "999", "1,000", "1,234,567"]);
});

function read(written: Written): Value {
  if (typeof written !== "object" || written === null) return written;
  if ("bigint" in written) return BigInt(written.bigint);
  return "special" in written ? Number(written.special) : -written.negative;
}

function shown(written: Written): string {
  return typeof written === "object" && written !== null ? String(Object.values(written)[0]) : JSON.stringify(written);
}
