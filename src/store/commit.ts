// Commits of a repository: rows that the worker copies in, and what it asks of those that are stored.
import type { CommitFacts, FileId, Ordinal, Position, RepositoryId, Sha, Warning } from "../domain/model.ts";
import { removeArchivedAt } from "./cold-commit-change.ts";
import { coldChunks, coldCommitsAt, coldUnreachable, findColdCommits } from "./cold-commit.ts";
import type { Reader, Transaction } from "./database.ts";
import { builtRows, type CopyRows, type RowOwner } from "./copy-rows.ts";

const COLUMNS = [
  "organization_id",
  "repository_id",
  "position",
  "sha",
  "parents",
  "first_parent",
  "ordinal",
  "line",
  "author_name",
  "author_email",
  "authored",
  "authored_at",
  "committer_name",
  "committed",
  "committed_at",
  "subject",
  "metric_file",
  "baseline_file",
  "baseline_position",
  "returned_file",
  "unread_from",
  "warned_file",
  "warnings",
] as const;

/** A commit as it is stored. */
export interface NewCommit {
  readonly position: number;
  readonly ordinal: number;
  /** the number of the branch whose line holds it, or null */
  readonly line: number | null;
  /** null for a root */
  readonly firstParent: number | null;
  readonly facts: CommitFacts;
  /** the versions of its metric files, in the order of their paths */
  readonly files: readonly number[];
  /** beside `files` */
  readonly baselineFiles: readonly (number | null)[];
  /** beside `files` */
  readonly baselinePositions: readonly (number | null)[];
  /** those of `files` that were away since their baseline; absent or null: none */
  readonly returnedFiles?: readonly number[] | null;
  /** of too many files the first by path that was not read; absent or null: all were */
  readonly unreadFrom?: string | null;
  /** versions that it brought in and that have a problem or a warning; null for none */
  readonly warnedFiles: readonly number[] | null;
  readonly warnings: readonly Warning[];
}

function writeRow(row: CopyRows, commit: NewCommit): void {
  const { facts } = commit;
  row
    .number(commit.position)
    .hex(facts.sha)
    .hexArray(facts.parents)
    .number(commit.firstParent)
    .number(commit.ordinal)
    .number(commit.line)
    .text(facts.author.name)
    .text(facts.author.email)
    .text(facts.author.written)
    .time(facts.author.at)
    .text(facts.committer.name)
    .text(facts.committer.written)
    .time(facts.committer.at)
    .text(facts.subject)
    .numberArray(commit.files)
    .numberArray(commit.baselineFiles)
    .numberArray(commit.baselinePositions)
    .numberArray(commit.returnedFiles ?? null)
    .text(commit.unreadFrom ?? null)
    .numberArray(commit.warnedFiles)
    .text(commit.warnings.length === 0 ? null : JSON.stringify(commit.warnings))
    .endRow();
}

/** Builds the rows of commits, for `copyCommits()`. */
export function commitRows(owner: RowOwner, commits: Iterable<NewCommit>): Buffer[] {
  return builtRows(owner, commits, writeRow);
}

/** Copies commits in. Their positions must be free. @param rows of `commitRows()` */
export async function copyCommits(tx: Transaction, rows: Iterable<Buffer>): Promise<void> {
  await tx.copyText("git_commit", COLUMNS, rows);
}

// Asked first: an import writes far more often where nothing is than where something is. While statistics say nothing,
// as in an import's first minute, the DELETE alone would read the whole repository each time; ORDER BY leaves one index.
const ANY_BETWEEN = `
  SELECT position FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position BETWEEN $3 AND $4 ORDER BY position LIMIT 1`;

const DELETE_BETWEEN = `
  WITH gone AS (
    DELETE FROM git_commit
    WHERE organization_id = $1 AND repository_id = $2 AND position BETWEEN $3 AND $4
    RETURNING position, unreachable_since)
  SELECT position, unreachable_since AS since FROM gone WHERE unreachable_since IS NOT NULL`;

