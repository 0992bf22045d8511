// Tests of tolerances: what counts as a change.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Value } from "./model.ts";
import { isBeyond } from "./tolerance.ts";

const CASES: readonly (readonly [
  value: Value,
  baseline: Value,
  relative: number,
  absolute: number,
  beyond: boolean,
])[] = [
  [1, 1, 0, 0, false],
  [1.01, 1, 0, 0, true],
  // as large as the tolerance is within it, whatever a double makes of it
  [101, 100, 0.01, 0, false],
  [107, 100, 0.07, 0, false],
  [129, 100, 0.29, 0, false],
  [0.3, 0.1, 2, 0, false],
  [101.01, 100, 0.01, 0, true],
  [99, 100, 0.01, 0, false],
  [98.9, 100, 0.01, 0, true],
  // the larger of the two holds
  [1.5, 1, 0.01, 1, false],
  [200, 100, 1, 0.001, false],
  // nothing is a part of 0
  [0.001, 0, 0.5, 0, true],
  [0.001, 0, 0.5, 0.001, false],
  [-0.001, 0, 0, 0.0005, true],
  // what is no number has no size
  [Number.NaN, 1, 10, 10, true],
  [1, Number.NaN, 10, 10, true],
  [Number.NaN, Number.NaN, 0, 0, false],
  [Number.POSITIVE_INFINITY, 1, 10, 10, true],
  ["adam", "sgd", 10, 10, true],
  ["adam", "adam", 0, 0, false],
  [null, 1, 10, 10, true],
  ["101", "100", 0.01, 0, false],
  [10n ** 20n, 10n ** 20n + 1n, 0, 0, true],
  [10n ** 20n, 10n ** 20n + 1n, 0, 1, false],
];

for (const [value, baseline, relative, absolute, beyond] of CASES) {
  test(`isBeyond() from ${String(baseline)} to ${String(value)} with ${relative} and ${absolute} is ${beyond}`, () => {
    assert.equal(isBeyond(value, baseline, { relative, absolute }), beyond);
  });
}
