// A page of a branch's line in one statement: commits, the values asked for, and the version, all of one snapshot.
import type { RepositoryId } from "../domain/model.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** A stretch of one branch's own part: ordinals from `top` down to above `bottom`. */
export interface LinePart {
  readonly line: number;
  readonly top: number;
  readonly bottom: number;
}

/** Which values of a shape a page wants of the files at a path. Indexes count from 0 in the shape's sorted keys. */
export interface ShapePick {
  readonly path: string;
  readonly shape: number;
  readonly indexes: readonly number[];
}

/** What a page asks for. */
export interface PageRequest {
  readonly parts: readonly LinePart[];
  readonly limit: number;
  /** only files at these paths are read */
  readonly paths: readonly string[];
  readonly picks: readonly ShapePick[];
}

/** A commit as the statement gives it. Lists are Postgres' array texts: most rows repeat them, few are read. */
export interface PageCommit {
  readonly position: string;
  readonly ordinal: string;
  readonly line: string;
  readonly sha: string;
  readonly parents: string;
  readonly firstParent: string | null;
  readonly authorName: string;
  readonly authored: string;
  /** seconds since 1970, clamped */
  readonly authoredAt: string;
  readonly committed: string;
  readonly committedAt: string;
  readonly subject: string;
  readonly files: string;
  readonly baselineFiles: string;
  readonly baselinePositions: string;
  /** a JSON array of WarningAnswer, or null */
  readonly warnings: string | null;
}

/** A file version of the page. `picked` is null while its shape is not among the picks. */
export interface PageFile {
  readonly number: string;
  readonly path: string;
  /** null when there are no values */
  readonly shape: string | null;
  /** JSON texts, one a line, in the order of the pick's indexes */
  readonly picked: string | null;
}

/** All that one statement gives. */
export interface PageRows {
  readonly version: number;
  readonly name: string;
  readonly importedTo: number | null;
  readonly commits: readonly PageCommit[];
  readonly files: readonly PageFile[];
  /** sha of each position that is a baseline and no first parent */
  readonly baselines: ReadonlyMap<string, string>;
}

/** The values of an array that a list of indexes names, one JSON text a line. The array is unpacked once (OFFSET 0). */
const PICKED = `array_to_string(ARRAY(SELECT document.list -> i FROM unnest(pick.indexes) i), E'\\n', 'null')`;

/** What should be known of a commit `c`: of the versions that it brought in, and of itself. */
export const COMMIT_WARNINGS = `
  CASE WHEN c.warned_file IS NOT NULL OR c.warnings IS NOT NULL THEN (
    SELECT jsonb_agg(w.warning ORDER BY w.path NULLS LAST)::text FROM (
      SELECT f.path, f.problem || jsonb_build_object('path', f.path) AS warning
      FROM metric_file f
      WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = ANY(c.warned_file) AND f.problem IS NOT NULL
      UNION ALL
      SELECT f.path, item || jsonb_build_object('path', f.path)
      FROM metric_file f
      CROSS JOIN jsonb_array_elements(CASE jsonb_typeof(f.warnings) WHEN 'array' THEN f.warnings ELSE '[]' END) item
      WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = ANY(c.warned_file)
      UNION ALL
      SELECT NULL, '{"path": null}'::jsonb || item
      FROM jsonb_array_elements(CASE jsonb_typeof(c.warnings) WHEN 'array' THEN c.warnings ELSE '[]' END) item
    ) w) END`;

