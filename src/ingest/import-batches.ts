// The long part of an import: all commits, newest first, one transaction a batch, and what has to be done at the end.
import type { CatalogueColumn, MetricPath } from "../domain/model.ts";
import { batches } from "../history/batches.ts";
import type { HistoryBatch } from "../history/history-batch.ts";
import { type History, openHistory } from "../history/open-history.ts";
import { ReachedCatalogue } from "../history/reached-catalogue.ts";
import { forgetArchive } from "../store/archive-marks.ts";
import type { OrganizationStore } from "../store/database.ts";
import { type BroughtIn, insertOwnEvent } from "../store/event.ts";
import { deleteSkeleton } from "../store/import-commit.ts";
import { replaceColumns } from "../store/metric-column.ts";
import { putRules } from "../store/metric-path.ts";
import { finishSync, saveImport } from "../store/repository.ts";
import { refreshStatistics } from "../store/statistics.ts";
import { answersWithoutRefs, type EventAnswers, movedHeads, settleEvents } from "./event-answers.ts";
import type { FreshSource, IngestDeps, Work } from "./git-source.ts";
import { HistoryWriter, type PreparedBatch, type StoredNumbers } from "./history-writer.ts";
import type { ImportPlan } from "./import-plan.ts";
import type { ImportState } from "./import-state.ts";
import { atPositions } from "./batch-positions.ts";
import type { ProgressReporter } from "./progress.ts";

/** Commits of a batch: a crash repeats at most so many, and 2,000 cost no more each than 4,000. */
const BATCH_COMMITS = 2_000;
/** Between two writes of the catalogue while batches go by: it is whole at the end in any case. */
const CATALOGUE_INTERVAL_MS = 3_000;

/** An import under way. */
export interface ImportRun {
  readonly deps: IngestDeps;
  readonly work: Work;
  readonly store: OrganizationStore;
  readonly progress: ProgressReporter;
  /** aborted when the lease is lost or the worker stops */
  readonly signal: AbortSignal;
}

/** What is written already when the long part begins. */
export interface ImportStart {
  readonly plan: ImportPlan;
  readonly rules: readonly MetricPath[];
  readonly numbers: StoredNumbers;
  readonly notices: readonly string[];
  /** commits at this position and above are written for good; null when none is */
  readonly writtenTo: number | null;
  /** position of the oldest commit that can be read already */
  readonly readableTo: number | null;
  /** settles when the skeleton is stored */
  readonly skeleton: Promise<void>;
  /** whether commits may have come since the plan was made */
  readonly isOld: boolean;
  /** whether all commits were stored before */
  readonly again: boolean;
}

/**
 * Reads all commits and writes those below `writtenTo`. The others are read as well, so that the catalogue of columns
 * is found in one way only, whether the import was interrupted or not.
 */
export async function writeHistory(
  run: ImportRun,
  { git }: FreshSource,
  start: ImportStart,
  answers: EventAnswers,
): Promise<void> {
  const { progress, signal, work } = run;
  const { plan } = start;
  const total = plan.graph.size;
  progress.update({ phase: "reading", commitsDone: 0, commitsTotal: total });
  const opening = openHistory(git, {
    graph: plan.graph,
    lines: plan.lines,
    paths: start.rules,
    signal,
    onProgress: ({ done }) => progress.update({ commitsDone: done }),
  });
  opening.catch(() => undefined); // awaited below
  await start.skeleton;
  const history = await opening;
  progress.update({ phase: "writing", commitsDone: 0, filesDone: 0, filesTotal: countVersions(history) });
  const writer = new BatchWriter(run, start, history);
  try {
    for await (const batch of batches(history, { size: run.deps.batchCommits ?? BATCH_COMMITS, signal })) {
      signal.throwIfAborted();
      await writer.write(batch);
    }
  } finally {
    await writer.settled();
  }
  signal.throwIfAborted();
  await writer.finish([...start.notices, ...history.notices], start.isOld ? answersWithoutRefs(work.events) : answers);
  await countAnew(run, total);
}

/** Pages are asked for while an import runs. Where somebody else counts just now, that does as well. */
async function countAnew({ deps, work }: ImportRun, commits: number): Promise<void> {
  try {
    await refreshStatistics(deps.database.owner, commits);
  } catch (error) {
    deps.log.warn({ err: error, repository: work.repository.id }, "the database did not count its rows anew");
  }
}

class BatchWriter {
  readonly #run: ImportRun;
  readonly #start: ImportStart;
  readonly #history: History;
  readonly #rows: HistoryWriter;
  readonly #catalogue: ReachedCatalogue;
  /** commits at this position and above are written, or their transaction is under way */
  #writtenTo: number;
  #writing: Promise<void> = Promise.resolve();
  #filesDone = 0;
  #warned = 0;
  #rulesWritten = false;
  /** whether Postgres knows of these rows */
  #counted = false;
  #catalogueAt = performance.now();

  constructor(run: ImportRun, start: ImportStart, history: History) {
    this.#run = run;
    this.#start = start;
    this.#history = history;
    this.#rows = new HistoryWriter(run.work.lease, start.numbers, "replace");
    start.numbers.files.forgetUse(); // the newest commits are written again
    const { positions, graph, unreached } = start.plan;
    const highest = positions?.at(-1) ?? graph.size - 1;
    const newestPosition = positions?.findLast((position) => !unreached.has(position)) ?? highest;
    this.#catalogue = new ReachedCatalogue({ newestPosition, unreached });
    this.#writtenTo = start.writtenTo ?? highest + 1;
  }

