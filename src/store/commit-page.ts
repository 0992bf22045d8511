// A page of commits in one statement: commits, the values asked for, and the version, all of one snapshot.
import type { RepositoryId } from "../domain/model.ts";
import { archivedSha } from "./archived-sql.ts";
import { PICKED } from "./commit-values.ts";
import type { PreparedStatement, Reader, SqlValue } from "./organization-store.ts";

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

/** What a page shows of its commits. */
export interface PageContent {
  /** only files at these paths are read */
  readonly paths: readonly string[];
  readonly picks: readonly ShapePick[];
}

/** A page of a line. */
export interface PageRequest extends PageContent {
  readonly parts: readonly LinePart[];
  readonly limit: number;
}

/** A page of commits that are known. */
export interface PageAtRequest extends PageContent {
  /** in the order of the page */
  readonly positions: readonly number[];
  /** versions that are read besides those of the commits */
  readonly files: readonly number[];
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
  readonly returnedFiles: string;
  /** from here on by path files are too many to be read */
  readonly unreadFrom: string | null;
  /** seconds since 1970; null: a branch reaches it */
  readonly unreachableSince: string | null;
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

const PAGE_OF_LINE = `
  SELECT c.* FROM unnest($8::int[], $9::bigint[], $10::bigint[]) AS part(line, top, bottom)
  CROSS JOIN LATERAL (
    SELECT * FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = part.line
      AND c.ordinal <= part.top AND c.ordinal > part.bottom
    ORDER BY c.ordinal DESC LIMIT $11
  ) c
  ORDER BY c.ordinal DESC LIMIT $11`;

const PAGE_AT = `
  SELECT c.* FROM unnest($8::bigint[]) WITH ORDINALITY AS wanted(position, place)
  CROSS JOIN LATERAL (
    SELECT * FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = wanted.position OFFSET 0
  ) c
  ORDER BY wanted.place`;

// Rows of four kinds, in one list of texts: a second statement would be a second snapshot. What has no blank in it goes
// into one field, since the driver's time is by field. Every LATERAL with OFFSET 0 is one look-up by key a row: left to
// itself the planner reads the whole table of files.
const pageText = (page: string): string => `
WITH page AS MATERIALIZED (${page}
), pick AS MATERIALIZED (
  SELECT path, shape, string_to_array(indexes, ',')::int[] AS indexes
  FROM unnest($3::text[], $4::bigint[], $5::text[]) AS given(path, shape, indexes)
)
SELECT 0 AS kind, r.version::text AS a, r.name AS b, r.imported_to::text AS c, NULL AS d, NULL AS e, NULL AS f
FROM git_repository r WHERE r.organization_id = $1 AND r.id = $2
UNION ALL
SELECT 1, concat_ws(' ', c.position, c.ordinal, coalesce(c.line, -1), encode(c.sha, 'hex'), c.parents,
    coalesce(c.first_parent, -1), date_part('epoch', c.authored_at)::bigint, date_part('epoch', c.committed_at)::bigint,
    c.metric_file, c.baseline_file, c.baseline_position, coalesce(c.returned_file, '{}'),
    coalesce(encode(convert_to(c.unread_from, 'UTF8'), 'hex'), '-'), date_part('epoch', c.unreachable_since)),
  c.author_name, c.authored, c.committed, c.subject, ${COMMIT_WARNINGS}
FROM page c
UNION ALL
SELECT 2, used.number::text, f.path, f.shape::text, f.picked, NULL, NULL
FROM (
  SELECT DISTINCT unnest(metric_file || baseline_file || $7::bigint[]) AS number FROM page
) used
CROSS JOIN LATERAL (
  SELECT f.path, f.shape, CASE WHEN pick.shape IS NOT NULL THEN ${PICKED} END AS picked
  FROM metric_file f
  LEFT JOIN pick ON pick.shape = f.shape AND pick.path = f.path
  CROSS JOIN LATERAL (SELECT f.values || '[]'::jsonb AS list OFFSET 0) document
  WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = used.number AND f.path = ANY($6::text[])
  OFFSET 0
) f
UNION ALL
SELECT 3, other.position::text, c.sha, NULL, NULL, NULL, NULL
FROM (
  SELECT DISTINCT at.position FROM page CROSS JOIN unnest(page.baseline_position) AS at(position)
  WHERE at.position IS DISTINCT FROM page.first_parent AND at.position IS NOT NULL
) other
CROSS JOIN LATERAL (
  SELECT encode(c.sha, 'hex') AS sha FROM git_commit c
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = other.position
  UNION ALL
  SELECT ${archivedSha("other.position")} FROM git_repository r
  WHERE r.organization_id = $1 AND r.id = $2 AND other.position < r.hot_from OFFSET 0
) c WHERE c.sha IS NOT NULL`;

const OF_LINE: PreparedStatement = { name: "commit_page", text: pageText(PAGE_OF_LINE) };
const AT_POSITIONS: PreparedStatement = { name: "commit_page_at", text: pageText(PAGE_AT) };

interface HeadRow {
  readonly kind: 0;
  readonly a: string;
  readonly b: string;
  readonly c: string | null;
}
interface CommitRow {
  readonly kind: 1;
  /** its Facts, a blank between them */
  readonly a: string;
  readonly b: string;
  readonly c: string;
  readonly d: string;
  readonly e: string;
  readonly f: string | null;
}
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

/** What stands in a commit's first field. */
type Facts = [
  position: string,
  ordinal: string,
  line: string,
  sha: string,
  parents: string,
  firstParent: string,
  authoredAt: string,
  committedAt: string,
  files: string,
  baselineFiles: string,
  baselinePositions: string,
  returnedFiles: string,
  unreadFrom: string,
  unreachableSince?: string,
];

function commitOf(row: CommitRow): PageCommit {
  const [position, ordinal, line, sha, parents, firstParent, authoredAt, committedAt, ...lists] = row.a.split(
    " ",
  ) as Facts;
  const [files, baselineFiles, baselinePositions, returnedFiles, unreadFrom, unreachableSince = null] = lists;
  return {
    position,
    ordinal,
    line,
    sha,
    parents,
    firstParent: firstParent === "-1" ? null : firstParent,
    authorName: row.b,
    authored: row.c,
    authoredAt,
    committed: row.d,
    committedAt,
    subject: row.e,
    files,
    baselineFiles,
    baselinePositions,
    returnedFiles,
    unreadFrom: unreadFrom === "-" ? null : Buffer.from(unreadFrom, "hex").toString(),
    unreachableSince,
    warnings: row.f,
  };
}

/** The values of a statement, from $2 on. */
function valuesOf(
  repository: RepositoryId,
  { picks, paths }: PageContent,
  files: readonly number[],
  ...page: readonly SqlValue[]
): readonly SqlValue[] {
  return [
    repository,
    picks.map((pick) => pick.path),
    picks.map((pick) => pick.shape),
    picks.map((pick) => pick.indexes.join(",")),
    paths,
    files,
    ...page,
  ];
}

async function readRows(
  reader: Reader,
  repository: RepositoryId,
  statement: PreparedStatement,
  values: readonly SqlValue[],
): Promise<PageRows | null> {
  const rows = await reader.query<HeadRow | CommitRow | FileRow | BaselineRow>(statement, values);
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
  const version = Number(head.a);
  reader.gate?.sees(repository, version);
  const importedTo = head.c === null ? null : Number(head.c);
  return { version, name: head.b, importedTo, commits, files, baselines };
}

/** @returns the page's rows, newest commit first, or null when the organisation has no such repository */
export function readPage(reader: Reader, repository: RepositoryId, request: PageRequest): Promise<PageRows | null> {
  const { parts, limit } = request;
  const lines = [parts.map((part) => part.line), parts.map((part) => part.top), parts.map((part) => part.bottom)];
  return readRows(reader, repository, OF_LINE, valuesOf(repository, request, [], ...lines, limit));
}

/** @returns the rows of these commits in the order given, or null when the organisation has no such repository */
export function readPageAt(reader: Reader, repository: RepositoryId, request: PageAtRequest): Promise<PageRows | null> {
  return readRows(reader, repository, AT_POSITIONS, valuesOf(repository, request, request.files, request.positions));
}
