// Tests of choosing columns by rank and by name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogueColumn } from "../../test/helpers/catalogue-column.ts";
import { TidemarkError } from "../errors.ts";
import { findColumns, idOf, inFileOrder, rankedColumns } from "./column-names.ts";

const COLUMNS = [
  catalogueColumn("a/metrics.json", "loss"),
  catalogueColumn("a/metrics.json", "train.loss"),
  catalogueColumn("b/metrics.json", "acc.top1"),
  catalogueColumn("b/metrics.json", "acc.top5"),
  catalogueColumn("b/metrics.json", "[name=fastify].requests"),
  catalogueColumn("b/metrics.json", "[name=koa].requests"),
  catalogueColumn("b/metrics.json", 'dist["x.min.js"]'),
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
    catalogueColumn("b", "old", { recentChanges: 1, lastChangedPosition: 3 }),
    catalogueColumn("b", "new", { recentChanges: 1, lastChangedPosition: 8 }),
    catalogueColumn("b", "still"),
    catalogueColumn("a", "still", { writtenOrder: 1 }),
    catalogueColumn("a", "first", { writtenOrder: 0 }),
    catalogueColumn("b", "most", { recentChanges: 5 }),
    catalogueColumn("b", "none", { kind: "empty", recentChanges: 9 }),
  ]);
  assert.deepEqual(ranked.map(idOf), ["b:most", "b:new", "b:old", "a:first", "a:still", "b:still"]);
  assert.deepEqual(ranked.toSorted(inFileOrder).slice(0, 2).map(idOf), ["a:first", "a:still"]);
});
