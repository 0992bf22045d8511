// Columns along a stretch of a line: where each file's versions begin and end, and the values that they have.
import type { RepositoryId } from "../domain/model.ts";
import type { LinePart } from "./commit-page.ts";
import { PICKED } from "./commit-values.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** Neighbouring commits of a line that have the same version of a file. */
export interface FileRun {
  /** ordinals, both included */
  readonly low: number;
  readonly high: number;
  readonly file: number;
}

/** A version of a file: what it has of the columns asked for. */
export interface RunFile {
  readonly path: string;
  /** JSON texts beside the columns of its path, in the order asked for; null when it could not be read */
  readonly texts: readonly string[] | null;
}

/** What a stretch of a line holds. */
export interface ColumnRuns {
  /** by rising ordinal; commits that have none of the files are in no run */
  readonly runs: readonly FileRun[];
  /** by number */
  readonly files: ReadonlyMap<number, RunFile>;
  /**
   * the lowest ordinal from which on no commit is missing; null when there is no commit at all. What is below belongs to
   * an import that has not come to it
   */
  readonly whole: number | null;
}

/** A place that no array has: -1 would be its last element. */
const NOWHERE = 2_147_483_647;

// Rows of three kinds: how far the stretch is whole; the runs; the versions, each once. Every LATERAL with OFFSET 0 is one
// look-up by key a row: left to itself the planner reads the whole table of files.
const RUNS: PreparedStatement = {
  name: "column_runs",
  text: `
WITH line AS MATERIALIZED (
  SELECT c.ordinal, c.metric_file, lag(c.ordinal) OVER (ORDER BY c.ordinal) AS before,
    lag(c.metric_file) OVER (ORDER BY c.ordinal) AS files_before
  FROM unnest($3::int[], $4::bigint[], $5::bigint[]) AS part(line, top, bottom)
  CROSS JOIN LATERAL (
    SELECT c.ordinal, c.metric_file FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = part.line
      AND c.ordinal <= part.top AND c.ordinal > part.bottom OFFSET 0
  ) c
), changed AS MATERIALIZED (
  SELECT ordinal AS low, coalesce(lead(before) OVER (ORDER BY ordinal), (SELECT max(ordinal) FROM line)) AS high,
    metric_file
  FROM line WHERE before IS DISTINCT FROM ordinal - 1 OR files_before <> metric_file
), wanted AS MATERIALIZED (
  SELECT path, key, place FROM unnest($6::text[], $7::text[]) WITH ORDINALITY AS asked(path, key, place)
), file AS MATERIALIZED (
  SELECT used.number, f.path, f.shape
  FROM (SELECT DISTINCT unnest(metric_file) AS number FROM changed) used
  CROSS JOIN LATERAL (
    SELECT f.path, f.shape FROM metric_file f
    WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = used.number AND f.path = ANY($6) OFFSET 0
  ) f
), pick AS MATERIALIZED (
  SELECT shaped.path, shaped.shape, ARRAY(
    SELECT coalesce(array_position(s.keys, wanted.key) - 1, ${NOWHERE}) FROM wanted
    WHERE wanted.path = shaped.path ORDER BY wanted.place
  ) AS indexes
  FROM (SELECT DISTINCT path, shape FROM file) shaped
  CROSS JOIN LATERAL (
    SELECT s.keys || '{}'::text[] AS keys FROM metric_shape s
    WHERE s.organization_id = $1 AND s.repository_id = $2 AND s.number = shaped.shape OFFSET 0
  ) s
)
SELECT 0 AS kind, max(ordinal) FILTER (WHERE before IS DISTINCT FROM ordinal - 1) AS a, NULL::bigint AS b,
  NULL::bigint AS c, NULL AS path, NULL AS picked
FROM line
UNION ALL
SELECT 1, changed.low, changed.high, file.number, NULL, NULL
FROM changed CROSS JOIN unnest(changed.metric_file) AS used(number) JOIN file ON file.number = used.number
UNION ALL
SELECT 2, file.number, NULL, NULL, file.path, f.picked
FROM file LEFT JOIN pick ON pick.shape = file.shape AND pick.path = file.path
LEFT JOIN LATERAL (
  SELECT ${PICKED} AS picked FROM metric_file f
  CROSS JOIN LATERAL (SELECT f.values || '[]'::jsonb AS list OFFSET 0) document
  WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = file.number AND pick.shape IS NOT NULL OFFSET 0
) f ON true`,
};

interface RunRow {
  readonly kind: 0 | 1 | 2;
  readonly a: number | null;
  readonly b: number | null;
  readonly c: number | null;
  readonly path: string | null;
  readonly picked: string | null;
}

/**
 * Reads columns along a stretch of a line.
 * @param parts of one line; together they hold as many commits as may be held at a time
 */
export async function readColumnRuns(
  reader: Reader,
  repository: RepositoryId,
  parts: readonly LinePart[],
  columns: readonly { readonly path: string; readonly key: string }[],
): Promise<ColumnRuns> {
  const rows = await reader.query<RunRow>(RUNS, [
    repository,
    parts.map((part) => part.line),
    parts.map((part) => part.top),
    parts.map((part) => part.bottom),
    columns.map((column) => column.path),
    columns.map((column) => column.key),
  ]);
  const runs: FileRun[] = [];
  const files = new Map<number, RunFile>();
  let whole: number | null = null;
  for (const { kind, a, b, c, path, picked } of rows) {
    if (kind === 1) runs.push({ low: a ?? 0, high: b ?? 0, file: c ?? 0 });
    else if (kind === 2) files.set(a ?? 0, { path: path ?? "", texts: picked?.split("\n") ?? null });
    else whole = a;
  }
  return { runs: runs.sort((one, other) => one.low - other.low), files, whole };
}
