// One leased repository in work: its waiting events are answered by one run, or what prevents it is stored.
import { isTidemarkError } from "../errors.ts";
import { hostAnswered } from "../store/back-off.ts";
import { readCandidates } from "../store/candidate-file.ts";
import { beginEvents, waitingEvents } from "../store/event.ts";
import { keepLease, LEASE_MS, type Lease, releaseLease } from "../store/lease.ts";
import { readRepository } from "../store/repository.ts";
import type { IngestDeps, Work } from "./git-source.ts";
import { importHistory } from "./import-history.ts";
import { needsImport } from "./import-state.ts";
import { tidyMirror } from "./janitor.ts";
import { lookForCandidates } from "./look-for-candidates.ts";
import { asksProvider, mayHaveMoved, withProviderNews } from "./provider-news.ts";
import { settleFailure } from "./settle-failure.ts";
import { syncRepository } from "./sync-repository.ts";

/** A lease is extended three times before it would end. */
const HEARTBEAT_MS = LEASE_MS / 3;

/** Keeps a lease while `work` runs, and gives it back. @param work is told when the lease is lost */
export async function underLease(
  { database }: Pick<IngestDeps, "database">,
  lease: Lease,
  work: (lost: AbortSignal) => Promise<void>,
): Promise<void> {
  const store = database.worker.in(lease.organizationId);
  const lost = new AbortController();
  const heartbeat = setInterval(() => {
    store
      .write((tx) => keepLease(tx, lease), { durable: false })
      .catch((error: unknown) => {
        if (isTidemarkError(error, "lease-lost")) lost.abort(error);
      });
  }, HEARTBEAT_MS);
  try {
    await work(lost.signal);
  } finally {
    clearInterval(heartbeat);
    // not waited for on the disk: a lease that a crash of Postgres brings back is taken from who does not work under it
    await store.write((tx) => releaseLease(tx, lease), { durable: false });
  }
}

/** @returns whether there may be commits that were not there before */
async function run(deps: IngestDeps, work: Work): Promise<boolean> {
  if (!needsImport(work.repository, work.events)) return syncRepository(deps, work);
  return importHistory(deps, work);
}

/**
 * Runs it, its provider asked first where a delivery says that something happened to the repository, where it was gone,
 * and where Git does not find it: then it may have been renamed or deleted.
 * @param changed told of the work as the provider's news leave it
 * @returns null where the repository is gone, and its events are settled
 */
async function runAfterNews(
  deps: IngestDeps,
  given: Work,
  changed: (work: Work) => void,
): Promise<{ readonly isNews: boolean } | null> {
  const isAsked = given.repository.gone || asksProvider(given.events);
  const work = isAsked ? await withProviderNews(deps, given) : given;
  if (work === null) return null;
  changed(work);
  try {
    return { isNews: await run(deps, work) };
  } catch (error) {
    if (isAsked || given.signal.aborted || !mayHaveMoved(given.repository, error)) throw error;
    const moved = await withProviderNews(deps, given);
    if (moved === null) return null;
    changed(moved);
    if (moved.repository.address === given.repository.address) throw error;
    return { isNews: await run(deps, moved) };
  }
}

/**
 * Answers all waiting events of one leased repository, or stores what prevents it; the lease is given back.
 * @param stopped aborted when the process ends: the work is left where it can go on
 */
export async function answerEvents(deps: IngestDeps, lease: Lease, stopped: AbortSignal): Promise<void> {
  await underLease(deps, lease, async (lost) => {
    const store = deps.database.worker.in(lease.organizationId);
    // read before anything is fetched: what comes later is answered by what is fetched later
    const [repository, events] = await Promise.all([
      readRepository(store, lease.repositoryId),
      waitingEvents(store, lease.repositoryId),
    ]);
    if (repository === null || events.length === 0) return;
    const signal = AbortSignal.any([stopped, lost]);
    let work: Work = { lease, repository, events, signal };
    try {
      const ids = events.map(({ id }) => id);
      // not waited for on the disk: what a crash of Postgres takes back is said again
      await store.write(
        async (tx) => {
          await beginEvents(tx, ids);
          await keepLease(tx, lease);
        },
        { durable: false },
      );
      const done = await runAfterNews(deps, work, (now) => (work = now));
      if (done === null) return;
      const { isNews } = done;
      if (repository.kind === "remote") await hostAnswered(deps.database.system, work.repository.address);
      if (isNews || (await readCandidates(store, repository.id)) === null) await lookForCandidates(deps, work);
      await tidyMirror(deps, lease, signal);
    } catch (error) {
      if (!stopped.aborted) await settleFailure(deps, lease, { ...work, error });
    }
  });
}
