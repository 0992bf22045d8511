// Tests of what people call a column.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pick, type Random, seededRandom } from "../../test/helpers/seeded-random.ts";
import { columnsNamed, columnsNamedExactly, keyEnds, listedColumns, nearestColumns, shortName } from "./column-name.ts";
import { formatColumnId, formatKey, type Segment } from "./key.ts";

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

test("columnsNamed() takes exactly the ends of a key that begin where a segment does", () => {
  const names = ["a", "b c", "x.y", 'q"r', "s[0]", "[t]", "u=v", "", "back\\slash", "é", '"', '["', '"]', "a:b"];
  const segment = (random: Random): Segment => {
    const kind = random(3);
    if (kind === 0) return { kind: "name", name: pick(random, names) };
    if (kind === 1) return { kind: "index", index: random(12) };
    return { kind: "row", pairs: [[pick(random, names), pick(random, names)]] };
  };
  const random = seededRandom(1);
  for (let round = 0; round < 3_000; round++) {
    const key = formatKey(Array.from({ length: 1 + random(4) }, () => segment(random)));
    const ends = new Set(keyEnds(key));
    for (let at = 0; at <= key.length; at++) {
      const name = key.slice(at);
      assert.equal(columnsNamed(name, [{ path: "m", key }]).length === 1, ends.has(name), `${key}: ${name}`);
    }
  }
});

test("shortName() is the shortest end that means a column alone, and may be used", () => {
  const named = (key: string, path = "m.json"): string | null =>
    shortName(
      COLUMNS.find((column) => column.key === key && column.path === path) as (typeof COLUMNS)[number],
      COLUMNS,
      (name) => name !== "train.loss",
    );
  assert.equal(named("[name=koa].ops"), "[name=koa].ops");
  assert.equal(named('dist["a.b"]'), '["a.b"]');
  assert.equal(named("loss"), null, "two files have it");
  assert.equal(named("train.loss"), null, "its only name may not be used");
  const [first, second] = COLUMNS;
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(
    shortName(first, [first, second], () => true),
    "loss",
    "a whole key goes before the end of another",
  );
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
