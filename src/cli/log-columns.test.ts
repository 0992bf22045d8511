// Tests of choosing columns by rank and by name.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CatalogueColumn } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import { findColumns, idOf, inFileOrder, rankedColumns } from "./log-columns.ts";

const column = (path: string, key: string, more: Partial<CatalogueColumn> = {}): CatalogueColumn => ({
  path,
  key,
  kind: "number",
  unit: null,
  goal: null,
  goalFrom: null,
  unstable: false,
  writtenOrder: 0,
  firstPosition: 0,
  lastPosition: 9,
  lastChangedPosition: null,
  changes: 0,
  recentChanges: 0,
  bestValue: null,
  bestPosition: null,
  ...more,
});

const COLUMNS = [
  column("a/metrics.json", "loss"),
  column("a/metrics.json", "train.loss"),
  column("b/metrics.json", "acc.top1"),
  column("b/metrics.json", "acc.top5"),
  column("b/metrics.json", "[name=fastify].requests"),
  column("b/metrics.json", "[name=koa].requests"),
  column("b/metrics.json", 'dist["x.min.js"]'),
];

const FOUND: readonly (readonly [string, string])[] = [
  ["a/metrics.json:loss", "a/metrics.json:loss"],
  ["loss", "a/metrics.json:loss"],
  ["train.loss", "a/metrics.json:train.loss"],
  ["top1", "b/metrics.json:acc.top1"],
  ["acc.top5", "b/metrics.json:acc.top5"],
  ["[name=koa].requests", "b/metrics.json:[name=koa].requests"],
  ['["x.min.js"]', 'b/metrics.json:dist["x.min.js"]'],
];

for (const [name, id] of FOUND) {
  test(`findColumns() takes ${name} for ${id}`, () =>
    assert.deepEqual(findColumns([name], COLUMNS, "x").map(idOf), [id]));
}

test("findColumns() keeps the order asked for, and gives a column once", () => {
  assert.deepEqual(findColumns(["top5", "loss", "acc.top5"], COLUMNS, "x").map(idOf), [
    "b/metrics.json:acc.top5",
    "a/metrics.json:loss",
  ]);
});

const REFUSED: readonly (readonly [string, RegExp])[] = [
  [
    "requests",
    /found 2 columns with that name in x, wanted one of b\/metrics\.json:\[name=fastify\]\.requests, b\/metrics/,
  ],
  ["op1", /found no such column in x, wanted a column such as b\/metrics\.json:acc\.top1\.$/],
  ["", /no such column/],
  ["nothing like it", /wanted a column such as a\/metrics\.json:loss, a\/metrics\.json:train\.loss/],
];

for (const [name, message] of REFUSED) {
  test(`findColumns() refuses ${JSON.stringify(name)} and names what comes near`, () => {
    assert.throws(
      () => findColumns([name], COLUMNS, "x"),
      (error) => {
        assert.ok(error instanceof TidemarkError);
        assert.equal(error.code, "column-not-found");
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test("rankedColumns() begins with what changed most lately, and leaves out what holds nothing", () => {
  const ranked = rankedColumns([
    column("b", "old", { recentChanges: 1, lastChangedPosition: 3 }),
    column("b", "new", { recentChanges: 1, lastChangedPosition: 8 }),
    column("b", "still"),
    column("a", "still", { writtenOrder: 1 }),
    column("a", "first", { writtenOrder: 0 }),
    column("b", "most", { recentChanges: 5 }),
    column("b", "none", { kind: "empty", recentChanges: 9 }),
  ]);
  assert.deepEqual(ranked.map(idOf), ["b:most", "b:new", "b:old", "a:first", "a:still", "b:still"]);
  assert.deepEqual(ranked.toSorted(inFileOrder).slice(0, 2).map(idOf), ["a:first", "a:still"]);
});
