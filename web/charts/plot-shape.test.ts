// Tests of a panel's geometry: paths with gaps, bands, the nearest point, moves of the keyboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seriesLine, type SeriesLineParts } from "../../test/helpers/series-lines.ts";
import { type ChartLine, chartLine } from "./chart-lines.ts";
import { movedPoint, newestPoint } from "./moves.ts";
import { levelEnds, lineShape, nearestPoint, type PlotScale } from "./plot-shape.ts";

const LOOK = { colour: 0, stroke: 0 };
const PLAIN = { by: "commit", log: false, zero: false, relative: false } as const;
const line = (values: readonly (number | null)[], parts?: SeriesLineParts): ChartLine =>
  chartLine(seriesLine(values, parts), LOOK, PLAIN);
/** 10 pixels for each commit and each unit, zero at the bottom. */
const scale = (commits: number): PlotScale => ({
  first: 0,
  last: commits - 1,
  by: "commit",
  width: (commits - 1) * 10,
  height: 100,
  axis: { low: 0, high: 10, log: false, ticks: [] },
});

test("lineShape() has a stroke for each run, breaks at gaps and dots what stands alone", () => {
  assert.deepEqual(lineShape(line([1, 2, null, 5, null, 3, 4]), scale(7)), {
    path: "M0,90L10,80M50,70L60,60",
    band: "",
    dots: [{ x: 30, y: 50 }],
  });
});

test("lineShape() draws one point in the middle, and nothing of gaps alone", () => {
  assert.deepEqual(lineShape(line([5]), { ...scale(1), width: 200 }), {
    path: "",
    band: "",
    dots: [{ x: 100, y: 50 }],
  });
  assert.deepEqual(lineShape(line([null]), scale(1)), { path: "", band: "", dots: [] });
});

test("lineShape() draws a band where there are spreads: inside the plot, closed in each run", () => {
  const shape = lineShape(line([5, 9, null, 1], { spread: [1, 3, null, null] }), scale(4));
  assert.equal(shape.band, "M0,40L10,0L10,40L0,60Z");
});

test("lineShape() leaves out what a logarithmic axis has no place for", () => {
  const log = { ...scale(3), axis: { low: 1, high: 100, log: true, ticks: [] } };
  assert.deepEqual(lineShape(line([100, 0, 1]), log).dots, [
    { x: 0, y: 0 },
    { x: 20, y: 100 },
  ]);
  const band = lineShape(line([10, 10], { spread: [9.5, 20] }), { ...log, last: 1, width: 10 }).band;
  assert.equal(band, "M0,35.5L10,26.1L10,100L0,100Z", "its lower end is below the axis");
});

test("levelEnds() are the ends of all lines, gaps included", () => {
  assert.deepEqual(levelEnds([line([1, null]), line([2, 3], { ordinal: 4 })], "commit"), { first: 0, last: 5 });
  assert.equal(levelEnds([], "date"), null);
});

test("nearestPoint() looks across first, then up and down, and over gaps", () => {
  const [a, b] = [line([1, null, 3], { branch: "a" }), line([9, 9, 9], { branch: "b" })];
  assert.deepEqual(nearestPoint([a, b], scale(3), { x: 1, y: 80 }), { line: a.id, point: 0 });
  assert.deepEqual(nearestPoint([a, b], scale(3), { x: 1, y: 20 }), { line: b.id, point: 0 });
  assert.deepEqual(nearestPoint([a], scale(3), { x: 11, y: 0 }), { line: a.id, point: 2 });
  assert.equal(nearestPoint([line([null])], scale(1), { x: 0, y: 0 }), null);
});

test("movedPoint() begins at the newest point and goes from point to point, past gaps, to the ends", () => {
  const only = line([null, 1, null, 3, 4, null]);
  const move = (key: string, point: number | null): number | null =>
    movedPoint(key, [only], point === null ? null : { line: only.id, point }, "commit")?.point ?? null;
  assert.deepEqual(newestPoint([only]), { line: only.id, point: 4 });
  assert.equal(move("ArrowLeft", null), 4);
  assert.deepEqual([move("ArrowLeft", 4), move("ArrowLeft", 3), move("ArrowLeft", 1)], [3, 1, 1]);
  assert.deepEqual([move("ArrowRight", 1), move("ArrowRight", 4)], [3, 4]);
  assert.deepEqual([move("Home", 4), move("End", 1)], [1, 4]);
  assert.equal(move("a", 1), null);
  assert.equal(movedPoint("ArrowLeft", [line([null])], null, "commit"), null);
});

test("movedPoint() goes up and down to the nearest commit of another line, and stays where there is none", () => {
  const [a, b] = [line([1, 2, 3, 4, 5], { branch: "a" }), line([7, null, 9], { branch: "b", ordinal: 1 })];
  const empty = line([null], { branch: "c" });
  const from = (key: string, id: string, point: number) =>
    movedPoint(key, [a, empty, b], { line: id, point }, "commit");
  assert.deepEqual(from("ArrowDown", a.id, 4), { line: b.id, point: 2 });
  assert.deepEqual(from("ArrowUp", b.id, 2), { line: a.id, point: 3 });
  assert.deepEqual(from("ArrowUp", a.id, 0), { line: a.id, point: 0 });
});
