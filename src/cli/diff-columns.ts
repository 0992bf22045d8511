// What became of each column between two commits: the same, changed, new or gone; better or worse; beyond tolerance.
import { change, type Direction, judge, relativeChange, sameValue } from "../domain/compare.ts";
import type { CatalogueColumn, FlatDocument, Value } from "../domain/model.ts";
import { isUnreadAt } from "../history/history-batch.ts";
import type { Tolerance } from "../domain/tolerance.ts";
import { isBeyond } from "../domain/tolerance.ts";
import { valueIn } from "../domain/value.ts";
import type { DiffReading, DiffSide } from "./diff-reading.ts";

/** What became of a column; "unknown" where the file of one of the commits could not be read. */
export type DiffState = "same" | "changed" | "new" | "gone" | "unknown";

/** One column in both commits. */
export interface DiffColumn {
  readonly column: CatalogueColumn;
  readonly before: Value;
  readonly after: Value;
  /** null where there is none to compute */
  readonly change: number | null;
  /** as a part of what was there before */
  readonly relative: number | null;
  readonly state: DiffState;
  readonly direction: Direction;
  /** whether it changed by more than both tolerances */
  readonly beyond: boolean;
}

/** @returns what became of each of these columns, in their order */
export function compareSides(
  { from, to }: DiffReading,
  columns: readonly CatalogueColumn[],
  tolerance: Tolerance,
): DiffColumn[] {
  const [before, after] = [from === null ? null : new SideValues(from), new SideValues(to)];
  return columns.map((column) => {
    const [old, now] = [before?.valueOf(column) ?? null, after.valueOf(column)];
    const isUnknown = before?.isUnread(column.path) === true || after.isUnread(column.path);
    const state = isUnknown ? "unknown" : stateOf(old, now);
    return {
      column,
      before: old,
      after: now,
      change: change(now, old),
      relative: relativeChange(now, old),
      state,
      direction: judge(now, old, column.goal),
      beyond: state === "changed" && isBeyond(now, old, tolerance),
    };
  });
}

/** @returns whether the column is worse by more than was allowed */
export function isWorse({ direction, beyond }: DiffColumn): boolean {
  return direction === "worse" && beyond;
}

function stateOf(before: Value, after: Value): DiffState {
  if (before === null && after !== null) return "new";
  if (before !== null && after === null) return "gone";
  return sameValue(before, after) ? "same" : "changed";
}

/** The values of one commit by column. */
class SideValues {
  readonly #documents: ReadonlyMap<string, FlatDocument>;
  readonly #places = new Map<string, ReadonlyMap<string, number>>();
  readonly #unread: ReadonlySet<string>;
  readonly #side: DiffSide;

  constructor(side: DiffSide) {
    this.#side = side;
    this.#documents = side.documents;
    this.#unread = new Set(side.unread.filter(({ instead }) => instead === null).map(({ path }) => path));
  }

  isUnread(path: string): boolean {
    return this.#unread.has(path) || (!this.#documents.has(path) && isUnreadAt(this.#side, path));
  }

  /** @returns the value as its column has it, null where it is missing */
  valueOf({ path, key, kind }: CatalogueColumn): Value {
    const document = this.#documents.get(path);
    if (document === undefined) return null;
    let places = this.#places.get(path);
    if (places === undefined)
      this.#places.set(path, (places = new Map(document.keys.map((each, index) => [each, index]))));
    const place = places.get(key);
    return place === undefined ? null : valueIn(document.values[place] ?? null, kind);
  }
}
