// Reads the commits of a branch, or of all branches, with their values: what every command over a history begins with.
import { STANDARD_CHOICE } from "../domain/branch-choice.ts";
import { formatColumnId } from "../domain/key.ts";
import { BUILT_IN_PATHS } from "../domain/metric-paths.ts";
import type { CatalogueColumn, Sha } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { CommitGraph } from "../git/commit-graph.ts";
import { listCommits } from "../git/commits.ts";
import type { GitRepository } from "../git/repository.ts";
import { ColumnCatalogue } from "../history/column-catalogue.ts";
import type { HistoryBatch, HistoryCommit } from "../history/history-batch.ts";
import { type NewestSource, readNewest } from "../history/newest.ts";
import { openHistory } from "../history/open-history.ts";
import { planHistory } from "../history/plan.ts";
import type { BranchTip } from "./branch-tip.ts";
import type { Effects } from "./effects.ts";
import { changedColumns, HeldVersions } from "./held-versions.ts";
import { ProgressLine } from "./progress-line.ts";
import type { ReadingOptions, View } from "./reading-options.ts";

/** Where a reading begins. */
export interface ReadingStart {
  readonly repository: GitRepository;
  readonly branch: BranchTip;
}

/** How much of it is wanted. */
export interface ReadingScope extends Pick<ReadingOptions, "paths" | "place"> {
  /** the newest so many; 0: all */
  readonly count: number;
  readonly view: View;
}

/** What was read, all of it in memory. */
export interface Reading {
  /** newest first */
  readonly commits: readonly HistoryCommit[];
  readonly held: HeldVersions;
  readonly columns: readonly CatalogueColumn[];
  /** @returns the branches whose line holds a commit that was read */
  branchesOf(commit: HistoryCommit): readonly string[];
}

/** Commits as they come, newest first. */
export interface ReadingStream {
  readonly batches: AsyncIterable<HistoryBatch>;
  /** the highest position there is */
  readonly newestPosition: number;
  /** @returns the commit at a position that was read */
  shaAt(position: number): Sha;
  branchesOf(commit: HistoryCommit): readonly string[];
}

/**
 * Reads commits with their values.
 * @throws TidemarkError `no-metric-files`, and those of reading a repository
 */
export async function readAll(start: ReadingStart, scope: ReadingScope, effects: Effects): Promise<Reading> {
  const held = new HeldVersions();
  const commits: HistoryCommit[] = [];
  const stream = await openStream(start, scope, effects);
  const catalogue = new ColumnCatalogue({ newestPosition: stream.newestPosition });
  for await (const batch of stream.batches) {
    held.add(batch.versions);
    catalogue.add(batch.commits, batch.versions);
    commits.push(...batch.commits);
  }
  if (!commits.some(({ files, removed }) => files.length + removed.length > 0))
    throw noMetricFiles(start.branch, scope, commits.length);
  const gone = scope.count === 0 ? new Set() : new Set(commits.flatMap((commit) => changedColumns(held, commit)));
  const columns = catalogue.columns({
    isGone: (path, key) => gone.has(formatColumnId(path, key)),
    marksAsTexts: true,
  });
  return { commits, held, columns, branchesOf: (commit) => stream.branchesOf(commit) };
}

/**
 * Opens a history for being read batch by batch.
 * @throws TidemarkError `no-metric-files`, and those of reading a repository
 */
