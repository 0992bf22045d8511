// Imports the whole history of a repository: the newest commits at once, then all of them, newest first, in batches
// that survive a crash. An interrupted import goes on where it was; a history that is read once more is the same thing.
import { STANDARD_CHOICE } from "../domain/branch-choice.ts";
import { withBuiltIn } from "../domain/metric-paths.ts";
import type { MetricPath } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import type { FetchProgress } from "../git/fetch-progress.ts";
import { digestOf } from "../git/ref-digest.ts";
import { listRefs, type RefList } from "../git/refs.ts";
import { ColumnCatalogue } from "../history/column-catalogue.ts";
import { placeNewest, readNewest } from "../history/newest.ts";
import { forgetArchive } from "../store/archive-marks.ts";
import { deleteBranches, putBranches } from "../store/branch.ts";
import { readBranchChoice, setBranchLook } from "../store/branch-choice.ts";
import { deleteCommits } from "../store/commit.ts";
import type { OrganizationStore, Transaction } from "../store/database.ts";
import { copySkeleton, deleteSkeleton, skeletonFromCommits } from "../store/import-commit.ts";
import { replaceColumns } from "../store/metric-column.ts";
import { deleteFiles, lastNumbers } from "../store/metric-file.ts";
import { setHistoryReader } from "../store/history-reader.ts";
import { deleteFoundPaths, putRules, readMetricPaths } from "../store/metric-path.ts";
import { deleteShapes } from "../store/metric-shape.ts";
import {
  finishEmpty,
  type ImportProgress,
  saveImport,
  setImportState,
  setNotices,
  setProgress,
  setRepositoryState,
} from "../store/repository.ts";
import { branchChanges } from "./branch-changes.ts";
import { type FreshSource, freshSource, type IngestDeps, type Work, noticesOfRefs } from "./git-source.ts";
import { setPolledRefs } from "../store/poll.ts";
import { answersTo, type EventAnswers, settleEvents } from "./event-answers.ts";
import { followTags } from "./follow-tags.ts";
import { freshNumbers, HistoryWriter, storedNumbers } from "./history-writer.ts";
import { type ImportPlan, newPlan, pinPlan, storedPlan, unpinPlan } from "./import-plan.ts";
import { type ImportRun, type ImportStart, writeHistory } from "./import-batches.ts";
import { type ImportState, resumableState } from "./import-state.ts";
import { ProgressReporter } from "./progress.ts";
import { historyReader } from "./reread.ts";

/**
 * Imports a leased repository and answers its events. When it returns, every commit that the branches reached at its
 * start is readable.
 * @returns whether there is any: a repository without a commit is well, and is imported when it has one
 * @throws TidemarkError `lease-lost`, `repository-empty`, and those of reading from git and writing to Postgres
 */
export async function importHistory(deps: IngestDeps, work: Work): Promise<boolean> {
  const store = deps.database.worker.in(work.lease.organizationId);
  const failed = new AbortController();
  const progress = new ProgressReporter({
    write: (state) => writeProgress(store, work, state),
    onFailed: (error) => failed.abort(error),
  });
  const run: ImportRun = { deps, work, store, progress, signal: AbortSignal.any([work.signal, failed.signal]) };
  try {
    await store.write((tx) => setRepositoryState(tx, work.lease, "importing", null));
    progress.update({ phase: "fetching" });
    const onProgress = ({ phase, done, total }: FetchProgress): void => {
      if (phase === "receiving") progress.update({ filesDone: done, filesTotal: total });
    };
    const source = await freshSource(deps, work, { onProgress });
    await followTags(store, work.lease, source.tags);
    progress.update({ phase: "listing", filesDone: 0, filesTotal: null });
    const { git, tags } = source;
    const start = (await resume(run, source)) ?? (await begin(run, source));
    const refs = await listRefs(git);
    if (start === null) {
      await finishWithout(run, source, await answersTo(work.events, { git, refs, tags, stored: [] }));
      return false;
    }
    const answers = await answersTo(work.events, { git, refs, tags, stored: start.plan.branches });
    await writeHistory(run, source, start, answers);
    await followUp(run, source, refs, start.plan);
    return true;
  } finally {
    failed.abort(); // what still reads from git after an error is not waited for
    await progress.stop();
  }
}

