// Which branches are followed, which commits they have, and which branch owns which commit.
import { type BranchChoice, branchMatcher, STANDARD_CHOICE, type UnfollowedBranch } from "../domain/branch-choice.ts";
import { claimLines } from "../domain/lines.ts";
import type { Sha } from "../domain/model.ts";
import type { CommitGraph } from "../git/commit-graph.ts";
import { listCommits } from "../git/commits.ts";
import { type GitRef, listRefs, type RefList } from "../git/refs.ts";
import type { GitRepository } from "../git/repository.ts";

const DAY_MS = 86_400_000;

/** Branches that projects keep their figures on: 5 of 13 real histories have them there and nowhere else. */
const DATA_BRANCH = /^(?:gh-pages|results|badges|benchmark.*|data)$/;

/** A followed branch. Indices of branches and positions are those of the plan. */
interface PlannedBranch {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly sha: Sha;
  /** position of its head */
  readonly tip: number;
  /** the commit below its own part, and the branch that owns it; null where its line goes down to a root */
  readonly fork: { readonly branch: number; readonly position: number } | null;
}

/** A repository's commits, each with a position (its index in the graph), and the lines of its branches. */
export interface HistoryPlan {
  readonly graph: CommitGraph;
  /** the default branch first, then the others by their heads' dates, oldest first; none in an empty repository */
  readonly branches: readonly PlannedBranch[];
  /** per position the index of the branch that owns the commit, or -1 */
  readonly lines: Int32Array;
}

/** What to follow. */
export interface PlanSettings {
  /** milliseconds since 1970 */
  readonly now: number;
  /** default: STANDARD_CHOICE */
  readonly choice?: BranchChoice;
  /** the branches as they were listed before, when they have to stay as they were */
  readonly refs?: Pick<RefList, "refs" | "head">;
  readonly signal?: AbortSignal;
}

/**
 * Lists what is to be read of a repository.
 * @throws TidemarkError those of `listRefs()` and `listCommits()`
 */
export async function planHistory(repository: GitRepository, settings: PlanSettings): Promise<HistoryPlan> {
  const { refs, head } = settings.refs ?? (await listRefs(repository));
  const followed = followedBranches(refs, head, settings);
  const tips = [...new Set(followed.map(({ sha }) => sha))];
  const graph = await listCommits(repository, { tips, ...(settings.signal ? { signal: settings.signal } : {}) });
  return placeBranches(graph, followed);
}

/** @returns whether a branch is one that projects keep their figures on, beside their code */
export function isDataBranch(name: string): boolean {
  return DATA_BRANCH.test(name);
}

/**
 * Decides which branches are followed: the default one, and of those that nobody excluded the ones of data, those that
 * are named and those with a commit that is young enough.
 * @returns the default one, then the others by their heads' dates, oldest first
 */
export function followedBranches(
  refs: readonly GitRef[],
  head: string | null,
  settings: Pick<PlanSettings, "now" | "choice">,
): GitRef[] {
  const reasonOf = reasonsAgainst(head, settings);
  const others = refs.filter((ref) => ref.name !== head && reasonOf(ref) === null);
  others.sort((a, b) => a.committedAt - b.committedAt || (a.name < b.name ? -1 : 1));
  return [...refs.filter(({ name }) => name === head), ...others];
}

/** @returns what tells why a branch is not followed, or null: it is */
export function reasonsAgainst(
  head: string | null,
  { now, choice = STANDARD_CHOICE }: Pick<PlanSettings, "now" | "choice">,
): (ref: Pick<GitRef, "name" | "committedAt">) => UnfollowedBranch["reason"] | null {
  const oldest = choice.days === null ? Number.NEGATIVE_INFINITY : now - choice.days * DAY_MS;
  const isNamed = branchMatcher(choice.also);
  const isExcluded = branchMatcher(choice.never);
  return ({ name, committedAt }) => {
    if (name === head) return null;
    if (isExcluded(name)) return "never";
    return committedAt >= oldest || isDataBranch(name) || isNamed(name) ? null : "old";
  };
}

/**
 * Finds the line of every branch.
 * @param branches the default branch, then the others, oldest first; one whose head is not in the graph is left out
 */
export function placeBranches(
  graph: CommitGraph,
  branches: readonly Pick<GitRef, "name" | "nameBytes" | "sha">[],
): HistoryPlan {
  const placed = branches
    .map(({ name, nameBytes, sha }) => ({ name, nameBytes, sha, tip: graph.indexOf(sha) }))
    .filter(({ tip }) => tip >= 0);
  const { line, forks } = claimLines(
    graph.firstParent,
    placed.map(({ tip }) => tip),
  );
  const withForks = placed.map((branch, index) => {
    const fork = forks[index] ?? null;
    return { ...branch, fork: fork && { branch: fork.tip, position: fork.position } };
  });
  return { graph, branches: withForks, lines: line };
}
