// Brings archived commits back into Postgres, exactly as they were: first all file versions, then the commits from the newest down.
import { join } from "node:path";
import { TidemarkError } from "../errors.ts";
import { retireArchive, readSegments, type StoredSegment } from "../store/archive-manifest.ts";
import { leaveArchive, lowerHotFrom } from "../store/archive-restoring.ts";
import { readArchiveState } from "../store/archive-run.ts";
import { deleteArchived as deleteSkeleton } from "../store/archived-commit.ts";
import { commitRows, copyCommits } from "../store/commit.ts";
import { markUnreachableSince } from "../store/commit-line.ts";
import type { OrganizationStore } from "../store/database.ts";
import { keepLease, type Lease } from "../store/lease.ts";
import { type RepositoryPlace, underArchiveLease } from "./archive-lease.ts";
import type { ArchiverDeps } from "./archive-run.ts";
import { restoredCommits } from "./restored-commits.ts";
import { RestoredVersions } from "./restored-versions.ts";
import { openWorkRoom, type WorkRoom } from "./work-room.ts";

/** How often the lease is kept while objects are fetched, in ms: three times before it would end. */
const KEEP_MS = 20_000;

/** What came back. */
export interface Restored {
  readonly commits: number;
  readonly versions: number;
}

/**
 * Brings all archived commits of a repository back. It is leased meanwhile: new commits come afterwards. Whenever it is
 * stopped, each commit is either in Postgres or in the archive, and the next try goes on there.
 * @returns null when it is in work, being imported, or gone
 */
export async function restoreRepository(
  deps: ArchiverDeps,
  place: RepositoryPlace,
  signal: AbortSignal,
): Promise<Restored | null> {
  const store = deps.database.worker.in(place.organizationId);
  return underArchiveLease(
    deps,
    place,
    async (lease) => {
      const stopped = new AbortController();
      const either = AbortSignal.any([signal, stopped.signal]);
      const keeping = setInterval(() => {
        store.write((tx) => keepLease(tx, lease)).catch((error: unknown) => stopped.abort(error));
      }, KEEP_MS);
      try {
        return await restore(deps, store, lease, either);
      } finally {
        clearInterval(keeping);
      }
    },
    signal,
  );
}

async function restore(
  deps: ArchiverDeps,
  store: OrganizationStore,
  lease: Lease,
  signal: AbortSignal,
): Promise<Restored> {
  const { repositoryId } = lease;
  const state = await readArchiveState(store, repositoryId);
  if (state === null || state.archivedTo === null) return { commits: 0, versions: 0 };
  const segments = await readSegments(store, repositoryId);
  const versions = new RestoredVersions(store, lease);
  const starts = [...new Set(segments.map(({ first }) => first))].toSorted((a, b) => a - b);
  const restored = { commits: 0, versions: 0 };
  // a commit is compared with versions of older ones: they are all there before the first commit is
  for (const first of starts) {
    await withSegment(
      deps,
      segments.filter((each) => each.first === first),
      signal,
      async (room) => {
        restored.versions += await versions.restore(room.connection, signal);
      },
    );
  }
  for (const first of starts.toReversed()) {
    const some = segments.filter((each) => each.first === first);
    await withSegment(deps, some, signal, async (room) => {
      const hotFrom = (await readArchiveState(store, repositoryId))?.hotFrom ?? 0;
      const last = Math.min(some[0]?.last ?? 0, hotFrom - 1);
      for await (const { commits, from, marks } of restoredCommits({ store, room, lease, first, last, versions })) {
        signal.throwIfAborted();
        const rows = commitRows(lease, commits);
        await store.write(async (tx) => {
          await copyCommits(tx, rows);
          await markUnreachableSince(tx, repositoryId, marks);
          await lowerHotFrom(tx, lease, from);
        });
        restored.commits += commits.length;
      }
    });
  }
  await store.write(async (tx) => {
    await lowerHotFrom(tx, lease, 0);
    await retireArchive(tx, repositoryId);
    await deleteSkeleton(tx, repositoryId);
    await leaveArchive(tx, lease);
  });
  deps.log.info({ repository: repositoryId, ...restored }, "archived commits are in Postgres again");
  return restored;
}

/** Fetches the objects of a segment, and offers their rows of this repository as views of the kinds' names. */
async function withSegment(
  deps: ArchiverDeps,
  segments: readonly StoredSegment[],
  signal: AbortSignal,
  work: (room: WorkRoom) => Promise<void>,
): Promise<void> {
  const room = await openWorkRoom(deps.workFolder, signal);
  try {
    for (const { kind, key, sha256, repositoryId, first, last } of segments) {
      const path = join(room.folder, `${kind}.parquet`);
      const found = await deps.objects.download(key, path, signal);
      if (found.sha256 !== sha256) {
        const parts = { attempt: "restore the archive's object", value: key };
        throw new TidemarkError("archive-object-damaged", { ...parts, found: found.sha256, wanted: sha256 });
      }
      const range = kind === "columns" ? "" : ` AND position BETWEEN ${first} AND ${last}`;
      await room.connection.run(
        `CREATE VIEW archived_${kind} AS SELECT * FROM read_parquet('${path}', hive_partitioning = false)
         WHERE repository_id = ${repositoryId}${range}`,
      );
    }
    await work(room);
  } finally {
    await room.close();
  }
}
