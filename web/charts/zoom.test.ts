// Tests of the stretches that a chart zooms to, of its dates, its tags and its largest changes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SERIES_BEGINS_AT, seriesLine } from "../../test/helpers/series-lines.ts";
import { chartCsv } from "./chart-csv.ts";
import { chartLine } from "./chart-lines.ts";
import { largestChanges, outstanding } from "./largest-changes.ts";
import { tagMarks } from "./tag-marks.ts";
import { dayText, timeTicks } from "./time-ticks.ts";
import { lastDays, stretchOf, zoomedBy } from "./zoom.ts";

const LOOK = { colour: 0, stroke: 0 };
const PLAIN = { by: "commit", log: false, zero: false, relative: false } as const;
const sha = (ordinal: number): string => ordinal.toString(16).padStart(12, "0");
const DAY = 86_400;
const tenDays = Array.from({ length: 10 }, (_, ordinal) => ({ ordinal, at: ordinal * DAY, sha: sha(ordinal) }));
const AXIS = { low: 0, high: 1, log: false, ticks: [] };

test("stretchOf() names the commits at the ends, in any order, and leaves the history's own ends out", () => {
  assert.deepEqual(stretchOf(tenDays, tenDays, "commit", { from: 2.5, to: 6.2 }), { from: sha(3), to: sha(6) });
  assert.deepEqual(stretchOf(tenDays, tenDays, "commit", { from: 6.2, to: 2.5 }), { from: sha(3), to: sha(6) });
  assert.deepEqual(stretchOf(tenDays, tenDays, "commit", { from: 3, to: 20 }), { from: sha(3) });
  assert.deepEqual(stretchOf(tenDays, tenDays, "commit", { from: -1, to: 4 }), { to: sha(4) });
  assert.equal(stretchOf(tenDays, tenDays, "commit", { from: 2.1, to: 3.1 }), null, "one commit is no stretch");
});

test("stretchOf() by date takes all commits of those days, whatever order the clocks had", () => {
  const places = [
    { ordinal: 0, at: 5 * DAY, sha: sha(0) },
    { ordinal: 1, at: 1 * DAY, sha: sha(1) },
    { ordinal: 2, at: 4 * DAY, sha: sha(2) },
    { ordinal: 3, at: 9 * DAY, sha: sha(3) },
  ];
  assert.deepEqual(stretchOf(places, places, "date", { from: 3 * DAY, to: 6 * DAY }), { to: sha(2) });
});

test("zoomedBy() halves and doubles around the active point", () => {
  assert.deepEqual(zoomedBy(tenDays, tenDays, "commit", { factor: 0.5, around: 4 }), { from: sha(2), to: sha(6) });
  assert.deepEqual(zoomedBy(tenDays.slice(3, 6), tenDays, "commit", { factor: 2, around: 4 }), {
    from: sha(2),
    to: sha(6),
  });
  assert.deepEqual(zoomedBy(tenDays.slice(1, 9), tenDays, "commit", { factor: 2, around: null }), {});
  assert.equal(zoomedBy(tenDays.slice(3, 4), tenDays, "commit", { factor: 0.5, around: 3 }), null);
  assert.deepEqual(zoomedBy(tenDays.slice(3, 4), tenDays, "commit", { factor: 2, around: 3 }), {});
});

test("lastDays() begins with the oldest commit of the last days before the newest one", () => {
  assert.deepEqual(lastDays(tenDays, 3), { from: sha(6) });
  assert.equal(lastDays([], 3), null);
});

