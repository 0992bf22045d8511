// What a push brought: only the new commits are read, from what is known of the ones below them.
import type { Sha } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { CommitGraph } from "../git/commit-graph.ts";
import { listCommits } from "../git/commits.ts";
import type { GitRepository } from "../git/repository.ts";
import { type History, type HistoryBase, type HistorySource, openHistory } from "./open-history.ts";

/** Which commits are new. */
export interface NewCommitsSource
  extends Pick<HistorySource, "paths" | "identities" | "maxFiles" | "onProgress" | "signal"> {
  readonly tips: readonly Sha[];
  /** heads known before: they and all that is below them is known */
  readonly known: readonly Sha[];
  /** the position that the first new commit gets */
  readonly firstPosition: number;
  /** @returns what is known of a commit that a new one stands on; null when it is not known after all */
  readonly baseOf: (sha: Sha) => Promise<HistoryBase | null>;
}

/**
 * Lists the new commits and opens their history for `batches()`; it has no lines, since those depend on all commits.
 * Metric files at the known commits are listed from Git, so that rules that came later hold for the new commits.
 * @returns null when there is none
 * @throws TidemarkError `commit-not-found` when a new commit stands on one that `baseOf()` does not know
 */
export async function openNewCommits(repository: GitRepository, source: NewCommitsSource): Promise<History | null> {
  const { tips, known, baseOf, ...rest } = source;
  const withSignal = rest.signal ? { signal: rest.signal } : {};
  const graph = await listCommits(repository, { tips, exclude: known, ...withSignal });
  return graph.size === 0
    ? null
    : openHistory(repository, { ...rest, graph, bases: await basesOf(repository, graph, baseOf) });
}

async function basesOf(
  repository: GitRepository,
  graph: CommitGraph,
  baseOf: NewCommitsSource["baseOf"],
): Promise<Map<Sha, HistoryBase>> {
  const bases = new Map<Sha, HistoryBase>();
  for (const sha of new Set(graph.outside.values())) {
    const base = await baseOf(sha);
    if (base === null) {
      const parts = { found: `a new commit on top of ${sha}`, wanted: "a commit that was read before" };
      throw new TidemarkError("commit-not-found", {
        attempt: "read the new commits of",
        value: repository.name,
        ...parts,
      });
    }
    bases.set(sha, base);
  }
  return bases;
}
