// Which columns a command shows: those asked for by name, else those that changed most lately.
import { columnsNamed, listedColumns, nearestColumns } from "../domain/column-name.ts";
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
  const fitting = columnsNamed(name, columns);
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
  const isUnclear = fitting.length > 1;
  const candidates = listedColumns(isUnclear ? fitting : nearestColumns(name, columns), MAX_CANDIDATES);
  const wanted = `${isUnclear ? "one of" : "a column such as"} ${candidates}`;
  const number = isUnclear ? `${fitting.length} columns with that name` : "no such column";
  return new TidemarkError("column-not-found", {
    attempt: "find the column",
    value: name,
    found: `${number} in ${where}`,
    wanted: columns.length === 0 ? "a repository with metric files" : wanted,
  });
}
