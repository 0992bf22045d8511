// What an import reads: the plan of a new one, or that of an interrupted one as its skeleton tells it.
import { ordinals } from "../domain/lines.ts";
import type { BranchId, RepositoryId, Sha } from "../domain/model.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { type CommitGraph, CommitGraphBuilder, CommitGraph as Graph } from "../git/commit-graph.ts";
import { listCommits } from "../git/commits.ts";
import { pinTips, type RefList, unpinTips } from "../git/refs.ts";
import { type GitRepository, oidLength } from "../git/repository.ts";
import { planHistory, type PlanSettings } from "../history/plan.ts";
import { readBranches, type StoredBranch } from "../store/branch.ts";
import { readCommitShas, readPositions } from "../store/commit.ts";
import { unreachableCommits } from "../store/commit-line.ts";
import type { Reader } from "../store/database.ts";
import { readSkeleton } from "../store/import-commit.ts";
import { branchLines } from "./line-order.ts";

/** A whole history. */
export interface ImportPlan {
  readonly graph: CommitGraph;
  /** per commit of the graph the position that it has, rising; null where that is its index: none was ever removed */
  readonly positions: Int32Array | null;
  readonly ordinals: Int32Array;
  readonly branches: readonly StoredBranch[];
  /** per commit of the graph the number of the branch whose line holds it, 0 for none */
  readonly lines: Int32Array;
  readonly defaultBranch: string | null;
  /** positions of its commits that no branch reaches any more */
  readonly unreached: ReadonlySet<number>;
}

/**
 * Plans a new import of the branches as they are now.
 * @throws TidemarkError `repository-empty`; those of `planHistory()`
 */
export async function newPlan(
  git: GitRepository,
  refs: RefList,
  settings: Pick<PlanSettings, "now" | "choice" | "signal">,
): Promise<ImportPlan> {
  const { graph, branches, lines } = await planHistory(git, { refs, ...settings });
  if (branches.length === 0) throw emptyRepository(git);
  const depth = ordinals(graph.firstParent);
  const numbered = branches.map(({ name, nameBytes, sha, tip, fork }, index): StoredBranch => {
    const place = fork && { branch: fork.branch + 1, ordinal: depth[fork.position] as number };
    const number = (index + 1) as BranchId;
    return { number, name, nameBytes, head: sha, headPosition: tip, fork: place, state: "live" };
  });
  return {
    graph,
    positions: null,
    ordinals: depth,
    branches: numbered,
    lines: lines.map((index) => index + 1),
    defaultBranch: refs.head,
    unreached: new Set(),
  };
}

/**
 * Takes up the plan of an interrupted import, or of one that reads all commits once more. Its positions are those that
 * are stored, its tips those it began with, also when the remote has moved on since.
 * @param again whether all commits are stored already
 * @returns null when Git does not show the same commits any more: a tip is gone, here and at the remote, or a shallow
 *   clone was deepened, and the commits below its old end belong before all others. Then the import starts anew
 */
export async function storedPlan(
  reader: Reader,
  repository: { readonly id: RepositoryId; readonly defaultBranch: string | null },
  git: GitRepository,
  again: boolean,
): Promise<ImportPlan | null> {
  const stored = await readBranches(reader, repository.id);
  const unreached = new Set(await unreachableCommits(reader, repository.id));
  const left = await readCommitShas(reader, repository.id, [...unreached]);
  const tips = new Set([...stored.map(({ head }) => head), ...left]);
  const graph = await readGraph(reader, repository.id, git);
  if (!(await shows(git, [...tips], graph))) return null;
  const positions = again ? await readPositions(reader, repository.id) : null;
  const depth = ordinals(graph.firstParent);
  const { defaultBranch } = repository;
  const headed = stored.map((branch) => ({ ...branch, headPosition: graph.indexOf(branch.head) }));
  const { lines } = branchLines(headed, defaultBranch, graph.firstParent, (commit) => depth[commit] as number);
  return { graph, positions, ordinals: depth, branches: stored, lines, defaultBranch, unreached };
}

/** Keeps the commits of an import in a mirror whatever the remote does meanwhile. Nothing is written into a folder. */
export async function pinPlan(git: GitRepository, plan: ImportPlan): Promise<void> {
  if (git.kind !== "mirror") return;
  await unpinTips(git);
  await pinTips(git, [...new Set(plan.branches.map(({ head }) => head))]);
}

/** Lets go of what `pinPlan()` kept. */
export async function unpinPlan(git: GitRepository): Promise<void> {
  if (git.kind === "mirror") await unpinTips(git);
}

/** Whether the commits below some tips are those of a graph, with the same roots. */
async function shows(git: GitRepository, tips: readonly Sha[], graph: CommitGraph): Promise<boolean> {
  try {
    const listed = await listCommits(git, { tips });
    if (listed.size !== graph.size) return false;
    for (let commit = 0; commit < graph.size; commit++) {
      const index = listed.indexOf(graph.shaAt(commit));
      if (index < 0 || (listed.firstParent[index] as number) < 0 !== (graph.firstParent[commit] as number) < 0)
        return false;
    }
    return true;
  } catch (error) {
    if (isTidemarkError(error, "repository-corrupt")) return false;
    throw error;
  }
}

async function readGraph(reader: Reader, repository: RepositoryId, git: GitRepository): Promise<CommitGraph> {
  const bytes = oidLength(git) / 2;
  const builder = new CommitGraphBuilder(bytes);
  for (;;) {
    const rows = await readSkeleton(reader, repository, builder.size);
    for (const { sha, firstParent } of rows) {
      const parent = firstParent < 0 ? null : builder.ids.subarray(firstParent * bytes, (firstParent + 1) * bytes);
      builder.add(sha, parent);
    }
    if (rows.length === 0) return Graph.from(builder);
  }
}

function emptyRepository(git: GitRepository): TidemarkError {
  return new TidemarkError("repository-empty", {
    attempt: "import the repository",
    value: git.name,
    found: "no branch with a commit",
    wanted: "at least one commit",
  });
}
