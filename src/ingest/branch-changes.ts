// What became of a repository's branches since they were last looked at.
import {
  type BranchChoice,
  type BranchLook,
  branchMatcher,
  MAX_UNFOLLOWED,
  STANDARD_CHOICE,
} from "../domain/branch-choice.ts";
import { cutText } from "../domain/kept-text.ts";
import type { BranchId, Sha } from "../domain/model.ts";
import type { GitRef, RefList } from "../git/refs.ts";
import { areMany, isGone, lookedFor, type MissingBranch } from "../domain/vanished-branch.ts";
import { followedBranches, reasonsAgainst } from "../history/plan.ts";
import type { StoredBranch } from "../store/branch.ts";

/** Longest name in a look, in bytes: more than any server takes, and a page of them is no burden. */
const MAX_LISTED_BYTES = 300;

/** A branch as it is now; where its head stands among the commits is found out later. */
export type BranchNow = Pick<StoredBranch, "number" | "name" | "nameBytes" | "head" | "state">;

/** All branches of a repository as they are now, those that are gone included. */
export interface BranchChanges {
  readonly branches: readonly BranchNow[];
  /** whether one was made, moved, deleted or brought back */
  readonly changed: boolean;
  /** heads that a branch has left: what they reach may be reached by none any more */
  readonly left: readonly Sha[];
  /** live ones that the server does not list, and that are looked for again before they count as deleted */
  readonly missing: ReadonlyMap<BranchId, MissingBranch>;
  /** the branches that are not followed */
  readonly look: BranchLook;
}

/** By what branches are followed, now and when they were looked at the last time. */
export interface BranchRules {
  /** milliseconds since 1970 */
  readonly now: number;
  readonly choice: BranchChoice;
  /** null where they were looked at before anybody could choose */
  readonly before: BranchChoice | null;
  /**
   * whether it is known of a branch that it was deleted, so that one look is enough; null: of every one, however many
   * they are (a folder shows what is there)
   */
  readonly isDeleted: ((branch: StoredBranch) => boolean) | null;
}

/**
 * Compares the stored branches with those of now. A branch that is followed stays so, however old its commits become,
 * until people choose another number of days, exclude it or name it no more; a new one is followed by the rules of a
 * first import. One that the server lists no more is looked for again before it counts as deleted. One that is deleted or
 * not followed any more keeps its head and its number, also for the day when it comes back.
 */
export function branchChanges(
  stored: readonly StoredBranch[],
  refs: Pick<RefList, "refs" | "head">,
  rules: BranchRules,
): BranchChanges {
  const followed = new Map(followedBranches(refs.refs, refs.head, rules).map((ref) => [keyOf(ref), ref]));
  const staying = new Map(refs.refs.filter(staysFollowed(rules)).map((ref) => [keyOf(ref), ref]));
  const missing = missingBranches(stored, new Set(refs.refs.map(keyOf)), rules);
  const left: Sha[] = [];
  const live = new Set<string>();
  let changed = false;
  const branches = stored.map((branch): BranchNow => {
    const { number, name, nameBytes } = branch;
    if (missing.has(number)) return { number, name, nameBytes, head: branch.head, state: "live" };
    const key = keyOf(branch);
    const ref = followed.get(key) ?? (branch.state === "live" ? staying.get(key) : undefined);
    followed.delete(key);
    if (ref !== undefined) live.add(key);
    const state = ref === undefined ? "deleted" : "live";
    const head = ref?.sha ?? branch.head;
    if (state !== branch.state || head !== branch.head) {
      changed = true;
      if (branch.state === "live") left.push(branch.head);
    }
    return { number, name, nameBytes, head, state };
  });
  let last = Math.max(0, ...stored.map(({ number }) => number));
  for (const [key, { name, nameBytes, sha }] of followed) {
    last += 1;
    changed = true;
    live.add(key);
    branches.push({ number: last as BranchId, name, nameBytes, head: sha, state: "live" });
  }
  const unfollowed = refs.refs.filter((ref) => !live.has(keyOf(ref)));
  return { branches, changed, left, missing, look: lookOf(unfollowed, refs.head, rules) };
}

/** The live branches that are not listed, and do not count as deleted yet. @param listed keys of those that are */
function missingBranches(
  stored: readonly StoredBranch[],
  listed: ReadonlySet<string>,
  { now, isDeleted }: Pick<BranchRules, "now" | "isDeleted">,
): Map<BranchId, MissingBranch> {
  const live = stored.filter(({ state }) => state === "live");
  const vanished = isDeleted === null ? [] : live.filter((branch) => !listed.has(keyOf(branch)));
  const many = areMany(vanished.length, live.length);
  const missing = new Map<BranchId, MissingBranch>();
  for (const branch of vanished) {
    const found = lookedFor(branch.missing ?? null, now);
    if (!isGone(found, many) && (many || isDeleted?.(branch) === false)) missing.set(branch.number, found);
  }
  return missing;
}

/** What is kept of a look at the branches. @param unfollowed those that it left out */
function lookOf(
  unfollowed: readonly GitRef[],
  head: string | null,
  rules: Pick<BranchRules, "now" | "choice">,
): BranchLook {
  const reasonOf = reasonsAgainst(head, rules);
  const newest = unfollowed.toSorted((a, b) => b.committedAt - a.committedAt || (a.name < b.name ? -1 : 1));
  const branches = newest.slice(0, MAX_UNFOLLOWED).map((ref) => ({
    name: cutText(ref.name, MAX_LISTED_BYTES),
    committedAt: ref.committedAt,
    reason: reasonOf(ref) ?? "old",
  }));
  return { choice: rules.choice, unfollowed: { count: unfollowed.length, branches } };
}

/** What says whether a branch stays followed that only grew too old meanwhile. */
function staysFollowed({ choice, before }: BranchRules): (ref: GitRef) => boolean {
  const last = before ?? STANDARD_CHOICE;
  if (choice.days !== last.days) return () => false;
  const isExcluded = branchMatcher(choice.never);
  const wasNamed = branchMatcher(last.also);
  return ({ name }) => !isExcluded(name) && !wasNamed(name);
}

function keyOf({ nameBytes }: Pick<GitRef, "nameBytes">): string {
  return nameBytes.toString("hex");
}
