// Tests of what the cells of the table show.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ColumnHead, CommitRow } from "../src/api/contract/commits.ts";
import type { ApiValue } from "../src/api/contract/contract.ts";
import { baselineSha, cellLines, cellOf, decimalsOf, describeCell, goalWords } from "./cell.ts";

function column(changes: Partial<ColumnHead> = {}): ColumnHead {
  const head = {
    id: "m.json:loss",
    path: "m.json",
    key: "loss",
    kind: "number",
    unit: null,
    alias: null,
    unstable: false,
  } as const;
  return { ...head, goal: "lower", goalFrom: "name", ...changes };
}

function row(value: ApiValue | bigint, baseline: ApiValue | bigint, best = false): CommitRow {
  const facts = { sha: "e5bcb23aaaa", parents: [], author: { name: "" }, authoredAt: "", committedAt: "", subject: "" };
  const place = { position: 1, ordinal: 1, branches: [], gone: [], removed: [], warnings: [] };
  const base = {
    sha: "b2dd742bbbb",
    reason: "first-parent",
    except: [{ path: "old.json", sha: "0a1b2c3dddd" }],
  } as const;
  return {
    ...facts,
    ...place,
    values: [value as ApiValue],
    baselineValues: [baseline as ApiValue],
    baseline: { ...base, except: [...base.except] },
    best: [best],
  };
}

function goneRow(baseline: number): CommitRow {
  return { ...row(null, baseline), gone: [0] };
}

const cases = [
  { name: "a better number", row: row(0.25, 0.5, true), text: "0.25", change: "\u22120.25", direction: "better" },
  { name: "a worse number", row: row(0.5, 0.25), text: "0.50", change: "+0.25", direction: "worse" },
  { name: "an equal number", row: row(0.5, 0.5), text: "0.50", change: "", direction: "none" },
  { name: "a number that became NaN", row: row("NaN", 0.5), text: "NaN", change: "was 0.5", direction: "worse" },
  { name: "a missing value", row: row(null, 0.5), text: "", change: "", direction: "none" },
  { name: "a value that is gone", row: goneRow(0.5), text: "gone", change: "was 0.50", direction: "none" },
  { name: "a first value", row: row(0.5, null), text: "0.50", change: "", direction: "none" },
] as const;
for (const each of cases) {
  test(`cellOf() shows ${each.name}`, () => {
    const { text, change, direction } = cellOf(each.row, column(), 0, 2);
    assert.deepEqual({ text, change, direction }, { text: each.text, change: each.change, direction: each.direction });
  });
}

test("decimalsOf() leaves room for what the last row is compared with, so that no change is rounded away", () => {
  const last = row(1, 0.3);
  const { text, change } = cellOf(last, column(), 0, decimalsOf([last], column(), 0));
  assert.deepEqual([text, change], ["1.0", "+0.7"]);
});

test("cellOf() keeps texts as they are: the text NaN in a column of texts is no number", () => {
  const texts = column({ kind: "text", goal: null, goalFrom: null });
  const cell = cellOf(row("NaN", "adam"), texts, 0, decimalsOf([row("NaN", "1")], texts, 0));
  assert.deepEqual([cell.text, cell.change, cell.direction], ["NaN", "was adam", "other"]);
});

test("describeCell() names the exact value, the baseline's commit and what the colour means", () => {
  assert.equal(
    describeCell(row(0.123456789, 0.5, true), column({ unit: "s" }), 0),
    "0.123456789 s, \u22120.37654 from 0.5 at b2dd742, better, best so far",
  );
  assert.equal(describeCell(row(2n ** 60n + 1n, null), column(), 0), "1152921504606846977");
  assert.equal(describeCell(row(1, 1), column(), 0), "1, as at b2dd742");
  assert.equal(describeCell(row(null, 3), column(), 0), "missing, was 3 at b2dd742");
  assert.equal(describeCell(goneRow(3), column(), 0), "gone, was 3 at b2dd742");
  assert.equal(describeCell(row("b", "a"), column({ kind: "text", goal: null }), 0), "b, was a at b2dd742");
  assert.equal(describeCell(row(1, 2), column({ path: "old.json", goal: null }), 0), "1, \u22121 from 2 at 0a1b2c3");
});

test("baselineSha() prefers the file's own older commit", () => {
  assert.equal(baselineSha(row(1, 2).baseline, "old.json"), "0a1b2c3dddd");
  assert.equal(baselineSha(row(1, 2).baseline, "m.json"), "b2dd742bbbb");
  assert.equal(baselineSha(null, "m.json"), null);
});

test("goalWords() says who guessed", () => {
  assert.equal(goalWords(column()), "lower is better, guessed from its name");
  assert.equal(goalWords(column({ goal: "higher", goalFrom: "confirmed" })), "higher is better");
  assert.equal(goalWords(column({ goal: null, goalFrom: null })), null);
});

test("cellLines() shows the value and its change, or the change and its part of the baseline", () => {
  const lines = (at: CommitRow, delta: boolean): readonly [string, string] => {
    const { first, second } = cellLines(cellOf(at, column(), 0, 2), delta);
    return [first, second];
  };
  assert.deepEqual(lines(row(0.25, 0.5), false), ["0.25", "\u22120.25"]);
  assert.deepEqual(lines(row(0.25, 0.5), true), ["\u22120.25", "\u221250%"]);
  assert.deepEqual(lines(row(0.25, 0), true), ["+0.25", ""], "no part of nothing");
  assert.deepEqual(lines(row(0.5, 0.5), true), ["=", ""]);
  assert.deepEqual(lines(row("NaN", 0.5), true), ["was 0.5", ""]);
  assert.deepEqual(lines(row(0.5, null), true), ["new", ""]);
  assert.deepEqual(lines(row(null, null), true), ["", ""]);
  assert.deepEqual(lines(goneRow(0.5), true), lines(goneRow(0.5), false));
});