  /**
   * Takes the next batch. When it returns, its rows are ready and the batch before is written: while Postgres works on
   * one batch, the next one is read, parsed and made into rows.
   */
  async write(read: HistoryBatch): Promise<void> {
    const { graph, positions } = this.#start.plan;
    const batch = positions === null ? read : atPositions(read, positions);
    const lowest = batch.commits.at(-1)?.position;
    if (lowest === undefined) return;
    const commitsDone = graph.size - (read.commits.at(-1)?.position ?? 0);
    this.#catalogue.add(batch.commits, batch.versions);
    this.#filesDone += batch.versions.length;
    for (const { reading } of batch.versions)
      if (reading.problem !== null || reading.warnings.length > 0) this.#warned += 1;
    const done = { commitsDone, filesDone: this.#filesDone };
    if (lowest >= this.#writtenTo) {
      this.#rows.skip(batch);
      this.#run.progress.update(done);
    } else {
      const prepared = this.#prepare(batch);
      const columns = this.#dueColumns(lowest);
      await this.#writing;
      this.#writing = this.#store(prepared, columns, done);
      this.#writing.catch(() => undefined); // awaited with the next batch, or at the end
    }
    this.#catalogue.forgetFrom(lowest);
  }

  /** Waits for the transaction that is under way; whether it failed is told elsewhere. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }

  /** The last transaction: from now on the repository is like any other. */
  async finish(notices: readonly string[], answers: EventAnswers): Promise<void> {
    await this.#writing;
    const { store, work, progress } = this.#run;
    const { id } = work.repository;
    await progress.stop(); // a write that is late would come after the end
    await store.write(async (tx) => {
      await replaceColumns(tx, id, this.#catalogue.columns(), (...asked) => this.#catalogue.bestOf(...asked));
      if (!this.#rulesWritten) await putRules(tx, id, this.#history.paths);
      await this.#rows.removeUnused(tx);
      await deleteSkeleton(tx, id);
      await forgetArchive(tx, id); // all of it is in Postgres again, as it was read now
      await settleEvents(tx, answers, this.#brought());
      if (this.#start.isOld) await insertOwnEvent(tx, id, "sync", "import-begun-earlier");
      await finishSync(tx, work.lease, { defaultBranch: this.#start.plan.defaultBranch, notices, changed: true });
    });
  }

  #brought(): BroughtIn {
    const { plan, again } = this.#start;
    const heads = again ? [] : movedHeads([], plan.branches);
    return { commits: plan.graph.size, files: this.#filesDone, warnings: this.#warned, heads };
  }

  #prepare(batch: HistoryBatch): PreparedBatch {
    const commits = batch.commits.filter(({ position }) => position < this.#writtenTo);
    const stored = batch.commits.slice(0, batch.commits.length - commits.length);
    const prepared = this.#rows.prepare({ ...batch, commits });
    this.#rows.skip({ ...batch, commits: stored });
    this.#writtenTo = prepared.lowest;
    return prepared;
  }

  async #store(
    batch: PreparedBatch,
    columns: readonly CatalogueColumn[] | null,
    done: { readonly commitsDone: number; readonly filesDone: number },
  ): Promise<void> {
    const { store, work, progress } = this.#run;
    const { plan, readableTo, again } = this.#start;
    const { lowest } = batch;
    const { id } = work.repository;
    await store.write(async (tx) => {
      if (!this.#rulesWritten) await putRules(tx, id, this.#history.paths);
      await this.#rows.write(tx, batch);
      if (columns !== null) await replaceColumns(tx, id, columns, (...asked) => this.#catalogue.bestOf(...asked));
      progress.update(done);
      await saveImport(tx, work.lease, {
        importState: { skeleton: true, writtenTo: lowest, again } satisfies ImportState,
        importedTo: again ? null : Math.min(lowest, readableTo ?? lowest), // what is read again stays readable
        progress: progress.current(),
        defaultBranch: plan.defaultBranch,
      });
    });
    this.#rulesWritten = true;
    if (!this.#counted) await countAnew(this.#run, done.commitsDone);
    this.#counted = true;
  }

  /** The catalogue so far, now and then; not before it has all that the newest commits have. */
  #dueColumns(lowest: number): readonly CatalogueColumn[] | null {
    const now = performance.now();
    if (this.#start.again) return null; // all columns are there: those of older commits stay until the end
    const knowsNewest = lowest <= (this.#start.readableTo ?? lowest);
    if (!knowsNewest || now - this.#catalogueAt < CATALOGUE_INTERVAL_MS) return null;
    this.#catalogueAt = now;
    return this.#catalogue.columns();
  }
}

/** @returns versions of metric files that the history has: about as many as will be read */
function countVersions({ table, matcher }: History): number {
  const isMetric = table.paths.map((path) => matcher.match(path) !== null);
  let count = 0;
  for (let version = 0; version < table.size; version++) {
    if (isMetric[table.pathIdOf(version)] === true && !table.isDeleted(version)) count += 1;
  }
  return count;
}
