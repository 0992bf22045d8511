// Tests of the table's keys.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TABLE_KEYS, type TableAction, tableAction } from "./table-keys.ts";

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const kindOf = (key: string, more: Partial<typeof plain> = {}, row = 0): TableAction | null =>
  tableAction({ ...plain, key, ...more }, row);

test("tableAction() opens a commit by Enter, and sorts by Enter on the head", () => {
  assert.deepEqual(kindOf("Enter"), { kind: "open" });
  assert.deepEqual(kindOf("Enter", {}, -1), { kind: "sort", also: false });
  assert.deepEqual(kindOf("Enter", { shiftKey: true }, -1), { kind: "sort", also: true });
  assert.deepEqual(kindOf("S", { shiftKey: true }), { kind: "sort", also: true });
});

test("tableAction() leaves the browser's own keys alone", () => {
  assert.equal(kindOf("ArrowLeft", { altKey: true }), null, "back");
  assert.equal(kindOf("d", { altKey: true }), null, "the address bar");
  assert.equal(kindOf("r", { ctrlKey: true }), null, "load again");
  assert.equal(kindOf("f", { metaKey: true }), null, "find");
  assert.equal(kindOf("constructor"), null);
  assert.deepEqual(kindOf("c", { metaKey: true }), { kind: "copy-value" });
  assert.deepEqual(kindOf("ArrowRight", { shiftKey: true }), { kind: "step", by: 1 });
});

test("TABLE_KEYS names every letter that does something, and none that does nothing", () => {
  const named = TABLE_KEYS.flatMap(({ lines }) => lines.flatMap(({ keys }) => keys)).filter((key) =>
    /^[a-z]$/.test(key),
  );
  const letters = Array.from("abcdefghijklmnopqrstuvwxyz").filter((key) => kindOf(key) !== null);
  assert.deepEqual(named.toSorted(), letters);
});
