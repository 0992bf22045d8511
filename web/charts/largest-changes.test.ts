// Tests of the largest steps: which commit, whose branch, in which order.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SeriesLine } from "../../src/api/contract/series.ts";
import { seriesLine } from "../../test/helpers/series-lines.ts";
import { chartPanels } from "./chart-lines.ts";
import { largestChanges, outstanding } from "./largest-changes.ts";

const PLAIN = { by: "commit", log: false, zero: false, relative: false } as const;
const linesOf = (...series: readonly SeriesLine[]) => chartPanels(series, PLAIN).flatMap((panel) => panel.lines);
/** A branch that leaves `main` behind some commits: its own have ids of their own. */
const fork = (values: readonly number[], common: number, branch = "fork"): SeriesLine => {
  const line = seriesLine(values, { branch });
  return { ...line, shas: line.shas.map((sha, index) => (index < common ? sha : sha.replace(/^0/, "f"))) };
};

test("largestChanges() names every branch that has the commit, and counts it once", () => {
  // the fork's own range is smaller: its part of the very same step was the larger one
  const lines = linesOf(seriesLine([0, 40, 41, 100]), fork([0, 40, 41, 43], 3));
  const found = largestChanges(lines, 10).map(({ after, lines: held }) => [
    after.ordinal,
    held.map(({ branch }) => branch),
  ]);
  assert.deepEqual(found, [
    [3, ["main"]],
    [1, ["main", "fork"]],
    [3, ["fork"]],
    [2, ["main", "fork"]],
  ]);
});

test("largestChanges() names a branch whose line was drawn without that commit, but holds a later one of the same history", () => {
  const main = seriesLine([0, 40, 41, 42]);
  const thinned = fork([0, 40, 41, 43], 3);
  const left = [0, 2, 3];
  const lines = linesOf(main, {
    ...thinned,
    points: left.map((at) => thinned.points[at] as SeriesLine["points"][number]),
    shas: left.map((at) => thinned.shas[at] ?? ""),
  });
  const step = largestChanges(lines, 10).find(({ after }) => after.ordinal === 1);
  assert.deepEqual([step?.line.branch, step?.lines.map(({ branch }) => branch)], ["main", ["main", "fork"]]);
});

test("largestChanges() orders the steps of several columns by their part of the column's range", () => {
  const lines = linesOf(
    seriesLine([0, 1_000, 4_000], { id: "m.json:crash" }),
    seriesLine([1, 0], { id: "m.json:rate" }),
  );
  assert.deepEqual(
    largestChanges(lines, 10).map(({ line, part }) => [line.column.key, part]),
    [
      ["rate", 1],
      ["crash", 0.75],
      ["crash", 0.25],
    ],
  );
});

test("outstanding() keeps jumps and leaves slopes, in a chart of several lines too", () => {
  const slope = [0, 1, 2, 3, 4, 5, 6, 7];
  const lines = linesOf(
    seriesLine([0, 1, 2, 3, 23, 24, 25, 26], { id: "m.json:a" }),
    seriesLine(slope, { id: "m.json:b" }),
  );
  const kept = outstanding(largestChanges(lines, 10), lines);
  assert.deepEqual(
    kept.map(({ line, after }) => [line.column.key, after.ordinal]),
    [["a", 4]],
  );
});
