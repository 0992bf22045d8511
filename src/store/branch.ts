// Branches of a repository: where each head is, and where its line leaves another's.
import type { MissingBranch } from "../domain/vanished-branch.ts";
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
  /** of a live one that the server did not list at the last look; null or absent: it did. `setMissing()` writes it */
  readonly missing?: MissingBranch | null;
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
  readonly missing_since: Date | null;
  readonly missing_looks: number;
}

const ALL = `
  SELECT number, name, name_bytes, encode(head, 'hex') AS head, head_position, fork_branch, fork_ordinal, state,
    missing_since, missing_looks
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
    missing: row.missing_since && { since: row.missing_since.getTime(), looks: row.missing_looks },
  }));
}

// One statement for all: a repository may have a hundred thousand branches, and a push can move the fork of each.
const PUT = `
  INSERT INTO git_branch (organization_id, repository_id, number, name, name_bytes, head, head_position, fork_branch,
    fork_ordinal, state, deleted_at)
  SELECT $1, $2, b.*, CASE WHEN b.state = 'deleted' THEN now() END
  FROM unnest($3::integer[], $4::text[], $5::bytea[], $6::bytea[], $7::bigint[], $8::integer[], $9::bigint[], $10::text[])
    AS b(number, name, name_bytes, head, head_position, fork_branch, fork_ordinal, state)
  ON CONFLICT (organization_id, repository_id, number) DO UPDATE
  SET name = excluded.name, name_bytes = excluded.name_bytes, head = excluded.head,
    head_position = excluded.head_position, fork_branch = excluded.fork_branch, fork_ordinal = excluded.fork_ordinal,
    head_facts = CASE WHEN git_branch.head = excluded.head THEN git_branch.head_facts END, state = excluded.state, deleted_at = CASE WHEN excluded.state = 'deleted' THEN coalesce(git_branch.deleted_at, now()) END`;

/** Writes branches: a new number is a new branch, a known one is moved, deleted or brought back. */
export async function putBranches(
  tx: Transaction,
  repository: RepositoryId,
  branches: readonly StoredBranch[],
): Promise<void> {
  if (branches.length === 0) return;
  await tx.query(PUT, [
    repository,
    branches.map(({ number }) => number),
    branches.map(({ name }) => name),
    branches.map(({ nameBytes }) => nameBytes),
    branches.map(({ head }) => Buffer.from(head, "hex")),
    branches.map(({ headPosition }) => headPosition),
    branches.map(({ fork }) => fork?.branch ?? null),
    branches.map(({ fork }) => fork?.ordinal ?? null),
    branches.map(({ state }) => state),
  ]);
}

const SET_MISSING = `
  UPDATE git_branch b SET missing_since = m.since, missing_looks = m.looks
  FROM unnest($3::integer[], $4::timestamptz[], $5::integer[]) AS m(number, since, looks)
  WHERE b.organization_id = $1 AND b.repository_id = $2 AND b.number = m.number`;

/** Writes of branches since when the server has not listed them; null: it lists them, or they are deleted. */
export async function setMissing(
  tx: Transaction,
  repository: RepositoryId,
  branches: readonly { readonly number: BranchId; readonly missing: MissingBranch | null }[],
): Promise<void> {
  if (branches.length === 0) return;
  await tx.query(SET_MISSING, [
    repository,
    branches.map(({ number }) => number),
    branches.map(({ missing }) => (missing === null ? null : new Date(missing.since))),
    branches.map(({ missing }) => missing?.looks ?? 0),
  ]);
}

const DELETED_BEFORE = `
  SELECT number FROM git_branch
  WHERE organization_id = $1 AND repository_id = $2 AND state = 'deleted' AND deleted_at < $3`;

/** @returns the numbers of the branches that were deleted before a time */
export async function branchesDeletedBefore(reader: Reader, repository: RepositoryId, time: Date): Promise<number[]> {
  const rows = await reader.query<{ number: number }>(DELETED_BEFORE, [repository, time]);
  return rows.map(({ number }) => number);
}

const DELETE_NUMBERS = `
  DELETE FROM git_branch WHERE organization_id = $1 AND repository_id = $2 AND number = ANY($3::integer[])`;

/** Removes branches. Commits on their lines are given other ones by `setLines()`. */
export async function deleteBranchesAt(
  tx: Transaction,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<void> {
  if (numbers.length > 0) await tx.query(DELETE_NUMBERS, [repository, numbers]);
}

const DELETE_ALL = `DELETE FROM git_branch WHERE organization_id = $1 AND repository_id = $2`;

/** Removes all branches: an import starts anew. */
export async function deleteBranches(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE_ALL, [repository]);
}

/** What lists show of a head. */
export interface HeadFacts {
  readonly number: BranchId;
  readonly subject: string;
  /** as Git writes it */
  readonly committed: string;
  readonly committedAt: Date;
}

const SET_HEADS = `
  UPDATE git_branch b SET head_facts = jsonb_build_object(
    'subject', f.subject, 'committed', f.committed, 'committedAt', f.committed_at)
  FROM unnest($3::integer[], $4::text[], $5::text[], $6::timestamptz[]) AS f(number, subject, committed, committed_at)
  WHERE b.organization_id = $1 AND b.repository_id = $2 AND b.number = f.number`;

/** Keeps what lists show of heads that have left git_commit. */
export async function setHeadFacts(
  tx: Transaction,
  repository: RepositoryId,
  heads: readonly HeadFacts[],
): Promise<void> {
  if (heads.length === 0) return;
  await tx.query(SET_HEADS, [
    repository,
    heads.map(({ number }) => number),
    heads.map(({ subject }) => subject),
    heads.map(({ committed }) => committed),
    heads.map(({ committedAt }) => committedAt),
  ]);
}
