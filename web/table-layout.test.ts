// Tests of laying the table's columns out.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ColumnHead, CommitRow } from "../src/api/contract/commits.ts";
import { commitColumnWidth, drawnColumns, fileGroups, layOut, shorten, totalWidth } from "./table-layout.ts";

function column(path: string, key: string): ColumnHead {
  const rest = { kind: "number", unit: null, goal: null, goalFrom: null, unstable: false } as const;
  return { id: `${path}:${key}`, path, key, ...rest };
}

function row(values: readonly number[]): CommitRow {
  const facts = { sha: "a", parents: [], author: { name: "" }, authoredAt: "", committedAt: "", subject: "" };
  const place = { position: 1, ordinal: 1, branches: [], baseline: null, warnings: [], best: [] };
  return { ...facts, ...place, values: [...values], baselineValues: values.map(() => null) };
}

test("layOut() gives a column the room of its name or its widest number, within bounds", () => {
  const names = ["x", "a_rather_long_name", "y".repeat(80)];
  const looks = layOut(
    names.map((name) => column("m.json", name)),
    [row([1, 2, 3]), row([123_456_789_012, 2, 3])],
  );
  assert.deepEqual(
    looks.map(({ width }) => width),
    [151, 161, 236],
  );
  assert.deepEqual(
    looks.map(({ start }) => start),
    [0, 151, 312],
  );
  assert.equal(totalWidth(looks), 548);
  assert.equal(totalWidth([]), 0);
});

test("fileGroups() joins neighbours of one file only", () => {
  const columns = [column("a", "x"), column("a", "y"), column("b", "x"), column("a", "z")];
  assert.deepEqual(fileGroups(columns), [
    { path: "a", from: 0, to: 2 },
    { path: "b", from: 2, to: 3 },
    { path: "a", from: 3, to: 4 },
  ]);
});

test("drawnColumns() covers what is visible and moves in steps", () => {
  const names = Array.from({ length: 200 }, (_, index) => column("m.json", `c${index}`));
  const looks = layOut(names, []);
  const width = 1_000;
  assert.deepEqual(drawnColumns(looks, { left: 0, width }), { from: 0, to: 16 });
  let before = "";
  let moves = 0;
  for (let left = 0; left < totalWidth(looks) - width; left += 10) {
    const { from, to } = drawnColumns(looks, { left, width });
    assert.ok((looks[from]?.start ?? 0) <= left, `starts too late at ${left}`);
    const last = looks[to - 1];
    assert.ok(last !== undefined && last.start + last.width >= left + width, `ends too early at ${left}`);
    assert.ok(to - from <= 24, `${to - from} columns at ${left}`);
    if (`${from}-${to}` !== before) moves += 1;
    before = `${from}-${to}`;
  }
  assert.ok(moves <= 110, String(moves));
  assert.deepEqual(drawnColumns(looks, { left: 999_999, width }), { from: 196, to: 200 });
  assert.deepEqual(drawnColumns([], { left: 0, width }), { from: 0, to: 0 });
});

test("commitColumnWidth() is narrow on a telephone and grows with the window", () => {
  assert.deepEqual([360, 600, 800, 1_280, 3_000].map(commitColumnWidth), [172, 172, 298, 391, 458]);
});

test("shorten() keeps both ends, and whole characters", () => {
  assert.equal(shorten("results[name=ajv].ops", 21), "results[name=ajv].ops");
  assert.equal(shorten("results[name=ajv].ops", 12), "resu…jv].ops");
  assert.equal(shorten("😀".repeat(10), 5), "😀…😀😀😀");
});
