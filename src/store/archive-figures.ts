// What Postgres itself says of a range of commits, in figures that an object can be compared with: whole numbers, which come to
// the same sum in any order. A double counts by its bits, a text by a part of its digest.
import type { RepositoryId } from "../domain/model.ts";
import type { Reader } from "./organization-store.ts";
import { numberSql } from "./value-sql.ts";

/** How far a segment that begins somewhere may go. */
export interface SegmentEnd {
  readonly last: number;
  readonly commits: number;
  readonly values: number;
}

// a shape's keys are counted once, however many versions have it; each join is of tables that stand still, so that it can be
// made at once (joinAtOnce)
const END = `
  WITH shapes AS MATERIALIZED (
    SELECT number, cardinality(keys) AS keys FROM metric_shape WHERE organization_id = $1 AND repository_id = $2),
  commits AS MATERIALIZED (
    SELECT position, metric_file FROM git_commit
    WHERE organization_id = $1 AND repository_id = $2 AND position BETWEEN $3 AND $4 ORDER BY position LIMIT $5),
  uses AS MATERIALIZED (SELECT c.position, u.number FROM commits c CROSS JOIN unnest(c.metric_file) AS u(number)),
  files AS MATERIALIZED (
    SELECT number, shape FROM metric_file WHERE organization_id = $1 AND repository_id = $2
      AND number BETWEEN (SELECT min(number) FROM uses) AND (SELECT max(number) FROM uses)),
  counted AS MATERIALIZED (
    SELECT uses.position, sum(s.keys) AS keys
    FROM uses JOIN files f ON f.number = uses.number JOIN shapes s ON s.number = f.shape GROUP BY uses.position),
  running AS (
    SELECT c.position, row_number() OVER (ORDER BY c.position) AS place,
      sum(coalesce(counted.keys, 0)) OVER (ORDER BY c.position) AS total
    FROM commits c LEFT JOIN counted ON counted.position = c.position)
  SELECT max(position) AS last, max(place) AS commits, max(total)::bigint AS values FROM running
  WHERE total <= $6 OR place = 1`;

/** @returns where a segment from `first` on ends: at `last`, or before it would be too large; null where there is no commit */
export async function readSegmentEnd(
  reader: Reader,
  repository: RepositoryId,
  range: { readonly first: number; readonly last: number },
  most: { readonly commits: number; readonly values: number },
): Promise<SegmentEnd | null> {
  const values = [repository, range.first, range.last, most.commits, most.values];
  const [row] = await reader.query<{ last: number | null; commits: number; values: number }>(END, values);
  return row === undefined || row.last === null ? null : { ...row, last: row.last };
}

/** Figures of a column's values. Sums are too long for a number. */
export interface ColumnFigures {
  readonly numbers: number;
  readonly texts: number;
  readonly booleans: number;
  readonly nulls: number;
  /** the sum of the bits of all `num` as 64-bit integers, NaN as 1 */
  readonly num: bigint;
  /** the sum of the first 32 bits of the MD5 of all `text` */
  readonly text: bigint;
}

const JSON_VALUE = "e.value";
const TEXT_VALUE = "(e.value #>> '{}')";
/** First 32 bits of the digest of a text. */
const digest = (text: string): string => `('x' || substr(md5(${text}), 1, 8))::bit(32)::bigint`;