export async function openStream(start: ReadingStart, scope: ReadingScope, effects: Effects): Promise<ReadingStream> {
  const { repository, branch } = start;
  const { signal } = effects;
  const ofLine = ({ facts }: HistoryCommit): readonly string[] => branch.branchesOf(facts.sha);
  if (scope.view === "line" && scope.count > 0) {
    const source: NewestSource = {
      tip: branch.tip,
      count: Math.min(scope.count, branch.size ?? scope.count),
      likeWholeLine: true,
      olderBaselines: "all",
      ...rulesOf(scope),
      signal,
    };
    const { batch, shaAt } = await readNewest(repository, source);
    return { batches: only(batch), newestPosition: batch.commits[0]?.position ?? 0, shaAt, branchesOf: ofLine };
  }
  if (scope.view !== "all") {
    const graph = await listCommits(repository, { tips: [branch.tip], firstParent: true, signal });
    const line = readGraph(start, { graph }, scope, effects);
    const all = branch.size === undefined ? line : newest(line, branch.size, () => true);
    const isTouching = scope.view === "touching";
    return {
      batches: isTouching ? touching(all, scope.count) : all,
      ...placesOf(graph),
      branchesOf: ofLine,
    };
  }
  const { graph, lines, branches } = await planHistory(repository, {
    now: effects.now(),
    choice: { ...STANDARD_CHOICE, days: null },
    signal,
  });
  const all = readGraph(start, { graph, lines }, scope, effects);
  return {
    batches: scope.count === 0 ? all : newest(all, scope.count, () => true),
    ...placesOf(graph),
    branchesOf: ({ line }) => (line < 0 ? [] : [(branches[line] as (typeof branches)[number]).name]),
  };
}

function placesOf(graph: CommitGraph): Pick<ReadingStream, "newestPosition" | "shaAt"> {
  return { newestPosition: graph.size - 1, shaAt: (position) => graph.shaAt(position) };
}

async function* only(batch: HistoryBatch): AsyncGenerator<HistoryBatch> {
  yield batch;
}

function touching(all: AsyncIterable<HistoryBatch>, count: number): AsyncIterable<HistoryBatch> {
  return newest(all, count === 0 ? Number.POSITIVE_INFINITY : count, ({ changed }) => changed.length > 0);
}

/** Passes on the newest commits of a kind, with all versions that came until then. */
async function* newest(
  all: AsyncIterable<HistoryBatch>,
  count: number,
  isWanted: (commit: HistoryCommit) => boolean,
): AsyncGenerator<HistoryBatch> {
  let left = count;
  for await (const batch of all) {
    const commits = batch.commits.filter(isWanted).slice(0, left);
    left -= commits.length;
    yield { ...batch, commits };
    if (left === 0) return;
  }
}

async function* readGraph(
  { repository, branch }: ReadingStart,
  parts: { readonly graph: CommitGraph; readonly lines?: Int32Array },
  scope: ReadingScope,
  effects: Effects,
): AsyncGenerator<HistoryBatch> {
  const { signal } = effects;
  const total = parts.graph.size;
  const line = new ProgressLine(effects);
  try {
    const opening = openHistory(repository, {
      ...parts,
      ...rulesOf(scope),
      signal,
      onProgress: ({ done }) => line.show({ phase: "reading changes, commits", done, total }),
    });
    const [history, { batches }] = await Promise.all([opening, import("../history/batches.ts")]);
    if (!history.table.paths.some((path) => history.matcher.match(path) !== null))
      throw noMetricFiles(branch, { ...scope, count: 0 }, total);
    let done = 0;
    for await (const batch of batches(history, { signal })) {
      done += batch.commits.length;
      line.show({ phase: "reading files, commits", done, total });
      yield batch;
    }
  } finally {
    line.end();
  }
}

function rulesOf({ paths }: Pick<ReadingScope, "paths">) {
  return { paths: paths ?? BUILT_IN_PATHS, onlyPaths: paths !== null };
}

/** @returns what to say where no file is a metric file */
export function noMetricFiles(
  { title }: Pick<BranchTip, "title">,
  { place, paths, count, view }: ReadingScope,
  commits: number,
): TidemarkError {
  const all = view === "all" ? "any branch" : title;
  const newestOnes = count === 1 ? "the newest commit" : `the newest ${count} commits`;
  const where = count > 0 && commits === count ? `${newestOnes} of ${all}` : all;
  const wanted =
    paths === null
      ? "files such as metrics.json or params.yaml, or others named by --files"
      : "files that match --files";
  return new TidemarkError("no-metric-files", {
    attempt: "find metric files in",
    value: place,
    found: `none in ${where}`,
    wanted,
  });
}
