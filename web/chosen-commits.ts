// The commits that were chosen to be compared.
import { MAX_COMPARED } from "./table-view.ts";

/** Fewest commits of a comparison. */
export const MIN_COMPARED = 2;

/** Adds a commit, or takes it away. @returns undefined when none is left; the same list when there is no more room */
export function toggleCommit(chosen: readonly string[] | undefined, sha: string): readonly string[] | undefined {
  const before = chosen ?? [];
  if (before.includes(sha)) return before.length === 1 ? undefined : before.filter((other) => other !== sha);
  return before.length >= MAX_COMPARED ? chosen : [...before, sha];
}

/** @returns whether so many commits can be compared */
export function canCompare(count: number): boolean {
  return count >= MIN_COMPARED && count <= MAX_COMPARED;
}
