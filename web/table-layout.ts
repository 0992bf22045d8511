// How wide the table's columns are, and which of them stand under one file.
import type { ColumnHead, CommitRow } from "../src/api/contract/commits.ts";
import { cellOf, decimalsOf } from "./cell.ts";

/** Height of a row and of the head, in pixels: fixed, so that nothing moves when rows come. */
export const ROW_HEIGHT = 45;
export const HEAD_HEIGHT = 80;
/** Below this width of the window the commit's column is narrow, in pixels. */
export const NARROW_WINDOW = 600;

/** Average width of a digit at 13 pixels, with room for wide ones; of a letter in the head. */
const DIGIT_WIDTH = 8.2;
const LETTER_WIDTH = 7.4;
const CELL_PADDING = 28;
/** A column holds its little chart and no more than a long name needs. */
const MIN_WIDTH = 120;
const MAX_WIDTH = 236;
/** Room for the goal's arrow beside the name. */
const GOAL_WIDTH = 16;

/** How a column is drawn. */
export interface ColumnLook {
  readonly head: ColumnHead;
  readonly decimals: number | null;
  /** in pixels */
  readonly width: number;
  /** where it begins, in pixels from the first value column */
  readonly start: number;
}

/** Neighbouring columns of one file. */
export interface FileGroup {
  readonly path: string;
  /** index of the first column, and of the one after the last */
  readonly from: number;
  readonly to: number;
}

/**
 * Lays the columns out. Decimals and widths are taken from the rows given, the first page: later ones do not move them.
 */
export function layOut(columns: readonly ColumnHead[], rows: readonly CommitRow[]): readonly ColumnLook[] {
  let start = 0;
  return columns.map((head, index) => {
    const decimals = decimalsOf(rows, head, index);
    const width = columnWidth(head, index, decimals, rows);
    const look = { head, decimals, width, start };
    start += width;
    return look;
  });
}

function columnWidth(head: ColumnHead, index: number, decimals: number | null, rows: readonly CommitRow[]): number {
  let characters = 0;
  for (const row of rows) {
    const { text, change } = cellOf(row, head, index, decimals);
    characters = Math.max(characters, text.length, change.length * 0.9);
  }
  const unit = head.unit === null ? 0 : head.unit.length + 1;
  const name = (head.key.length + unit) * LETTER_WIDTH + (head.goal === null ? 0 : GOAL_WIDTH);
  const content = Math.max(name, characters * DIGIT_WIDTH);
  return Math.round(Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, content + CELL_PADDING)));
}

/** @returns the width of all value columns together */
export function totalWidth(columns: readonly ColumnLook[]): number {
  const last = columns.at(-1);
  return last === undefined ? 0 : last.start + last.width;
}

/** @returns the columns in runs of one file */
export function fileGroups(columns: readonly Pick<ColumnHead, "path">[]): readonly FileGroup[] {
  const groups: FileGroup[] = [];
  columns.forEach(({ path }, index) => {
    const last = groups.at(-1);
    if (last?.path === path) groups[groups.length - 1] = { ...last, to: index + 1 };
    else groups.push({ path, from: index, to: index + 1 });
  });
  return groups;
}

/** @returns how wide the commit's column is in a window of that width */
export function commitColumnWidth(windowWidth: number): number {
  if (windowWidth <= NARROW_WINDOW) return 172;
  return Math.round(Math.max(240, Math.min(400, windowWidth * 0.26))) + 58;
}

/** Columns that are drawn together, so that scrolling sideways draws anew in steps only. */
const COLUMN_STEP = 4;

/** @returns the first column drawn and the one after the last, for what is visible: whole steps, one more on each side */
export function drawnColumns(
  columns: readonly ColumnLook[],
  visible: { readonly left: number; readonly width: number },
): { readonly from: number; readonly to: number } {
  const first = columns.findIndex(({ start, width }) => start + width > visible.left);
  if (first < 0) return { from: Math.max(0, columns.length - COLUMN_STEP), to: columns.length };
  let last = columns.findIndex(({ start }) => start >= visible.left + visible.width);
  if (last < 0) last = columns.length;
  const from = Math.max(0, Math.floor(first / COLUMN_STEP) * COLUMN_STEP - COLUMN_STEP);
  return { from, to: Math.min(columns.length, Math.ceil(last / COLUMN_STEP) * COLUMN_STEP + COLUMN_STEP) };
}

/**
 * Shortens a name in its middle: how it begins and what it ends in tell columns apart.
 * @param length characters that fit, at least 3
 */
export function shorten(name: string, length: number): string {
  if (name.length <= length) return name;
  const characters = Array.from(name);
  if (characters.length <= length) return name;
  const tail = Math.ceil((length - 1) * 0.6);
  return `${characters.slice(0, length - 1 - tail).join("")}…${characters.slice(-tail).join("")}`;
}

/** @returns how many characters of a name fit a column's head */
export function nameLength(look: Pick<ColumnLook, "head" | "width">): number {
  const unit = look.head.unit === null ? 0 : (look.head.unit.length + 1) * LETTER_WIDTH;
  const goal = look.head.goal === null ? 0 : GOAL_WIDTH;
  return Math.max(3, Math.floor((look.width - CELL_PADDING - goal - unit) / LETTER_WIDTH));
}
