// Tests of copying the table as Markdown.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ColumnHead, CommitRow } from "../src/api/contract/commits.ts";
import { shownColumns } from "./shown-columns.ts";
import { copiedRows, MAX_COPIED_ROWS, tableMarkdown } from "./table-markdown.ts";

const heads: ColumnHead[] = ["loss", "name"].map((key) => ({
  id: `m.json:${key}`,
  path: "m.json",
  key,
  kind: key === "loss" ? "number" : "text",
  unit: null,
  goal: null,
  goalFrom: null,
  alias: null,
  unstable: false,
}));

const columns = shownColumns(heads, undefined);

function row(sha: string, loss: number, before: number | null): CommitRow {
  const facts = { sha, parents: [], author: { name: "Ada" }, authoredAt: "", committedAt: "2026-11-02T10:00:00Z" };
  const marks = { gone: [], removed: [], best: [false, false], warnings: [], baseline: null };
  const place = { position: 1, ordinal: 1, branches: [], subject: "Tune | it" };
  return {
    ...facts,
    ...place,
    ...marks,
    values: [loss, "adam"],
    baselineValues: [before, before === null ? null : "adam"],
  };
}

const rows = [row("aaaaaaaaaa", 0.25, 0.5), row("bbbbbbbbbb", 0.5, null)];

test("tableMarkdown() writes values with their changes, and texts that stay texts", () => {
  assert.deepEqual(tableMarkdown({ columns, rows, selected: undefined, delta: false }).split("\n"), [
    "| commit | date | subject | m.json:loss | m.json:name |",
    "| --- | --- | --- | ---: | --- |",
    "| aaaaaaa | 2026-11-02 | Tune \\| it | 0.25 (\u22120.25) | adam |",
    "| bbbbbbb | 2026-11-02 | Tune \\| it | 0.50 | adam |",
    "",
  ]);
});

test("tableMarkdown() writes the changes in change mode, of the commits chosen", () => {
  const table = tableMarkdown({ columns, rows, selected: ["aaaaaaaaaa", "not loaded"], delta: true }).split("\n");
  assert.equal(table[2], "| aaaaaaa | 2026-11-02 | Tune \\| it | \u22120.25 (\u221250%) | = |");
  assert.equal(table.length, 4);
});

test("tableMarkdown() has the columns in the order in which they are drawn", () => {
  const turned = shownColumns(heads, ["m.json:name", "m.json:loss"]);
  const lines = tableMarkdown({ columns: turned, rows, selected: undefined, delta: false }).split("\n");
  assert.equal(lines[2], "| aaaaaaa | 2026-11-02 | Tune \\| it | adam | 0.25 (\u22120.25) |");
});

test("copiedRows() has an end, and takes all where none that was chosen is loaded", () => {
  const many = Array.from({ length: 300 }, (_, index) => row(`${index}`, index, null));
  assert.equal(copiedRows({ rows: many, selected: undefined }).length, MAX_COPIED_ROWS);
  assert.equal(copiedRows({ rows, selected: ["not loaded"] }).length, 2);
});
