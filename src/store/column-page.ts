// Columns as pages show them: their heads, and the catalogue, searched and paged.
import type { ColumnHead, RepositoryId } from "../domain/model.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** A column's head. */
export interface StoredColumnHead extends ColumnHead {
  /** the first commit that holds the best value; null for a value that never changed, of which every commit is the best */
  readonly bestPosition: number | null;
}

/** A column's head, of the table as `m`. */
export const COLUMN_HEAD = `
  m.path, m.key, m.kind, m.unit, m.goal, m.goal_from AS "goalFrom", m.unstable,
  CASE WHEN m.changes > 0 THEN m.best_position END AS "bestPosition"`;

const HEADS: PreparedStatement = {
  name: "column_heads",
  text: `
  SELECT ${COLUMN_HEAD}
  FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS wanted(path, key, place)
  JOIN metric_column m
    ON m.organization_id = $1 AND m.repository_id = $2 AND m.path = wanted.path AND m.key = wanted.key
  ORDER BY wanted.place`,
};

/** @returns the heads of these columns in the order given; those that do not exist are left out */
export async function readColumnHeads(
  reader: Reader,
  repository: RepositoryId,
  columns: readonly { readonly path: string; readonly key: string }[],
): Promise<StoredColumnHead[]> {
  const paths = columns.map((column) => column.path);
  const keys = columns.map((column) => column.key);
  return reader.query<StoredColumnHead>(HEADS, [repository, paths, keys]);
}

/** A column of the catalogue. */
export interface StoredCatalogueColumn extends StoredColumnHead {
  /** commits whose value differs from their baseline's */
  readonly changes: number;
  /** hex */
  readonly lastChanged: string | null;
  readonly bestValue: number | null;
  readonly bestSha: string | null;
  /** names the column in a cursor */
  readonly mark: string;
}

/** What of the catalogue is asked for. */
export interface CatalogueRequest {
  /** lower case; all must occur in `path:key` */
  readonly words: readonly string[];
  /** the `mark` of the column before the first */
  readonly after: string | null;
  readonly limit: number;
}

/** A column is marked by the MD5 of its name: a path of 4,096 bytes fits no cursor. */
const MARK = `md5(m.path || E'\\n' || m.key)`;
const FOUND = `
  m.organization_id = $1 AND m.repository_id = $2
  AND NOT EXISTS (SELECT FROM unnest($3::text[]) word WHERE position(word IN lower(m.path || ':' || m.key)) = 0)`;

const COUNT: PreparedStatement = {
  name: "catalogue_count",
  text: `
  SELECT count(*)::int AS total, $4::text IS NULL OR EXISTS (
    SELECT FROM metric_column m WHERE m.organization_id = $1 AND m.repository_id = $2 AND ${MARK} = $4
  ) AS known
  FROM metric_column m WHERE ${FOUND}`,
};

const CATALOGUE: PreparedStatement = {
  name: "catalogue_page",
  text: `
  SELECT ${COLUMN_HEAD}, m.changes, encode(changed.sha, 'hex') AS "lastChanged", m.best_value AS "bestValue",
    encode(best.sha, 'hex') AS "bestSha", ${MARK} AS mark
  FROM (
    SELECT m.* FROM metric_column m
    WHERE ${FOUND} AND ($4::text IS NULL OR (m.path, m.written_order, m.key) > (
      SELECT m.path, m.written_order, m.key FROM metric_column m
      WHERE m.organization_id = $1 AND m.repository_id = $2 AND ${MARK} = $4))
    ORDER BY m.path, m.written_order, m.key LIMIT $5
  ) m
  LEFT JOIN git_commit changed ON changed.organization_id = $1 AND changed.repository_id = $2
    AND changed.position = m.last_changed_position
  LEFT JOIN git_commit best ON best.organization_id = $1 AND best.repository_id = $2 AND best.position = m.best_position
  ORDER BY m.path, m.written_order, m.key`,
};

/**
 * @returns how many columns match, and those behind `after`, by path and in written order;
 *   null when no column has that mark
 */
export async function readCatalogue(
  reader: Reader,
  repository: RepositoryId,
  request: CatalogueRequest,
): Promise<{ total: number; columns: StoredCatalogueColumn[] } | null> {
  const { words, after, limit } = request;
  const [count] = await reader.query<{ total: number; known: boolean }>(COUNT, [repository, words, after]);
  if (count?.known !== true) return null;
  const columns = await reader.query<StoredCatalogueColumn>(CATALOGUE, [repository, words, after, limit]);
  return { total: count.total, columns };
}