// Rows of four kinds, in one list of texts: a second statement would be a second snapshot. The index on lines has
// NULLS LAST, so the order must say so to use it. Every LATERAL with OFFSET 0 is one look-up by key a row: left to
// itself the planner reads the whole table of files.
const PAGE: PreparedStatement = {
  name: "commit_page",
  text: `
WITH page AS MATERIALIZED (
  SELECT c.* FROM unnest($3::int[], $4::bigint[], $5::bigint[]) AS part(line, top, bottom)
  CROSS JOIN LATERAL (
    SELECT * FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = part.line
      AND c.ordinal <= part.top AND c.ordinal > part.bottom
    ORDER BY c.ordinal DESC NULLS LAST LIMIT $6
  ) c
  ORDER BY c.ordinal DESC LIMIT $6
), pick AS MATERIALIZED (
  SELECT path, shape, string_to_array(indexes, ',')::int[] AS indexes
  FROM unnest($7::text[], $8::bigint[], $9::text[]) AS given(path, shape, indexes)
)
SELECT 0 AS kind, r.version::text AS a, r.name AS b, r.imported_to::text AS c, NULL AS d, NULL AS e, NULL AS f, NULL AS g,
  NULL AS h, NULL AS i, NULL AS j, NULL AS k, NULL AS l, NULL AS m, NULL AS n, NULL AS o, NULL AS p
FROM git_repository r WHERE r.organization_id = $1 AND r.id = $2
UNION ALL
SELECT 1, c.position::text, c.ordinal::text, c.line::text, encode(c.sha, 'hex'), c.parents::text, c.first_parent::text,
  c.author_name, c.authored, date_part('epoch', c.authored_at)::bigint::text,
  c.committed, date_part('epoch', c.committed_at)::bigint::text, c.subject,
  c.metric_file::text, c.baseline_file::text, c.baseline_position::text, ${COMMIT_WARNINGS}
FROM page c
UNION ALL
SELECT 2, used.number::text, f.path, f.shape::text, f.picked,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM (SELECT DISTINCT unnest(metric_file || baseline_file) AS number FROM page) used
CROSS JOIN LATERAL (
  SELECT f.path, f.shape, CASE WHEN pick.shape IS NOT NULL THEN ${PICKED} END AS picked
  FROM metric_file f
  LEFT JOIN pick ON pick.shape = f.shape AND pick.path = f.path
  CROSS JOIN LATERAL (SELECT f.values || '[]'::jsonb AS list OFFSET 0) document
  WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = used.number AND f.path = ANY($10::text[])
  OFFSET 0
) f
UNION ALL
SELECT 3, other.position::text, c.sha,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM (
  SELECT DISTINCT position FROM page CROSS JOIN unnest(baseline_position) AS position
  WHERE position IS DISTINCT FROM first_parent AND position IS NOT NULL
) other
CROSS JOIN LATERAL (
  SELECT encode(c.sha, 'hex') AS sha FROM git_commit c
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = other.position OFFSET 0
) c`,
};

interface HeadRow {
  readonly kind: 0;
  readonly a: string;
  readonly b: string;
  readonly c: string | null;
}
type Letter = "a" | "b" | "c" | "d" | "e" | "g" | "h" | "i" | "j" | "k" | "l" | "m" | "n" | "o";
type CommitRow = { readonly kind: 1; readonly f: string | null; readonly p: string | null } & Readonly<
  Record<Letter, string>
>;
interface FileRow {
  readonly kind: 2;
  readonly a: string;
  readonly b: string;
  readonly c: string | null;
  readonly d: string | null;
}
interface BaselineRow {
  readonly kind: 3;
  readonly a: string;
  readonly b: string;
}

function commitOf(row: CommitRow): PageCommit {
  return {
    position: row.a,
    ordinal: row.b,
    line: row.c,
    sha: row.d,
    parents: row.e,
    firstParent: row.f,
    authorName: row.g,
    authored: row.h,
    authoredAt: row.i,
    committed: row.j,
    committedAt: row.k,
    subject: row.l,
    files: row.m,
    baselineFiles: row.n,
    baselinePositions: row.o,
    warnings: row.p,
  };
}

