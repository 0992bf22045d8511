// `tidemark log` as a table: which columns fit, how their figures are written, and what changed most.
import { change, judge, relativeChange } from "../domain/compare.ts";
import { columnDecimals, formatChange, formatInColumn, formatRelativeChange } from "../domain/format-value.ts";
import type { CatalogueColumn, Value } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import type { HistoryCommit } from "../history/history-batch.ts";
import { dayOf } from "./commit-object.ts";
import { inFileOrder } from "./column-names.ts";
import { toldProblems } from "./problems.ts";
import { compared, type HeldVersions, missesValues } from "./held-versions.ts";
import type { Paint } from "./paint.ts";
import {
  type Cell,
  drawRows,
  drawTransposed,
  fitsTransposed,
  fittingColumns,
  type Table,
  type TableColumn,
  type TableRow,
} from "./table.ts";
import { cutEnd, wrap } from "./text-width.ts";

/** Columns that have to fit beside the commits, unless there are fewer; else commits become columns. */
const MIN_COLUMNS = 2;
/** Cells of a name where too few columns would fit otherwise: its end tells most. */
const NARROW_LABEL = 16;
/** Files that are named where none holds a value. */
const MAX_FILES = 5;

/** What there is to show. */
export interface LogView {
  /** newest first */
  readonly commits: readonly HistoryCommit[];
  readonly held: HeldVersions;
  /** all that there are to choose from, by falling importance; or exactly those asked for, in their order */
  readonly columns: readonly CatalogueColumn[];
  readonly isChosen: boolean;
  /** how many columns hold anything */
  readonly total: number;
  /** which commits were read, of which these may be a choice: "all 12 commits" */
  readonly of: string;
  readonly width: number;
  readonly paint: Paint;
}

/** @returns the lines of the table and what is said below it; none wider than the width */
export function tableLines(view: LogView): string[] {
  const { columns, isChosen, width, paint } = view;
  const rows = view.commits.map((commit) => rowOf(view.held, commit));
  let drawn = columns.map((column) => tableColumnOf(view, column));
  let fitting = fittingColumns(drawn, width);
  if (!isChosen && fitting.length < Math.min(MIN_COLUMNS, drawn.length)) {
    drawn = drawn.map((column) => ({ ...column, labelLimit: NARROW_LABEL }));
    fitting = fittingColumns(drawn, width);
  }
  const byColumn = new Map(drawn.map((column, index) => [column, columns[index] as CatalogueColumn]));
  const leavesOut = fitting.length < drawn.length;
  // many commits stay a list of commits with the columns that fit; a few are turned around, and so is what was asked for
  const isWide =
    leavesOut && (isChosen || fitting.length < MIN_COLUMNS || fitsTransposed({ rows, columns: drawn, width, paint }));
  const shown = isChosen || isWide ? drawn : fitting;
  const catalogued = (column: TableColumn): CatalogueColumn => byColumn.get(column) as CatalogueColumn;
  const ordered = isChosen ? shown : shown.toSorted((a, b) => inFileOrder(catalogued(a), catalogued(b)));
  const table: Table = { rows, columns: ordered, width, paint };
  const lines = isWide ? drawTransposed(table) : drawRows(table);
  return [...lines, "", ...footLines(view, ordered.map(catalogued), ordered)];
}

/** @returns how a column's values and changes are written, beside the commits */
export function cellsOf(view: Pick<LogView, "commits" | "held">, column: CatalogueColumn): Cell[] {
  const pairs = view.commits.map((commit) => compared(view.held, commit, column));
  const isNumber = column.kind === "number";
  const decimals = isNumber ? columnDecimals(pairs.flatMap(({ value, baseline }) => [value, baseline])) : null;
  return pairs.map(({ value, baseline, isGone }, index) => ({
    value: isGone ? "gone" : formatInColumn(value, decimals),
    change: isGone ? "" : formatChange(value, baseline, isNumber ? decimals : null),
    tone: judge(value, baseline, column.goal),
    // of a figure that never changed every commit is the best
    isBest: column.changes > 0 && column.bestPosition !== null && column.bestPosition === view.commits[index]?.position,
  }));
}

