// Tests of the order in which columns are drawn.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ColumnHead } from "../src/api/contract/commits.ts";
import { shownColumns } from "./shown-columns.ts";

const heads = ["a", "b", "c"].map((id) => ({ id }) as ColumnHead);
const drawn = (wanted: readonly string[] | undefined): string[] =>
  shownColumns(heads, wanted).map(({ head, place }) => `${head.id}${place}`);

test("shownColumns() draws them in the order of the address, each with its place in the answer", () => {
  assert.deepEqual(drawn(["c", "a"]), ["c2", "a0"]);
  assert.deepEqual(drawn(undefined), ["a0", "b1", "c2"]);
  assert.deepEqual(drawn(["x", "b"]), ["b1"], "one that has not come yet");
});
