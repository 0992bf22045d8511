// The columns that a page shows unless others are asked for: of the newest commits of a line, those that changed lately.
import type { RepositoryId } from "../domain/model.ts";
import { COLUMN_HEAD, type StoredColumnHead } from "./column-page.ts";
import type { LinePart } from "./commit-page.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** A column shown by default. */
export interface DefaultColumn extends StoredColumnHead {
  /** at least a quarter of the commits of the first screen hold it */
  readonly filled: boolean;
  /** it changed in one of the newest 200 commits */
  readonly moving: boolean;
}

/** Whose columns are wanted. */
export interface DefaultColumnsRequest {
  /** the line from its head down */
  readonly parts: readonly LinePart[];
  /** commits that are looked at, newest first */
  readonly commits: number;
  /** only commits that hold a readable metric file are looked at */
  readonly withValues: boolean;
  readonly limit: number;
}

/** Commits of a first screen: whose cells people see at once. */
const SCREEN_COMMITS = 16;
/** Shapes of a file that are looked into, the newest: a file of 50,000 keys may have another in every commit. */
const MAX_SHAPES = 8;

// LATERAL with OFFSET 0 is one look-up by key a row: left to itself the planner reads the whole tables
const DEFAULTS: PreparedStatement = {
  name: "default_columns",
  text: `
WITH line AS MATERIALIZED (
  SELECT c.metric_file, row_number() OVER (ORDER BY c.ordinal DESC) <= ${SCREEN_COMMITS} AS near
  FROM unnest($3::int[], $4::bigint[], $5::bigint[]) AS part(line, top, bottom)
  CROSS JOIN LATERAL (
    SELECT c.ordinal, c.metric_file FROM git_commit c
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.line = part.line
      AND c.ordinal <= part.top AND c.ordinal > part.bottom
      AND (NOT $7 OR c.metric_file <> '{}' AND EXISTS (
        SELECT FROM metric_file f WHERE f.organization_id = $1 AND f.repository_id = $2
          AND f.number = ANY(c.metric_file) AND f.shape IS NOT NULL))
    ORDER BY c.ordinal DESC LIMIT $6
  ) c
  ORDER BY c.ordinal DESC LIMIT $6
), used AS (
  SELECT number, count(*) FILTER (WHERE near) AS near FROM line CROSS JOIN unnest(metric_file) AS number GROUP BY number
), shaped AS (
  SELECT f.path, f.shape, sum(used.near) AS near,
    row_number() OVER (PARTITION BY f.path ORDER BY max(used.number) DESC) AS age
  FROM used
  CROSS JOIN LATERAL (
    SELECT f.path, f.shape FROM metric_file f
    WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.number = used.number AND f.shape IS NOT NULL OFFSET 0
  ) f
  GROUP BY f.path, f.shape
), held AS (
  SELECT shaped.path, s.key, sum(shaped.near) AS near
  FROM shaped
  CROSS JOIN LATERAL (
    SELECT unnest(s.keys) AS key FROM metric_shape s
    WHERE s.organization_id = $1 AND s.repository_id = $2 AND s.number = shaped.shape OFFSET 0
  ) s
  WHERE shaped.age <= ${MAX_SHAPES}
  GROUP BY shaped.path, s.key
)
SELECT ${COLUMN_HEAD}, m.filled, m.recent_changes > 0 AS moving FROM (
  SELECT m.*, held.near * 4 >= (SELECT count(*) FILTER (WHERE near) FROM line) AS filled
  FROM held
  CROSS JOIN LATERAL (
    SELECT * FROM metric_column m
    WHERE m.organization_id = $1 AND m.repository_id = $2 AND m.path = held.path AND m.key = held.key OFFSET 0
  ) m
  WHERE m.kind <> 'empty'
  ORDER BY filled DESC, m.recent_changes DESC, m.last_changed_position DESC NULLS LAST, m.last_position DESC,
    m.path, m.written_order, m.key
  LIMIT $8
) m
ORDER BY bool_or(m.filled) OVER (PARTITION BY m.path) DESC, m.path, m.written_order, m.key`,
};

/**
 * @returns of the columns that the newest commits hold, those of the first screen before others and then those that
 *   changed most lately, at most `limit`: files of the first screen first, by path and in written order
 */
export function readDefaultColumns(
  reader: Reader,
  repository: RepositoryId,
  { parts, commits, withValues, limit }: DefaultColumnsRequest,
): Promise<DefaultColumn[]> {
  return reader.query<DefaultColumn>(DEFAULTS, [
    repository,
    parts.map((part) => part.line),
    parts.map((part) => part.top),
    parts.map((part) => part.bottom),
    commits,
    withValues,
    limit,
  ]);
}