test("timeTicks() write months over years, days over months, the time within a day, and nothing twice", () => {
  const scale = { first: 0, last: 9, by: "commit", width: 400, height: 10, axis: AXIS } as const;
  const every = (seconds: number) =>
    tenDays.map(({ ordinal }) => ({ ordinal, at: SERIES_BEGINS_AT + ordinal * seconds }));
  const texts = (seconds: number): string[] => timeTicks(every(seconds), scale).map(({ text }) => text);
  assert.deepEqual(texts(60 * DAY), ["Nov 2023", "Mar 2024", "Jul 2024", "Jan 2025"]);
  assert.deepEqual(texts(DAY), ["14 Nov 2023", "16 Nov 2023", "18 Nov 2023", "21 Nov 2023"]);
  assert.deepEqual(texts(3_600), ["14 Nov 22:13", "15 Nov 00:13", "15 Nov 02:13", "15 Nov 05:13"]);
  assert.equal(texts(0).length, 1);
  assert.equal(dayText(SERIES_BEGINS_AT), "14 Nov 2023");
});

test("tagMarks() name tags from the newest on, where there is room, inside the chart only", () => {
  const lines = [chartLine(seriesLine(tenDays.map(() => 1)), LOOK, PLAIN)];
  const tag = (name: string, ordinal: number) => ({ name, sha: sha(ordinal), position: ordinal, ordinal });
  const tags = [tag("v1", 1), tag("v2", 4), tag("v2.1", 5), tag("v3", 20)];
  const marks = tagMarks(tags, lines, "commit", { first: 0, last: 9, width: 90 });
  assert.deepEqual(
    marks.map(({ name, x, named }) => [name, x, named]),
    [
      ["v2.1", 50, true],
      ["v2", 40, false],
      ["v1", 10, false],
    ],
  );
  const byDate = tagMarks(tags, lines, "date", {
    first: SERIES_BEGINS_AT,
    last: SERIES_BEGINS_AT + 9 * 3_600,
    width: 90,
  });
  assert.deepEqual(
    byDate.map(({ x }) => x),
    [50, 40, 10],
  );
});

test("largestChanges() are the largest for their line, say how many commits they may be of, and happened once", () => {
  const small = seriesLine([0.1, 0.1, 0.9, 0.8], { id: "m.json:a" });
  const large = seriesLine([100, 101, null, 130], { id: "m.json:b" });
  const twin = { ...seriesLine([0.1, 0.1, 0.9], { id: "m.json:a" }), branch: "dev" };
  const lines = [small, large, twin].map((line) => chartLine(line, LOOK, PLAIN));
  assert.deepEqual(
    largestChanges(lines, 3).map(({ line, after, between }) => [line.id, after.value, between]),
    [
      ["main m.json:a", 0.9, 0],
      ["main m.json:b", 130, 1],
      ["main m.json:a", 0.8, 0],
    ],
  );
  assert.deepEqual(largestChanges([chartLine(seriesLine([3, 3]), LOOK, PLAIN)], 3), []);
});

test("outstanding() are jumps, not the steepest part of a slope", () => {
  const slope = chartLine(seriesLine([1, 2, 3, 4.5, 5.5]), LOOK, PLAIN);
  assert.deepEqual(outstanding(largestChanges([slope], 6), [slope]), []);
  const jump = chartLine(seriesLine([1, 1.1, 1.2, 5, 5.1, 5.1]), LOOK, PLAIN);
  assert.deepEqual(
    outstanding(largestChanges([jump], 6), [jump]).map(({ after }) => after.value),
    [5],
  );
});

test("chartCsv() has a line for each drawn point with its own figures, and no formula", () => {
  const line = seriesLine([10, null, 12], { id: "m.json:=x", spread: [1, null, 2], branch: "a,b" });
  const relative = chartLine(line, LOOK, { ...PLAIN, relative: true });
  assert.equal(
    chartCsv([relative]),
    [
      "branch,column,commit,committed,ordinal,value,spread",
      '"a,b",m.json:=x,000000000000,2023-11-14T22:13:20Z,0,10,1',
      '"a,b",m.json:=x,000000000002,2023-11-15T00:13:20Z,2,12,2',
      "",
    ].join("\n"),
  );
  assert.match(chartCsv([chartLine(seriesLine([1], { branch: "=1+1" }), LOOK, PLAIN)]), /^'=1\+1,/m);
});
