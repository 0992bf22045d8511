// Tests of typing a filter with what is offered.
import assert from "node:assert/strict";
import { test } from "node:test";
import { completeFilter } from "../src/domain/filter-completion.ts";
import type { FilterColumn } from "../src/domain/filter.ts";
import { offeredColumns, withOption } from "./filter-typing.ts";

const columns: FilterColumn[] = [
  { path: "m.json", key: "loss", kind: "number" },
  { path: "m.json", key: "test.auc", kind: "number" },
];

/** Takes the option of that text where the cursor is: at the mark. */
function take(marked: string, option: string): string {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  const completion = completeFilter(text, offset, columns);
  const found = completion.options.find((each) => each.text === option);
  assert.ok(found !== undefined, `${option} is not among ${completion.options.map((each) => each.text).join(", ")}`);
  const next = withOption(text, completion, found);
  return `${next.text.slice(0, next.caret)}|${next.text.slice(next.caret)}`;
}

const cases = [
  ["|", "loss", "loss |"],
  ["lo|", "loss", "loss |"],
  ["loss |", "<", "loss < |"],
  ["loss < 1 |", "and", "loss < 1 and |"],
  ["au|", "auc", "auc |"],
  ["del|", "delta(", "delta(|"],
  ["delta(|", "loss", "delta(loss) |"],
  ["delta(lo|) > 0", "loss", "delta(loss|) > 0"],
  ["auth| = ada", "author", "author| = ada"],
  ["delta(loss|", "loss", "delta(loss) |"],
] as const;

for (const [marked, option, expected] of cases) {
  test(`withOption() makes ${expected} of ${marked}`, () => assert.equal(take(marked, option), expected));
}

test("offeredColumns() names each column once, those shown first", () => {
  assert.deepEqual(
    offeredColumns(columns.slice(1), columns).map(({ key }) => key),
    ["test.auc", "loss"],
  );
});