const FIGURES = `
  WITH used AS MATERIALIZED (
    SELECT u.number, count(*) AS times FROM git_commit c CROSS JOIN unnest(c.metric_file) AS u(number)
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position BETWEEN $3 AND $4 GROUP BY u.number),
  files AS MATERIALIZED (
    SELECT f.path, f.shape, f.values, used.times FROM used JOIN metric_file f ON f.number = used.number
    WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.values IS NOT NULL
      AND f.number BETWEEN (SELECT min(number) FROM used) AND (SELECT max(number) FROM used))
  SELECT f.path, f.shape, e.place, sum(f.times) FILTER (WHERE read.kind IN ('number', 'object')) AS numbers,
    sum(f.times) FILTER (WHERE read.kind = 'string') AS texts,
    sum(f.times) FILTER (WHERE read.kind = 'boolean') AS booleans,
    sum(f.times) FILTER (WHERE read.kind = 'null') AS nulls,
    sum(f.times::numeric * CASE WHEN read.num = 'NaN' THEN 1
      ELSE ('x' || encode(float8send(read.num + 0), 'hex'))::bit(64)::bigint END)::text AS num,
    sum(f.times::numeric * ${digest("read.text")})::text AS text
  FROM files f
  CROSS JOIN LATERAL jsonb_array_elements(f.values) WITH ORDINALITY AS e(value, place)
  CROSS JOIN LATERAL (
    SELECT jsonb_typeof(e.value) AS kind,
      CASE WHEN jsonb_typeof(e.value) = 'boolean' THEN (e.value::boolean)::int::float8
        ELSE ${numberSql(JSON_VALUE, TEXT_VALUE)} END AS num,
      CASE jsonb_typeof(e.value) WHEN 'string' THEN ${TEXT_VALUE}
        WHEN 'number' THEN CASE WHEN abs((e.value)::numeric) > 9007199254740991 AND ${TEXT_VALUE} ~ '^-?[0-9]{16,40}$'
          THEN ${TEXT_VALUE} END END AS text
    OFFSET 0) read
  GROUP BY f.path, f.shape, e.place`;

/** Figures of one key of one shape at one path. */
export interface ShapeFigures extends ColumnFigures {
  readonly path: string;
  readonly shape: number;
  /** of the key in its shape, from 0 */
  readonly index: number;
}

/** @returns the figures of all values of the commits between two positions */
export async function readValueFigures(
  reader: Reader,
  repository: RepositoryId,
  first: number,
  last: number,
): Promise<ShapeFigures[]> {
  type Row = { path: string; shape: number; place: number; num: string | null; text: string | null } & {
    [count in "numbers" | "texts" | "booleans" | "nulls"]: string | null;
  };
  const rows = await reader.query<Row>(FIGURES, [repository, first, last]);
  return rows.map(({ path, shape, place, numbers, texts, booleans, nulls, num, text }) => ({
    path,
    shape,
    index: place - 1,
    numbers: Number(numbers ?? 0),
    texts: Number(texts ?? 0),
    booleans: Number(booleans ?? 0),
    nulls: Number(nulls ?? 0),
    num: BigInt(num ?? 0),
    text: BigInt(text ?? 0),
  }));
}

const COMMIT_FIGURES = `
  SELECT count(*) AS rows, min(position) AS first, max(position) AS last, coalesce(sum(cardinality(metric_file)), 0) AS files,
    sum(${digest(`concat_ws('|', position, encode(sha, 'hex'), (
      SELECT string_agg(encode(p, 'hex'), ' ' ORDER BY place) FROM unnest(parents) WITH ORDINALITY AS u(p, place)),
      author_name, author_email, authored, committer_name, committed, subject, unread_from)`)})::text AS digest,
    sum(floor(extract(epoch FROM authored_at) * 1000) + floor(extract(epoch FROM committed_at) * 1000))::bigint::text AS times
  FROM git_commit WHERE organization_id = $1 AND repository_id = $2 AND position BETWEEN $3 AND $4`;

/** Figures of commits; null where there are none. */
export interface CommitFigures {
  readonly rows: number;
  readonly first: number;
  readonly last: number;
  readonly files: number;
  readonly digest: string;
  readonly times: string;
}

/** @returns the figures of the commits between two positions */
export async function readCommitFigures(
  reader: Reader,
  repository: RepositoryId,
  first: number,
  last: number,
): Promise<CommitFigures | null> {
  const [row] = await reader.query<CommitFigures>(COMMIT_FIGURES, [repository, first, last]);
  return row === undefined || row.rows === 0 ? null : row;
}
