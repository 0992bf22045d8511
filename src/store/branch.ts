// Branches of a repository: where each head is, and where its line leaves another's.
import type { BranchId, RepositoryId, Sha } from "../domain/model.ts";
import type { Reader, Transaction } from "./database.ts";

/** A branch as it is stored. */
export interface StoredBranch {
  /** its number within the repository, from 1, in the order in which branches were first seen */
  readonly number: BranchId;
  /** decoded with replacement */
  readonly name: string;
  /** what Git knows it by */
  readonly nameBytes: Buffer;
  readonly head: Sha;
  readonly headPosition: number;
  /** the branch that owns the first commit below its own part, and that commit's ordinal; null when nothing is below */
  readonly fork: { readonly branch: number; readonly ordinal: number } | null;
  readonly state: "live" | "deleted";
}

interface Row {
  readonly number: number;
  readonly name: string;
  readonly name_bytes: Buffer;
  readonly head: string;
  readonly head_position: number;
  readonly fork_branch: number | null;
  readonly fork_ordinal: number | null;
  readonly state: "live" | "deleted";
}

const ALL = `
  SELECT number, name, name_bytes, encode(head, 'hex') AS head, head_position, fork_branch, fork_ordinal, state
  FROM git_branch WHERE organization_id = $1 AND repository_id = $2 ORDER BY number`;

/** @returns all branches of a repository by number, deleted ones too */
export async function readBranches(reader: Reader, repository: RepositoryId): Promise<StoredBranch[]> {
  const rows = await reader.query<Row>(ALL, [repository]);
  return rows.map((row) => ({
    number: row.number as BranchId,
    name: row.name,
    nameBytes: row.name_bytes,
    head: row.head as Sha,
    headPosition: row.head_position,
    fork: row.fork_branch === null ? null : { branch: row.fork_branch, ordinal: row.fork_ordinal as number },
    state: row.state,
  }));
}

const PUT = `
  INSERT INTO git_branch (organization_id, repository_id, number, name, name_bytes, head, head_position, fork_branch,
    fork_ordinal, state, deleted_at)
  VALUES ($1, $2, $3, $4, $5, decode($6, 'hex'), $7, $8, $9, $10, CASE WHEN $10 = 'deleted' THEN now() END)
  ON CONFLICT (organization_id, repository_id, number) DO UPDATE
  SET name = excluded.name, name_bytes = excluded.name_bytes, head = excluded.head,
    head_position = excluded.head_position, fork_branch = excluded.fork_branch, fork_ordinal = excluded.fork_ordinal,
    state = excluded.state, deleted_at = CASE WHEN excluded.state = 'deleted' THEN coalesce(git_branch.deleted_at, now()) END`;

/** Writes a branch: a new number is a new branch, a known one is moved, deleted or brought back. */
export async function putBranch(tx: Transaction, repository: RepositoryId, branch: StoredBranch): Promise<void> {
  await tx.query(PUT, [
    repository,
    branch.number,
    branch.name,
    branch.nameBytes,
    branch.head,
    branch.headPosition,
    branch.fork?.branch ?? null,
    branch.fork?.ordinal ?? null,
    branch.state,
  ]);
}

const DELETE_ALL = `DELETE FROM git_branch WHERE organization_id = $1 AND repository_id = $2`;

/** Removes all branches: an import starts anew. */
export async function deleteBranches(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE_ALL, [repository]);
}
