// `tidemark log` as a table: which columns fit, how their figures are written, and what changed most.
import { change, judge, relativeChange } from "../domain/compare.ts";
import { columnDecimals, formatChange, formatInColumn, formatRelativeChange } from "../domain/format-value.ts";
import type { Value } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import type { CatalogueColumn } from "../history/column-catalogue.ts";
import type { HistoryCommit } from "../history/history-batch.ts";
import { isoTime } from "./commit-object.ts";
import { inFileOrder } from "./log-columns.ts";
import { compared, type HeldVersions, missesValues, warningsOf } from "./log-reading.ts";
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
/** Problems that are told below the table. */
const MAX_PROBLEMS = 5;

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
  readonly width: number;
  readonly paint: Paint;
}

/** @returns the lines of the table and what is said below it; none wider than the width */
export function tableLines(view: LogView): string[] {
  const { columns, isChosen, width, paint } = view;
  const rows = view.commits.map((commit) => rowOf(view.held, commit));
  const byColumn = new Map<TableColumn, CatalogueColumn>();
  const drawn = columns.map((column) => {
    const tableColumn = tableColumnOf(view, column);
    byColumn.set(tableColumn, column);
    return tableColumn;
  });
  const fitting = fittingColumns(drawn, width);
  const leavesOut = fitting.length < drawn.length;
  // many commits stay a list of commits with the columns that fit; a few are turned around, and so is what was asked for
  const isWide =
    leavesOut && (isChosen || fitting.length < MIN_COLUMNS || fitsTransposed({ rows, columns: drawn, width, paint }));
  const shown = isChosen || isWide ? drawn : fitting;
  const catalogued = (column: TableColumn): CatalogueColumn => byColumn.get(column) as CatalogueColumn;
  const ordered = isChosen ? shown : shown.toSorted((a, b) => inFileOrder(catalogued(a), catalogued(b)));
  const table: Table = { rows, columns: ordered, width, paint };
  const lines = isWide ? drawTransposed(table) : drawRows(table);
  return [...lines, "", ...footLines(view, ordered)];
}

/** @returns how a column's values and changes are written, beside the commits */
export function cellsOf(view: Pick<LogView, "commits" | "held">, column: CatalogueColumn): Cell[] {
  const pairs = view.commits.map((commit) => compared(view.held, commit, column));
  const isNumber = column.kind === "number";
  const decimals = isNumber ? columnDecimals(pairs.map(({ value }) => value)) : null;
  return pairs.map(({ value, baseline }, index) => ({
    value: formatInColumn(value, decimals),
    change: formatChange(value, baseline, isNumber ? decimals : null),
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
    date: isoTime(author).slice(0, 10),
    subject: escapeControls(subject),
    isMarked: missesValues(held, commit),
  };
}

function footLines(view: LogView, shown: readonly TableColumn[]): string[] {
  const { isChosen, total, width, paint } = view;
  const lines = problemLines(view);
  if (total === 0) lines.push(...wrap(`no values in ${filesOf(view.commits)}`, width, 2));
  const hidden = isChosen ? 0 : total - shown.length;
  if (hidden > 0) {
    const names = hidden === 1 ? "1 more column" : `${hidden} more columns`;
    lines.push(paint.dim(cutEnd(`${names}: name some by --columns, or see all by --json`, width)));
  }
  if (shown.some(({ cells }) => cells.some(({ isBest }) => isBest))) {
    lines.push(paint.dim(cutEnd("★ best of these commits", width)));
  }
  const largest = largestChange(view);
  if (largest !== null) lines.push(largest);
  return lines;
}

/** What could not be read: one sentence for each reason of each commit, however many files it is about. */
function problemLines({ commits, held, width, paint }: LogView): string[] {
  const sentences: string[] = [];
  for (const commit of commits.filter((each) => missesValues(held, each))) {
    const byMessage = new Map<string, string[]>();
    for (const { path, message } of warningsOf(held, commit)) {
      if (path !== null && !isUnread(held, commit, path)) continue;
      byMessage.set(message, [...(byMessage.get(message) ?? []), ...(path === null ? [] : [path])]);
    }
    const sha = commit.facts.sha.slice(0, 7);
    for (const [message, paths] of byMessage)
      sentences.push([sha, filesText(paths), message].filter(Boolean).join(" "));
  }
  const told = sentences.slice(0, MAX_PROBLEMS);
  if (sentences.length > told.length) told.push(`and ${sentences.length - told.length} more: see --json`);
  return told.flatMap((sentence) => {
    const lines = wrap(`! ${escapeControls(sentence)}`, width, 2);
    return lines.map((line, index) => (index === 0 ? `${paint.worse("!")}${line.slice(1)}` : line));
  });
}

function filesOf(commits: readonly HistoryCommit[]): string {
  const paths = new Set(commits.flatMap(({ files }) => files.map(({ path }) => escapeControls(path))));
  const more = paths.size - MAX_PROBLEMS;
  return [...paths].slice(0, MAX_PROBLEMS).join(", ") + (more > 0 ? ` and ${more} more files` : "");
}

function filesText(paths: readonly string[]): string {
  if (paths.length === 0) return "";
  return paths.length === 1 ? `${paths[0]}:` : `${paths[0]} and ${paths.length - 1} more:`;
}

function isUnread(held: HeldVersions, commit: HistoryCommit, path: string): boolean {
  const file = commit.files.find((each) => each.path === path);
  return file !== undefined && held.documentOf(file) === null;
}

/** One line about the largest relative change; columns that people want to move count before all others. */
function largestChange({ commits, held, columns, width, paint }: LogView): string | null {
  let largest: {
    relative: number;
    column: CatalogueColumn;
    commit: HistoryCommit;
    value: Value;
    baseline: Value;
  } | null = null;
  for (const column of columns) {
    if (column.kind !== "number") continue;
    if (largest !== null && largest.column.goal !== null && column.goal === null) continue;
    for (const commit of commits) {
      const { value, baseline } = compared(held, commit, column);
      const relative = relativeChange(value, baseline);
      if (relative === null || relative === 0) continue;
      const first = largest === null || (largest.column.goal === null && column.goal !== null);
      if (first || Math.abs(relative) > Math.abs(largest?.relative ?? 0))
        largest = { relative, column, commit, value, baseline };
    }
  }
  if (largest === null) return null;
  const { relative, column, commit, value, baseline } = largest;
  const figure = `${formatRelativeChange(relative)} (${formatChange(value, baseline)})`;
  const text = `largest change: ${escapeControls(column.key)} ${figure} at ${commit.facts.sha.slice(0, 7)}`;
  const tone = judge(value, baseline, column.goal);
  const title = cutEnd(`${text} ${escapeControls(commit.facts.subject)}`, width);
  if (change(value, baseline) === null) return title;
  return tone === "better"
    ? title.replace(figure, paint.better(figure))
    : tone === "worse"
      ? title.replace(figure, paint.worse(figure))
      : title;
}
