// From a value and its baseline to what a cell of the table shows.
import type { ColumnHead, CommitRow, RowBaseline } from "../src/api/contract/commits.ts";
import type { ApiValue } from "../src/api/contract/contract.ts";
import { type Direction, judge, relativeChange, sameValue } from "../src/domain/compare.ts";
import {
  columnDecimals,
  exactText,
  formatChange,
  formatInColumn,
  formatRelativeChange,
} from "../src/domain/format-value.ts";
import { specialNumber } from "./special-number.ts";
import type { Value } from "../src/domain/model.ts";

/** What a cell shows. */
export interface Cell {
  /** the value in a few digits; "" when it is missing, "gone" when this commit took it away */
  readonly text: string;
  /** the change from the baseline: `+24`, `was adam`; "" when there is none */
  readonly change: string;
  readonly value: Value;
  readonly baseline: Value;
  /** what the change means for the column's goal */
  readonly direction: Direction;
  /** equal to the baseline's value: drawn quietly */
  readonly same: boolean;
  /** this commit took the value away */
  readonly gone: boolean;
  /** the first row that holds the best of the column, of all commits */
  readonly record: boolean;
}

/** A value as the API sent it, as one of the domain's: the texts of special numbers are numbers in number columns. */
export function valueOf(sent: ApiValue | undefined, kind: ColumnHead["kind"]): Value {
  if (sent === undefined) return null;
  return typeof sent === "string" && kind !== "text" ? (specialNumber(sent) ?? sent) : sent;
}

/** @returns the decimals that a column's numbers share, from the rows given; null for a column without numbers */
export function decimalsOf(rows: readonly CommitRow[], column: ColumnHead, index: number): number | null {
  return column.kind === "text"
    ? null
    : columnDecimals(
        rows.flatMap((row) => [
          valueOf(row.values[index], column.kind),
          valueOf(row.baselineValues[index], column.kind),
        ]),
      );
}

/**
 * @param complete whether all commits can be read: before, nothing is called the best
 * @returns what the cell of a row in its column `index` shows
 */
export function cellOf(
  row: CommitRow,
  column: ColumnHead,
  index: number,
  decimals: number | null,
  complete = true,
): Cell {
  const value = valueOf(row.values[index], column.kind);
  const baseline = valueOf(row.baselineValues[index], column.kind);
  const gone = row.gone.includes(index);
  return {
    text: gone ? "gone" : formatInColumn(value, decimals),
    change: gone
      ? `was ${formatInColumn(baseline, decimals)}`
      : value === null
        ? ""
        : formatChange(value, baseline, decimals),
    value,
    baseline,
    direction: judge(value, baseline, column.goal),
    same: value !== null && baseline !== null && sameValue(value, baseline),
    gone,
    record: complete && row.best[index] === true,
  };
}

/** The two lines of a cell. */
export interface CellLines {
  readonly first: string;
  readonly second: string;
}

/** Stands where a value is its baseline's: there is no change to write. */
const SAME = "=";

/**
 * @param delta whether cells show the change instead of the value
 * @returns what stands in the cell's lines: the value and its change, or the change and its part of the baseline
 */
export function cellLines(cell: Cell, delta: boolean): CellLines {
  const { text, change, same, gone } = cell;
  if (!delta) return { first: text, second: change };
  if (gone) return { first: text, second: change };
  if (same) return { first: SAME, second: "" };
  if (change !== "") {
    const part = relativeChange(cell.value, cell.baseline);
    return { first: change, second: part === null || part === 0 ? "" : formatRelativeChange(part) };
  }
  return { first: text === "" ? "" : "new", second: "" };
}

/** @returns the commit that a file's values of this row are compared with */
export function baselineSha(baseline: RowBaseline | null, path: string): string | null {
  return baseline?.except.find((other) => other.path === path)?.sha ?? baseline?.sha ?? null;
}

/** Digits of a sha that are shown. */
export const SHORT_SHA = 7;

/** The exact values of a cell in words, for hover, keyboard and touch: all that the colours and the marks say. */
export function describeCell(row: CommitRow, column: ColumnHead, index: number, complete = true): string {
  const value = valueOf(row.values[index], column.kind);
  const baseline = valueOf(row.baselineValues[index], column.kind);
  const from = baselineSha(row.baseline, column.path)?.slice(0, SHORT_SHA);
  const now = value === null ? "missing" : `${exactText(value)}${column.unit === null ? "" : ` ${column.unit}`}`;
  const record = complete && row.best[index] === true ? ["best so far"] : [];
  if (from === undefined || baseline === null) return [now, ...record].join(", ");
  if (value === null) return `${row.gone.includes(index) ? "gone" : "missing"}, was ${exactText(baseline)} at ${from}`;
  if (sameValue(value, baseline)) return [now, `as at ${from}`, ...record].join(", ");
  const meaning = judge(value, baseline, column.goal);
  const verdict = meaning === "better" || meaning === "worse" ? [meaning] : [];
  const change = formatChange(value, baseline);
  const changed = change.startsWith("was ") ? `was ${exactText(baseline)}` : `${change} from ${exactText(baseline)}`;
  return [now, `${changed} at ${from}`, ...verdict, ...record].join(", ");
}

const GOAL_SOURCES = {
  confirmed: "",
  file: ", says the file",
  tool: ", guessed from the tool that wrote it",
  unit: ", guessed from its unit",
  name: ", guessed from its name",
} as const;

/** @returns which way is better, and who says so; null for a column without a goal */
export function goalWords(column: Pick<ColumnHead, "goal" | "goalFrom">): string | null {
  if (column.goal === null) return null;
  return `${column.goal} is better${column.goalFrom === null ? "" : GOAL_SOURCES[column.goalFrom]}`;
}
