// In which order branches claim their lines, and what comes of it for each: the default branch first, deleted ones last.
import { claimLines } from "../domain/lines.ts";
import type { StoredBranch } from "../store/branch.ts";

/** A branch before its fork is known. */
export type HeadedBranch = Omit<StoredBranch, "fork">;

/** What the branches of a repository make of its commits. */
export interface BranchLines {
  readonly branches: readonly StoredBranch[];
  /** per position the number of the branch whose line holds the commit, 0 for none */
  readonly lines: Int32Array;
}

/**
 * Finds every branch's line anew: the default branch claims first, then the other live ones by number, which is the
 * order in which they were first seen, then the deleted ones, which keep what nobody else claims.
 * @param firstParent per position the position of the first parent, or -1
 * @param ordinalOf depth of a commit, by position
 */
export function branchLines(
  branches: readonly HeadedBranch[],
  defaultBranch: string | null,
  firstParent: Int32Array,
  ordinalOf: (position: number) => number,
): BranchLines {
  const rank = (branch: HeadedBranch): number =>
    branch.state === "deleted" ? 2 : branch.name === defaultBranch ? 0 : 1;
  const ordered = branches.toSorted((a, b) => rank(a) - rank(b) || a.number - b.number);
  const { line, forks } = claimLines(
    firstParent,
    ordered.map((branch) => branch.headPosition),
  );
  for (let position = 0; position < line.length; position++) {
    line[position] = ordered[line[position] as number]?.number ?? 0;
  }
  const placed = ordered.map((branch, index): StoredBranch => {
    const fork = forks[index] ?? null;
    const owner = fork === null ? undefined : ordered[fork.tip];
    const place =
      fork === null || owner === undefined ? null : { branch: owner.number, ordinal: ordinalOf(fork.position) };
    return { ...branch, fork: place };
  });
  return { branches: placed, lines: line };
}
