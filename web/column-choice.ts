// Which columns a table shows, as its address holds them.
import type { MAX_COLUMNS } from "../src/api/contract/commits.ts";
import { parseColumnId } from "../src/domain/key.ts";
import { fittingColumns } from "./search-part.ts";

/** Most columns of a table: the API answers no more. */
export const MAX_SHOWN_COLUMNS: typeof MAX_COLUMNS = 200;

function pathOf(id: string): string {
  try {
    return parseColumnId(id).path;
  } catch {
    // a column id that somebody typed into the address: it stands alone
    return id;
  }
}

/**
 * Adds columns to a choice, each behind the others of its file, so that a file stays in one piece.
 * @returns the new choice: no more than a table and an address can hold
 */
export function withColumns(shown: readonly string[], added: readonly string[]): readonly string[] {
  const next = [...shown];
  for (const id of added) {
    if (next.includes(id)) continue;
    const path = pathOf(id);
    const last = next.findLastIndex((other) => pathOf(other) === path);
    next.splice(last < 0 ? next.length : last + 1, 0, id);
  }
  return fittingColumns(next.slice(0, MAX_SHOWN_COLUMNS));
}

/** Takes a column out of a choice; the last one stays, since a table without columns says nothing. */
export function withoutColumn(shown: readonly string[], id: string): readonly string[] {
  return shown.length === 1 ? shown : shown.filter((other) => other !== id);
}

/** Puts a column before another one. @param before its place among those shown, from 0; their number for the end */
export function placeColumn(shown: readonly string[], id: string, before: number): readonly string[] {
  const from = shown.indexOf(id);
  if (from < 0) return shown;
  const others = shown.filter((other) => other !== id);
  others.splice(before > from ? before - 1 : before, 0, id);
  return others.every((other, index) => other === shown[index]) ? shown : others;
}

/** Moves a column by one place. @param step -1 to the left, 1 to the right */
export function stepColumn(shown: readonly string[], id: string, step: -1 | 1): readonly string[] {
  const from = shown.indexOf(id);
  const to = from + step;
  return from < 0 || to < 0 || to >= shown.length ? shown : placeColumn(shown, id, step < 0 ? to : to + 1);
}

/** @returns before which column one would be put that is let go at `x` pixels from the first: the nearest gap */
export function dropPlace(columns: readonly { readonly start: number; readonly width: number }[], x: number): number {
  const place = columns.findIndex(({ start, width }) => x < start + width / 2);
  return place < 0 ? columns.length : place;
}
