// A table's view in words: what its rows are, where they are not simply the newest of a branch.
import { SHORT_SHA } from "./cell.ts";
import { BY_POSITION, isNewestFirst } from "./sort-order.ts";
import { isFiltered, type SortStep, type TableView } from "./table-view.ts";
import { count } from "./times.ts";

/** @returns whether the view is a branch's own line from its newest commit down, each compared with the one before */
export function isPlain(view: TableView): boolean {
  const narrowed = isFiltered(view) || view.view !== undefined;
  return !narrowed && view.baseline === undefined && view.asOf === undefined && isNewestFirst(view.sort);
}

function sortWords({ column, order }: SortStep, keyOf: (id: string) => string): string {
  if (column === BY_POSITION) return order === "asc" ? "oldest first" : "newest first";
  return `by ${keyOf(column)}, ${order === "asc" ? "smallest" : "largest"} first`;
}

/**
 * @param total commits of the list, where that is known
 * @param keyOf what a column is called, by its id
 * @returns the view in one sentence without a full stop
 */
export function viewWords(view: TableView, total: number | null, keyOf: (id: string) => string): string {
  const { where, changed, went, asOf, baseline, sort } = view;
  const commits = total === null ? "Commits" : count(total, "commit");
  const which = [
    view.view === "all" ? "of all branches" : "",
    view.view === "touching" ? "that touched a metric file" : "",
    where === undefined ? "" : `that ${total === 1 ? "matches" : "match"} the filter`,
    changed === true ? "in which a shown column changed" : "",
    went === undefined ? "" : `in which a shown column got ${went}`,
    asOf === undefined ? "" : `from ${asOf.slice(0, SHORT_SHA)} down`,
  ].filter(Boolean);
  const how = [
    baseline === undefined ? "" : `compared with ${baseline.slice(0, SHORT_SHA)}`,
    ...(isNewestFirst(sort) ? [] : (sort ?? []).map((step) => sortWords(step, keyOf))),
  ].filter(Boolean);
  return [[commits, which.join(", ")].filter(Boolean).join(" "), ...how].join("; ");
}
