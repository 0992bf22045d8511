// Tests of choosing columns.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dropPlace, MAX_SHOWN_COLUMNS, placeColumn, stepColumn, withColumns, withoutColumn } from "./column-choice.ts";

test("withColumns() keeps the columns of a file together", () => {
  const shown = ["a.json:x", "b.json:x"];
  assert.deepEqual(withColumns(shown, ["a.json:y"]), ["a.json:x", "a.json:y", "b.json:x"]);
  assert.deepEqual(withColumns(shown, ["c.json:z", "b.json:x"]), ["a.json:x", "b.json:x", "c.json:z"]);
});

test("withColumns() stays within what a table shows", () => {
  const many = Array.from({ length: 300 }, (_, index) => `a.json:k${index}`);
  assert.equal(withColumns(many.slice(0, 100), many).length, MAX_SHOWN_COLUMNS);
});

test("withoutColumn() leaves the last column", () => {
  assert.deepEqual(withoutColumn(["a:x", "a:y"], "a:x"), ["a:y"]);
  assert.deepEqual(withoutColumn(["a:x"], "a:x"), ["a:x"]);
});

test("placeColumn() puts a column before another one, to either side, or at the end", () => {
  const shown = ["a", "b", "c", "d"];
  assert.deepEqual(placeColumn(shown, "a", 2), ["b", "a", "c", "d"]);
  assert.deepEqual(placeColumn(shown, "d", 1), ["a", "d", "b", "c"]);
  assert.deepEqual(placeColumn(shown, "b", 4), ["a", "c", "d", "b"]);
  for (const before of [1, 2]) assert.equal(placeColumn(shown, "b", before), shown, "it stands there already");
  assert.equal(placeColumn(shown, "x", 0), shown);
});

test("stepColumn() moves by one and stops at the ends", () => {
  const shown = ["a", "b", "c"];
  assert.deepEqual(stepColumn(shown, "b", 1), ["a", "c", "b"]);
  assert.deepEqual(stepColumn(shown, "b", -1), ["b", "a", "c"]);
  assert.equal(stepColumn(shown, "a", -1), shown);
  assert.equal(stepColumn(shown, "c", 1), shown);
});

test("dropPlace() finds the nearest gap", () => {
  const columns = [
    { start: 0, width: 100 },
    { start: 100, width: 40 },
  ];
  const places = [-5, 49, 50, 119, 120, 900].map((x) => dropPlace(columns, x));
  assert.deepEqual(places, [0, 0, 1, 1, 2, 2]);
});
