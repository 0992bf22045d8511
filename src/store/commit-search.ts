// Which commits a filtered or sorted page shows, in its order: one statement, put together for the question.
import type { ColumnRef, FilterNode } from "../domain/filter.ts";
import type { RepositoryId } from "../domain/model.ts";
import type { LinePart } from "./commit-page.ts";
import { changedSql, IS_CHANGED, type ShownPath } from "./changed-commits.ts";
import { filterSql } from "./filter-sql.ts";
import type { Reader } from "./organization-store.ts";
import { type SearchColumn, SearchColumns } from "./search-columns.ts";
import { StatementValues, unnested } from "./search-statement.ts";

/** By what a list is sorted: a column by its place among those of the question, or the order in which commits stand. */
export interface SearchSort {
  readonly column: number | "position";
  readonly descending: boolean;
}

/** Which commits of those that were brought from the archive a list is chosen from. */
export interface ArchivedChoice {
  /** positions */
  readonly among: readonly number[];
  /** commits from here on are in Postgres, and belong to the list too; null: they do not */
  readonly hotFrom: number | null;
}

/** What a page of a list is asked for. */
export interface CommitSearch {
  /** stretches of a line; null: all commits that a branch reaches, from `from` down */
  readonly parts: readonly LinePart[] | null;
  readonly from: number | null;
  /** absent or null: all commits that are seen belong to it */
  readonly archived?: ArchivedChoice | null;
  /** only commits that changed a metric file */
  readonly touching: boolean;
  readonly columns: readonly SearchColumn[];
  readonly sorts: readonly SearchSort[];
  readonly filter: FilterNode | null;
  readonly branches: readonly { readonly number: number; readonly name: string }[];
  /** only commits in which one of these columns differs from the baseline's */
  readonly changed: readonly ShownPath[] | null;
  /** the files that all commits are compared with; null: each with its own baseline */
  readonly pinned: readonly number[] | null;
  /** the position of the last row before */
  readonly after: number | null;
  readonly limit: number;
  /** whether all of the list are counted */
  readonly counted: boolean;
}

/** What is found. */
export interface FoundCommits {
  /** in the order of the list */
  readonly positions: readonly number[];
  readonly total: number | null;
  /** false: the row of `after` is gone */
  readonly known: boolean;
}

const FACTS = `c.position, c.line, c.first_parent, c.metric_file, c.baseline_file, c.returned_file, c.unread_from, c.author_name, c.subject, c.sha,
  c.committed_at, c.warned_file, c.warnings`;

const OF_LINE = (within: string): string => `
  SELECT ${FACTS} FROM git_commit c
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND (${within})`;

const OF_ALL = (from: string): string => `
  SELECT ${FACTS} FROM git_commit c
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.unreachable_since IS NULL AND c.position <= ${from}`;

const LAST = (position: string): string => `
  SELECT ${FACTS} FROM git_commit c
  WHERE c.organization_id = $1 AND c.repository_id = $2 AND c.position = ${position}`;

/** Of a parent that is still to be imported only what is readable of it is known. */
const TOUCHING = `
  SELECT c.* FROM whole c
  LEFT JOIN git_commit parent
    ON parent.organization_id = $1 AND parent.repository_id = $2 AND parent.position = c.first_parent
  WHERE c.metric_file <> CASE WHEN c.first_parent IS NULL THEN '{}' ELSE coalesce(parent.metric_file, c.baseline_file) END`;

/** Warnings of a commit: of the versions that it brought in, and of itself. */
const WARNED = `
  SELECT at.position, sum(at.number) AS number FROM (
    SELECT c.position, f.number FROM ${unnested("c.position", "c.warned_file", "given")} c
    JOIN (
      SELECT f.number AS file, (f.problem IS NOT NULL)::int
        + CASE jsonb_typeof(f.warnings) WHEN 'array' THEN jsonb_array_length(f.warnings) ELSE 0 END AS number
      FROM metric_file f
      WHERE f.organization_id = $1 AND f.repository_id = $2 AND (f.problem IS NOT NULL OR f.warnings IS NOT NULL)
    ) f ON f.file = c.file
    UNION ALL
    SELECT c.position, jsonb_array_length(c.warnings) FROM given c WHERE jsonb_typeof(c.warnings) = 'array'
  ) at GROUP BY at.position`;

