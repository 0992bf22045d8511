// How wide the table's columns are, and which of them stand under one heading.
import type { ColumnHead, CommitRow } from "../src/api/contract/commits.ts";
import { formatKey, parseKey } from "../src/domain/key.ts";
import { cellOf, decimalsOf } from "./cell.ts";
import type { ShownColumn } from "./shown-columns.ts";

/** Height of a row, in pixels: fixed, so that nothing moves when rows come. */
export const ROW_HEIGHT = 45;
/** Height of the head, in pixels: one line for the files, one for the names, a little chart. */
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
/** Width of a letter in the line above the names; a group is widened for its own name up to so much. */
export const GROUP_LETTER_WIDTH = 6.9;
const MAX_GROUP_WIDTH = 210;
/** So many letters of a file's path have room in its first group, whatever else stands there. */
const MAX_PATH_LETTERS = 18;
/** Beside the narrow commit's column, a column is no wider than what is left of a telephone. */
const MAX_NARROW_WIDTH = 172;
/** Width of the commit's column in a narrow window. */
const NARROW_COMMIT_WIDTH = 188;
/** Room for the goal's arrow beside the name. */
const GOAL_WIDTH = 16;

/** How a column is drawn. */
export interface ColumnLook extends ShownColumn {
  /** what people call it, else the last step of its key; the rest stands above, with its group */
  readonly name: string;
  readonly unit: string | null;
  readonly decimals: number | null;
  /** in pixels */
  readonly width: number;
  /** where it begins, in pixels from the first value column */
  readonly start: number;
}

/** Neighbouring columns of one file whose keys have the same beginning: all but their last step. */
export interface KeyGroup {
  readonly path: string;
  /** "" at the top of the file */
  readonly parent: string;
  /** whether the path differs from the group before */
  readonly firstOfFile: boolean;
  /** index of the first column, and of the one after the last */
  readonly from: number;
  readonly to: number;
}

/**
 * Lays the columns out. Decimals and widths are taken from the rows given, the first page: later ones do not move them.
 * @param commitWidth of the commit's column: beside a narrow one, columns are narrow too
 */
export function layOut(
  columns: readonly ShownColumn[],
  rows: readonly CommitRow[],
  commitWidth = Number.POSITIVE_INFINITY,
): readonly ColumnLook[] {
  const widest = commitWidth <= NARROW_COMMIT_WIDTH ? MAX_NARROW_WIDTH : MAX_WIDTH;
  const narrow = columns.map(({ head, place }) => {
    const decimals = decimalsOf(rows, head, place);
    const named = { head, place, name: head.alias ?? leafName(head.key), unit: shownUnit(head), decimals };
    return { ...named, width: Math.min(widest, columnWidth(named, rows)) };
  });
  for (const { path, parent, firstOfFile, from, to } of keyGroups(columns.map(({ head }) => head))) {
    const group = narrow.slice(from, to);
    const letters = parent.length + (firstOfFile ? Math.min(MAX_PATH_LETTERS, path.length) + 1 : 0);
    const wanted = Math.min(MAX_GROUP_WIDTH, widest, letters * GROUP_LETTER_WIDTH + CELL_PADDING);
    const missing = wanted - group.reduce((sum, { width }) => sum + width, 0);
    if (missing > 0) for (const look of group) look.width += Math.ceil(missing / group.length);
  }
  let start = 0;
  return narrow.map((look) => {
    const placed = { ...look, start };
    start += look.width;
    return placed;
  });
}

function columnWidth(
  { head, place, name, unit, decimals }: Omit<ColumnLook, "width" | "start">,
  rows: readonly CommitRow[],
): number {
  let characters = 0;
  for (const row of rows) {
    const { text, change } = cellOf(row, head, place, decimals);
    characters = Math.max(characters, text.length, change.length * 0.9);
  }
  const letters = name.length + (unit === null ? 0 : unit.length + 1);
  const title = letters * LETTER_WIDTH + (head.goal === null ? 0 : GOAL_WIDTH);
  const content = Math.max(title, characters * DIGIT_WIDTH);
  return Math.ceil(Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, content + CELL_PADDING)));
}

/** @returns the width of all value columns together */
export function totalWidth(columns: readonly ColumnLook[]): number {
  const last = columns.at(-1);
  return last === undefined ? 0 : last.start + last.width;
}

/** @returns a key without its last step, and that step: `results[name=ajv]` and `ops` */
export function splitKey(key: string): { readonly parent: string; readonly leaf: string } {
  try {
    const segments = parseKey(key);
    return { parent: formatKey(segments.slice(0, -1)), leaf: formatKey(segments.slice(-1)) };
  } catch {
    // not in the grammar: shown as it is
    return { parent: "", leaf: key };
  }
}

/** The last step of a key as people say it: without the quotes that a name with a dot has in a key. */
function leafName(key: string): string {
  const { leaf } = splitKey(key);
  if (!leaf.startsWith('["')) return leaf;
  const [segment] = parseKey(leaf);
  return segment?.kind === "name" && segment.name.trim() !== "" ? segment.name : leaf;
}

/** @returns the columns in runs of one file and one beginning of their keys */
export function keyGroups(columns: readonly Pick<ColumnHead, "path" | "key">[]): readonly KeyGroup[] {
  const groups: KeyGroup[] = [];
  columns.forEach(({ path, key }, index) => {
    const { parent } = splitKey(key);
    const last = groups.at(-1);
    if (last?.path === path && last.parent === parent) groups[groups.length - 1] = { ...last, to: index + 1 };
    else groups.push({ path, parent, firstOfFile: last?.path !== path, from: index, to: index + 1 });
  });
  return groups;
}

/** Names that end in a rate: `ops_per_second`. */
const RATE_NAME = /per_?s(ec(ond)?)?$/i;

/** @returns the unit to show beside a name, or null when the name says it already: `latency_ms` */
export function shownUnit({ key, unit }: Pick<ColumnHead, "key" | "unit">): string | null {
  if (unit === null || unit === "" || (unit.endsWith("/s") && RATE_NAME.test(key))) return null;
  const said = key.toLowerCase().endsWith(unit.toLowerCase()) && !/[a-z]$/i.test(key.slice(0, -unit.length));
  return said ? null : unit;
}

/** @returns how wide the commit's column is in a window of that width */
export function commitColumnWidth(windowWidth: number): number {
  if (windowWidth <= NARROW_WINDOW) return NARROW_COMMIT_WIDTH;
  return Math.round(Math.max(240, Math.min(400, windowWidth * 0.26))) + 58;
}

/** Columns that are drawn together, so that scrolling sideways draws anew in steps only. */
const COLUMN_STEP = 2;

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

/** @returns how many characters of its name fit a column's head */
export function nameLength({ head, unit, width }: Pick<ColumnLook, "head" | "unit" | "width">): number {
  const beside = (unit === null ? 0 : (unit.length + 1) * LETTER_WIDTH) + (head.goal === null ? 0 : GOAL_WIDTH);
  // a hair more than it takes: widths were computed from the same lengths
  return Math.max(3, Math.floor((width - CELL_PADDING - beside) / LETTER_WIDTH + 0.01));
}
