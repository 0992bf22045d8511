// Which columns a command shows: those asked for by name, else those that changed most lately.
import { formatColumnId } from "../domain/key.ts";
import type { CatalogueColumn } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { TidemarkError } from "../errors.ts";

/** Columns shown unless somebody names others: what the web app shows. */
export const DEFAULT_COLUMNS = 30;
/** Names that an error lists. */
const MAX_CANDIDATES = 8;

/** @returns the column's id, `path:key` */
export function idOf({ path, key }: Pick<CatalogueColumn, "path" | "key">): string {
  return formatColumnId(path, key);
}

/** @returns the column's key with the mark of its goal, as a terminal shows it */
export function markedKey({ key, goal }: Pick<CatalogueColumn, "key" | "goal">): string {
  const label = escapeControls(key);
  return goal === null ? label : `${label} ${goal === "higher" ? "▲" : "▼"}`;
}

/** @returns the columns that hold anything, the one that changed most lately first */
export function rankedColumns(columns: readonly CatalogueColumn[]): CatalogueColumn[] {
  return columns
    .filter(({ kind }) => kind !== "empty")
    .sort(
      (a, b) =>
        b.recentChanges - a.recentChanges ||
        (b.lastChangedPosition ?? -1) - (a.lastChangedPosition ?? -1) ||
        b.lastPosition - a.lastPosition ||
        inFileOrder(a, b),
    );
}

/** The order in which columns stand beside each other: by path, then as they are written in the file. */
export function inFileOrder(a: CatalogueColumn, b: CatalogueColumn): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.writtenOrder - b.writtenOrder;
}

/**
 * Finds columns by what people call them: an id, a whole key, or the end of one key only.
 * @param value of the error: what the columns are of
 * @throws TidemarkError `column-not-found`, with the names that come near, also when several columns have the name
 */
export function findColumns(
  asked: readonly string[],
  columns: readonly CatalogueColumn[],
  where: string,
): CatalogueColumn[] {
  const found = asked.map((name) => findColumn(name, columns, where));
  return [...new Set(found)];
}

/**
 * Finds one column by what people call it.
 * @throws TidemarkError as `findColumns()`
 */
export function findColumn(name: string, columns: readonly CatalogueColumn[], where: string): CatalogueColumn {
  const exact = columns.find((column) => idOf(column) === name);
  if (exact !== undefined) return exact;
  const wholeKey = columns.filter(({ key }) => key === name);
  const fitting = wholeKey.length > 0 ? wholeKey : columns.filter(({ key }) => endsInSegment(key, name));
  if (fitting.length === 1) return fitting[0] as CatalogueColumn;
  throw columnNotFound(name, columns, where, fitting);
}

/**
 * @param fitting the columns that the name could mean
 * @returns what to say where a name means no column, or several
 */
export function columnNotFound(
  name: string,
  columns: readonly CatalogueColumn[],
  where: string,
  fitting: readonly CatalogueColumn[] = [],
): TidemarkError {
  const wanted =
    fitting.length > 1 ? `one of ${listed(fitting)}` : `a column such as ${listed(nearest(name, columns))}`;
  const number = fitting.length > 1 ? `${fitting.length} columns with that name` : "no such column";
  return new TidemarkError("column-not-found", {
    attempt: "find the column",
    value: name,
    found: `${number} in ${where}`,
    wanted: columns.length === 0 ? "a repository with metric files" : wanted,
  });
}

/** Whether `name` is the end of a key, and begins where one of its names does. */
function endsInSegment(key: string, name: string): boolean {
  if (name === "" || !key.endsWith(name)) return false;
  const before = key.at(-name.length - 1);
  return before === undefined || before === "." || before === "]" || name.startsWith("[");
}

/** Columns that share letters with what was typed, best first; the catalogue's first when none does. */
function nearest(name: string, columns: readonly CatalogueColumn[]): CatalogueColumn[] {
  const wanted = name.toLowerCase();
  const words = wanted.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const scored = columns.map((column) => {
    const id = idOf(column).toLowerCase();
    return { column, score: id.includes(wanted) ? words.length + 1 : words.filter((word) => id.includes(word)).length };
  });
  const near = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
  return near.length > 0 ? near.map(({ column }) => column) : [...columns];
}

function listed(columns: readonly CatalogueColumn[]): string {
  const names = columns.slice(0, MAX_CANDIDATES).map((column) => escapeControls(idOf(column)));
  const more = columns.length - names.length;
  return names.join(", ") + (more > 0 ? ` (${more} more)` : "");
}
