// Tests of a chart's lines: relative values, spreads, panels, names.
import assert from "node:assert/strict";
import { test } from "node:test";
import { columnHead, seriesLine } from "../../test/helpers/series-lines.ts";
import { chartLine, chartPanels, columnName, isThinned, jointName, lineLooks, lineNames } from "./chart-lines.ts";

const LOOK = { colour: 0, stroke: 0 };
const PLAIN = { by: "commit", log: false, zero: false, relative: false } as const;
const RELATIVE = { ...PLAIN, relative: true };
const shown = (values: readonly (number | null)[], choice: Parameters<typeof chartLine>[2]): (number | null)[] =>
  chartLine(seriesLine(values), LOOK, choice).points.map((point) => point.shown);

test("chartLine() draws values as they are, gaps as gaps", () => {
  assert.deepEqual(shown([1, null, 3], PLAIN), [1, null, 3]);
});

test("chartLine() draws what became of the first value: as a part of its size, or on a logarithmic axis as its multiple", () => {
  assert.deepEqual(shown([null, 4, 5, null, 2], RELATIVE), [null, 0, 0.25, null, -0.5]);
  assert.deepEqual(shown([-4, -2], RELATIVE), [0, 0.5], "less of a loss is more");
  assert.deepEqual(shown([4, 8, 2], { ...RELATIVE, log: true }), [1, 2, 0.5]);
});

test("chartLine() draws nothing relative to zero, and says so by having no base", () => {
  assert.deepEqual(shown([0, 5], RELATIVE), [null, null]);
  assert.equal(chartLine(seriesLine([0, 5]), LOOK, RELATIVE).base, null);
  assert.equal(chartLine(seriesLine([null, null]), LOOK, RELATIVE).base, null);
});

test("chartLine() takes spreads along, as parts where the values are", () => {
  const line = seriesLine([10, null, 20], { spread: [1, null, 2] });
  assert.deepEqual(
    chartLine(line, LOOK, PLAIN).points.map(({ spread }) => spread),
    [1, null, 2],
  );
  assert.deepEqual(
    chartLine(line, LOOK, RELATIVE).points.map(({ spread }) => spread),
    [0.1, null, 0.2],
  );
  assert.equal(chartLine(line, LOOK, RELATIVE).scaledBy, 10);
});

test("chartLine() has points in the order of their time when it is by date", () => {
  const line = seriesLine([1, 2, 3], { times: [300, 100, 200] });
  assert.deepEqual(
    chartLine(line, LOOK, { ...PLAIN, by: "date" }).points.map(({ value }) => value),
    [2, 3, 1],
  );
  assert.deepEqual(
    chartLine(line, LOOK, PLAIN).points.map(({ value }) => value),
    [1, 2, 3],
  );
});

test("chartPanels() puts what is measured alike on one axis, and everything that is relative", () => {
  const lines = [
    seriesLine([1], { id: "b.json:runs[name=a].mean", head: { unit: "ms" } }),
    seriesLine([2], { id: "b.json:runs[name=b].mean", head: { unit: "ms" } }),
    seriesLine([3], { id: "b.json:runs[name=a].ops" }),
    seriesLine([4], { id: "c.json:mean" }),
  ];
  const panels = chartPanels(lines, PLAIN);
  assert.deepEqual(
    panels.map((panel) => panel.lines.map(({ points }) => points[0]?.value)),
    [[1, 2], [3], [4]],
  );
  assert.deepEqual(
    panels.map(({ unit }) => unit),
    ["ms", null, null],
  );
  assert.deepEqual(
    panels.map(({ title }) => title),
    ["mean", "ops", "mean"],
  );
  assert.deepEqual(chartPanels(lines.slice(0, 2), PLAIN)[0]?.title, null, "one panel needs no title");
  assert.deepEqual(
    chartPanels(lines, RELATIVE).map((panel) => [panel.unit, panel.lines.length]),
    [[null, 4]],
  );
});

