// The newest commits of one line, without walking the history: rows that can be looked at after a few git processes.
import {
  type CommitFacts,
  type MetricPath,
  type Ordinal,
  type Position,
  type RowIdentities,
  type Sha,
} from "../domain/model.ts";
import { readLine } from "../git/commits.ts";
import type { GitRepository } from "../git/repository.ts";
import type { BaselineRef, HistoryBatch, HistoryCommit } from "./history-batch.ts";
import { OlderCommits } from "./older-commits.ts";
import { type HistorySource, openHistory } from "./open-history.ts";
import type { HistoryPlan } from "./plan.ts";

/** Commits that a page shows, and that an import makes readable first. */
const NEWEST_COMMITS = 40;

/** Which commits to read. */
export interface NewestSource
  extends Pick<HistorySource, "paths" | "onlyPaths" | "identities" | "maxFiles" | "signal"> {
  readonly tip: Sha;
  /** how many at most, default 40 */
  readonly count?: number;
  /**
   * whether rules and names of rows are those of the whole line: older commits are looked through for what `dvc.yaml`
   * declared there, where DVC's files say that it may have, and for versions that tell what names the rows of arrays
   */
  readonly likeWholeLine?: boolean;
  /**
   * what is looked for below the commits that are read: nothing, and a file without a readable version there or in the
   * commit below them has no baseline; the baselines of files that could not be read; those of all files
   */
  readonly olderBaselines?: "none" | "of-unread" | "all";
}

/** The newest commits of a line, in one batch. Their positions only order them until `placeNewest()`. */
export interface Newest {
  readonly batch: HistoryBatch;
  /** all rules, those of the `dvc.yaml` versions of these commits included */
  readonly paths: readonly MetricPath[];
  /** whether the line goes on below them */
  readonly hasMore: boolean;
  /** the commit at each position of the batch, baselines included: those are at 0 and below it, in no order */
  readonly shaAt: (position: number) => Sha;
}

/**
 * Reads the newest commits of the first-parent line of a commit: one list of them, one list of the files below the
 * oldest, one difference each. What lies below that is looked at only where the source says so, and something is missing.
 * @throws TidemarkError those of `openHistory()`
 */
export async function readNewest(repository: GitRepository, source: NewestSource): Promise<Newest> {
  const { tip, count = NEWEST_COMMITS, likeWholeLine = false, olderBaselines = "none", signal, ...rest } = source;
  const withSignal = signal ? { signal } : {};
  const { graph, facts } = await readLine(repository, { tip, limit: count, ...withSignal });
  const below = graph.outside.get(0) ?? null;
  const bases = new Map(below === null ? [] : [[below, { position: 0, ordinal: 0 }]]);
  const line = below === null ? null : new OlderCommits(repository, below, signal);
  const older = likeWholeLine && line !== null ? { older: line } : {};
  // what reads the contents of files is loaded while git is at work
  const [history, { batches }, { addOlderBaselines }] = await Promise.all([
    openHistory(repository, { graph, firstPosition: 1, bases, ...older, ...rest, ...withSignal }),
    import("./batches.ts"),
    import("./older-baselines.ts"),
  ]);
  const all: HistoryBatch[] = [];
  const options = { size: Math.max(1, graph.size), facts: inOnePiece(facts), ...withSignal };
  for await (const batch of batches(history, options)) all.push(batch);
  const onlyUnread = olderBaselines === "of-unread";
  const { batch, commitsBelow } =
    line === null || olderBaselines === "none"
      ? { batch: joined(all), commitsBelow: [] }
      : await addOlderBaselines(history, joined(all), line, { onlyUnread, ...withSignal });
  return {
    batch,
    paths: history.paths,
    hasMore: below !== null,
    shaAt: (position) => {
      if (position > 0 || below === null) return graph.shaAt(position - 1);
      return position === 0 ? below : (commitsBelow[-1 - position] as Sha);
    },
  };
}

/** Gives the newest commits their places in the whole history. @throws RangeError when the plan does not have them */
export function placeNewest(newest: Newest, { graph, lines }: HistoryPlan, ordinals: Int32Array): HistoryBatch {
  const place = (position: number): number => {
    const found = graph.indexOf(newest.shaAt(position));
    if (found < 0) throw new RangeError(`commit ${newest.shaAt(position)} is not part of the plan`);
    return found;
  };
  const placed = (found: BaselineRef | null): BaselineRef | null =>
    found && { ...found, position: place(found.position) };
  const commits = newest.batch.commits.map((commit): HistoryCommit => {
    const position = place(commit.position);
    return {
      ...commit,
      position: position as Position,
      ordinal: ordinals[position] as Ordinal,
      line: lines[position] ?? -1,
      firstParent: graph.firstParent[position] as number,
      baselines: commit.baselines.map(placed),
      removed: commit.removed.map(({ path, baseline }) => ({ path, baseline: placed(baseline) })),
    };
  });
  return { ...newest.batch, commits };
}

function joined(all: readonly HistoryBatch[]): HistoryBatch {
  return {
    commits: all.flatMap(({ commits }) => commits),
    versions: all.flatMap(({ versions }) => versions),
    identities: new Map<string, RowIdentities>(all.flatMap(({ identities }) => [...identities])),
  };
}

async function* inOnePiece(facts: readonly CommitFacts[]): AsyncGenerator<readonly CommitFacts[]> {
  yield facts;
}
