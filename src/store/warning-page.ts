// What could not be read of a repository, and how many commits miss values because of it.
import type { RepositoryId } from "../domain/model.ts";
import { archivedSha, IS_COLD_REACHED } from "./archived-sql.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** Commits that miss values for one reason. */
export interface MissingGroup {
  /** null for what concerns commits as a whole */
  readonly path: string | null;
  readonly reason: string;
  readonly commits: number;
  /** bytes: the largest, and what was allowed */
  readonly size: number | null;
  readonly limit: number | null;
  /** one of the messages */
  readonly message: string;
  /** the newest commit that brought such a version in, hex */
  readonly sha: string | null;
}

// A number in a warning may be written in any way; only whole ones are sizes.
const WHOLE = (field: string): string =>
  `max(CASE WHEN problem->>'${field}' ~ '^[0-9]{1,15}$' THEN (problem->>'${field}')::bigint END)`;

const MISSING: PreparedStatement = {
  name: "missing_values",
  text: `
  WITH bad AS MATERIALIZED (
    SELECT f.number, f.path, f.problem FROM metric_file f
    WHERE f.organization_id = $1 AND f.repository_id = $2 AND f.status = 'unreadable'
  ), miss AS (
    SELECT b.path, b.problem, c.position, b.number = ANY(c.warned_file) AS brought
    FROM git_commit c CROSS JOIN unnest(c.metric_file) AS used(number) JOIN bad b ON b.number = used.number
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.unreachable_since IS NULL AND EXISTS (SELECT FROM bad)
    UNION ALL
    SELECT b.path, b.problem, p.position, b.number = ANY(p.brought)
    FROM archived_problem p CROSS JOIN unnest(p.files) AS used(number) JOIN bad b ON b.number = used.number
    WHERE p.organization_id = $1 AND p.repository_id = $2 AND ${IS_COLD_REACHED}
    UNION ALL
    SELECT NULL, item, p.position, true
    FROM archived_problem p
    CROSS JOIN jsonb_array_elements(CASE jsonb_typeof(p.warnings) WHEN 'array' THEN p.warnings ELSE '[]' END) item
    WHERE p.organization_id = $1 AND p.repository_id = $2 AND ${IS_COLD_REACHED} AND p.warnings IS NOT NULL
    UNION ALL
    SELECT NULL, item, c.position, true
    FROM git_commit c
    CROSS JOIN jsonb_array_elements(CASE jsonb_typeof(c.warnings) WHEN 'array' THEN c.warnings ELSE '[]' END) item
    WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.unreachable_since IS NULL AND c.warnings IS NOT NULL
  ), grouped AS (
    SELECT path, coalesce(problem->>'reason', 'not-readable') AS reason, count(DISTINCT position)::int AS commits,
      ${WHOLE("size")} AS size, ${WHOLE("limit")} AS "limit", coalesce(max(problem->>'message'), '') AS message,
      max(position) FILTER (WHERE brought) AS newest
    FROM miss GROUP BY 1, 2 ORDER BY commits DESC, 1, 2 LIMIT $3
  )
  SELECT g.path, g.reason, g.commits, g.size, g."limit", g.message,
    coalesce(encode(c.sha, 'hex'), ${archivedSha("g.newest")}) AS sha
  FROM grouped g
  LEFT JOIN git_commit c ON c.organization_id = $1 AND c.repository_id = $2 AND c.position = g.newest
  ORDER BY g.commits DESC, g.path NULLS LAST, g.reason`,
};

/** @returns the reasons for which most commits miss values first, at most `limit` */
export function readMissing(reader: Reader, repository: RepositoryId, limit: number): Promise<MissingGroup[]> {
  return reader.query<MissingGroup>(MISSING, [repository, limit]);
}

const NOTICES: PreparedStatement = {
  name: "repository_notices",
  text: `SELECT notices FROM git_repository WHERE organization_id = $1 AND id = $2`,
};

/** @returns things to know that are no failure */
export async function readNotices(reader: Reader, repository: RepositoryId): Promise<readonly string[]> {
  const [row] = await reader.query<{ notices: string[] }>(NOTICES, [repository]);
  return row?.notices ?? [];
}
