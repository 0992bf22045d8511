// Tests of moving through a table by keyboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { moveCursor } from "./grid-cursor.ts";

const size = { rows: 100, columns: 9, pageRows: 14 };
const plain = { ctrlKey: false, metaKey: false };
const far = { ctrlKey: true, metaKey: false };

const cases = [
  { name: "moves one row down", from: [0, 3], key: { key: "ArrowDown", ...plain }, to: [1, 3] },
  { name: "moves up into the head", from: [0, 3], key: { key: "ArrowUp", ...plain }, to: [-1, 3] },
  { name: "stays in the head", from: [-1, 3], key: { key: "ArrowUp", ...plain }, to: [-1, 3] },
  { name: "stays in the last row", from: [99, 3], key: { key: "ArrowDown", ...plain }, to: [99, 3] },
  { name: "stays in the first column", from: [5, 0], key: { key: "ArrowLeft", ...plain }, to: [5, 0] },
  { name: "stays in the last column", from: [5, 8], key: { key: "ArrowRight", ...plain }, to: [5, 8] },
  { name: "goes to the commit by Home", from: [5, 8], key: { key: "Home", ...plain }, to: [5, 0] },
  { name: "goes to the last column by End", from: [5, 2], key: { key: "End", ...plain }, to: [5, 8] },
  { name: "goes to the newest commit by Ctrl+Home", from: [50, 4], key: { key: "Home", ...far }, to: [0, 0] },
  { name: "goes to the oldest loaded by Ctrl+End", from: [50, 4], key: { key: "End", ...far }, to: [99, 8] },
  { name: "moves by a page", from: [3, 4], key: { key: "PageDown", ...plain }, to: [17, 4] },
  { name: "does not page into the head", from: [3, 4], key: { key: "PageUp", ...plain }, to: [0, 4] },
] as const;
for (const { name, from, key, to } of cases) {
  test(`moveCursor() ${name}`, () => {
    assert.deepEqual(moveCursor({ row: from[0], column: from[1] }, key, size), { row: to[0], column: to[1] });
  });
}

test("moveCursor() leaves other keys alone", () => {
  for (const key of ["Tab", "Enter", " ", "a", "Escape"]) {
    assert.equal(moveCursor({ row: 0, column: 0 }, { key, ...plain }, size), null);
  }
});
