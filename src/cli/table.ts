// Tables on a terminal: commits as rows, or as columns where their figures do not fit beside each other.
import type { Goal } from "../domain/model.ts";
import type { Paint, Style } from "./paint.ts";
import { cutEnd, cutStart, padEnd, padStart, widthOf } from "./text-width.ts";

/** One value as it is shown. All texts are free of control characters. */
export interface Cell {
  readonly value: string;
  /** against the baseline; empty where nothing changed */
  readonly change: string;
  readonly tone: "better" | "worse" | "other" | "none";
  /** whether this commit is the first to hold the column's best */
  readonly isBest: boolean;
}

/** A column of figures. */
export interface TableColumn {
  readonly path: string;
  readonly label: string;
  readonly goal: Goal;
  readonly isText: boolean;
  /** cells that its name may take; without, 28 */
  readonly labelLimit?: number;
  /** beside the rows */
  readonly cells: readonly Cell[];
}

/** A commit. */
export interface TableRow {
  readonly sha: string;
  readonly date: string;
  readonly subject: string;
  /** whether it misses values */
  readonly isMarked: boolean;
}

/** What to draw, and on what. */
export interface Table {
  readonly rows: readonly TableRow[];
  readonly columns: readonly TableColumn[];
  /** in cells; Infinity: no limit */
  readonly width: number;
  readonly paint: Paint;
}

const GAP = "  ";
const SHA_WIDTH = 8;
const DATE_WIDTH = 10;
/** A subject gets so much before columns do, and at most so much of what is left. */
const SUBJECT_WIDTH = 20;
const MAX_SUBJECT_WIDTH = 72;
/** Longest value and longest label that are worth showing. */
const MAX_VALUE_WIDTH = 24;
const MAX_LABEL_WIDTH = 28;
const BEST = "★";

/** How wide the parts of a column are. */
interface Widths {
  readonly value: number;
  readonly change: number;
  readonly star: number;
  readonly all: number;
}

/**
 * @param columns by falling importance
 * @returns how many of the first of them fit beside the commits; what is too wide is passed over
 */
export function fittingColumns(columns: readonly TableColumn[], width: number): TableColumn[] {
  let left = width - SHA_WIDTH - DATE_WIDTH - SUBJECT_WIDTH - 2 * GAP.length;
  return columns.filter((column) => {
    const needed = widthsOf(column).all + GAP.length;
    if (needed > left) return false;
    left -= needed;
    return true;
  });
}

/** Draws commits as rows: first their files, then the names of the columns, then one line each. @returns lines */
export function drawRows({ rows, columns, width, paint }: Table): string[] {
  const widths = columns.map(widthsOf);
  const figures = widths.reduce((sum, { all }) => sum + all + GAP.length, 0);
  const longest = rows.reduce((most, { subject }) => Math.max(most, widthOf(subject)), 7);
  const room = width - SHA_WIDTH - DATE_WIDTH - 2 * GAP.length - figures;
  const subjectWidth = Math.max(1, Math.min(longest, room, MAX_SUBJECT_WIDTH));
  const names = `${padEnd("commit", SHA_WIDTH)}${GAP}${padEnd("date", DATE_WIDTH)}${GAP}${padEnd("subject", subjectWidth)}`;
  const labels = columns.map((column, index) => GAP + labelText(column, (widths[index] as Widths).all));
  const lines = [
    (" ".repeat(widthOf(names)) + paint.dim(groupLine(columns, widths, width - widthOf(names)))).trimEnd(),
    paint.dim(names + labels.join("")).trimEnd(),
  ];
  rows.forEach(({ sha, date, subject, isMarked }, row) => {
    const id = paint.sha(sha.slice(0, 7)) + (isMarked ? paint.worse("!") : " ");
    const title = padEnd(cutEnd(subject, subjectWidth), subjectWidth);
    const cells = columns.map((column, index) => GAP + drawCell(column, row, widths[index] as Widths, paint));
    const day = paint.dim(padEnd(cutEnd(date, DATE_WIDTH), DATE_WIDTH));
    lines.push(`${id}${GAP}${day}${GAP}${title}${cells.join("")}`.trimEnd());
  });
  return lines;
}

/** How wide the parts of a transposed table are, and how many commits stand beside each other. */
interface Turned {
  readonly labelWidth: number;
  readonly shown: number;
  readonly perBlock: number;
}

function turned(columns: readonly TableColumn[], width: number): Turned {
  const widths = columns.map(widthsOf);
  const cellWidth = widths.reduce(
    (most, { value, change, star }) => Math.max(most, bodyWidth(value, change, star)),
    DATE_WIDTH,
  );
  const longest = columns.reduce((most, column) => Math.max(most, widthOf(nameOf(column)) + GAP.length), 7);
  const labelWidth = Math.min(
    longest,
    Math.max(12, width - (cellWidth + GAP.length)),
    Math.max(12, Math.floor(width * 0.45)),
  );
  const perBlock = Math.max(1, Math.floor((Math.min(width, 10_000) - labelWidth) / (cellWidth + GAP.length)));
  const shown = Math.max(1, Math.min(cellWidth, width - labelWidth - GAP.length));
  return { labelWidth, shown, perBlock };
}

