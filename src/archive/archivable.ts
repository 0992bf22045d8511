// What of a repository may be archived now: by the operator's rule, the clock and what there is.
import type { ArchiveKeep } from "../archive-keep.ts";
import type { RepositoryId } from "../domain/model.ts";
import { type KeptPrefix, readKeptPrefix } from "../store/archive-kept.ts";
import type { Reader } from "../store/database.ts";

const DAY_MS = 86_400_000;

/** What a rule makes of a repository. */
export interface Archivable extends KeptPrefix {
  /** whether an archive run is worth it: there are enough commits, and their history is whole */
  readonly due: boolean;
}

/**
 * @param now milliseconds since 1970
 * @returns null when there is no such repository
 */
export async function findArchivable(
  reader: Reader,
  repository: RepositoryId,
  keep: ArchiveKeep,
  now: number,
): Promise<Archivable | null> {
  const after = keep.days === 0 ? null : new Date(now - keep.days * DAY_MS);
  const prefix = await readKeptPrefix(reader, repository, { commits: keep.commits, after });
  if (prefix === null) return null;
  return { ...prefix, due: prefix.complete && prefix.waiting >= keep.minCommits };
}
