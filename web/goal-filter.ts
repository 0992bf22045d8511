// The filters behind "Improved" and "Regressed": commits in which one of the shown columns went that way.
import type { ColumnHead } from "../src/api/contract/commits.ts";
import { MAX_FILTER_BYTES, MAX_FILTER_COMPARISONS } from "../src/domain/filter.ts";

/** Which way a column went, by its goal. */
export type GoalWay = "better" | "worse";

type Column = Pick<ColumnHead, "id" | "goal">;

/** Bytes that a filter of somebody's own may add beside this one, with `(…) and (…)` around both. */
const OWN_FILTER_BYTES = 300;
const OWN_COMPARISONS = 5;

/**
 * @returns the filter's text, and how many of the columns with a goal it speaks of: those that come first, since a filter
 * has an end; null when no column has a goal
 */
export function goalFilter(
  columns: readonly Column[],
  way: GoalWay,
): { readonly where: string; readonly columns: number } | null {
  const parts: string[] = [];
  let bytes = 0;
  for (const { id, goal } of columns) {
    if (goal === null) continue;
    const sign = (goal === "higher") === (way === "better") ? ">" : "<";
    const part = `delta(${JSON.stringify(id)}) ${sign} 0`;
    bytes += new TextEncoder().encode(part).length + " or ".length;
    if (bytes > MAX_FILTER_BYTES - OWN_FILTER_BYTES || parts.length === MAX_FILTER_COMPARISONS - OWN_COMPARISONS) break;
    parts.push(part);
  }
  return parts.length === 0 ? null : { where: parts.join(" or "), columns: parts.length };
}

/** @returns a table's filter without the part that `goalFilter()` gave it, and whether it had it */
export function withoutFilter(where: string | undefined, part: string): { rest: string | undefined; had: boolean } {
  if (where === part) return { rest: undefined, had: true };
  const end = `) and (${part})`;
  const both = where?.startsWith("(") === true && where.endsWith(end);
  return both ? { rest: where?.slice(1, -end.length), had: true } : { rest: where, had: false };
}

/** @returns a table's filter with a part more: both must hold */
export function withFilter(where: string | undefined, part: string): string {
  return where === undefined ? part : `(${where}) and (${part})`;
}
