// Tests of laying the table's columns out.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ColumnHead, CommitRow } from "../src/api/contract/commits.ts";
import { shownColumns } from "./shown-columns.ts";
import {
  commitColumnWidth,
  drawnColumns,
  keyGroups,
  layOut,
  shorten,
  shownUnit,
  splitKey,
  totalWidth,
} from "./table-layout.ts";

function column(path: string, key: string): ColumnHead {
  const rest = { kind: "number", unit: null, goal: null, goalFrom: null, alias: null, unstable: false } as const;
  return { id: `${path}:${key}`, path, key, ...rest };
}

function row(values: readonly number[]): CommitRow {
  const facts = { sha: "a", parents: [], author: { name: "" }, authoredAt: "", committedAt: "", subject: "" };
  const place = {
    position: 1,
    ordinal: 1,
    branches: [],
    baseline: null,
    gone: [],
    removed: [],
    warnings: [],
    best: [],
  };
  return { ...facts, ...place, values: [...values], baselineValues: values.map(() => null) };
}

test("layOut() gives a column the room of its name or its widest number, within bounds", () => {
  const names = ["x", "a_rather_long_name", "y".repeat(80)];
  const looks = layOut(
    shownColumns(
      names.map((name) => column("m.json", name)),
      undefined,
    ),
    [row([1, 2, 3]), row([123_456_789_012, 2, 3])],
  );
  assert.deepEqual(
    looks.map(({ width }) => width),
    [151, 162, 236],
  );
  assert.deepEqual(
    looks.map(({ start }) => start),
    [0, 151, 313],
  );
  assert.equal(totalWidth(looks), 549);
  assert.equal(totalWidth([]), 0);
});

test("layOut() takes a column's widths from its own values, wherever it is drawn, and its name from people", () => {
  const heads = [column("m.json", "x"), { ...column("m.json", "y"), alias: "Yield" }];
  const looks = layOut(shownColumns(heads, ["m.json:y", "m.json:x"]), [row([123_456_789_012, 2])]);
  assert.deepEqual(
    looks.map(({ name, width, start }) => [name, width, start]),
    [
      ["Yield", 120, 0],
      ["x", 151, 120],
    ],
  );
});

test("layOut() names a column as people say it, and narrowly beside a narrow commit's column", () => {
  const keys = ['["a.b"]', 'x["mean time"]', '[" "]', "y".repeat(80), "r[0]"];
  const shown = shownColumns(
    keys.map((key) => column("m.json", key)),
    undefined,
  );
  assert.deepEqual(
    layOut(shown, []).map(({ name }) => name),
    ["a.b", "mean time", '[" "]', "y".repeat(80), "[0]"],
  );
  assert.ok(layOut(shown, [], commitColumnWidth(360)).every(({ width }) => width + commitColumnWidth(360) <= 360));
});

test("layOut() widens a narrow group for its own name, within bounds", () => {
  const keys = ["results[name=five].ops", `results[name=${"z".repeat(60)}].ops`, "x"];
  const looks = layOut(
    shownColumns(
      keys.map((key) => column("m.json", key)),
      undefined,
    ),
    [],
  );
  assert.deepEqual(
    looks.map(({ name, width }) => [name, width]),
    [
      ["ops", 201],
      ["ops", 210],
      ["x", 120],
    ],
  );
});

test("keyGroups() joins neighbours of one file and one beginning only", () => {
  const columns = [
    column("a", "x"),
    column("a", "y"),
    column("a", "r[name=b].ops"),
    column("a", "r[name=b].ms"),
    column("b", "x"),
    column("a", "z"),
  ];
  assert.deepEqual(
    keyGroups(columns).map(({ path, parent, firstOfFile, from, to }) => [path, parent, firstOfFile, from, to]),
    [
      ["a", "", true, 0, 2],
      ["a", "r[name=b]", false, 2, 4],
      ["b", "", true, 4, 5],
      ["a", "", true, 5, 6],
    ],
  );
});

test("splitKey() takes the last step off, and leaves what is no key alone", () => {
  assert.deepEqual(splitKey('a["b.c"].d[0]'), { parent: 'a["b.c"].d', leaf: "[0]" });
  assert.deepEqual(splitKey("loss"), { parent: "", leaf: "loss" });
  assert.deepEqual(splitKey("a..b"), { parent: "", leaf: "a..b" });
});

test("shownUnit() does not repeat what the name says", () => {
  assert.equal(shownUnit({ key: "latency_ms", unit: "ms" }), null);
  assert.equal(shownUnit({ key: "total.ms", unit: "ms" }), null);
  assert.equal(shownUnit({ key: "ops_per_second", unit: "ops/s" }), null);
  assert.equal(shownUnit({ key: "items", unit: "s" }), "s");
  assert.equal(shownUnit({ key: "size", unit: "bytes" }), "bytes");
  assert.equal(shownUnit({ key: "size", unit: null }), null);
});

test("drawnColumns() covers what is visible and moves in steps", () => {
  const names = Array.from({ length: 200 }, (_, index) => column("m.json", `c${index}`));
  const looks = layOut(shownColumns(names, undefined), []);
  const width = 1_000;
  assert.deepEqual(drawnColumns(looks, { left: 0, width }), { from: 0, to: 12 });
  let before = "";
  let moves = 0;
  for (let left = 0; left < totalWidth(looks) - width; left += 10) {
    const { from, to } = drawnColumns(looks, { left, width });
    assert.ok((looks[from]?.start ?? 0) <= left, `starts too late at ${left}`);
    const last = looks[to - 1];
    assert.ok(last !== undefined && last.start + last.width >= left + width, `ends too early at ${left}`);
    assert.ok(to - from <= 16, `${to - from} columns at ${left}`);
    if (`${from}-${to}` !== before) moves += 1;
    before = `${from}-${to}`;
  }
  assert.ok(moves <= 200, String(moves));
  assert.deepEqual(drawnColumns(looks, { left: 999_999, width }), { from: 198, to: 200 });
  assert.deepEqual(drawnColumns([], { left: 0, width }), { from: 0, to: 0 });
});

test("commitColumnWidth() is narrow on a telephone and grows with the window", () => {
  assert.deepEqual([360, 600, 800, 1_280, 3_000].map(commitColumnWidth), [188, 188, 298, 391, 458]);
});

test("shorten() keeps both ends, and whole characters", () => {
  assert.equal(shorten("results[name=ajv].ops", 21), "results[name=ajv].ops");
  assert.equal(shorten("results[name=ajv].ops", 12), "resu…jv].ops");
  assert.equal(shorten("😀".repeat(10), 5), "😀…😀😀😀");
});