/**
 * Removes the commits from one position to another, both included, which are about to be written again; what is archived
 * of them stays.
 * @returns those that no branch reached, and since when: `markUnreachableSince()` gives them their mark again
 */
export async function deleteCommitsBetween(
  tx: Transaction,
  repository: RepositoryId,
  lowest: number,
  highest: number,
): Promise<{ position: number; since: Date }[]> {
  const any = await tx.query(ANY_BETWEEN, [repository, lowest, highest]);
  type Mark = { position: number; since: Date };
  const hot = any.length === 0 ? [] : await tx.query<Mark>(DELETE_BETWEEN, [repository, lowest, highest]);
  const cold = await coldUnreachable(tx, repository);
  return [...hot, ...cold.filter(({ position }) => position >= lowest && position <= highest)];
}

const DELETE_POSITIONS = `
  DELETE FROM git_commit WHERE organization_id = $1 AND repository_id = $2 AND position = ANY($3::bigint[])`;

/** Removes commits, archived ones too. Their positions stay empty: those of the others never change. */
export async function deleteCommitsAt(
  tx: Transaction,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<void> {
  if (positions.length === 0) return;
  await tx.query(DELETE_POSITIONS, [repository, positions]);
  await removeArchivedAt(tx, repository, positions);
}

const DELETE_ALL = `DELETE FROM git_commit WHERE organization_id = $1 AND repository_id = $2`;

/** Removes all commits: an import starts anew. */
export async function deleteCommits(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE_ALL, [repository]);
}

/** A stored commit, by what places it in the history. */
export interface StoredCommit {
  readonly sha: Sha;
  readonly position: Position;
  readonly ordinal: Ordinal;
}

const BY_SHA = `
  SELECT encode(sha, 'hex') AS sha, position, ordinal FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND sha = ANY($3::bytea[])`;

/** @returns those of `shas` that are stored, archived or not, in no order */
export async function findCommits(
  reader: Reader,
  repository: RepositoryId,
  shas: readonly Sha[],
): Promise<StoredCommit[]> {
  if (shas.length === 0) return [];
  const bytes = shas.map((sha) => Buffer.from(sha, "hex"));
  const hot = await reader.query<StoredCommit>(BY_SHA, [repository, bytes]);
  if (hot.length === shas.length) return hot;
  const there = new Set(hot.map(({ sha }) => sha));
  const others = shas.filter((sha) => !there.has(sha));
  return [...hot, ...(await findColdCommits(reader, repository, others))];
}

/** The metric files of a stored commit and what each is compared with. */
export interface StoredFiles {
  readonly position: Position;
  readonly files: readonly FileId[];
  /** beside `files` */
  readonly baselineFiles: readonly (FileId | null)[];
  /** beside `files` */
  readonly baselinePositions: readonly (Position | null)[];
  /** those of `files` that were away since their baseline; null for none */
  readonly returnedFiles: readonly FileId[] | null;
  /** of too many files the first by path that was not read */
  readonly unreadFrom: string | null;
  /** position of the first parent; null for a root */
  readonly firstParent: Position | null;
}

// as jsonb: one parse by the driver, and numbers arrive as numbers
const FILES_AT = `
  SELECT position, to_jsonb(metric_file) AS files, to_jsonb(baseline_file) AS "baselineFiles",
    to_jsonb(baseline_position) AS "baselinePositions", to_jsonb(returned_file) AS "returnedFiles",
    unread_from AS "unreadFrom", first_parent AS "firstParent"
  FROM git_commit WHERE organization_id = $1 AND repository_id = $2 AND position = ANY($3::bigint[])`;

