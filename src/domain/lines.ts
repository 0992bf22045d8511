// Which branch owns which commit, and how deep a commit lies: one pass over first parents.
import { TidemarkError } from "../errors.ts";

/** Marks a commit that no branch claims, and a commit without a first parent. */
export const NONE = -1;

/** Where a branch's own part ends: the first commit below it that another branch has already claimed. */
export interface Fork {
  /** index into the tips of the branch that owns the commit */
  readonly tip: number;
  /** the commit's position */
  readonly position: number;
}

/** Who owns each commit, and where each branch leaves its parent. */
export interface Lines {
  /** per position: the index into the tips of the one branch that owns the commit, or -1 */
  readonly line: Int32Array;
  /** per tip: its fork; null where its line goes down to a root of its own, or where it has no commit at all */
  readonly forks: readonly (Fork | null)[];
}

/**
 * Gives each commit to at most one branch. The first tip, the default branch, claims its first-parent line from the head
 * down to the root; each later one claims from its head down to the first commit that is already claimed, which is its
 * fork. So a branch without a commit of its own forks at its head, and every commit is visited once: O(commits + tips).
 * @param firstParent per position the position of the first parent, or -1 for a root (or a parent that was cut off)
 * @param tips positions of the heads: the default branch, then the others, oldest first; -1 for a head that is not there
 */
export function claimLines(firstParent: Int32Array, tips: readonly number[]): Lines {
  const line = new Int32Array(firstParent.length).fill(NONE);
  const forks = tips.map((head, tip) => claim(firstParent, line, head, tip));
  return { line, forks };
}

function claim(firstParent: Int32Array, line: Int32Array, head: number, tip: number): Fork | null {
  if (head < NONE || head >= firstParent.length) throw noSuchPosition("find the line of the branch", tip, head);
  let position = head;
  while (position !== NONE) {
    const owner = line[position] as number;
    if (owner !== NONE) return { tip: owner, position };
    line[position] = tip;
    position = firstParent[position] as number;
  }
  return null;
}

/**
 * @param firstParent as for `claimLines()`; parents come before their children
 * @returns per position the commit's depth on first parents: a root has 0. It depends on ancestors only, so it never
 * changes when commits are added.
 */
export function ordinals(firstParent: Int32Array): Int32Array {
  const depth = new Int32Array(firstParent.length);
  for (let position = 0; position < firstParent.length; position++) {
    const parent = firstParent[position] as number;
    if (parent >= position || parent < NONE) throw noSuchPosition("count the ancestors of commit", position, parent);
    depth[position] = parent === NONE ? 0 : (depth[parent] as number) + 1;
  }
  return depth;
}

function noSuchPosition(attempt: string, value: number, found: number): TidemarkError {
  const wanted = "a position of an earlier commit, or -1 for none";
  return new TidemarkError("internal", { attempt, value: String(value), found: `position ${found}`, wanted });
}
