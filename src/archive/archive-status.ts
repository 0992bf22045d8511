// How far repositories are archived, and what that is in rows, objects and bytes.
import type { ArchiveKeep } from "../archive-keep.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { readArchiveRuns } from "../store/archive-history.ts";
import { countRetired } from "../store/archive-manifest.ts";
import { type ArchiveUse, readArchiveUse } from "../store/archive-object.ts";
import type { Database, Reader } from "../store/database.ts";
import { type Archivable, findArchivable } from "./archivable.ts";

/** Runs of one repository that may be under way at once, and one more. */
const LOOKED_RUNS = 9;

/** What is said of a repository. */
export interface ArchiveStatus extends Archivable, ArchiveUse {
  readonly id: string;
  readonly name: string;
  /** the newest run that is over, where it failed: when, and what it met */
  readonly failed: { readonly at: string; readonly problem: string } | null;
}

/** @returns of each repository how far it is archived; of one that is gone nothing */
export async function readArchiveStatus(
  database: Database,
  organizationId: OrganizationId,
  repositories: readonly { readonly id: string; readonly name: string }[],
  { keep, now }: { readonly keep: ArchiveKeep; readonly now: number },
): Promise<ArchiveStatus[]> {
  const store = database.worker.in(organizationId);
  const all: ArchiveStatus[] = [];
  for (const { id, name } of repositories) {
    const found = await findArchivable(store, id as RepositoryId, keep, now);
    if (found === null) continue;
    const failed = await failedRun(store, id as RepositoryId);
    all.push({ id, name, ...found, ...(await readArchiveUse(store, id as RepositoryId)), failed });
  }
  return all;
}

async function failedRun(reader: Reader, repository: RepositoryId): Promise<ArchiveStatus["failed"]> {
  const runs = await readArchiveRuns(reader, repository, LOOKED_RUNS);
  const newest = runs.find(({ state }) => state !== "running");
  if (newest?.state !== "failed" || newest.finishedAt === null) return null;
  return { at: newest.finishedAt.toISOString(), problem: newest.problem ?? "" };
}

/** @returns how many objects of a team wait to be removed, and their bytes */
export function readRetired(
  database: Database,
  organizationId: OrganizationId,
): Promise<{ objects: number; bytes: number }> {
  return countRetired(database.worker.in(organizationId));
}
