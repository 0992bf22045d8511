// Rows of archived commits leave Postgres a day after they were archived: until then both have them, and Postgres is asked.
import { setTimeout as wait } from "node:timers/promises";
import {
  deleteArchivedCommits,
  deleteArchivedShapes,
  deleteArchivedVersions,
  readDeletable,
} from "../store/archive-deletion.ts";
import { joinAtOnce } from "../store/archive-source.ts";
import { raiseVersion } from "../store/repository.ts";
import type { RepositoryPlace } from "./archive-lease.ts";
import { underArchiveLease } from "./archive-lease.ts";
import type { ArchiverDeps } from "./archive-run.ts";

/** How long rows stay beside their copy, in ms. */
export const DELETION_AFTER_MS = 24 * 3_600_000;
/** Rows that go in one transaction: a tenth of a second, for which a sync can wait. */
const BATCH_ROWS = 5_000;
/** Between two of them, in ms: each is a new version, and who reads old commits is asked anew for each version that comes meanwhile. */
const PAUSE_MS = 2_000;

/**
 * Removes what has been archived for long enough, each batch under a lease of its own.
 * @param now milliseconds since 1970
 * @returns how many commits went
 */
export async function deleteArchived(
  deps: ArchiverDeps,
  place: RepositoryPlace,
  now: number,
  signal: AbortSignal,
): Promise<number> {
  const store = deps.database.worker.in(place.organizationId);
  const time = new Date(now - DELETION_AFTER_MS);
  let count = 0;
  for (let isFirst = true; ; isFirst = false) {
    const deletable = await readDeletable(store, place.repositoryId, time);
    if (deletable === null) {
      if (!isFirst) await deleteVersions(deps, place, signal);
      if (count > 0)
        deps.log.info({ repository: place.repositoryId, commits: count }, "archived commits left Postgres");
      return count;
    }
    await rest(deps, isFirst, signal);
    deps.step?.("delete");
    const below = Math.min(deletable.hotFrom + (deps.deletionRows ?? BATCH_ROWS), deletable.to + 1);
    const work = (lease: Parameters<typeof deleteArchivedCommits>[1]) =>
      store.write((tx) => deleteArchivedCommits(tx, lease, below));
    const gone = await underArchiveLease(deps, place, work, signal);
    if (gone === null) return count;
    count += gone;
  }
}

async function rest(
  { deletionPauseMs = PAUSE_MS }: ArchiverDeps,
  isFirst: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (!isFirst && deletionPauseMs > 0) await wait(deletionPauseMs, undefined, { signal });
}

/** The versions that only those commits had, and then the shapes that only those versions had. */
async function deleteVersions(deps: ArchiverDeps, place: RepositoryPlace, signal: AbortSignal): Promise<void> {
  const store = deps.database.worker.in(place.organizationId);
  for (let above: number | null = 0; above !== null; ) {
    const from: number = above;
    await rest(deps, false, signal);
    deps.step?.("delete");
    above = await underArchiveLease(
      deps,
      place,
      (lease) =>
        store.write(async (tx) => {
          await joinAtOnce(tx);
          const last = await deleteArchivedVersions(tx, place.repositoryId, from, deps.deletionRows ?? BATCH_ROWS);
          if (last === null) await deleteArchivedShapes(tx, place.repositoryId);
          await raiseVersion(tx, lease);
          return last;
        }),
      signal,
    );
  }
}
