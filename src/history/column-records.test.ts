// Tests of what is counted of a column: missing marks never make it less numeric, whatever they are.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOf } from "../domain/column.ts";
import type { Value } from "../domain/model.ts";
import { bestOf, countKind, newColumn, noteUse } from "./column-records.ts";

function kind(...values: readonly Value[]): string {
  const column = newColumn("m.json", "a");
  for (const value of values) countKind(column, value);
  return kindOf(column);
}

test("countKind() leaves missing marks out of the share of numbers (F8)", () => {
  const marks: Value[] = ["N/A", "NA", "n/a", "-", "--", "null", "None", "", null];
  for (const mark of marks) {
    assert.equal(kind("54500.8", ...Array.from({ length: 99 }, () => mark)), "number", String(mark));
    assert.equal(kind(...Array.from({ length: 9 }, () => mark)), "empty", String(mark));
    assert.equal(kind("fast", mark, mark), "text", String(mark));
  }
});

test("countKind() counts special numbers, their texts and numbers with marks as numbers (F8)", () => {
  assert.equal(kind(Number.NaN, "NaN", "nan", "inf", "-inf", "Infinity", "85%", "1,234.5", 2n ** 64n), "number");
  assert.equal(kind("NaN", "NaN", "abc"), "text", "two of three texts that could be numbers are not enough");
  assert.equal(kind(...Array.from({ length: 9 }, () => "1"), "abc"), "number");
  assert.equal(kind(...Array.from({ length: 8 }, () => "1"), "abc"), "text");
});

test("bestOf() passes over what is special or missing", () => {
  const column = newColumn("m.json", "accuracy");
  for (const [position, value] of [Number.NaN, "inf", "N/A", 0.5, "75%", null].entries())
    noteUse(column, value, 0, position, position);
  assert.deepEqual(bestOf(column), { value: 75, position: 4 });
});

test("bestOf() tells integers apart that are one double", () => {
  const column = newColumn("m.json", "accuracy");
  for (const [position, value] of [2n ** 53n, 2n ** 53n + 1n, 2n ** 53n].entries())
    noteUse(column, value, 0, position, position);
  assert.deepEqual(bestOf(column), { value: 2n ** 53n + 1n, position: 1 });
});
