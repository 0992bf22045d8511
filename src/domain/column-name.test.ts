// Tests of what people call a column.
import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsNamed, columnsNamedExactly, keyEnds, listedColumns, nearestColumns } from "./column-name.ts";
import { formatColumnId } from "./key.ts";

const COLUMNS = [
  { path: "m.json", key: "loss" },
  { path: "m.json", key: "train.loss" },
  { path: "m.json", key: 'dist["a.b"]' },
  { path: "m.json", key: "[name=koa].ops" },
  { path: "m.json", key: "[name=hono].ops" },
  { path: "n:1.json", key: "loss" },
];

const ids = (columns: readonly { path: string; key: string }[]): string[] =>
  columns.map(({ path, key }) => formatColumnId(path, key));

test("columnsNamed() takes an id, else whole keys, else ends of keys with whole segments", () => {
  const expected: Record<string, readonly string[]> = {
    "m.json:loss": ["m.json:loss"],
    '"n:1.json":loss': ['"n:1.json":loss'],
    loss: ["m.json:loss", '"n:1.json":loss'],
    "train.loss": ["m.json:train.loss"],
    ops: ["m.json:[name=koa].ops", "m.json:[name=hono].ops"],
    "[name=koa].ops": ["m.json:[name=koa].ops"],
    '["a.b"]': ['m.json:dist["a.b"]'],
    'b"]': [],
    ".ops": [],
    oss: [],
    "name=koa].ops": [],
    "": [],
  };
  for (const [name, found] of Object.entries(expected)) assert.deepEqual(ids(columnsNamed(name, COLUMNS)), found, name);
});

test("columnsNamedExactly() takes no end of a key", () => {
  assert.deepEqual(ids(columnsNamedExactly("train.loss", COLUMNS)), ["m.json:train.loss"]);
  assert.deepEqual(ids(columnsNamedExactly("m.json:train.loss", COLUMNS)), ["m.json:train.loss"]);
  assert.deepEqual(columnsNamedExactly("ops", COLUMNS), []);
});

test("keyEnds() begins each where a segment does", () => {
  assert.deepEqual(keyEnds('a["b.c"][x=1].d[0]'), [
    "[0]",
    "d[0]",
    "[x=1].d[0]",
    '["b.c"][x=1].d[0]',
    'a["b.c"][x=1].d[0]',
  ]);
});

test("nearestColumns() puts first what holds all that was typed", () => {
  assert.deepEqual(ids(nearestColumns("train loss", COLUMNS)).slice(0, 2), ["m.json:train.loss", "m.json:loss"]);
  assert.equal(nearestColumns("zzz", COLUMNS).length, COLUMNS.length);
});

test("listedColumns() counts those that it leaves out, and is safe to show", () => {
  assert.equal(listedColumns(COLUMNS, 2), "m.json:loss, m.json:train.loss (4 more)");
  assert.equal(listedColumns([{ path: "a", key: "b\u202e" }], 2), "a:bU+202E");
});
