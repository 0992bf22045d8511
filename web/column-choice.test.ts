// Tests of choosing columns.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_SHOWN_COLUMNS, withColumns, withoutColumn } from "./column-choice.ts";

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
