// Tests of grids on a terminal: what is cut first, and when rows become blocks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawGrid, type Grid } from "./grid.ts";
import { paintFor } from "./paint.ts";

const paint = paintFor(false);
const cells = (...texts: readonly string[]) => texts.map((text) => ({ text }));
const grid = (width: number, parts: Partial<Grid> = {}): Grid => ({
  columns: [
    { name: "", align: "left", cut: "start" },
    { name: "value", align: "right" },
    { name: "", align: "left" },
    { name: "subject", align: "left", cut: "end" },
  ],
  rows: [
    "metrics.json",
    cells("a.key.that.is.quite.long", "12.5", "better", "Tune what is there"),
    cells("b", "1,250", "", "Fix"),
  ],
  width,
  paint,
  indent: 2,
  ...parts,
});

test("drawGrid() aligns columns below their names, and rows below their line", () => {
  assert.deepEqual(drawGrid(grid(Number.POSITIVE_INFINITY)), [
    "                            value          subject",
    "metrics.json",
    "  a.key.that.is.quite.long   12.5  better  Tune what is there",
    "  b                         1,250          Fix",
  ]);
});

test("drawGrid() cuts the widest column that may be cut, each at its own end", () => {
  assert.deepEqual(drawGrid(grid(54)), [
    "                     value          subject",
    "metrics.json",
    "  …at.is.quite.long   12.5  better  Tune what is there",
    "  b                  1,250          Fix",
  ]);
  assert.deepEqual(drawGrid(grid(51)).slice(2), [
    "  …t.is.quite.long   12.5  better  Tune what is th…",
    "  b                 1,250          Fix",
  ]);
});

test("drawGrid() makes blocks of rows where not even cut columns fit; what has no name joins the line before", () => {
  assert.deepEqual(drawGrid(grid(30)), [
    "metrics.json",
    "a.key.that.is.quite.long",
    "  value    12.5  better",
    "  subject  Tune what is there",
    "",
    "b",
    "  value    1,250",
    "  subject  Fix",
  ]);
});

test("drawGrid() draws no head where no column has a name", () => {
  const columns = [{ name: "", align: "left" }] as const;
  assert.deepEqual(drawGrid(grid(80, { columns, rows: [cells("x")], indent: 0 })), ["x"]);
});

test("drawGrid() styles what is written, not the blanks around it", () => {
  const style = (text: string): string => `<${text}>`;
  const columns = [
    { name: "n", align: "right" },
    { name: "m", align: "left" },
  ] as const;
  const rows = [
    [
      { text: "1", style },
      { text: "$&", style },
    ],
    cells("10", "x"),
  ];
  assert.deepEqual(drawGrid(grid(80, { columns, rows, indent: 0 })), [" n  m", " <1>  <$&>", "10  x"]);
});