function tableColumnOf(view: LogView, column: CatalogueColumn): TableColumn {
  const { path, key, goal, kind } = column;
  const isText = kind === "text" || kind === "boolean" || kind === "mixed";
  return { path: escapeControls(path), label: escapeControls(key), goal, isText, cells: cellsOf(view, column) };
}

function rowOf(held: HeldVersions, commit: HistoryCommit): TableRow {
  const { sha, author, subject } = commit.facts;
  return {
    sha,
    date: dayOf(author),
    subject: escapeControls(subject),
    isMarked: missesValues(held, commit),
  };
}

/** @returns what is said of columns that are left out */
export function hiddenColumns(count: number): string {
  return `${count} more ${count === 1 ? "column" : "columns"}: name some by --columns, or see all by --json`;
}

function footLines(view: LogView, shown: readonly CatalogueColumn[], drawn: readonly TableColumn[]): string[] {
  const { isChosen, total, width, paint } = view;
  const lines = problemLines(view);
  if (view.commits.length === 0) lines.push(cutEnd(`no such commit among ${view.of}`, width));
  if (total === 0 && view.commits.length > 0) lines.push(...wrap(`no values in ${filesOf(view.commits)}`, width, 2));
  const hidden = isChosen ? 0 : total - shown.length;
  if (hidden > 0) {
    lines.push(paint.dim(cutEnd(hiddenColumns(hidden), width)));
  }
  if (drawn.some(({ cells }) => cells.some(({ isBest }) => isBest))) {
    lines.push(paint.dim(cutEnd(`★ best of ${view.of}`, width)));
  }
  const largest = largestChange(view, shown);
  if (largest !== null) lines.push(largest);
  return lines;
}

function problemLines({ commits, held, width, paint }: LogView): string[] {
  return toldProblems({ commits, held }).flatMap(({ mark, text }) => {
    const style = mark === "!" ? paint.worse : paint.dim;
    const lines = wrap(`${mark} ${text}`, width, 2);
    return lines.map((line, index) => (index === 0 ? `${style(mark)}${line.slice(mark.length)}` : line));
  });
}

function filesOf(commits: readonly HistoryCommit[]): string {
  const paths = new Set(commits.flatMap(({ files }) => files.map(({ path }) => escapeControls(path))));
  const more = paths.size - MAX_FILES;
  return [...paths].slice(0, MAX_FILES).join(", ") + (more > 0 ? ` and ${more} more files` : "");
}

/** One line about the largest relative change of the columns that are shown, wanted or not. */
function largestChange({ commits, held, width, paint }: LogView, shown: readonly CatalogueColumn[]): string | null {
  let largest: {
    relative: number;
    column: CatalogueColumn;
    commit: HistoryCommit;
    value: Value;
    baseline: Value;
  } | null = null;
  for (const column of shown) {
    if (column.kind !== "number") continue;
    for (const commit of commits) {
      const { value, baseline } = compared(held, commit, column);
      const relative = relativeChange(value, baseline);
      if (relative === null || relative === 0) continue;
      if (Math.abs(relative) > Math.abs(largest?.relative ?? 0))
        largest = { relative, column, commit, value, baseline };
    }
  }
  if (largest === null) return null;
  const { relative, column, commit, value, baseline } = largest;
  const figure = `${formatRelativeChange(relative)} (${formatChange(value, baseline)})`;
  const text = `largest relative change shown: ${escapeControls(column.key)} ${figure} at ${commit.facts.sha.slice(0, 7)}`;
  const tone = judge(value, baseline, column.goal);
  const title = cutEnd(`${text} ${escapeControls(commit.facts.subject)}`, width);
  if (change(value, baseline) === null) return title;
  return tone === "better"
    ? title.replace(figure, paint.better(figure))
    : tone === "worse"
      ? title.replace(figure, paint.worse(figure))
      : title;
}
