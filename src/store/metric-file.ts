// Versions of metric files: their values beside a shape's keys, or the problem that prevents them.
import type { RepositoryId, Sha, Value, Warning } from "../domain/model.ts";
import { fromJsonb, toJsonb } from "../domain/value.ts";
import type { Reader, Transaction } from "./database.ts";
import { builtRows, type CopyRows, type RowOwner } from "./copy-rows.ts";

const COLUMNS = [
  "organization_id",
  "repository_id",
  "number",
  "path",
  "version",
  "size",
  "adapter",
  "adapter_version",
  "status",
  "problem",
  "warnings",
  "shape",
  "values",
] as const;

/** A version as it is stored. */
export interface NewFile {
  readonly number: number;
  readonly path: string;
  /** the Git blob id */
  readonly oid: Sha;
  /** bytes */
  readonly size: number;
  readonly adapter: string;
  readonly adapterVersion: number;
  readonly problem: Warning | null;
  readonly warnings: readonly Warning[];
  /** null when it could not be read */
  readonly shape: number | null;
  /** beside the shape's keys; null when it could not be read */
  readonly values: readonly Value[] | null;
}

function writeRow(row: CopyRows, file: NewFile): void {
  row
    .number(file.number)
    .text(file.path)
    .hex(file.oid)
    .number(file.size)
    .text(file.adapter)
    .number(file.adapterVersion)
    .text(file.values === null ? "unreadable" : "read")
    .text(file.problem === null ? null : JSON.stringify(file.problem))
    .text(file.warnings.length === 0 ? null : JSON.stringify(file.warnings))
    .number(file.shape)
    .text(file.values === null ? null : toJsonb(file.values))
    .endRow();
}

/** Builds the rows of versions, for `copyFiles()`. */
export function fileRows(owner: RowOwner, files: Iterable<NewFile>): Buffer[] {
  return builtRows(owner, files, writeRow);
}

/** Copies versions in. Their numbers must be free. @param rows of `fileRows()` */
export async function copyFiles(tx: Transaction, rows: Iterable<Buffer>): Promise<void> {
  await tx.copyText("metric_file", COLUMNS, rows);
}

const DELETE_ALL = `DELETE FROM metric_file WHERE organization_id = $1 AND repository_id = $2`;

/** Removes all versions: an import starts anew. */
export async function deleteFiles(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE_ALL, [repository]);
}

/** A stored version without its values. */
export interface StoredFile {
  readonly number: number;
  readonly path: string;
  readonly oid: Sha;
  /** whether it has values */
  readonly readable: boolean;
  /** whether it has a problem or a warning */
  readonly warned: boolean;
}

const NUMBERS_FROM = `
  SELECT number, path, encode(version, 'hex') AS oid, status = 'read' AS readable,
    problem IS NOT NULL OR warnings IS NOT NULL AS warned
  FROM metric_file
  WHERE organization_id = $1 AND repository_id = $2 AND number > $3 ORDER BY number LIMIT $4`;

/** Versions above a number, by rising number, at most `limit`. */
export async function readFiles(
  reader: Reader,
  repository: RepositoryId,
  above: number,
  limit: number,
): Promise<StoredFile[]> {
  return reader.query<StoredFile>(NUMBERS_FROM, [repository, above, limit]);
}

const AT_NUMBERS = `
  SELECT number, path, encode(version, 'hex') AS oid, status = 'read' AS readable,
    problem IS NOT NULL OR warnings IS NOT NULL AS warned
  FROM metric_file
  WHERE organization_id = $1 AND repository_id = $2 AND number = ANY($3::bigint[])`;

