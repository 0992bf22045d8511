// Columns as pages show them: their heads, and the catalogue, searched and paged.
import type { ColumnHead, Goal, GoalSource, RepositoryId } from "../domain/model.ts";
import { archivedSha } from "./archived-sql.ts";
import { BEST_DIGITS, type BestDigits, withDigits } from "./best-digits.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** A column's head. */
export interface StoredColumnHead extends ColumnHead {
  /** what people call it */
  readonly alias: string | null;
  /** the first commit that holds the best value; null for a value that never changed, of which every commit is the best */
  readonly bestPosition: number | null;
}

/** A column's head, of the table as `m`. */
export const COLUMN_HEAD = `
  m.path, m.key, m.kind, m.unit, m.goal, m.goal_from AS "goalFrom", m.unstable, (
    SELECT choice.alias FROM column_choice choice
    WHERE choice.organization_id = $1 AND choice.repository_id = $2 AND choice.path = m.path AND choice.key = m.key
  ) AS alias,
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
  /** with all digits */
  readonly bestValue: number | bigint | null;
  readonly bestSha: string | null;
  readonly goalChosen: boolean;
  readonly unitChosen: boolean;
  readonly toldGoal: Goal;
  readonly toldGoalFrom: Exclude<GoalSource, "confirmed">;
  readonly toldUnit: string | null;
  /** names the column in a cursor */
  readonly mark: string;
}

/** Orders of the catalogue: by path and in written order; most changes first; by path and key. */
export type CatalogueOrder = "written" | "changes" | "name";

/** What of the catalogue is asked for. */
export interface CatalogueRequest {
  /** lower case; all must occur in `path:key` or in the alias */
  readonly words: readonly string[];
  /** only columns of this file */
  readonly path: string | null;
  /** only columns that ever changed */
  readonly changed: boolean;
  readonly order: CatalogueOrder;
  /** the `mark` of the column before the first */
  readonly after: string | null;
  readonly limit: number;
}

/** A column is marked by the MD5 of its name: a path of 4,096 bytes fits no cursor. */
const MARK = `md5(m.path || E'\\n' || m.key)`;
const FOUND = `
  m.organization_id = $1 AND m.repository_id = $2 AND ($4::text IS NULL OR m.path = $4) AND (NOT $5 OR m.changes > 0)
  AND NOT EXISTS (SELECT FROM unnest($3::text[]) word WHERE position(word IN lower(m.path || ':' || m.key)) = 0
    AND NOT EXISTS (
      SELECT FROM column_choice choice
      WHERE choice.organization_id = $1 AND choice.repository_id = $2 AND choice.path = m.path AND choice.key = m.key
        AND position(word IN lower(choice.alias)) > 0))`;

const COUNT: PreparedStatement = {
  name: "catalogue_count",
  text: `
  SELECT count(*)::int AS total, $6::text IS NULL OR EXISTS (
    SELECT FROM metric_column m WHERE m.organization_id = $1 AND m.repository_id = $2 AND ${MARK} = $6
  ) AS known
  FROM metric_column m WHERE ${FOUND}`,
};

const CATALOGUE_COLUMN = `
  ${COLUMN_HEAD}, m.changes, 
  coalesce(encode(changed.sha, 'hex'), ${archivedSha("m.last_changed_position")}) AS "lastChanged", m.best_value AS "bestValue",
  ${BEST_DIGITS}, coalesce(encode(best.sha, 'hex'), ${archivedSha("m.best_position")}) AS "bestSha", ${MARK} AS mark,
  coalesce(choice.goal_chosen, false) AS "goalChosen", coalesce(choice.unit_chosen, false) AS "unitChosen",
  CASE WHEN choice.goal_chosen THEN choice.told_goal ELSE m.goal END AS "toldGoal",
  CASE WHEN choice.goal_chosen THEN choice.told_goal_from ELSE m.goal_from END AS "toldGoalFrom",
  CASE WHEN choice.unit_chosen THEN choice.told_unit ELSE m.unit END AS "toldUnit"`;
const CATALOGUE_JOINS = `
  LEFT JOIN git_commit changed ON changed.organization_id = $1 AND changed.repository_id = $2
    AND changed.position = m.last_changed_position
  LEFT JOIN git_commit best ON best.organization_id = $1 AND best.repository_id = $2 AND best.position = m.best_position
  LEFT JOIN column_choice choice ON choice.organization_id = $1 AND choice.repository_id = $2
    AND choice.path = m.path AND choice.key = m.key`;

/** By what each order is; the last of it names a column alone. */
const KEYS: Readonly<Record<CatalogueOrder, string>> = {
  written: "m.path, m.written_order, m.key",
  changes: "-m.changes, m.path, m.written_order, m.key",
  name: "m.path, m.key",
};

function catalogueStatement(order: CatalogueOrder): PreparedStatement {
  const keys = KEYS[order];
  return {
    name: `catalogue_page_${order}`,
    text: `
  SELECT ${CATALOGUE_COLUMN}
  FROM (
    SELECT m.* FROM metric_column m
    WHERE ${FOUND} AND ($6::text IS NULL OR (${keys}) > (
      SELECT ${keys} FROM metric_column m
      WHERE m.organization_id = $1 AND m.repository_id = $2 AND ${MARK} = $6))
    ORDER BY ${keys} LIMIT $7
  ) m ${CATALOGUE_JOINS}
  ORDER BY ${keys}`,
  };
}

const CATALOGUE: Readonly<Record<CatalogueOrder, PreparedStatement>> = {
  written: catalogueStatement("written"),
  changes: catalogueStatement("changes"),
  name: catalogueStatement("name"),
};

/**
 * @returns how many columns match, and those behind `after`, in the order asked for;
 *   null when no column has that mark
 */
export async function readCatalogue(
  reader: Reader,
  repository: RepositoryId,
  request: CatalogueRequest,
): Promise<{ total: number; columns: StoredCatalogueColumn[] } | null> {
  const { words, path, changed, order, after, limit } = request;
  const found = [repository, words, path, changed, after];
  const [count] = await reader.query<{ total: number; known: boolean }>(COUNT, found);
  if (count?.known !== true) return null;
  const columns = await reader.query<StoredCatalogueColumn & BestDigits>(CATALOGUE[order], [...found, limit]);
  return { total: count.total, columns: columns.map((row) => withDigits(row)) };
}

const ONE: PreparedStatement = {
  name: "catalogue_column",
  text: `
  SELECT ${CATALOGUE_COLUMN} FROM metric_column m ${CATALOGUE_JOINS}
  WHERE m.organization_id = $1 AND m.repository_id = $2 AND m.path = $3 AND m.key = $4`,
};

/** @returns one column of the catalogue, or null when there is none of that name */
export async function readCatalogueColumn(
  reader: Reader,
  repository: RepositoryId,
  { path, key }: { readonly path: string; readonly key: string },
): Promise<StoredCatalogueColumn | null> {
  const [column] = await reader.query<StoredCatalogueColumn & BestDigits>(ONE, [repository, path, key]);
  return column === undefined ? null : withDigits(column);
}
