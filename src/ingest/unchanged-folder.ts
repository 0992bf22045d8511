// Whether a folder's branches are where they were at the last sync: found from the list of its refs alone, which tells
// nothing of the commits. Most of what asks for a sync finds nothing new.
import { isDeepStrictEqual } from "node:util";
import type { BranchChoice, BranchLook } from "../domain/branch-choice.ts";
import type { SeenRefs } from "../git/ref-digest.ts";
import type { StoredBranch } from "../store/branch.ts";
import type { NamedRef } from "../store/event.ts";

/** A folder as a look saw it, and what is stored of it. */
export interface FolderQuestion {
  readonly seen: SeenRefs;
  readonly stored: readonly StoredBranch[];
  readonly defaultBranch: string | null;
  /** what people chose, and the last look at the branches */
  readonly chosen: { readonly choice: BranchChoice; readonly look: BranchLook | null } | null;
  /** what the events name that are to be answered */
  readonly named: readonly NamedRef[];
}

/**
 * @returns whether every branch is followed and where it is stored, by the same choice, so that a comparison would find
 *   nothing. One that is not followed is looked at: it may have commits that are young
 */
export function isUnchanged({ seen, stored, defaultBranch, chosen, named }: FolderQuestion): boolean {
  if (chosen?.look?.unfollowed.count !== 0 || !isDeepStrictEqual(chosen.choice, chosen.look.choice)) return false;
  // a delivery about a folder is rare, and what it names is looked for in Git
  if (seen.head !== defaultBranch || named.length > 0) return false;
  const live = stored.filter(({ state }) => state === "live");
  return (
    live.length === seen.heads.size &&
    live.every(({ name, head, missing = null }) => missing === null && seen.heads.get(name) === head)
  );
}
