// Reads a history from the newest commit down, in batches that can be written and forgotten.
import type { CommitFacts, Ordinal, Position, Warning } from "../domain/model.ts";
import { readFactPieces } from "../git/commits.ts";
import { BatchVersions, type CommitBaselines } from "./batch-versions.ts";
import { MAX_COMMIT_FILES } from "./file-sets.ts";
import type { HistoryBatch, HistoryCommit } from "./history-batch.ts";
import type { History } from "./open-history.ts";

/** Commits of a batch unless told otherwise: a crash repeats at most so many. */
const BATCH_COMMITS = 500;
/** Values that the versions of one batch hold, roughly: a batch with more ends early. 1,000,000 are about 50 MB. */
const BATCH_VALUES = 1_000_000;

/** Which part of a history to read, and how. */
export interface BatchOptions {
  /** go on below this position; default: from the newest commit */
  readonly fromPosition?: number;
  /** commits of a batch at most */
  readonly size?: number;
  /** what Git says of the commits, by falling position and in pieces of any size, when somebody has asked already */
  readonly facts?: AsyncIterable<readonly CommitFacts[]>;
  readonly signal?: AbortSignal;
}

/**
 * Reads commits by falling position. While a batch is being worked on the next one is read.
 * @throws TidemarkError those of `readBlobs()` and `readFactPieces()`
 */
export async function* batches(history: History, options: BatchOptions = {}): AsyncGenerator<HistoryBatch> {
  const source = readBatches(history, options);
  let next = source.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = source.next();
      next.catch(() => undefined); // thrown by the await above, or nobody wants it any more
      yield value;
    }
  } finally {
    await source.return(undefined);
  }
}

async function* readBatches(history: History, options: BatchOptions): AsyncGenerator<HistoryBatch, void> {
  const { size = BATCH_COMMITS, signal } = options;
  const newest = (options.fromPosition ?? history.firstPosition + history.graph.size) - 1 - history.firstPosition;
  const facts = new FactQueue(
    options.facts ?? readFactPieces(history.repository, history.graph.shasDown(newest), signal),
  );
  const versions = new BatchVersions(history, newest, signal);
  try {
    let commits: number[] = [];
    for (let commit = newest; commit >= 0; commit--) {
      await versions.readFor(commit);
      commits.push(commit);
      const isFull = commits.length >= size || versions.values >= BATCH_VALUES;
      if (!isFull && commit > 0) continue;
      yield await finishBatch(history, versions, commits, facts);
      commits = [];
    }
  } finally {
    await Promise.all([versions.close(), facts.close()]);
  }
}

async function finishBatch(
  history: History,
  versions: BatchVersions,
  commits: readonly number[],
  facts: FactQueue,
): Promise<HistoryBatch> {
  const baselines = await versions.baselinesOf(commits);
  const taken = await facts.take(commits.length);
  const finished = commits.map((commit, index) => {
    const own = taken[index];
    if (own?.sha !== history.graph.shaAt(commit)) throw new Error(`no facts of commit ${history.graph.shaAt(commit)}`);
    return commitOf(history, commit, own, baselines[index] as CommitBaselines);
  });
  return { commits: finished, versions: versions.take(), identities: history.identities.takeChosen() };
}

/** Gives out facts in other numbers than they come in. */
class FactQueue {
  readonly #pieces: AsyncIterator<readonly CommitFacts[]>;
  #waiting: CommitFacts[] = [];

  /** the first piece, asked for at once: Git is at work while files are fetched */
  #first: Promise<IteratorResult<readonly CommitFacts[]>> | null;

  constructor(pieces: AsyncIterable<readonly CommitFacts[]>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#first = this.#pieces.next();
    this.#first.catch(() => undefined); // thrown by `take()`, or nobody wants it any more
  }

  /** @returns the next facts, fewer than `count` only at the end */
  async take(count: number): Promise<CommitFacts[]> {
    while (this.#waiting.length < count) {
      const next = await (this.#first ?? this.#pieces.next());
      this.#first = null;
      if (next.done === true) break;
      this.#waiting.push(...next.value);
    }
    return this.#waiting.splice(0, count);
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}

function commitOf(
  history: History,
  commit: number,
  facts: CommitFacts,
  { files: baselines, removed }: CommitBaselines,
): HistoryCommit {
  const { refs, firstDropped } = history.sets.filesOf(commit);
  return {
    position: (commit + history.firstPosition) as Position,
    ordinal: history.ordinals[commit] as Ordinal,
    line: history.lines?.[commit] ?? -1,
    firstParent: history.parentPosition(commit),
    facts,
    files: refs,
    baselines,
    changed: history.sets.changedBy(commit),
    removed,
    unreadFrom: firstDropped,
    warnings: warningsOf(history, commit),
  };
}

/** What is odd about a commit as a whole. A store of too many files is told where it changes, not at every commit. */
function warningsOf(history: History, commit: number): readonly Warning[] {
  const warnings: Warning[] = [];
  const { dropped, firstDropped, refs } = history.sets.filesOf(commit);
  if (dropped > 0 && history.chain.isChanged(commit)) {
    const limit = history.maxFiles ?? MAX_COMMIT_FILES;
    const lost = dropped === 1 ? "the last by path, is not" : `and the ${dropped - 1} behind it by path are not`;
    const message = `${refs.length + dropped} metric files are there, at most ${limit} are read: ${JSON.stringify(firstDropped)}${dropped === 1 ? "," : ""} ${lost}. Rules that name fewer files bring them back (the page Files, tidemark files, or --files).`;
    warnings.push({ reason: "too-many-files", message, size: refs.length + dropped, limit });
  }
  if (history.cutOff.has(commit)) {
    const message = "More paths changed than are looked at (50,000): metric files among the last of them are not seen.";
    warnings.push({ reason: "too-many-changes", message });
  }
  for (const node of history.chain.nodesOf(commit)) {
    const warning = history.brokenDeclarations.get(history.chain.versionOf(node));
    if (warning !== undefined) warnings.push(warning);
  }
  return warnings;
}
