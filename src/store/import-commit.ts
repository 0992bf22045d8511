// The skeleton of a running import: which commit has which position, so that a crash resumes where it was.
import type { RepositoryId, Sha } from "../domain/model.ts";
import type { Reader, Transaction } from "./database.ts";
import { streamedRows } from "./copy-rows.ts";

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
  const owner = { organizationId: tx.organizationId, repositoryId: repository };
  const positions = Array.from({ length: skeleton.size }).keys();
  await tx.copyText(
    "import_commit",
    COLUMNS,
    streamedRows(owner, positions, (row, position) => {
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
  SELECT sha, coalesce(first_parent, -1) AS "firstParent" FROM import_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position >= $3
  ORDER BY position LIMIT $4`;

/** Rows of the skeleton from `position` up, at most `limit`; the first parent of a root is -1. */
export async function readSkeleton(
  reader: Reader,
  repository: RepositoryId,
  position: number,
  limit: number,
): Promise<{ sha: Buffer; firstParent: number }[]> {
  return reader.query<{ sha: Buffer; firstParent: number }>(READ, [repository, position, limit]);
}

const FROM_COMMITS = `
  INSERT INTO import_commit (organization_id, repository_id, position, sha, first_parent)
  SELECT organization_id, repository_id, position, sha, first_parent FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2`;

/** Makes the skeleton of the commits that are stored, whose history is to be read once more. */
export async function skeletonFromCommits(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE, [repository]);
  await tx.query(FROM_COMMITS, [repository]);
}

const DELETE = `DELETE FROM import_commit WHERE organization_id = $1 AND repository_id = $2`;

/** Removes the skeleton: the import is over, or starts anew. */
export async function deleteSkeleton(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE, [repository]);
}
