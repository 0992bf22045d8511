// The archiver's turn at a repository: short, and after whoever is at work on it.
import { setTimeout as wait } from "node:timers/promises";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { readArchiveState, takeArchiveLease } from "../store/archive-run.ts";
import type { Database } from "../store/database.ts";
import { type Lease, releaseLease } from "../store/lease.ts";

/** Between two looks whether a repository is free again, in ms. A sync takes a second or two. */
const LOOK_MS = 200;
/** How long it is waited for. A repository that is in work for longer is busy with something large: the next run comes. */
const PATIENCE_MS = 5 * 60_000;

/** Whose turn it is, and where. */
export interface LeaseSeeker {
  readonly database: Database;
  /** how this process is named in leases */
  readonly holder: string;
}

/** A repository, by its team and its id. */
export interface RepositoryPlace {
  readonly organizationId: OrganizationId;
  readonly repositoryId: RepositoryId;
}

/**
 * Works under a repository's lease, which is given back afterwards. Nothing but Postgres is waited for under it: a sync that
 * is due meanwhile comes a moment later.
 * @returns null when the repository is gone, is being imported, or stays in work: nothing was done
 */
export async function underArchiveLease<T>(
  { database, holder }: LeaseSeeker,
  place: RepositoryPlace,
  work: (lease: Lease) => Promise<T>,
  signal: AbortSignal,
): Promise<T | null> {
  const lease = await seekLease({ database, holder }, place, signal);
  if (lease === null) return null;
  try {
    return await work(lease);
  } finally {
    const store = database.worker.in(place.organizationId);
    await store.write((tx) => releaseLease(tx, lease)).catch(() => undefined); // it ends by itself
  }
}

async function seekLease(
  { database, holder }: LeaseSeeker,
  place: RepositoryPlace,
  signal: AbortSignal,
): Promise<Lease | null> {
  const store = database.worker.in(place.organizationId);
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    signal.throwIfAborted();
    const lease = await takeArchiveLease(database.system, holder, place);
    if (lease !== null) return lease;
    const state = await readArchiveState(store, place.repositoryId);
    if (state === null || !state.complete || performance.now() > until) return null;
    await wait(LOOK_MS, undefined, { signal });
  }
}
