// The filter for commits in which one of some columns went one way, by its goal.
import type { ColumnRef, FilterNode } from "./filter.ts";
import type { Goal } from "./model.ts";

/** Which way a column went. */
export const WAYS = ["better", "worse"] as const;
/** Which way a column went. */
export type Way = (typeof WAYS)[number];

/**
 * @returns the filter; that of columns without a goal has no nodes, and no commit matches it. It is made for a page's
 *   columns, which are more than a filter that somebody writes may name
 */
export function wentFilter(columns: readonly (ColumnRef & { readonly goal: Goal })[], way: Way): FilterNode {
  const nodes = columns.flatMap(({ path, key, goal }): FilterNode[] => {
    if (goal === null) return [];
    const operator = (goal === "higher") === (way === "better") ? ">" : "<";
    const operand = { kind: "delta", column: { path, key } } as const;
    return [{ kind: "comparison", operand, operator, literal: { kind: "number", value: 0, text: "0" } }];
  });
  return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: "or", nodes };
}