test("lineLooks() has a colour for each line, or for each column with a stroke for each branch", () => {
  const on = (branch: string, ...ids: string[]) => ids.map((id) => seriesLine([1], { branch, id: `m.json:${id}` }));
  const looks = (lines: ReturnType<typeof on>): number[][] =>
    lineLooks(lines).map(({ colour, stroke }) => [colour, stroke]);
  assert.deepEqual(looks([...on("main", "a"), ...on("dev", "a")]), [
    [0, 0],
    [1, 0],
  ]);
  assert.deepEqual(looks([...on("main", "a", "b"), ...on("dev", "a", "b")]), [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ]);
  assert.deepEqual(looks(on("main", "a", "b", "c", "d", "e", "f", "g")).at(-1), [0, 1]);
});

test("columnName() is what people call it, else the last step with its row", () => {
  assert.equal(columnName(columnHead("m.json:runs[name=a].mean")), "[name=a] mean");
  assert.equal(columnName(columnHead("m.json:train.loss")), "loss");
  assert.equal(columnName(columnHead("m.json:train.loss", { alias: "Loss of training" })), "Loss of training");
});

test("lineNames() say what tells lines apart", () => {
  const [a, b] = [{ column: columnHead("m.json:loss") }, { column: columnHead("m.json:acc") }];
  const on = (branch: string) => ({ branch });
  assert.deepEqual(
    lineNames([
      { ...a, ...on("main") },
      { ...b, ...on("main") },
    ]),
    ["loss", "acc"],
  );
  assert.deepEqual(
    lineNames([
      { ...a, ...on("main") },
      { ...a, ...on("dev") },
    ]),
    ["main", "dev"],
  );
  assert.deepEqual(
    lineNames([
      { ...a, ...on("main") },
      { ...b, ...on("dev") },
    ]),
    ["loss · main", "acc · dev"],
  );
  const other = { column: columnHead("other.json:loss") };
  assert.deepEqual(
    lineNames([
      { ...a, ...on("main") },
      { ...other, ...on("main") },
    ]),
    ["m.json loss", "other.json loss"],
  );
});

test("jointName() names the branches that have a commit, and the column where there are several", () => {
  const on = (branch: string, ...keys: string[]) => keys.map((key) => seriesLine([1], { branch, id: `m.json:${key}` }));
  const drawn = (...series: ReturnType<typeof on>) => chartPanels(series, RELATIVE).flatMap(({ lines }) => lines);
  const two = drawn(...on("main", "loss"), ...on("dev", "loss"));
  assert.deepEqual([jointName(two, two), jointName(two.slice(1), two)], ["main, dev", "dev"]);
  const four = drawn(...["a", "b", "c", "d"].flatMap((branch) => on(branch, "loss")));
  assert.deepEqual(
    [jointName(four, four), jointName(four.slice(1), four)],
    ["all 4 branches", "b and 2 more branches"],
  );
  const both = drawn(...on("main", "loss", "acc"), ...on("dev", "loss", "acc"));
  assert.equal(
    jointName(
      [both[1], both[3]].flatMap((line) => line ?? []),
      both,
    ),
    "acc · main, dev",
  );
  const columns = drawn(...on("main", "loss", "acc"));
  assert.equal(jointName(columns.slice(1), columns), "acc");
});

test("isThinned() says whether values were left out, which a gap of many commits is not", () => {
  const line = (ordinals: readonly number[], values: readonly (number | null)[], choice = PLAIN) => {
    const whole = seriesLine(values);
    const points = whole.points.map(([, at, value, position], index) => [ordinals[index], at, value, position]);
    return chartLine({ ...whole, points: points as typeof whole.points, total: 300 }, LOOK, choice);
  };
  assert.equal(isThinned(line([0, 1, 5, 6], [1, null, 3, 4])), false);
  assert.equal(isThinned(line([0, 1, 5, 6], [1, 2, 3, 4])), true);
  assert.equal(isThinned(line([3], [1])), false);
});
