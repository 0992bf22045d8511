// A part of the table as Markdown, for a comment or a message.
import type { CommitRow } from "../src/api/contract/commits.ts";
import { exactText } from "../src/domain/format-value.ts";
import { markdownTable } from "../src/domain/markdown-table.ts";
import { cellLines, cellOf, decimalsOf, SHORT_SHA } from "./cell.ts";
import type { ShownColumn } from "./shown-columns.ts";

/** Rows that are copied at most: a comment is no archive; all of them is what the export is for. */
export const MAX_COPIED_ROWS = 200;

/** What is copied. */
export interface CopiedTable {
  readonly columns: readonly ShownColumn[];
  /** all rows loaded, in the table's order */
  readonly rows: readonly CommitRow[];
  /** shas of those to copy; all rows without them */
  readonly selected: readonly string[] | undefined;
  readonly delta: boolean;
}

/** @returns the rows to copy: those chosen that are loaded, else all, from the first on */
export function copiedRows({ rows, selected }: Pick<CopiedTable, "rows" | "selected">): readonly CommitRow[] {
  const chosen = selected === undefined ? [] : rows.filter(({ sha }) => selected.includes(sha));
  return (chosen.length > 0 ? chosen : rows).slice(0, MAX_COPIED_ROWS);
}

/** @returns the lines of a Markdown table: commit, date, subject, then each column as its cells are drawn */
export function tableMarkdown({ columns, rows, selected, delta }: CopiedTable): string {
  const copied = copiedRows({ rows, selected });
  const decimals = columns.map(({ head, place }) => decimalsOf(copied, head, place));
  const lines = copied.map((row) => {
    const cells = columns.map(({ head, place }, index) => {
      const { first, second } = cellLines(cellOf(row, head, place, decimals[index] ?? null), delta);
      return second === "" ? first : `${first} (${second})`;
    });
    return [row.sha.slice(0, SHORT_SHA), row.committedAt.slice(0, 10), exactText(row.subject), ...cells];
  });
  const alignRight = [false, false, false, ...columns.map(({ head }) => head.kind !== "text")];
  const table = markdownTable(["commit", "date", "subject", ...columns.map(({ head }) => head.id)], lines, alignRight);
  return `${table.join("\n")}\n`;
}
