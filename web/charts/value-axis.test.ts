// Tests of the upright axis: ends, ticks, places.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { logTicks, placeOnAxis, type ValueAxis, valueAxis } from "./value-axis.ts";

const LINEAR = { log: false, zero: false, relative: false };
const LOG = { ...LINEAR, log: true };
const texts = (axis: ValueAxis | null): string[] => axis?.ticks.map(({ text }) => text) ?? [];

test("valueAxis() leaves room around the values and writes ticks with the same decimals", () => {
  const axis = valueAxis([0.4, 0.8], LINEAR, 6);
  assert.ok(axis !== null && axis.low < 0.4 && axis.low > 0.37 && axis.high > 0.8 && axis.high < 0.83);
  assert.deepEqual(texts(axis), ["0.4", "0.5", "0.6", "0.7", "0.8"]);
});

test("valueAxis() begins at zero when asked, or ends there, and then has no room beyond it", () => {
  assert.deepEqual(
    [valueAxis([40, 50], { ...LINEAR, zero: true }, 6)?.low, valueAxis([-40, -50], { ...LINEAR, zero: true }, 6)?.high],
    [0, 0],
  );
  assert.ok((valueAxis([-5, 5], { ...LINEAR, zero: true }, 6)?.low ?? 0) < -5);
});

test("valueAxis() puts one value in the middle, and has no axis for none", () => {
  const axis = valueAxis([7], LINEAR, 6);
  assert.ok(axis !== null);
  assert.equal(placeOnAxis(axis, 7), 0.5);
  assert.equal(valueAxis([Number.NaN, Number.POSITIVE_INFINITY], LINEAR, 6), null);
  assert.equal(valueAxis([0, -3], LOG, 6), null);
  assert.equal(placeOnAxis(valueAxis([0], LINEAR, 6) as ValueAxis, 0), 0.5);
});

test("valueAxis() writes relative values as per cent: of the change, or on a logarithmic axis of the first value", () => {
  assert.deepEqual(texts(valueAxis([-0.1, 0, 0.1], { ...LINEAR, relative: true }, 5)), [
    "−10%",
    "−5%",
    "0%",
    "+5%",
    "+10%",
  ]);
  assert.deepEqual(texts(valueAxis([0.1, 1, 10], { ...LOG, relative: true }, 5)), ["10%", "100%", "1,000%"]);
});

test("placeOnAxis() has decades at even distances on a logarithmic axis, and no place for zero and below", () => {
  const axis = valueAxis([1, 10, 100], LOG, 6) as ValueAxis;
  const [one, ten, hundred] = [1, 10, 100].map((value) => placeOnAxis(axis, value) ?? Number.NaN) as [
    number,
    number,
    number,
  ];
  assert.ok(Math.abs(ten - one - (hundred - ten)) < 1e-9);
  assert.deepEqual([placeOnAxis(axis, 0), placeOnAxis(axis, -1), placeOnAxis(axis, Number.NaN)], [null, null, null]);
});

test("logTicks() writes decades, more where there are few of them, fewer where there are many", () => {
  assert.deepEqual(logTicks(0.9, 1_100, 6), [1, 10, 100, 1_000]);
  assert.deepEqual(logTicks(0.9, 55, 6), [1, 2, 5, 10, 20, 50]);
  assert.deepEqual(logTicks(40, 47, 4), [40, 42, 44, 46]);
  assert.deepEqual(logTicks(1e-6, 1e6, 4), [1e-6, 1e-2, 1e2, 1e6]);
});

test("every value of an axis has a place between its ends", () => {
  const positive = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(positive, { minLength: 1, maxLength: 20 }),
      fc.boolean(),
      fc.boolean(),
      (values, log, zero) => {
        const axis = valueAxis(values, { log, zero: zero && !log, relative: false }, 6);
        assert.ok(axis !== null);
        for (const value of [...values, ...axis.ticks.map((tick) => tick.value)]) {
          const place = placeOnAxis(axis, value);
          assert.ok(
            place !== null && place >= 0 && place <= 1,
            `${value} stands at ${place} of ${axis.low} … ${axis.high}`,
          );
        }
      },
    ),
    { seed: 20_261_127, numRuns: 300 },
  );
});
