// Property tests of lines made short: against all values, for every size, run, gap and end.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type SeriesPoint, SeriesReducer } from "./series.ts";

/** A commit's value: undefined where it is missing, null where it is no finite number. */
type Cell = number | null | undefined;

const cell: fc.Arbitrary<Cell> = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -50, max: 50 }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant(null) },
);
/** Runs of the same value, as histories have them. */
const cells = fc
  .array(fc.tuple(cell, fc.integer({ min: 1, max: 12 })), { maxLength: 120 })
  .map((runs) => runs.flatMap(([value, length]) => Array.from({ length }, () => value)));
const limits = fc.integer({ min: 6, max: 60 });

/** Adds all, a commit at a time or a run at a time. */
function reduced(values: readonly Cell[], limit: number, { runs = false, base = 0, span = values.length } = {}) {
  const reducer = new SeriesReducer(limit, span);
  for (let low = 0; low < values.length; ) {
    let high = low;
    if (runs) while (high + 1 < values.length && Object.is(values[high + 1], values[low])) high++;
    const value = values[low];
    if (value !== undefined) reducer.add(base + low, base + high, value, value === null ? null : Math.abs(value));
    low = high + 1;
  }
  return reducer;
}

/** All values and one point for each gap, from the first commit that has something to the last. */
function slowPoints(values: readonly Cell[]): SeriesPoint[] {
  const first = values.findIndex((value) => value !== undefined);
  const last = values.findLastIndex((value) => value !== undefined);
  const points: SeriesPoint[] = [];
  for (let ordinal = first; ordinal >= 0 && ordinal <= last; ordinal++) {
    const value = values[ordinal] ?? null;
    if (value !== null) points.push({ ordinal, value, spread: Math.abs(value) });
    else if (points.length === 0 || points.at(-1)?.value !== null) points.push({ ordinal, value: null, spread: null });
  }
  return points;
}

test("SeriesReducer gives every commit and every gap when there is room for all of them", () => {
  fc.assert(
    fc.property(cells, (values) => {
      const wanted = slowPoints(values);
      assert.deepEqual(reduced(values, Math.max(6, values.length)).points(), wanted);
    }),
  );
});

test("SeriesReducer gives the same whether commits come one by one or in runs, and wherever the line begins", () => {
  fc.assert(
    fc.property(cells, limits, fc.integer({ min: 0, max: 1_000_000 }), (values, limit, base) => {
      const one = reduced(values, limit).points();
      assert.deepEqual(reduced(values, limit, { runs: true }).points(), one);
      const moved = reduced(values, limit, { base }).points();
      assert.deepEqual(
        moved.map((point) => ({ ...point, ordinal: point.ordinal - base })),
        one,
      );
    }),
  );
});

test("SeriesReducer copy() goes on by itself: both give what one that was never copied gives", () => {
  fc.assert(
    fc.property(cells, cells, limits, (before, after, limit) => {
      const span = before.length + after.length;
      const add = (reducer: SeriesReducer, values: readonly Cell[]): SeriesReducer => {
        for (const [at, value] of values.entries())
          if (value !== undefined) reducer.add(before.length + at, before.length + at, value, Math.abs(value ?? 0));
        return reducer;
      };
      const original = reduced(before, limit, { span });
      const copies = [original.copy(), original.copy()];
      assert.deepEqual(
        copies.map((copy) => add(copy, after).points()),
        [1, 2].map(() => add(reduced(before, limit, { span }), after).points()),
      );
      assert.deepEqual(original.points(), reduced(before, limit, { span }).points());
      assert.deepEqual(original.copy().total, original.total);
    }),
  );
});

test("SeriesReducer gives at most the points asked for, each of them true, by rising ordinal, the ends among them", () => {
  fc.assert(
    fc.property(cells, limits, (values, limit) => {
      const reducer = reduced(values, limit);
      const points = reducer.points();
      const all = slowPoints(values);
      assert.ok(points.length <= limit, `${points.length} points of ${limit}`);
      const truth = new Map(all.map((point) => [point.ordinal, point]));
      for (const point of points) assert.deepEqual(point, truth.get(point.ordinal));
      assert.ok(points.every((point, i) => i === 0 || point.ordinal > (points[i - 1]?.ordinal ?? -1)));
      assert.deepEqual([points[0], points.at(-1)], [all[0], all.at(-1)]);
      const last = values.findLastIndex((value) => value !== undefined);
      assert.equal(reducer.total, all.length === 0 ? 0 : last - (all[0]?.ordinal ?? 0) + 1);
    }),
  );
});

test("SeriesReducer hides no peak: near every value there are points as high and as low", () => {
  fc.assert(
    fc.property(cells, limits, (values, limit) => {
      const points = reduced(values, limit).points();
      const stretches = Math.max(1, Math.floor((limit - 2) / 3));
      const reach = 4 * Math.ceil(values.length / stretches);
      values.forEach((value, ordinal) => {
        if (value === null || value === undefined) return;
        const near = points.filter((point) => Math.abs(point.ordinal - ordinal) <= reach);
        const numbers = near.map((point) => point.value).filter((each) => each !== null);
        assert.ok(Math.max(...numbers) >= value && Math.min(...numbers) <= value, `${value} at ${ordinal}`);
      });
      const there = values.filter((value) => typeof value === "number");
      const shown = points.map((point) => point.value).filter((value) => value !== null);
      assert.deepEqual([Math.max(...shown), Math.min(...shown)], [Math.max(...there), Math.min(...there)]);
    }),
  );
});

test("SeriesReducer keeps a gap that is longer than a stretch, and gives one point for it", () => {
  const values: Cell[] = [
    ...Array.from({ length: 400 }, (_, i) => i % 7),
    ...Array.from({ length: 300 }, () => undefined),
    ...Array.from({ length: 50 }, () => null),
    ...Array.from({ length: 400 }, (_, i) => i % 5),
  ];
  const points = reduced(values, 50).points();
  const gaps = points.filter((point) => point.value === null);
  assert.deepEqual(gaps, [{ ordinal: 400, value: null, spread: null }]);
});

test("SeriesReducer uses most of the points that it may, at any length", () => {
  for (const length of [51, 99, 100, 101, 199, 200, 201, 1_000, 12_345, 200_000]) {
    const values = Array.from({ length }, (_, i) => (i * 7_919) % 1_000);
    const { length: found } = reduced(values, 50).points();
    assert.ok(found >= 40, `${found} points of ${length} values`);
  }
});

test("SeriesReducer ends with a gap that nothing closes, and begins with one", () => {
  const point = (ordinal: number, value: number | null) => ({ ordinal, value, spread: value });
  assert.deepEqual(reduced([undefined, null, null, 3, null, null, undefined], 10).points(), [
    point(1, null),
    point(3, 3),
    point(4, null),
  ]);
  assert.deepEqual(reduced([null], 10).points(), [point(0, null)]);
  assert.deepEqual(reduced([undefined], 10).points(), []);
});
