// Where a commit stands on the lines of branches, as far as the list of branches tells.
import type { Branch } from "../src/api/contract/columns.ts";
import type { Commit } from "../src/api/contract/commits.ts";
import { KEPT_DAYS } from "../src/domain/kept-days.ts";

const DAY_MS = 86_400_000;

/** A branch whose line holds a commit. */
export interface BranchPlace {
  readonly branch: string;
  /** commits of the line that came after it; null while an import has not come to the branch's head */
  readonly after: number | null;
}

/** The ordinal of the last commit of `owner` that the branch's line holds; null where it holds none. */
function reach(branch: Branch, owner: string, byName: ReadonlyMap<string, Branch>): number | null {
  let last = Number.POSITIVE_INFINITY;
  let at: Branch | undefined = branch;
  // lines only go down: no branch is met twice, but an answer may be of anything
  for (let step = 0; at !== undefined && step <= byName.size; step++) {
    if (at.name === owner) return last;
    if (at.fork === null) return null;
    last = at.fork.ordinal;
    at = byName.get(at.fork.branch);
  }
  return null;
}

/**
 * @param commit `branches` names the one that owns it; a branch that began above it has it as well
 * @returns the branches whose lines hold it, in the order of the list
 */
export function branchPlaces(
  { branches: owners, ordinal }: Pick<Commit, "branches" | "ordinal">,
  branches: readonly Branch[],
): readonly BranchPlace[] {
  const [owner] = owners;
  if (owner === undefined) return [];
  const byName = new Map(branches.map((branch) => [branch.name, branch]));
  return branches.flatMap((branch) => {
    const last = reach(branch, owner, byName);
    if (last === null || ordinal > last) return [];
    const after = (branch.fork?.ordinal ?? -1) + branch.commits - ordinal;
    return [{ branch: branch.name, after: after < 0 ? null : after }];
  });
}

/** @returns what is said of a commit that no branch has. @param since when that was found, ISO 8601 */
export function unreachableWords(since: string): string {
  const day = new Date(Date.parse(since) + KEPT_DAYS * DAY_MS).toISOString().slice(0, 10);
  return `No branch has this commit any more; it goes on ${day}.`;
}
