// Tests of the filters by goal.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_FILTER_BYTES, MAX_FILTER_COMPARISONS } from "../src/domain/filter.ts";
import { goalFilter, withFilter, withoutFilter } from "./goal-filter.ts";

const columns = [
  { id: "m.json:loss", goal: "lower" },
  { id: "m.json:size", goal: null },
  { id: 'm.json:x["a b"]', goal: "higher" },
] as const;

test("goalFilter() asks for a change to either side of the goal", () => {
  assert.deepEqual(goalFilter(columns, "better"), {
    where: String.raw`delta("m.json:loss") < 0 or delta("m.json:x[\"a b\"]") > 0`,
    columns: 2,
  });
  assert.equal(
    goalFilter(columns, "worse")?.where,
    String.raw`delta("m.json:loss") > 0 or delta("m.json:x[\"a b\"]") < 0`,
  );
  assert.equal(goalFilter(columns.slice(1, 2), "better"), null);
});

test("goalFilter() stays within what a filter may be, with room for one of somebody's own", () => {
  const short = Array.from({ length: 100 }, (_, index) => ({ id: `m:${index}`, goal: "higher" }) as const);
  const long = short.map(({ id, goal }) => ({ id: `metrics/${"ü".repeat(40)}/${id}`, goal }));
  for (const many of [short, long]) {
    const found = goalFilter(many, "better");
    assert.ok(found !== null && found.columns < MAX_FILTER_COMPARISONS, String(found?.columns));
    assert.ok(Buffer.byteLength(withFilter("x".repeat(250), found.where)) <= MAX_FILTER_BYTES);
  }
});

test("withoutFilter() is the way back from withFilter()", () => {
  for (const own of [undefined, "loss < 1", "(a < 1) or (b > 2)"]) {
    assert.deepEqual(withoutFilter(withFilter(own, "delta(x) > 0"), "delta(x) > 0"), { rest: own, had: true });
    assert.deepEqual(withoutFilter(own, "delta(x) > 0"), { rest: own, had: false });
  }
});
