// Branches that a sync moved, and how many commits of its old head each has no more: a forced push replaces some.
import type { RepositoryId } from "../domain/model.ts";
import type { StoredBranch } from "../store/branch.ts";
import { findCommits } from "../store/commit.ts";
import type { Reader } from "../store/database.ts";
import { MAX_MOVED_HEADS, type MovedHead } from "../store/event.ts";
import { movedHeads } from "./event-answers.ts";
import type { NewCommits } from "./new-commits.ts";
import { unreachedCommits } from "./reachability.ts";

/** What a sync found, before it is written. */
export interface MovedByNow {
  readonly stored: readonly StoredBranch[];
  readonly now: readonly StoredBranch[];
  readonly commits: Pick<NewCommits, "firstPosition" | "commits">;
}

/** @returns the branches that a sync moved, as many as are kept, each with how many commits left it */
export async function movedWithReplaced(
  reader: Reader,
  repository: RepositoryId,
  { stored, now, commits }: MovedByNow,
): Promise<MovedHead[]> {
  const before = new Map(stored.map((branch) => [branch.number, branch]));
  const moved: MovedHead[] = [];
  for (const branch of now) {
    if (moved.length === MAX_MOVED_HEADS) break;
    const old = before.get(branch.number);
    const [head] = movedHeads(old === undefined ? [] : [old], [branch]);
    if (head === undefined) continue;
    const isKnown = old !== undefined && head.old !== null && head.new !== null;
    const move = isKnown ? { from: old.headPosition, to: branch.headPosition } : null;
    moved.push(move === null ? head : { ...head, replaced: await replacedCommits(reader, repository, commits, move) });
  }
  return moved;
}

/**
 * @param commits new ones, which are not stored yet
 * @param move positions of a branch's old head, which is stored, and of its new one
 * @returns how many commits the old head reaches and the new one does not
 */
async function replacedCommits(
  reader: Reader,
  repository: RepositoryId,
  commits: MovedByNow["commits"],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<number> {
  // most pushes stand on what was there: nothing is asked for them
  let position = to;
  while (position >= commits.firstPosition) position = newCommit(commits, position)?.firstParent ?? -1;
  if (position === from) return 0;
  const heads = await storedBelow(reader, repository, commits, to);
  return (await unreachedCommits(reader, repository, { heads, asked: [from] })).length;
}

/** They are without a gap, by falling position. */
function newCommit({ firstPosition, commits }: MovedByNow["commits"], position: number) {
  return commits[firstPosition + commits.length - 1 - position];
}

/** @returns positions of the stored commits that a head names, or that the new commits which it reaches stand on */
async function storedBelow(
  reader: Reader,
  repository: RepositoryId,
  commits: MovedByNow["commits"],
  head: number,
): Promise<number[]> {
  const top = newCommit(commits, head);
  if (top === undefined) return [head];
  const bySha = new Map(commits.commits.map((commit) => [commit.facts.sha, commit]));
  const seen = new Set([top.facts.sha]);
  // grows while it is walked
  for (const sha of seen) for (const parent of bySha.get(sha)?.facts.parents ?? []) seen.add(parent);
  const outside = [...seen].filter((sha) => !bySha.has(sha));
  return (await findCommits(reader, repository, outside)).map(({ position }) => position);
}