/** @returns the page's rows, newest commit first, or null when the organisation has no such repository */
export async function readPage(
  reader: Reader,
  repository: RepositoryId,
  request: PageRequest,
): Promise<PageRows | null> {
  const { parts, picks } = request;
  const rows = await reader.query<HeadRow | CommitRow | FileRow | BaselineRow>(PAGE, [
    repository,
    parts.map((part) => part.line),
    parts.map((part) => part.top),
    parts.map((part) => part.bottom),
    request.limit,
    picks.map((pick) => pick.path),
    picks.map((pick) => pick.shape),
    picks.map((pick) => pick.indexes.join(",")),
    request.paths,
  ]);
  let head: HeadRow | null = null;
  const commits: PageCommit[] = [];
  const files: PageFile[] = [];
  const baselines = new Map<string, string>();
  for (const row of rows) {
    if (row.kind === 1) commits.push(commitOf(row));
    else if (row.kind === 2) files.push({ number: row.a, path: row.b, shape: row.c, picked: row.d });
    else if (row.kind === 3) baselines.set(row.a, row.b);
    else head = row;
  }
  if (head === null) return null;
  const importedTo = head.c;
  return {
    version: Number(head.a),
    name: head.b,
    importedTo: importedTo === null ? null : Number(importedTo),
    commits,
    files,
    baselines,
  };
}

const VALUES: PreparedStatement = {
  name: "commit_page_values",
  text: `
SELECT f.number::text AS number, ${PICKED} AS picked
FROM unnest($3::bigint[], $4::text[]) AS given(number, list)
CROSS JOIN LATERAL (SELECT string_to_array(given.list, ',')::int[] AS indexes) pick
CROSS JOIN LATERAL (
  SELECT f.number, f.values FROM metric_file f
  WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = given.number OFFSET 0
) f
CROSS JOIN LATERAL (SELECT f.values || '[]'::jsonb AS list OFFSET 0) document`,
};

/** Picks values of file versions whose shapes the page's statement did not know. @returns by file number */
export async function readValues(
  reader: Reader,
  repository: RepositoryId,
  wanted: readonly { readonly number: string; readonly indexes: readonly number[] }[],
): Promise<ReadonlyMap<string, string>> {
  const numbers = wanted.map((file) => file.number);
  const lists = wanted.map((file) => file.indexes.join(","));
  const rows = await reader.query<{ number: string; picked: string }>(VALUES, [repository, numbers, lists]);
  return new Map(rows.map((row) => [row.number, row.picked]));
}

const SHAPE_INDEXES: PreparedStatement = {
  name: "shape_indexes",
  text: `
SELECT s.number, ARRAY(
  SELECT coalesce(array_position(s.keys, wanted.key), 0) - 1
  FROM unnest($4::text[]) WITH ORDINALITY AS wanted(key, place) ORDER BY wanted.place
) AS indexes
FROM metric_shape s WHERE s.organization_id = $1 AND s.repository_id = $2 AND s.number = ANY($3::bigint[])`,
};

/** @returns by shape: where each of the keys is among its own, -1 where it has no such key */
export async function readShapeIndexes(
  reader: Reader,
  repository: RepositoryId,
  shapes: readonly number[],
  keys: readonly string[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  const rows = await reader.query<{ number: number; indexes: number[] }>(SHAPE_INDEXES, [repository, shapes, keys]);
  return new Map(rows.map((row) => [row.number, row.indexes]));
}

const PLACE = `
  SELECT position, line, ordinal FROM git_commit
  WHERE organization_id = $1 AND repository_id = $2 AND position = $3 AND line IS NOT NULL`;

/** @returns whose line holds the commit at a position, or null when no branch reaches it any more */
export async function readPlace(
  reader: Reader,
  repository: RepositoryId,
  position: number,
): Promise<{ line: number; ordinal: number } | null> {
  const [row] = await reader.query<{ line: number; ordinal: number }>(PLACE, [repository, position]);
  return row ?? null;
}

const VERSION: PreparedStatement = {
  name: "repository_version",
  text: `SELECT version, name FROM git_repository WHERE organization_id = $1 AND id = $2`,
};

/** @returns the version of the rows that people see, or null when there is no such repository */
export async function readVersion(
  reader: Reader,
  repository: RepositoryId,
): Promise<{ version: number; name: string } | null> {
  const [row] = await reader.query<{ version: number; name: string }>(VERSION, [repository]);
  return row ?? null;
}
