// What an archive run reads of the commits that it is to archive, and by what it knows that they are still the same.
import type { RepositoryId } from "../domain/model.ts";
import type { Reader } from "./organization-store.ts";

/** A commit as it is archived, but for its files. */
export interface SourceCommit {
  readonly position: number;
  readonly sha: string;
  /** hex, with blanks between them */
  readonly parents: string;
  readonly firstParent: number | null;
  readonly ordinal: number;
  readonly line: number | null;
  readonly authorName: string;
  readonly authorEmail: string;
  readonly authored: string;
  /** milliseconds since 1970 */
  readonly authoredAt: number;
  readonly committerName: string;
  readonly committed: string;
  readonly committedAt: number;
  readonly subject: string;
  readonly files: readonly number[];
  readonly baselineFiles: readonly (number | null)[];
  readonly baselinePositions: readonly (number | null)[];
  readonly returnedFiles: readonly number[] | null;
  readonly unreadFrom: string | null;
  readonly warnedFiles: readonly number[] | null;
  /** JSON text */
  readonly warnings: string | null;
  /** positions of further parents than the first that are in Postgres, and the ids of those that are not */
  readonly otherParents: readonly number[];
  readonly elsewhere: readonly string[];
}

const COMMITS = `
  SELECT c.position, encode(c.sha, 'hex') AS sha,
    (SELECT coalesce(string_agg(encode(p, 'hex'), ' ' ORDER BY place), '')
      FROM unnest(c.parents) WITH ORDINALITY AS u(p, place)) AS parents,
    c.first_parent AS "firstParent", c.ordinal, c.line, c.author_name AS "authorName", c.author_email AS "authorEmail",
    c.authored, (extract(epoch FROM c.authored_at) * 1000)::float8 AS "authoredAt", c.committer_name AS "committerName", c.committed,
    (extract(epoch FROM c.committed_at) * 1000)::float8 AS "committedAt", c.subject, to_jsonb(c.metric_file) AS files,
    to_jsonb(c.baseline_file) AS "baselineFiles", to_jsonb(c.baseline_position) AS "baselinePositions",
    to_jsonb(c.returned_file) AS "returnedFiles", c.unread_from AS "unreadFrom", to_jsonb(c.warned_file) AS "warnedFiles",
    c.warnings::text AS warnings, coalesce(other.positions, '[]') AS "otherParents", coalesce(other.elsewhere, '[]') AS elsewhere
  FROM git_commit c LEFT JOIN LATERAL (
    SELECT jsonb_agg(g.position ORDER BY u.place) FILTER (WHERE g.position IS NOT NULL) AS positions,
      jsonb_agg(encode(u.p, 'hex') ORDER BY u.place) FILTER (WHERE g.position IS NULL) AS elsewhere
    FROM unnest(c.parents[2:]) WITH ORDINALITY AS u(p, place)
    LEFT JOIN git_commit g ON g.organization_id = $1 AND g.repository_id = $2 AND g.sha = u.p
    WHERE cardinality(c.parents) > 1) other ON true
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position BETWEEN $3 AND $4
  ORDER BY c.position LIMIT $5`;

/** @returns commits from `first` to `last`, rising, at most `limit` */
export async function readSourceCommits(
  reader: Reader,
  repository: RepositoryId,
  range: { readonly first: number; readonly last: number },
  limit: number,
): Promise<SourceCommit[]> {
  return reader.query<SourceCommit>(COMMITS, [repository, range.first, range.last, limit]);
}

/** A version without its values, as each of its commits has it in the archive. */
export interface SourceFile {
  readonly number: number;
  readonly path: string;
  readonly blob: string;
  readonly size: number;
  readonly adapter: string;
  readonly adapterVersion: number;
  readonly status: string;
  /** JSON texts */
  readonly problem: string | null;
  readonly warnings: string | null;
  readonly shape: number | null;
  /** bytes of its values in Postgres, compressed */
  readonly stored: number;
}

const FILES = `
  SELECT number, path, encode(version, 'hex') AS blob, size, adapter, adapter_version AS "adapterVersion", status,
    problem::text AS problem, warnings::text AS warnings, shape, coalesce(pg_column_size(values), 0) AS stored
  FROM metric_file WHERE organization_id = $1 AND repository_id = $2 AND number = ANY($3::bigint[])`;

