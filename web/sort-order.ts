// What a press on a column's head does to the table's order.
import type { ColumnHead } from "../src/api/contract/commits.ts";
import type { SortStep } from "./table-view.ts";

/** The name of the order by place in the history: the newest commit first, or the oldest. */
export const BY_POSITION = "position";

/** The order that shows a column's best first; without a goal its largest. */
function bestFirst(goal: ColumnHead["goal"]): SortStep["order"] {
  return goal === "lower" ? "asc" : "desc";
}

/**
 * Best first, then worst first, then the order before it. By position: the newest first, then the oldest first.
 * @param also as a further step, behind those that are there: the ties of one column are ordered by the next
 * @returns the steps, or undefined for the newest first
 */
export function nextSort(
  steps: readonly SortStep[] | undefined,
  { id, goal }: Pick<ColumnHead, "id" | "goal">,
  also: boolean,
): readonly SortStep[] | undefined {
  if (id === BY_POSITION) return isNewestFirst(steps) ? [{ column: id, order: "asc" }] : undefined;
  const first = bestFirst(goal);
  const before = steps?.find(({ column }) => column === id);
  const others = also ? (steps ?? []).filter(({ column }) => column !== id) : [];
  const fresh: SortStep = { column: id, order: first };
  let next: readonly SortStep[];
  if (before === undefined || (!also && (steps?.length ?? 0) > 1)) next = [...others, fresh];
  else if (before.order === first) {
    const turned: SortStep = { column: id, order: first === "asc" ? "desc" : "asc" };
    next = also ? (steps ?? []).map((step) => (step.column === id ? turned : step)) : [turned];
  } else next = others;
  return next.length === 0 ? undefined : next;
}

/** @returns whether the table stands in the history's own order, newest first */
export function isNewestFirst(steps: readonly SortStep[] | undefined): boolean {
  const [first] = steps ?? [];
  return first === undefined || (first.column === BY_POSITION && first.order === "desc");
}

/** @returns how a column takes part in the order: which way, and as which step of several (from 1; null for the only one) */
export function sortPlace(
  steps: readonly SortStep[] | undefined,
  id: string,
): { readonly order: SortStep["order"]; readonly step: number | null } | null {
  const index = steps?.findIndex(({ column }) => column === id) ?? -1;
  const step = steps?.[index];
  return step === undefined ? null : { order: step.order, step: (steps?.length ?? 0) > 1 ? index + 1 : null };
}
