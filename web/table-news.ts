// What becomes of a table when its repository has new commits: whether rows come in at once, and which of them are new.
import type { CommitPage } from "../src/api/contract/commits.ts";
import type { RepositoryState } from "../src/api/contract/repositories.ts";
import { isNewestFirst } from "./sort-order.ts";
import { isFiltered, type TableView } from "./table-view.ts";
import { count } from "./times.ts";

/** What is known of a table and of what happened since its rows were loaded. */
export interface TableMoment {
  readonly view: TableView;
  readonly state: RepositoryState | undefined;
  /** somebody reads below the top, stands on a cell, or has chosen commits */
  readonly taken: boolean;
}

/**
 * What is done: rows come in directly; a look says how many are new above the first row; those that the view will show are
 * counted (rows that are ordered or left out may go anywhere); or a mark says that there are some.
 */
export type Arrival = "directly" | "look" | "count" | "mark";

/** @returns what becomes of new rows */
export function arrivalOf({ view, state, taken }: TableMoment): Arrival {
  if (isNewestFirst(view.sort) && !isFiltered(view)) return taken ? "look" : "directly";
  if (state === "importing") return taken ? "mark" : "directly";
  return "count";
}

/**
 * @param shown pages on the screen, in whatever order
 * @param first the first page of now of the same view, newest first
 * @returns how many rows the view has that it had not; null where nobody knows
 */
export function newRows(shown: readonly CommitPage[], first: CommitPage): number | null {
  const before = shown[0];
  if (before === undefined) return null;
  const fresh = first.commits.filter(({ position }) => position > before.newest).length;
  // a branch that was moved on to what another one had brings rows that are not new to the repository
  const more = first.total === null || before.total === null ? 0 : first.total - before.total;
  if (more >= fresh) return more;
  return fresh === first.commits.length && first.nextCursor !== null ? null : fresh;
}

/**
 * @param shown pages on the screen
 * @param first the first page of now
 * @returns how many rows are new above the first one shown; null where that one is not among the first any more
 */
export function rowsAbove(shown: readonly CommitPage[], first: CommitPage): number | null {
  const top = shown[0]?.commits[0]?.sha;
  // none is left either where the branch was deleted
  const above = top === undefined || first.commits.length === 0 ? 0 : first.commits.findIndex(({ sha }) => sha === top);
  return above < 0 ? null : above;
}

/**
 * @param before ids of the rows that there were, @param now of those that there are
 * @returns the new ones: what stands below all that was there was not loaded before
 */
export function freshRows(before: readonly string[], now: readonly string[]): ReadonlySet<string> {
  const known = new Set(before);
  const end = now.findLastIndex((sha) => known.has(sha));
  return new Set(now.slice(0, Math.max(0, end)).filter((sha) => !known.has(sha)));
}

/** @param commits null where nobody knows how many. @returns "2 new commits" */
export function newsWords(commits: number | null): string {
  return commits === null ? "New commits" : count(commits, "new commit");
}
