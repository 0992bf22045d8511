// Tests of the filter for commits in which a column went one way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type FilterRow, matches } from "./filter-match.ts";
import { wentFilter } from "./went-filter.ts";

const columns = [
  { path: "m.json", key: "loss", goal: "lower" },
  { path: "m.json", key: "size", goal: null },
  { path: "m.json", key: "accuracy", goal: "higher" },
] as const;

/** Whether a commit matches whose columns changed by so much. */
function went(way: "better" | "worse", deltas: Readonly<Record<string, number | null>>, of = 3): boolean {
  const valueOf = ({ key }: { key: string }) => deltas[key] ?? null;
  const row = { valueOf, baselineOf: () => 0 } as unknown as FilterRow;
  return matches(wentFilter(columns.slice(0, of), way), row);
}

test("wentFilter() holds where one of the columns with a goal went that way", () => {
  assert.ok(went("better", { loss: -1 }) && !went("worse", { loss: -1 }));
  assert.ok(went("worse", { accuracy: -1 }) && !went("better", { accuracy: -1 }));
  assert.ok(went("better", { loss: -1, accuracy: -1 }) && went("worse", { loss: -1, accuracy: -1 }));
  assert.ok(!went("better", { size: -1, loss: 0, accuracy: null }) && !went("worse", { size: 1, loss: 0 }));
  assert.ok(went("better", { loss: -1 }, 1), "one column");
});

test("wentFilter() of columns without a goal matches nothing", () => {
  const none = wentFilter([columns[1]], "better");
  assert.ok(!matches(none, {} as unknown as FilterRow));
});
