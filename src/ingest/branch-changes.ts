// What became of a repository's branches since they were last looked at.
import type { BranchId, Sha } from "../domain/model.ts";
import type { GitRef, RefList } from "../git/refs.ts";
import { followedBranches } from "../history/plan.ts";
import type { StoredBranch } from "../store/branch.ts";

/** A branch as it is now; where its head stands among the commits is found out later. */
export type BranchNow = Pick<StoredBranch, "number" | "name" | "nameBytes" | "head" | "state">;

/** All branches of a repository as they are now, those that are gone included. */
export interface BranchChanges {
  readonly branches: readonly BranchNow[];
  /** whether one was made, moved, deleted or brought back */
  readonly changed: boolean;
  /** heads that a branch has left: what they reach may be reached by none any more */
  readonly left: readonly Sha[];
}

/**
 * Compares the stored branches with those of now. A branch that is followed stays so, however old its commits become; a
 * new one is followed by the rules of a first import. A deleted one keeps its head and its number, also for the day when
 * it comes back.
 * @param now milliseconds since 1970
 */
export function branchChanges(
  stored: readonly StoredBranch[],
  refs: Pick<RefList, "refs" | "head">,
  now: number,
): BranchChanges {
  const found = new Map(refs.refs.map((ref) => [keyOf(ref), ref]));
  const followed = new Map(followedBranches(refs.refs, refs.head, { now }).map((ref) => [keyOf(ref), ref]));
  const left: Sha[] = [];
  let changed = false;
  const branches = stored.map((branch): BranchNow => {
    const key = keyOf(branch);
    const ref = (branch.state === "live" ? found : followed).get(key);
    followed.delete(key);
    const state = ref === undefined ? "deleted" : "live";
    const head = ref?.sha ?? branch.head;
    if (state !== branch.state || head !== branch.head) {
      changed = true;
      if (branch.state === "live") left.push(branch.head);
    }
    const { number, name, nameBytes } = branch;
    return { number, name, nameBytes, head, state };
  });
  let last = Math.max(0, ...stored.map(({ number }) => number));
  for (const { name, nameBytes, sha } of followed.values()) {
    last += 1;
    changed = true;
    branches.push({ number: last as BranchId, name, nameBytes, head: sha, state: "live" });
  }
  return { branches, changed, left };
}

function keyOf({ nameBytes }: Pick<GitRef, "nameBytes">): string {
  return nameBytes.toString("hex");
}