/** @returns the versions with these numbers, in no order */
export async function readSourceFiles(
  reader: Reader,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<SourceFile[]> {
  return reader.query<SourceFile>(FILES, [repository, numbers]);
}

const VALUES = `
  SELECT number, values::text AS values FROM metric_file
  WHERE organization_id = $1 AND repository_id = $2 AND number = ANY($3::bigint[]) AND values IS NOT NULL`;

/** @returns the values of these versions as JSON texts, beside the keys of their shapes; nothing of what has none */
export async function readSourceValues(
  reader: Reader,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<{ number: number; values: string }[]> {
  return reader.query<{ number: number; values: string }>(VALUES, [repository, numbers]);
}

const KEYS = `
  SELECT number, keys FROM metric_shape
  WHERE organization_id = $1 AND repository_id = $2 AND number = ANY($3::bigint[])`;

/** @returns the keys of these shapes, in no order */
export async function readSourceKeys(
  reader: Reader,
  repository: RepositoryId,
  shapes: readonly number[],
): Promise<{ number: number; keys: string[] }[]> {
  return reader.query<{ number: number; keys: string[] }>(KEYS, [repository, shapes]);
}

// A repository that was imported a moment ago has no statistics: Postgres takes it for a few rows, and compares each commit with
// each file version. Within the transaction only.
const WITHOUT_LOOPS = `SELECT set_config('enable_nestloop', 'off', $1::bigint IS NOT NULL) AS setting`;

/** Has the statements of a transaction that read whole ranges join them at once, whatever Postgres knows of them. */
export async function joinAtOnce(reader: Reader): Promise<void> {
  await reader.query(WITHOUT_LOOPS);
}

// What a run has read is compared with what is there when it is published. A version's row is never changed, only written
// anew, which its xmin tells: its values need not be read. Lines and reachability may change, and are written as they are then.
const MARK = `
  WITH commits AS MATERIALIZED (
    SELECT position, metric_file, hashtextextended(concat_ws('|', position, sha, parents, first_parent, ordinal, author_name,
      author_email, authored, committer_name, committed, subject, metric_file, baseline_file, baseline_position,
      coalesce(returned_file::text, '-'), coalesce(unread_from, '-'), coalesce(warned_file::text, '-'), warnings), 0) AS hash
    FROM git_commit WHERE organization_id = $1 AND repository_id = $2 AND position BETWEEN $3 AND $4),
  files AS MATERIALIZED (SELECT DISTINCT u.number FROM commits CROSS JOIN unnest(metric_file) AS u(number))
  SELECT concat_ws(' ', (SELECT concat_ws(' ', count(*), sum(hash)) FROM commits), (
    SELECT concat_ws(' ', count(*), sum(hashtextextended(f.number || ' ' || f.xmin, 0)))
    FROM files JOIN metric_file f ON f.organization_id = $1 AND f.repository_id = $2 AND f.number = files.number
      AND f.number BETWEEN (SELECT min(number) FROM files) AND (SELECT max(number) FROM files))) AS mark`;

/** @returns a text that is another one as soon as anything is another that an archive run has read of these positions */
export async function readSourceMark(
  reader: Reader,
  repository: RepositoryId,
  first: number,
  last: number,
): Promise<string> {
  const [row] = await reader.query<{ mark: string }>(MARK, [repository, first, last]);
  return row?.mark ?? "";
}

// One text for many rows, as in commit-line.ts.
const KEPT = `
  SELECT string_agg(concat_ws(' ', position, encode(sha, 'hex'), coalesce(first_parent, -1), ordinal, coalesce(line, 0),
    (extract(epoch FROM unreachable_since) * 1000000)::bigint), ',') AS text
  FROM git_commit WHERE organization_id = $1 AND repository_id = $2 AND position BETWEEN $3 AND $4`;

/** What stays in Postgres of a commit that is archived. */
export interface KeptFacts {
  readonly position: number;
  readonly sha: string;
  /** -1: a root */
  readonly firstParent: number;
  readonly ordinal: number;
  /** 0: none */
  readonly line: number;
  readonly unreachableSince: Date | null;
}

/** @returns the commits between two positions, in no order */
export async function readKeptFacts(
  reader: Reader,
  repository: RepositoryId,
  first: number,
  last: number,
): Promise<KeptFacts[]> {
  const [row] = await reader.query<{ text: string | null }>(KEPT, [repository, first, last]);
  return (row?.text?.split(",") ?? []).map((text) => {
    const [position, sha = "", firstParent, ordinal, line, since] = text.split(" ");
    const unreachableSince = since === undefined ? null : new Date(Math.floor(Number(since) / 1000));
    const numbers = { position: Number(position), firstParent: Number(firstParent), ordinal: Number(ordinal) };
    return { ...numbers, sha, line: Number(line), unreachableSince };
  });
}