/** No position is above. */
const HIGHEST = Number.MAX_SAFE_INTEGER;

interface Keys {
  /** the keys of a row as columns, each with its name */
  readonly columns: readonly string[];
  readonly order: readonly string[];
  /** whether a row `m` comes behind the row `last` */
  readonly behind: string;
}

/** The keys of a list: each sort's, then the position, by which no two are alike. */
function keysOf(sorts: readonly SearchSort[], columns: SearchColumns): Keys {
  const keys: string[] = [];
  const order: string[] = [];
  const comparisons: { readonly equal: string; readonly behind: string }[] = [];
  const toList = (row: string, names: readonly string[]): string => names.map((name) => `${row}.${name}`).join(", ");
  const byPosition = (descending: boolean): void => {
    order.push(`position ${descending ? "DESC" : "ASC"}`);
    const behind = `m.position ${descending ? "<" : ">"} last.position`;
    comparisons.push({ equal: "false", behind });
  };
  for (const [index, { column, descending }] of sorts.entries()) {
    if (column === "position") {
      byPosition(descending);
      break;
    }
    const { rank, within } = columns.keys(column);
    const names = within.map((_, part) => `k${index}_${part}`);
    keys.push(`${rank} AS k${index}`, ...within.map((key, part) => `${key} AS k${index}_${part}`));
    order.push(`k${index}`, ...names.map((name) => `${name} ${descending ? "DESC" : "ASC"}`));
    const [mine, theirs] = [toList("m", names), toList("last", names)];
    comparisons.push({
      equal: `m.k${index} = last.k${index} AND (${mine}) = (${theirs})`,
      behind: `(m.k${index} > last.k${index}
        OR (m.k${index} = last.k${index} AND (${mine}) ${descending ? "<" : ">"} (${theirs})))`,
    });
  }
  if (comparisons.at(-1)?.equal !== "false") byPosition(true);
  const behind = comparisons.reduceRight((rest, { equal, behind: first }) => {
    return rest === "" ? first : `(${first} OR (${equal} AND ${rest}))`;
  }, "");
  return { columns: keys, order, behind };
}

/** The stretches of a line, each a range of one index; a join with them would read the line in another way. */
function withinParts(parts: readonly LinePart[], values: StatementValues): string {
  const ranges = parts.map(({ line, top, bottom }) => {
    const [from, to] = [values.add(bottom, "bigint"), values.add(top, "bigint")];
    return `(c.line = ${values.add(line, "int")} AND c.ordinal > ${from} AND c.ordinal <= ${to})`;
  });
  return ranges.length === 0 ? "false" : ranges.join(" OR ");
}

function chosenSql({ among, hotFrom }: ArchivedChoice, values: StatementValues): string {
  const chosen = `c.position = ANY(${values.add(among, "bigint[]")})`;
  return hotFrom === null ? chosen : `${chosen} OR c.position >= ${values.add(hotFrom, "bigint")}`;
}

function universeOf({ parts, from, archived, touching }: CommitSearch, values: StatementValues): string[] {
  const all = parts === null ? OF_ALL(values.add(from ?? HIGHEST, "bigint")) : OF_LINE(withinParts(parts, values));
  const whole = archived == null ? all : `${all} AND (${chosenSql(archived, values)})`;
  if (!touching) return [`given AS NOT MATERIALIZED (${whole})`];
  return [`whole AS NOT MATERIALIZED (${whole})`, `given AS MATERIALIZED (${TOUCHING})`];
}

/** The columns by which commits are sorted: behind their position nothing is left to sort. */
function sortColumns(sorts: readonly SearchSort[]): number[] {
  const end = sorts.findIndex(({ column }) => column === "position");
  return (end === -1 ? sorts : sorts.slice(0, end)).map(({ column }) => Number(column));
}

function usesWarnings(filter: FilterNode): boolean {
  if (filter.kind === "and" || filter.kind === "or") return filter.nodes.some(usesWarnings);
  if (filter.kind === "not") return usesWarnings(filter.node);
  if (filter.kind === "missing") return false;
  return filter.operand.kind === "field" && filter.operand.field === "warnings";
}

interface SearchStatement {
  readonly text: string;
  readonly values: StatementValues;
}

