// Tests of changes and of what they mean.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { change, type Direction, direction, isBetter, judge, relativeChange, sameValue } from "./compare.ts";
import type { Goal, Value } from "./model.ts";

type Written = Value | { readonly bigint: string } | { readonly negative: number };
interface Pair {
  readonly name: string;
  readonly value: Written;
  readonly baseline: Written;
}
interface Cases {
  readonly change: readonly (Pair & { change: number | null })[];
  readonly relative: readonly (Pair & { relative: number | null })[];
  readonly judge: readonly (Pair & { goal: Goal; judged: Direction })[];
}

const cases: Cases = JSON.parse(readFileSync(new URL("compare.cases.json", import.meta.url), "utf8"));

for (const { name, value, baseline, change: wanted } of cases.change) {
  test(`change() ${name}`, () => {
    assert.equal(change(read(value), read(baseline)), wanted);
    const back = change(read(baseline), read(value));
    assert.equal(
      back === null ? null : back + (wanted ?? 0),
      wanted === null ? null : 0,
      "the way back is its opposite",
    );
  });
}

for (const { name, value, baseline, relative } of cases.relative) {
  test(`relativeChange() ${name}`, () => assert.equal(relativeChange(read(value), read(baseline)), relative));
}

for (const { name, value, baseline, goal, judged } of cases.judge) {
  test(`judge() says that ${name}`, () => {
    assert.equal(judge(read(value), read(baseline), goal), judged);
    const difference = change(read(value), read(baseline));
    if (difference !== null) assert.equal(direction(difference, goal), judged, "direction() says the same of numbers");
    assert.equal(
      sameValue(read(value), read(baseline)),
      judged === "none" && read(value) !== null && read(baseline) !== null,
    );
  });
}

test("direction() of what is no change of numbers is none", () => {
  assert.equal(direction(null, "higher"), "none");
  assert.equal(direction(0, null), "none");
});

test("isBetter() is strict and never true of NaN", () => {
  assert.deepEqual([isBetter(2, 1, "higher"), isBetter(1, 1, "higher"), isBetter(1, 2, "lower")], [true, false, true]);
  assert.deepEqual([isBetter(Number.NaN, 1, "higher"), isBetter(1, Number.NaN, "lower")], [false, false]);
});

function read(written: Written): Value {
  if (typeof written !== "object" || written === null) return written;
  return "bigint" in written ? BigInt(written.bigint) : -written.negative;
}
