// Archives a repository of a test now: what it keeps in Postgres, and whether the rest leaves Postgres at once, is the test's choice.
import { join } from "node:path";
import { archiveRepository, type ArchiverDeps } from "../../src/archive/archive-run.ts";
import type { RepositoryPlace } from "../../src/archive/archive-lease.ts";
import { DELETION_AFTER_MS, deleteArchived } from "../../src/archive/late-deletion.ts";
import { FolderStore } from "../../src/archive/folder-store.ts";
import type { ObjectStore } from "../../src/archive/object-store.ts";
import type { Database } from "../../src/store/database.ts";
import { quietLog } from "./test-database.ts";

/** How it is archived. */
export interface ArchiveOptions {
  /** newest commits of the default branch that stay; their age does not count */
  readonly keep: number;
  /** the archive's folder and, in it, that of what is under way */
  readonly folder: string;
  /** false: the rows stay in Postgres beside their copies, as they do for a day */
  readonly deletes?: boolean;
  readonly now?: number;
}

/** @returns an archiver that archives from the first commit on */
export function testArchiver(
  database: Database,
  { keep, folder, now = Date.now() }: ArchiveOptions,
  more: Partial<ArchiverDeps> = {},
): ArchiverDeps {
  return {
    database,
    objects: archiveIn(folder),
    holder: "archiver of a test",
    workFolder: join(folder, "work"),
    keep: { commits: keep, days: 0, minCommits: 1 },
    log: quietLog,
    now: () => now,
    deletionPauseMs: 0,
    ...more,
  };
}

/** @returns the store that `archiveNow()` writes to */
export function archiveIn(folder: string): ObjectStore {
  return new FolderStore({ kind: "folder", folder: join(folder, "objects") });
}

/** Archives a repository now. @returns the highest archived position, -1 where nothing could be archived */
export async function archiveNow(
  database: Database,
  place: RepositoryPlace,
  options: ArchiveOptions,
  more: Partial<ArchiverDeps> = {},
): Promise<{ readonly archivedTo: number; readonly objects: ObjectStore }> {
  const deps = testArchiver(database, options, more);
  const { signal } = new AbortController();
  const segments = await archiveRepository(deps, place, signal, true);
  if (options.deletes !== false) {
    // a second more: the database's clock is another one than ours
    await deleteArchived(deps, place, Date.now() + DELETION_AFTER_MS + 60_000, signal);
  }
  return { archivedTo: segments.at(-1)?.last ?? -1, objects: deps.objects };
}