/**
 * What follows a history that is stored. It fails alone, since no event waits that would have it done again: the next look
 * compares then, and the next import lets go of what was pinned.
 */
async function followUp(run: ImportRun, source: FreshSource, refs: RefList, plan: ImportPlan): Promise<void> {
  const { deps, work } = run;
  try {
    await keepDigest(run, source, refs, plan);
    await unpinPlan(source.git);
  } catch (error) {
    if (work.signal.aborted || isTidemarkError(error, "lease-lost")) throw error;
    deps.log.warn({ err: error, repository: work.repository.id }, "what follows a stored history could not be done");
  }
}

/** The next look at the refs is compared with those that were imported, unless they moved on while it was under way. */
async function keepDigest(
  { store, work }: Pick<ImportRun, "store" | "work">,
  { git, seen }: FreshSource,
  refs: RefList,
  { branches }: ImportPlan,
): Promise<void> {
  const heads = new Map(refs.refs.map(({ name, sha }) => [name, sha]));
  const isImported = branches.every(({ name, head, state }) => state === "deleted" || heads.get(name) === head);
  const digest = isImported ? digestOf(seen, git, refs) : null;
  if (digest !== null) await store.write((tx) => setPolledRefs(tx, work.repository.id, digest), { durable: false });
}

/** Progress that cannot be written is no reason to stop; a lease that is lost is. */
async function writeProgress(store: OrganizationStore, { lease }: Work, state: ImportProgress): Promise<void> {
  try {
    await store.write((tx) => setProgress(tx, lease, state), { durable: false });
  } catch (error) {
    if (isTidemarkError(error, "lease-lost")) throw error;
  }
}

/** @returns null when there is nothing to go on with: then all begins anew */
async function resume(run: ImportRun, source: FreshSource): Promise<ImportStart | null> {
  const { store, work } = run;
  const { repository, lease } = work;
  const { now: reader, isSame } = await historyReader(store, repository.id);
  const stopped = resumableState(repository.importState);
  // its history is to be read once more, each commit at its own position
  const isNew = stopped === null && repository.synced && repository.importState === null;
  // what is written was read in another way, or by other rules: it is read from its newest commit again
  const state: ImportState | null = isNew
    ? { skeleton: true, writtenTo: null, again: true }
    : stopped && (isSame ? stopped : { ...stopped, writtenTo: null });
  if (state === null) return null;
  if (isNew || !isSame) {
    await store.write(async (tx) => {
      if (isNew) await skeletonFromCommits(tx, repository.id);
      await setImportState(tx, lease, state);
      await setHistoryReader(tx, lease, reader);
    });
  }
  const plan = await storedPlan(store, repository, source.git, state.again);
  if (plan === null) return null;
  await pinPlan(source.git, plan);
  const rules = withBuiltIn((await readMetricPaths(store, repository.id)).rules);
  const { writtenTo, again } = state;
  run.progress.update({ readable: true });
  const numbers = await storedNumbers(store, repository.id);
  const { notices } = source;
  const readableTo = stopped?.writtenTo ?? null;
  const stored = { writtenTo, readableTo, skeleton: Promise.resolve(), isOld: true, again };
  return { plan, rules, numbers, notices, ...stored };
}

/** There is no branch: what an interrupted import has left goes, and nothing is known of the repository. */
async function finishWithout(
  { store, work }: ImportRun,
  { notices }: FreshSource,
  answers: EventAnswers,
): Promise<void> {
  await store.write(async (tx) => {
    await removeRows(tx, work);
    await settleEvents(tx, answers, { commits: 0, files: 0 });
    await finishEmpty(tx, work.lease, notices);
  });
}

