// Tests of the points of the little charts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sparkShape } from "./spark-points.ts";

const box = { width: 100, height: 22 };

test("sparkShape() spans the box and marks the best", () => {
  assert.deepEqual(sparkShape([0, 5, 10], "higher", box), { lines: ["0,20 50,11 100,2"], dots: [], bestY: 2 });
  assert.equal(sparkShape([0, 5, 10], "lower", box)?.bestY, 20);
  assert.equal(sparkShape([0, 5, 10], null, box)?.bestY, null);
});

test("sparkShape() leaves a gap for what is missing or no finite number, and a dot between two gaps", () => {
  const shape = sparkShape([0, 10, null, 5, Number.NaN, 10, 0], null, { width: 60, height: 22 });
  assert.deepEqual(shape?.lines, ["0,20 10,2", "50,2 60,20"]);
  assert.deepEqual(shape?.dots, [{ x: 30, y: 11 }]);
});

test("sparkShape() draws equal values in the middle, one value as a dot, nothing for none", () => {
  assert.deepEqual(sparkShape([3, 3], "higher", box), { lines: ["0,11 100,11"], dots: [], bestY: null });
  assert.deepEqual(sparkShape([3], "higher", box), { lines: [], dots: [{ x: 100, y: 11 }], bestY: null });
  assert.equal(sparkShape([null, Number.POSITIVE_INFINITY], "higher", box), null);
  assert.equal(sparkShape([], null, box), null);
});

test("sparkShape() stays within the box for numbers at the ends of what a double holds", () => {
  const shape = sparkShape([-1e308, 1e308, 0], null, box);
  assert.ok(
    shape?.lines.every((line) => !/NaN|Infinity/.test(line)),
    shape?.lines.join(" "),
  );
});
