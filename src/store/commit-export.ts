// What an export reads: the commits of a list in pages, each with its files, and the documents of those files.
import type { RepositoryId, Sha, Value } from "../domain/model.ts";
import { fromJsonb } from "../domain/value.ts";
import { COMMIT_WARNINGS, type LinePart } from "./commit-page.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

const LINE: PreparedStatement = {
  name: "line_positions",
  text: `
  SELECT ARRAY(
    SELECT c.position FROM unnest($3::int[], $4::bigint[], $5::bigint[]) AS part(line, top, bottom)
    JOIN git_commit c ON c.organization_id = $1 AND c.repository_id = $2 AND c.line = part.line
      AND c.ordinal <= part.top AND c.ordinal > part.bottom
    ORDER BY c.ordinal DESC LIMIT $6) AS positions`,
};

/** @returns the positions of the commits of a line, newest first */
export async function readLinePositions(
  reader: Reader,
  repository: RepositoryId,
  parts: readonly LinePart[],
  limit: number,
): Promise<readonly number[]> {
  const lines = parts.map(({ line }) => line);
  const tops = parts.map(({ top }) => top);
  const bottoms = parts.map(({ bottom }) => bottom);
  const values = [repository, lines, tops, bottoms, limit];
  const [row] = await reader.query<{ positions: readonly number[] }>(LINE, values);
  return row?.positions ?? [];
}

/** A commit of an export. Numbers of files and positions beside each other, as in the table. */
export interface ExportCommit {
  readonly position: number;
  readonly sha: Sha;
  readonly parents: readonly string[];
  readonly authorName: string;
  readonly authored: string;
  /** seconds since 1970, clamped */
  readonly authoredAt: number;
  readonly committed: string;
  readonly committedAt: number;
  readonly subject: string;
  readonly branch: string | null;
  readonly files: readonly number[];
  readonly baselineFiles: readonly (number | null)[];
  readonly baselinePositions: readonly (number | null)[];
  readonly firstParent: number | null;
  /** those of `files` that were away since their baseline; null: none */
  readonly returnedFiles: readonly number[] | null;
  /** of too many files the first by path that was not read: what the commit has from there on is unknown */
  readonly unreadFrom: string | null;
  /** the files of its first parent where they are others than its own, and their baselines beside them */
  readonly parentFiles: readonly number[];
  readonly parentBaselineFiles: readonly (number | null)[];
  readonly parentBaselinePositions: readonly (number | null)[];
  readonly parentReturnedFiles: readonly number[] | null;
  /** a JSON array of WarningAnswer, or null */
  readonly warnings: string | null;
}

const COMMITS: PreparedStatement = {
  name: "export_commits",
  text: `
  SELECT c.position, encode(c.sha, 'hex') AS sha, ARRAY(SELECT encode(p, 'hex') FROM unnest(c.parents) p) AS parents,
    c.author_name AS "authorName", c.authored, date_part('epoch', c.authored_at) AS "authoredAt", c.committed,
    date_part('epoch', c.committed_at) AS "committedAt", c.subject, b.name AS branch, c.metric_file AS files,
    c.baseline_file AS "baselineFiles", c.baseline_position AS "baselinePositions", c.first_parent AS "firstParent",
    coalesce(parent.metric_file, '{}') AS "parentFiles", coalesce(parent.baseline_file, '{}') AS "parentBaselineFiles",
    coalesce(parent.baseline_position, '{}') AS "parentBaselinePositions",
    c.returned_file AS "returnedFiles", c.unread_from AS "unreadFrom", parent.returned_file AS "parentReturnedFiles",
    ${COMMIT_WARNINGS} AS warnings
  FROM unnest($3::bigint[]) WITH ORDINALITY AS wanted(position, place)
  JOIN git_commit c ON c.organization_id = $1 AND c.repository_id = $2 AND c.position = wanted.position
  LEFT JOIN git_branch b ON b.organization_id = $1 AND b.repository_id = $2 AND b.number = c.line
  LEFT JOIN git_commit parent ON parent.organization_id = $1 AND parent.repository_id = $2
    AND parent.position = c.first_parent AND parent.metric_file <> c.metric_file
  ORDER BY wanted.place`,
};

/** @returns the commits at these positions, in this order; one that is gone is left out */
export function readExportCommits(
  reader: Reader,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<ExportCommit[]> {
  return reader.query<ExportCommit>(COMMITS, [repository, positions]);
}

/** A file version. */
export interface ExportFile {
  readonly number: number;
  readonly path: string;
  /** bytes in Git */
  readonly size: number;
  /** null when it could not be read */
  readonly shape: number | null;
}

const FILES: PreparedStatement = {
  name: "export_files",
  text: `
  SELECT f.number, f.path, f.size, f.shape FROM metric_file f
  WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = ANY($3::bigint[])
    AND ($4::text[] IS NULL OR f.path = ANY($4))`,
};

/** @returns the file versions with these numbers. @param paths only at these; null for all */
export function readExportFiles(
  reader: Reader,
  repository: RepositoryId,
  numbers: readonly number[],
  paths: readonly string[] | null,
): Promise<ExportFile[]> {
  return reader.query<ExportFile>(FILES, [repository, numbers, paths]);
}

const KEYS: PreparedStatement = {
  name: "shape_keys",
  text: `
  SELECT number, keys FROM metric_shape
  WHERE organization_id = $1 AND repository_id = $2 AND number = ANY($3::bigint[])`,
};

/** @returns the sorted keys of shapes, by number */
export async function readShapeKeys(
  reader: Reader,
  repository: RepositoryId,
  shapes: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const rows = await reader.query<{ number: number; keys: string[] }>(KEYS, [repository, shapes]);
  return new Map(rows.map(({ number, keys }) => [number, keys]));
}

const VALUES: PreparedStatement = {
  name: "export_values",
  text: `
  SELECT number, values::text AS values FROM metric_file
  WHERE organization_id = $1 AND repository_id = $2 AND number = ANY($3::bigint[]) AND values IS NOT NULL`,
};

/** @returns the values of file versions, beside their shapes' keys, by number */
export async function readExportValues(
  reader: Reader,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, readonly Value[]>> {
  const rows = await reader.query<{ number: number; values: string }>(VALUES, [repository, numbers]);
  return new Map(rows.map(({ number, values }) => [number, fromJsonb(values)]));
}
