// The skeleton of a running import: which commit has which position, so that a crash resumes where it was.
import type { RepositoryId, Sha } from "../domain/model.ts";
import type { Reader, Transaction } from "./database.ts";
import { CopyRows, copyChunks } from "./copy-rows.ts";

const COLUMNS = ["organization_id", "repository_id", "position", "sha", "first_parent"] as const;

/** A history as numbers: the commit at index i has position i. */
export interface Skeleton {
  readonly size: number;
  shaAt(position: number): Sha;
  /** position of each commit's first parent, -1 for a root */
  readonly firstParent: Int32Array;
}

/** Copies the skeleton of a whole history. */
export async function copySkeleton(tx: Transaction, repository: RepositoryId, skeleton: Skeleton): Promise<void> {
  const rows = new CopyRows(tx.organizationId, repository);
  const positions = Array.from({ length: skeleton.size }).keys();
  await tx.copyText(
    "import_commit",
    COLUMNS,
    copyChunks(rows, positions, (row, position) => {
      const parent = skeleton.firstParent[position] as number;
      row
        .number(position)
        .hex(skeleton.shaAt(position))
        .number(parent < 0 ? null : parent)
        .endRow();
    }),
  );
}

const READ = `
  SELECT position, encode(sha, 'hex') AS sha, first_parent AS parent FROM import_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position >= $3
  ORDER BY position LIMIT $4`;

/** Rows of the skeleton from `position` up, at most `limit`. */
export async function readSkeleton(
  reader: Reader,
  repository: RepositoryId,
  position: number,
  limit: number,
): Promise<{ position: number; sha: Sha; firstParent: number }[]> {
  const rows = await reader.query<{ position: number; sha: Sha; parent: number | null }>(READ, [
    repository,
    position,
    limit,
  ]);
  return rows.map((row) => ({ position: row.position, sha: row.sha, firstParent: row.parent ?? -1 }));
}

const DELETE = `DELETE FROM import_commit WHERE organization_id = $1 AND repository_id = $2`;

/** Removes the skeleton: the import is over, or starts anew. */
export async function deleteSkeleton(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE, [repository]);
}
