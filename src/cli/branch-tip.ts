// Which commit of a branch a command begins at, and which branch's line holds each commit.
import type { Sha } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { listCommits } from "../git/commits.ts";
import { type GitRef, listRefs } from "../git/refs.ts";
import type { GitRepository } from "../git/repository.ts";
import { findCommit } from "../git/revisions.ts";

/** Names that an error lists. */
const MAX_CANDIDATES = 8;

/** Where a line begins. */
export interface BranchTip {
  readonly tip: Sha;
  /** what people call it: "main", "a detached HEAD" */
  readonly title: string;
  /** @returns the branches whose line holds a commit of the log: the default branch's comes first */
  branchesOf(sha: Sha): readonly string[];
  /** how many commits of the line are meant, from the tip down; absent: all */
  readonly size?: number;
}

/**
 * Finds a branch; without a name the commit that is checked out, or the default branch. Whatever else git knows a commit by
 * is a place to begin at: `origin/topic`, `HEAD~2`, a tag, an id.
 * @throws TidemarkError `branch-not-found` with the names that come near, `repository-empty`
 */
export async function findBranch(repository: GitRepository, name: string | null): Promise<BranchTip> {
  const { refs, head, detached } = await listRefs(repository);
  if (name === null && detached !== null) return { tip: detached, title: "the detached HEAD", branchesOf: () => [] };
  if (refs.length === 0) throw empty(repository);
  const wanted = name ?? head;
  const known = name === "HEAD" ? undefined : refs.find((ref) => ref.name === wanted); // a branch may be called so
  const tip = known?.sha ?? (await revision(repository, name));
  if (tip === null) throw notFound(repository, name ?? "HEAD", refs);
  // a list of branches has "topic" for what git calls origin/topic
  const own = known ?? refs.find((ref) => ref.sha === tip && name?.endsWith(`/${ref.name}`));
  const main = refs.find((ref) => ref.name === head);
  const isMain = main?.sha === tip;
  const ofMain = main === undefined || isMain ? null : await firstParents(repository, main.sha);
  const owner = own === undefined ? [] : [own.name];
  const mainOwner = main === undefined ? owner : [main.name];
  return {
    tip,
    title: escapeControls(wanted ?? "HEAD"),
    branchesOf: (sha) => (isMain || ofMain?.(sha) === true ? mainOwner : owner),
  };
}

async function revision(repository: GitRepository, name: string | null): Promise<Sha | null> {
  try {
    return name === null ? null : await findCommit(repository, name);
  } catch (error) {
    if (isTidemarkError(error, "commit-not-found")) return null;
    throw error;
  }
}

/** @returns whether a commit is on the first-parent line of another */
async function firstParents(repository: GitRepository, tip: Sha): Promise<(sha: Sha) => boolean> {
  const graph = await listCommits(repository, { tips: [tip], firstParent: true });
  return (sha) => graph.indexOf(sha) >= 0;
}

function notFound(repository: GitRepository, name: string, refs: readonly GitRef[]): TidemarkError {
  const near = nearest(name, refs).map((ref) => escapeControls(ref.name));
  const shown = near.slice(0, MAX_CANDIDATES);
  const more = near.length > shown.length ? ` (${near.length - shown.length} more)` : "";
  const found = `no such branch in ${repository.name}`;
  return new TidemarkError("branch-not-found", {
    attempt: "find the branch",
    value: name,
    found,
    wanted: `one of ${shown.join(", ")}${more}`,
  });
}

/** All branches, those first that share most letters with what was typed, then the newest. */
function nearest(name: string, refs: readonly GitRef[]): GitRef[] {
  const wanted = name.toLowerCase();
  const score = (ref: GitRef): number => {
    const own = ref.name.toLowerCase();
    if (own.includes(wanted) || wanted.includes(own)) return 2;
    return wanted.split(/\W+/).some((word) => word.length > 1 && own.includes(word)) ? 1 : 0;
  };
  return refs.toSorted((a, b) => score(b) - score(a) || b.committedAt - a.committedAt);
}

function empty(repository: GitRepository): TidemarkError {
  const parts = { found: "no commit", wanted: "a repository with at least one branch" };
  return new TidemarkError("repository-empty", { attempt: "read the history of", value: repository.name, ...parts });
}