/** @returns whether all commits fit beside each other as columns */
export function fitsTransposed({ rows, columns, width }: Table): boolean {
  return rows.length <= turned(columns, width).perBlock;
}

/** Draws columns as rows and commits as columns, as many blocks below each other as the width asks for. @returns lines */
export function drawTransposed({ rows, columns, width, paint }: Table): string[] {
  const widths = columns.map(widthsOf);
  const { labelWidth, shown, perBlock } = turned(columns, width);
  const lines: string[] = [];
  for (let from = 0; from < rows.length; from += perBlock) {
    if (from > 0) lines.push("");
    const block = rows.slice(from, from + perBlock);
    const ids = block.map(({ sha, isMarked }) => `${sha.slice(0, 7)}${isMarked ? "!" : ""}`);
    const head = (name: string, texts: readonly string[], style: Style): void => {
      const cells = texts.map((text) => GAP + style(padStart(cutEnd(text, shown), shown)));
      lines.push(`${paint.dim(padEnd(name, labelWidth))}${cells.join("")}`.trimEnd());
    };
    const dates = block.map(({ date }) => date);
    const subjects = block.map(({ subject }) => subject);
    head("commit", ids, paint.sha);
    head("date", dates, paint.dim);
    head("subject", subjects, paint.dim);
    columns.forEach((column, index) => {
      if (column.path !== columns[index - 1]?.path)
        lines.push(paint.dim(cutStart(column.path, Math.min(width, 10_000))));
      const label = padEnd(`${GAP}${cutStart(nameOf(column), labelWidth - GAP.length)}`, labelWidth);
      const { value, change, star } = widths[index] as Widths;
      const fitted = { value, change, star, all: shown };
      const cells = block.map((_, offset) => GAP + drawCell(column, from + offset, fitted, paint));
      lines.push(`${label}${cells.join("")}`.trimEnd());
    });
  }
  return lines;
}

function widthsOf(column: TableColumn): Widths {
  let value = 0;
  let change = 0;
  let star = 0;
  for (const cell of column.cells) {
    value = Math.max(value, Math.min(widthOf(cell.value), MAX_VALUE_WIDTH));
    change = Math.max(change, Math.min(widthOf(cell.change), MAX_VALUE_WIDTH));
    if (cell.isBest) star = 1;
  }
  const label = Math.min(widthOf(nameOf(column)), column.labelLimit ?? MAX_LABEL_WIDTH);
  return { value, change, star, all: Math.max(1, label, bodyWidth(value, change, star)) };
}

function bodyWidth(value: number, change: number, star: number): number {
  return value + star + (change > 0 ? change + 1 : 0);
}

/** A key with the mark of its goal. */
function nameOf({ label, goal }: TableColumn): string {
  return goal === null ? label : `${label} ${goal === "higher" ? "▲" : "▼"}`;
}

function labelText(column: TableColumn, width: number): string {
  const text = cutStart(nameOf(column), width);
  return column.isText ? padEnd(text, width) : padStart(text, width);
}

/** The paths, each over its columns; the last one may be longer than they are. @param room for all of it */
function groupLine(columns: readonly TableColumn[], widths: readonly Widths[], room: number): string {
  let line = "";
  for (let from = 0; from < columns.length; ) {
    const path = (columns[from] as TableColumn).path;
    let to = from;
    let span = -GAP.length;
    while (to < columns.length && columns[to]?.path === path) span += (widths[to++] as Widths).all + GAP.length;
    const most =
      to === columns.length ? Math.max(span, Math.min(room - widthOf(line) - GAP.length, widthOf(path))) : span;
    line += GAP + padEnd(cutStart(path, most), span);
    from = to;
  }
  return line;
}

function drawCell(column: TableColumn, row: number, widths: Widths, paint: Paint): string {
  const { value, change, tone, isBest } = column.cells[row] as Cell;
  const changeWidth = widths.change > 0 ? widths.change + 1 : 0;
  // where even one commit is wider than the terminal the change goes first
  const room = Math.max(0, widths.all - widths.star);
  const shownChange = room - changeWidth >= Math.min(widths.value, room) ? changeWidth : 0;
  const valueWidth = room - shownChange;
  const text = cutEnd(value, valueWidth);
  const padded = column.isText ? padEnd(text, valueWidth) : padStart(text, valueWidth);
  const star = widths.star === 0 ? "" : isBest ? paint.strong(BEST) : " ";
  const difference = shownChange === 0 ? "" : ` ${padStart(cutEnd(change, shownChange - 1), shownChange - 1)}`;
  const toned =
    tone === "better" ? paint.better(difference) : tone === "worse" ? paint.worse(difference) : paint.dim(difference);
  return `${tone === "none" ? paint.dim(padded) : padded}${star}${toned}`;
}