/** @returns null where a repository that was never read has no branch yet */
async function begin(run: ImportRun, source: FreshSource): Promise<ImportStart | null> {
  const { deps, store, work, progress, signal } = run;
  const { git } = source;
  const { now: reader } = await historyReader(store, work.repository.id);
  const rules = await rulesOf(store, work);
  const choice = (await readBranchChoice(store, work.repository.id))?.choice ?? STANDARD_CHOICE;
  const refs = await listRefs(git);
  if (refs.refs.length === 0 && !work.repository.synced) return null;
  const now = (deps.now ?? Date.now)();
  const tip = refs.refs.find(({ name }) => name === refs.head)?.sha;
  const [plan, newest] = await Promise.all([
    newPlan(git, refs, { now, choice, signal }),
    tip === undefined ? null : readNewest(git, { tip, paths: rules, signal }),
  ]);
  await pinPlan(git, plan);
  progress.update({ commitsTotal: plan.graph.size, readable: true });
  const batch = newest === null ? null : placeNewest(newest, { ...plan, branches: [] }, plan.ordinals);
  const readableTo = batch?.commits.at(-1)?.position ?? null;
  const numbers = freshNumbers((await lastNumbers(store, work.repository.id)).shape);
  const rows = new HistoryWriter(work.lease, numbers, "replace");
  const prepared = batch === null ? null : rows.prepare({ ...batch, identities: new Map() });
  const notices = [...source.notices, ...noticesOfRefs(refs)];
  await store.write(async (tx) => {
    await removeRows(tx, work);
    await putRules(tx, work.repository.id, newest?.paths ?? rules);
    await putBranches(tx, work.repository.id, plan.branches);
    if (batch !== null && prepared !== null) {
      await rows.write(tx, prepared);
      const catalogue = new ColumnCatalogue({ newestPosition: plan.graph.size - 1 });
      catalogue.add(batch.commits, batch.versions);
      await replaceColumns(tx, work.repository.id, catalogue.columns(), (...asked) => catalogue.bestOf(...asked));
    }
    await setNotices(tx, work.lease, notices);
    await setHistoryReader(tx, work.lease, reader);
    await setBranchLook(tx, work.lease, branchChanges([], refs, { now, choice, before: null, isDeleted: null }).look);
    await saveImport(tx, work.lease, {
      importState: { skeleton: false, writtenTo: null, again: false } satisfies ImportState,
      importedTo: readableTo,
      progress: progress.current(),
      defaultBranch: plan.defaultBranch,
    });
  });
  const skeleton = writeSkeleton(run, plan);
  skeleton.catch(() => undefined); // awaited by writeHistory()
  return { plan, rules, numbers, notices, writtenTo: null, readableTo, skeleton, isOld: false, again: false };
}

async function writeSkeleton({ store, work }: ImportRun, plan: ImportPlan): Promise<void> {
  await store.write(async (tx) => {
    await copySkeleton(tx, work.repository.id, plan.graph);
    await setImportState(tx, work.lease, { skeleton: true, writtenTo: null, again: false } satisfies ImportState);
  });
}

/** The built-in rules, and what people chose or turned off before. */
async function rulesOf(store: OrganizationStore, { repository }: Work): Promise<readonly MetricPath[]> {
  const { rules } = await readMetricPaths(store, repository.id);
  return withBuiltIn(rules.filter(({ source, enabled, identity }) => source === "chosen" || !enabled || identity));
}

async function removeRows(tx: Transaction, { repository }: Work): Promise<void> {
  await forgetArchive(tx, repository.id);
  await deleteSkeleton(tx, repository.id);
  await deleteCommits(tx, repository.id);
  await deleteFiles(tx, repository.id);
  await deleteShapes(tx, repository.id);
  await deleteBranches(tx, repository.id);
  await deleteFoundPaths(tx, repository.id);
}