/** @returns the files of the commits at these positions, in no order */
export async function readCommitFiles(
  reader: Reader,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<StoredFiles[]> {
  return reader.query<StoredFiles>(FILES_AT, [repository, positions]);
}

const FILES_BETWEEN = `
  SELECT position, to_jsonb(metric_file) AS files, to_jsonb(baseline_file) AS "baselineFiles",
    to_jsonb(baseline_position) AS "baselinePositions", to_jsonb(returned_file) AS "returnedFiles",
    unread_from AS "unreadFrom", first_parent AS "firstParent"
  FROM git_commit WHERE organization_id = $1 AND repository_id = $2 AND position BETWEEN $3 AND $4
  ORDER BY position DESC`;

/** @returns the files of the commits from one position to another, both included, newest first */
export async function readCommitFilesBetween(
  reader: Reader,
  repository: RepositoryId,
  lowest: number,
  highest: number,
): Promise<StoredFiles[]> {
  return reader.query<StoredFiles>(FILES_BETWEEN, [repository, lowest, highest]);
}

const LOWEST_WITH = `
  SELECT min(position) AS lowest FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND metric_file && $3::bigint[] AND position <> ALL($4::bigint[])`;

/**
 * @param without positions of commits that do not count, as those that no branch reaches
 * @returns the lowest position of a commit that has one of these versions, or null
 */
export async function lowestCommitWith(
  reader: Reader,
  repository: RepositoryId,
  files: readonly number[],
  without: readonly number[],
): Promise<number | null> {
  const [row] = await reader.query<{ lowest: number | null }>(LOWEST_WITH, [repository, files, without]);
  return row?.lowest ?? null;
}

const SHAS_AT = `
  SELECT encode(sha, 'hex') AS sha FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position = ANY($3::bigint[])`;

/** @returns the ids of the commits at these positions, in no order */
export async function readCommitShas(
  reader: Reader,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<Sha[]> {
  if (positions.length === 0) return [];
  const hot = (await reader.query<{ sha: Sha }>(SHAS_AT, [repository, positions])).map(({ sha }) => sha);
  if (hot.length === positions.length) return hot;
  return [...hot, ...(await coldCommitsAt(reader, repository, positions)).map(({ sha }) => sha)];
}

const NEXT_POSITION = `
  SELECT greatest(coalesce(max(position), -1) + 1, (
    SELECT greatest(hot_from, archived_to + 1) FROM git_repository WHERE organization_id = $1 AND id = $2)) AS next
  FROM git_commit WHERE organization_id = $1 AND repository_id = $2`;

/** @returns the position of the next commit that is stored */
export async function nextPosition(reader: Reader, repository: RepositoryId): Promise<number> {
  const [row] = await reader.query<{ next: number }>(NEXT_POSITION, [repository]);
  return row?.next ?? 0;
}

// One text for many rows, as in commit-line.ts.
const POSITIONS = `
  SELECT string_agg(position::text, ' ' ORDER BY position) AS text FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2`;

/** @returns the positions of all stored commits, archived or not, rising: some are left out where commits are gone */
export async function readPositions(reader: Reader, repository: RepositoryId): Promise<Int32Array> {
  const [row] = await reader.query<{ text: string | null }>(POSITIONS, [repository]);
  const hot = row?.text ? Int32Array.from(row.text.split(" "), Number) : new Int32Array();
  const cold: number[] = [];
  for await (const { chunk, from, to } of coldChunks(reader, repository)) {
    for (let place = from; place < to; place++) if (chunk.shas[place] !== null) cold.push(chunk.position + place);
  }
  return cold.length === 0 ? hot : Int32Array.from([...cold, ...hot]);
}

const ROOTS = `
  SELECT encode(sha, 'hex') AS sha FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND parents = '{}'`;

/** @returns the ids of the commits without a parent, in no order: of a shallow clone those where it was cut off too */
export async function readRoots(reader: Reader, repository: RepositoryId): Promise<Sha[]> {
  const roots = (await reader.query<{ sha: Sha }>(ROOTS, [repository])).map(({ sha }) => sha);
  for await (const { chunk, from, to } of coldChunks(reader, repository)) {
    for (let place = from; place < to; place++) {
      const sha = chunk.shas[place] ?? null;
      if (sha !== null && chunk.firstParents[place] === -1) roots.push(sha);
    }
  }
  return roots;
}
