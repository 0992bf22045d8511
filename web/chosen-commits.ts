// The commits that were chosen to be compared.
import type { CommitHead } from "../src/api/contract/commits.ts";
import { type CompareView, withBaseline } from "./compare-view.ts";
import { MAX_COMPARED } from "./table-view.ts";

/** Fewest commits of a comparison. */
export const MIN_COMPARED = 2;

/** What is said where no further commit can be chosen. */
export const FULL_CHOICE = `${MAX_COMPARED} commits are chosen, and no more can be compared.`;

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

/** @returns whether there is no room for another commit */
export function isFull(chosen: readonly string[] | undefined): boolean {
  return (chosen?.length ?? 0) >= MAX_COMPARED;
}

/**
 * The comparison of what was chosen: from the oldest to the newest, however they were chosen. The baseline is the commit
 * that the table is compared with, if it is one of them, else the oldest.
 * @param rows those loaded; a commit that is not among them comes first, since what is not loaded yet is older
 * @param pinned the table's baseline
 */
export function chosenComparison(
  chosen: readonly string[],
  rows: readonly Pick<CommitHead, "sha" | "position">[],
  pinned: string | undefined,
): CompareView {
  const positions = new Map(rows.map(({ sha, position }) => [sha, position]));
  const place = (sha: string): number => positions.get(sha) ?? -1;
  const view = { commits: chosen.toSorted((a, b) => place(a) - place(b)) };
  const baseline = pinned === undefined ? undefined : chosen.find((sha) => sha.startsWith(pinned));
  return baseline === undefined ? view : withBaseline(view, baseline);
}
