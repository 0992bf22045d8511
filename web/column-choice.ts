// Which columns a table shows, as its address holds them.
import type { MAX_COLUMNS } from "../src/api/contract/commits.ts";
import { parseColumnId } from "../src/domain/key.ts";
import { fittingColumns } from "./paths.ts";

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
