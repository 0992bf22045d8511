// Which columns a table draws and in which order: the address says so, whatever order the answer has them in.
import type { ColumnHead } from "../src/api/contract/commits.ts";

/** A column as it is drawn. */
export interface ShownColumn {
  readonly head: ColumnHead;
  /** where its values stand in each row of the answer */
  readonly place: number;
}

/**
 * A move or a removal is drawn at once, from rows that are there.
 * @param answered the columns of the answer
 * @param wanted column ids in the order of the address; undefined for the server's own choice
 */
export function shownColumns(
  answered: readonly ColumnHead[],
  wanted: readonly string[] | undefined,
): readonly ShownColumn[] {
  const all = answered.map((head, place) => ({ head, place }));
  if (wanted === undefined) return all;
  const byId = new Map(all.map((column) => [column.head.id, column]));
  return wanted.flatMap((id) => byId.get(id) ?? []);
}