/** @returns the versions with these numbers, in no order */
export async function readFilesAt(
  reader: Reader,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<StoredFile[]> {
  return reader.query<StoredFile>(AT_NUMBERS, [repository, numbers]);
}

const READABLE_OF = `
  SELECT number, path, encode(version, 'hex') AS oid, true AS readable, warnings IS NOT NULL AS warned FROM metric_file
  WHERE organization_id = $1 AND repository_id = $2 AND path = ANY($3::text[]) AND status = 'read' ORDER BY number`;

/** @returns the versions of some paths that have values */
export async function readReadableFiles(
  reader: Reader,
  repository: RepositoryId,
  paths: readonly string[],
): Promise<StoredFile[]> {
  return reader.query<StoredFile>(READABLE_OF, [repository, paths]);
}

const LAST_NUMBERS = `
  SELECT
    greatest(
      (SELECT coalesce(max(number), 0) FROM metric_file WHERE organization_id = $1 AND repository_id = $2),
      (SELECT archived_file FROM git_repository WHERE organization_id = $1 AND id = $2)) AS file,
    (SELECT coalesce(max(number), 0) FROM metric_shape WHERE organization_id = $1 AND repository_id = $2) AS shape`;

/** @returns the highest numbers in use, in the archive too; 0 for none */
export async function lastNumbers(reader: Reader, repository: RepositoryId): Promise<{ file: number; shape: number }> {
  const [row] = await reader.query<{ file: number; shape: number }>(LAST_NUMBERS, [repository]);
  return row ?? { file: 0, shape: 0 };
}

const BY_VERSION = `
  SELECT f.number, f.path, encode(f.version, 'hex') AS oid, f.status = 'read' AS readable,
    f.problem IS NOT NULL OR f.warnings IS NOT NULL AS warned
  FROM unnest($3::text[], $4::bytea[]) AS w(path, version)
  JOIN metric_file f ON f.path = w.path AND f.version = w.version
  WHERE f.organization_id = $1 AND f.repository_id = $2`;

/** @returns those of the versions (path, blob id) that are stored, in no order */
export async function findFiles(
  reader: Reader,
  repository: RepositoryId,
  versions: readonly { readonly path: string; readonly oid: Sha }[],
): Promise<StoredFile[]> {
  return reader.query<StoredFile>(BY_VERSION, [
    repository,
    versions.map((version) => version.path),
    versions.map((version) => Buffer.from(version.oid, "hex")),
  ]);
}

/** A stored version with its document. */
export interface StoredDocument extends StoredFile {
  /** sorted by code point; null when it could not be read */
  readonly keys: readonly string[] | null;
  /** beside `keys` */
  readonly values: readonly Value[] | null;
}

const DOCUMENTS = `
  SELECT f.number, f.path, encode(f.version, 'hex') AS oid, f.status = 'read' AS readable,
    f.problem IS NOT NULL OR f.warnings IS NOT NULL AS warned, f.shape, f.values::text AS values
  FROM metric_file f WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = ANY($3::bigint[])`;

const KEYS = `
  SELECT number, keys FROM metric_shape
  WHERE organization_id = $1 AND repository_id = $2 AND number = ANY($3::bigint[])`;

/** @returns the versions with these numbers and what they hold, in no order; those of one shape share `keys` */
export async function readDocuments(
  reader: Reader,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<StoredDocument[]> {
  type Row = StoredFile & { shape: number | null; values: string | null };
  const files = await reader.query<Row>(DOCUMENTS, [repository, numbers]);
  const shapes = [...new Set(files.flatMap((file) => (file.shape === null ? [] : [file.shape])))];
  const rows = await reader.query<{ number: number; keys: string[] }>(KEYS, [repository, shapes]);
  const keys = new Map(rows.map((row) => [row.number, row.keys]));
  return files.map(({ shape, values, ...file }) => ({
    ...file,
    keys: shape === null ? null : (keys.get(shape) ?? null),
    values: values === null ? null : fromJsonb(values),
  }));
}

const ONLY_AT = `
  WITH asked AS MATERIALIZED (
    SELECT DISTINCT used.number FROM git_commit c CROSS JOIN unnest(c.metric_file) AS used(number)
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = ANY($3::bigint[]))
  SELECT number FROM asked
  EXCEPT
  SELECT used.number FROM git_commit c CROSS JOIN unnest(c.metric_file) AS used(number)
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position <> ALL($3::bigint[])
    AND c.metric_file && ARRAY(SELECT number FROM asked)`;

/** @returns numbers of the versions that the commits at these positions have, and no other commit has */
export async function readFilesOnlyAt(
  reader: Reader,
  repository: RepositoryId,
  positions: readonly number[],
): Promise<number[]> {
  if (positions.length === 0) return [];
  return (await reader.query<{ number: number }>(ONLY_AT, [repository, positions])).map(({ number }) => number);
}

const OF_REACHED = `
  SELECT DISTINCT used.number FROM git_commit c CROSS JOIN unnest(c.metric_file) AS used(number)
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.unreachable_since IS NULL
    AND c.metric_file && $3::bigint[] AND used.number = ANY($3::bigint[])`;

/** @returns those of these versions that a commit in Postgres has which a branch reached at the last sync */
export async function filesOfReached(
  reader: Reader,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<number[]> {
  if (numbers.length === 0) return [];
  return (await reader.query<{ number: number }>(OF_REACHED, [repository, numbers])).map(({ number }) => number);
}

// One text for many rows, as in commit-line.ts.
const USES = `
  SELECT string_agg(concat(number, ' ', lowest), ' ') AS text FROM (
    SELECT used.number, min(c.position) AS lowest
    FROM git_commit c CROSS JOIN unnest(c.metric_file || c.baseline_file) AS used(number)
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND used.number IS NOT NULL
      AND (c.unreachable_since IS NULL OR c.unreachable_since >= $3)
    GROUP BY used.number) uses`;

/**
 * The lowest position of a commit that has each version, as its own or as its baseline. Commits that no branch has
 * reached since before `time` do not count.
 * @returns by number; a version that is not here is used by none
 */
export async function readLowestUses(
  reader: Reader,
  repository: RepositoryId,
  time: Date,
): Promise<Map<number, number>> {
  const [row] = await reader.query<{ text: string | null }>(USES, [repository, time]);
  const numbers = (row?.text ?? "").split(" ");
  const uses = new Map<number, number>();
  for (let index = 0; index + 1 < numbers.length; index += 2)
    uses.set(Number(numbers[index]), Number(numbers[index + 1]));
  return uses;
}