/**
 * The statement, and its values from $2 on.
 * @param direct only commits that have a value to be sorted by, by a shorter way; null where there is none
 */
function searchStatement(repository: RepositoryId, search: CommitSearch, direct: boolean): SearchStatement | null {
  const values = new StatementValues(repository);
  const columns = new SearchColumns(search.columns, values, search.pinned, search.changed !== null);
  const { filter, changed, after, counted } = search;
  const sorted = sortColumns(search.sorts);
  if (direct && (filter !== null || changed !== null || counted || !columns.isOnePath || sorted.length === 0))
    return null;
  const keys = keysOf(search.sorts, columns);
  const places = new Map(search.columns.map(({ path, key }, place) => [`${path}\n${key}`, place]));
  const columnSql = ({ path, key }: ColumnRef) => columns.sql(places.get(`${path}\n${key}`) ?? -1);
  const context = { values, columnSql, branches: search.branches };
  const warned = filter !== null && usesWarnings(filter);
  const tables = [...universeOf(search, values), ...columns.versions()];
  if (warned) tables.push(`warned AS MATERIALIZED (${WARNED})`);
  const changes = (list: string) => (changed === null ? [] : changedSql(changed, search.pinned, values, list));
  if (!direct) tables.push(...columns.lists("given", changes));
  const present = sorted.map((column) => `${columns.keys(column).rank} < 4`);
  const conditions = [
    ...(direct ? [`(${present.join(" OR ")})`] : []),
    ...(filter === null ? [] : [filterSql(filter, context)]),
    ...(changed === null ? [] : [search.pinned === null ? IS_CHANGED.own : IS_CHANGED.pinned]),
  ];
  const row = ["c.position", ...keys.columns].join(", ");
  tables.push(`matched AS ${counted ? "MATERIALIZED" : "NOT MATERIALIZED"} (
  SELECT ${row} FROM ${direct ? columns.directRows("given") : `given c ${columns.join("given")}`}
  ${warned ? "LEFT JOIN warned ON warned.position = c.position" : ""}
  ${conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`})`);
  if (after !== null) {
    tables.push(`one AS NOT MATERIALIZED (${LAST(values.add(after, "bigint"))})`);
    tables.push(...columns.lists("one"), `last AS MATERIALIZED (SELECT ${row} FROM one c ${columns.join("one")})`);
  }
  const text = `
WITH ${tables.join(",\n")}
SELECT ${counted ? "(SELECT count(*) FROM matched)" : "NULL::bigint"} AS total,
  ${after === null ? "true" : "EXISTS (SELECT FROM last)"} AS known,
  ARRAY(
    SELECT m.position FROM matched m ${after === null ? "" : `CROSS JOIN last WHERE ${keys.behind}`}
    ORDER BY ${keys.order.map((key) => `m.${key}`).join(", ")} LIMIT ${values.add(search.limit, "bigint")}
  ) AS positions`;
  return { text, values };
}

const NESTED_LOOPS = `
  SELECT set_config('enable_nestloop', $2, true), set_config('enable_memoize', $2, true) WHERE $1::bigint IS NOT NULL`;

/**
 * Runs the statement without nested loops where another join will do: of rows that were imported a moment ago, and of what
 * is made within the statement, Postgres expects a handful, and would compare each with each.
 */
async function runSearch(reader: Reader, { text, values }: SearchStatement): Promise<FoundCommits | null> {
  await reader.query(NESTED_LOOPS, ["off"]);
  const [row] = await reader.query<FoundCommits>(text, values.list);
  await reader.query(NESTED_LOOPS, ["on"]);
  return row ?? null;
}

/**
 * Finds the commits of a page of a list.
 * @param reader of a transaction, which has the setting of the statement
 */
export async function findCommitsOfList(
  reader: Reader,
  repository: RepositoryId,
  search: CommitSearch,
): Promise<FoundCommits> {
  // what is missing stands last: it is rarely asked for
  const short = searchStatement(repository, search, true);
  const found = short === null ? null : await runSearch(reader, short);
  if (found !== null && (!found.known || found.positions.length === search.limit)) return found;
  const whole = await runSearch(reader, searchStatement(repository, search, false) as SearchStatement);
  return whole ?? { positions: [], total: null, known: true };
}
