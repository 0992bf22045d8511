// One commit in full: what Git says of it, its files, and the documents of its files and of their baselines.
import type { RepositoryId, Value, Warning } from "../domain/model.ts";
import { fromJsonb } from "../domain/value.ts";
import { archivedSha } from "./archived-sql.ts";
import { COMMIT_WARNINGS } from "./commit-page.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** What is stored of a commit. Numbers of files and positions beside each other, as in the table. */
export interface StoredCommitDetail {
  readonly position: number;
  readonly ordinal: number;
  readonly branch: string | null;
  /** the number of the branch whose line holds it */
  readonly line: number | null;
  readonly sha: string;
  readonly parents: readonly string[];
  readonly authorName: string;
  readonly authored: string;
  /** seconds since 1970, clamped */
  readonly authoredAt: number;
  readonly committerName: string;
  readonly committed: string;
  readonly committedAt: number;
  readonly subject: string;
  /** null: a branch reaches it */
  readonly unreachableSince: Date | null;
  readonly firstParent: number | null;
  readonly files: readonly number[];
  readonly baselineFiles: readonly (number | null)[];
  readonly baselinePositions: readonly (number | null)[];
  /** those of `files` that were away since their baseline; null: none */
  readonly returnedFiles: readonly number[] | null;
  /** of too many files the first by path that was not read: what the commit has from there on is unknown */
  readonly unreadFrom: string | null;
  /** the files of its first parent, and their baselines beside them */
  readonly parentFiles: readonly number[];
  readonly parentBaselineFiles: readonly (number | null)[];
  readonly parentBaselinePositions: readonly (number | null)[];
  readonly parentReturnedFiles: readonly number[] | null;
  /** a JSON array of WarningAnswer, or null */
  readonly warnings: string | null;
}

const FIND: PreparedStatement = {
  name: "find_commit",
  text: `
  SELECT c.position, c.ordinal, b.name AS branch, c.line, encode(c.sha, 'hex') AS sha,
    ARRAY(SELECT encode(p, 'hex') FROM unnest(c.parents) p) AS parents,
    c.author_name AS "authorName", c.authored, date_part('epoch', c.authored_at) AS "authoredAt",
    c.committer_name AS "committerName", c.committed, date_part('epoch', c.committed_at) AS "committedAt", c.subject,
    c.unreachable_since AS "unreachableSince", c.first_parent AS "firstParent", c.metric_file AS files,
    c.baseline_file AS "baselineFiles", c.baseline_position AS "baselinePositions", coalesce(parent.metric_file, '{}') AS "parentFiles",
    coalesce(parent.baseline_file, '{}') AS "parentBaselineFiles",
    coalesce(parent.baseline_position, '{}') AS "parentBaselinePositions",
    c.returned_file AS "returnedFiles", c.unread_from AS "unreadFrom", parent.returned_file AS "parentReturnedFiles",
    ${COMMIT_WARNINGS} AS warnings
  FROM git_commit c
  LEFT JOIN git_branch b ON b.organization_id = $1 AND b.repository_id = $2 AND b.number = c.line
  LEFT JOIN git_commit parent
    ON parent.organization_id = $1 AND parent.repository_id = $2 AND parent.position = c.first_parent
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.sha BETWEEN decode($3, 'hex') AND decode($4, 'hex')
  ORDER BY c.sha LIMIT 2`,
};

/** Longer than any object id, in hex digits. */
const BEYOND_SHA = 66;

/**
 * Finds commits by the first digits of their id.
 * @param prefix 4 to 64 lower-case hex digits
 * @returns at most two: more than one means that the prefix is too short
 */
export function findCommitsByPrefix(
  reader: Reader,
  repository: RepositoryId,
  prefix: string,
): Promise<StoredCommitDetail[]> {
  const from = prefix.length % 2 === 0 ? prefix : `${prefix}0`;
  return reader.query<StoredCommitDetail>(FIND, [repository, from, prefix.padEnd(BEYOND_SHA, "f")]);
}

/** A file version with its document. */
export interface FileDetail {
  readonly number: number;
  readonly path: string;
  /** the Git blob id, hex */
  readonly version: string;
  /** bytes */
  readonly size: number;
  readonly adapter: string;
  readonly problem: Warning | null;
  readonly warnings: readonly Warning[];
  /** sorted; empty when it could not be read */
  readonly keys: readonly string[];
  /** beside the keys */
  readonly values: readonly Value[];
}

const FILES: PreparedStatement = {
  name: "commit_files",
  text: `
  SELECT f.number, f.path, encode(f.version, 'hex') AS version, f.size, f.adapter, f.problem,
    coalesce(f.warnings, '[]') AS warnings, coalesce(s.keys, '{}') AS keys, coalesce(f.values::text, '[]') AS values
  FROM metric_file f
  LEFT JOIN metric_shape s ON s.organization_id = $1 AND s.repository_id = $2 AND s.number = f.shape
  WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = ANY($3::bigint[])`,
};

/** @returns the file versions with these numbers, by number */
export async function readFileDetails(
  reader: Reader,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, FileDetail>> {
  const rows = await reader.query<Omit<FileDetail, "values"> & { values: string }>(FILES, [repository, numbers]);
  return new Map(rows.map((row) => [row.number, { ...row, values: fromJsonb(row.values) }]));
}

const SHAS: PreparedStatement = {
  name: "commit_shas",
  text: `
  SELECT position, encode(sha, 'hex') AS sha FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position = ANY($3::bigint[])
  UNION ALL
  SELECT * FROM (
    SELECT wanted.position, ${archivedSha("wanted.position")} AS sha FROM unnest($3::bigint[]) AS wanted(position)
    JOIN git_repository r ON r.organization_id = $1 AND r.id = $2 AND wanted.position < r.hot_from
  ) archived WHERE sha IS NOT NULL`,
};

/** @returns the ids of the commits at these positions, of archived ones too */
export async function readShas(
  reader: Reader,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await reader.query<{ position: number; sha: string }>(SHAS, [repository, positions]);
  return new Map(rows.map((row) => [row.position, row.sha]));
}

/** What the catalogue says of a column of some file. */
export interface ColumnOfFile {
  readonly path: string;
  readonly key: string;
  readonly unit: string | null;
  readonly goal: "higher" | "lower" | null;
  readonly writtenOrder: number;
}

const COLUMNS: PreparedStatement = {
  name: "columns_of_files",
  text: `
  SELECT path, key, unit, goal, written_order AS "writtenOrder" FROM metric_column
  WHERE organization_id = $1 AND repository_id = $2 AND path = ANY($3::text[])`,
};

/** @returns all columns of these files */
export function readColumnsOfFiles(
  reader: Reader,
  repository: RepositoryId,
  paths: readonly string[],
): Promise<ColumnOfFile[]> {
  return reader.query<ColumnOfFile>(COLUMNS, [repository, paths]);
}

const FILE_AT: PreparedStatement = {
  name: "file_at_commit",
  text: `
  SELECT f.size, encode(f.version, 'hex') AS version FROM git_commit c
  JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = ANY(c.metric_file)
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = $3 AND f.path = $4`,
};

/** A metric file as one commit has it. */
export interface FileAtCommit {
  /** bytes */
  readonly size: number;
  /** id of the Git blob, hex */
  readonly version: string;
}

/** @returns a commit's metric file at a path, or null when it has none there */
export async function readFileAt(
  reader: Reader,
  repository: RepositoryId,
  position: number,
  path: string,
): Promise<FileAtCommit | null> {
  const [row] = await reader.query<FileAtCommit>(FILE_AT, [repository, position, path]);
  return row ?? null;
}
