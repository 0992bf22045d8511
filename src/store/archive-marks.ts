// How far a repository is archived, for an import that brings its commits back into Postgres.
import type { RepositoryId } from "../domain/model.ts";
import { retireArchive } from "./archive-manifest.ts";
import { deleteArchived } from "./archived-commit.ts";
import type { Transaction } from "./organization-store.ts";

const LOWER = `
  UPDATE git_repository SET hot_from = least(hot_from, $3::bigint),
    archived_to = CASE WHEN archived_to >= $3::bigint THEN nullif($3::bigint - 1, -1) ELSE archived_to END
  WHERE organization_id = $1 AND id = $2 AND (hot_from > $3::bigint OR archived_to >= $3::bigint)`;

/** Says that commits are in git_commit from a position on, each written anew: the archive's copies count no more. */
export async function lowerArchive(tx: Transaction, repository: RepositoryId, position: number): Promise<void> {
  await tx.query(LOWER, [repository, position]);
}

const RESET = `
  UPDATE git_repository SET hot_from = 0, archived_to = NULL
  WHERE organization_id = $1 AND id = $2 AND (hot_from > 0 OR archived_to IS NOT NULL)`;

/** Says that nothing is archived: all commits are in git_commit, or none is stored. */
export async function forgetArchive(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(RESET, [repository]);
  await deleteArchived(tx, repository);
  await retireArchive(tx, repository);
}
