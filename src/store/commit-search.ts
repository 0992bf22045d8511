// Which commits a filtered or sorted page shows, in its order: one statement, put together for the question.
import type { ColumnRef, FilterNode } from "../domain/filter.ts";
import type { RepositoryId } from "../domain/model.ts";
import type { LinePart } from "./commit-page.ts";
import { changedSql, IS_CHANGED, type ShownPath } from "./changed-commits.ts";
import { filterSql } from "./filter-sql.ts";
import type { Reader } from "./organization-store.ts";
import { SearchColumns } from "./search-columns.ts";
import { StatementValues } from "./search-statement.ts";

/** A column that a list is sorted or filtered by. */
export interface SearchColumn extends ColumnRef {
  /** where each shape of the files at its path keeps it; beside those of the path's other columns, -1 where it has it not */
  readonly shapes: readonly { readonly shape: number; readonly index: number }[];
  readonly sorted: boolean;
  readonly filtered: boolean;
  /** its change is asked for too */
  readonly compared: boolean;
  readonly bestPosition: number | null;
}

/** By what a list is sorted: a column by its place among those of the question, or the order in which commits stand. */
export interface SearchSort {
  readonly column: number | "position";
  readonly descending: boolean;
}

/** What a page of a list is asked for. */
export interface CommitSearch {
  /** stretches of a line; null: all commits that a branch reaches, from `from` down */
  readonly parts: readonly LinePart[] | null;
  readonly from: number | null;
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

const FACTS = `c.position, c.line, c.first_parent, c.metric_file, c.baseline_file, c.author_name, c.subject, c.sha,
  c.committed_at, c.warned_file, c.warnings`;

const OF_LINE = (lines: string, tops: string, bottoms: string): string => `
  SELECT ${FACTS} FROM unnest(${lines}, ${tops}, ${bottoms}) AS part(line, top, bottom)
  JOIN git_commit c ON c.organization_id = $1 AND c.repository_id = $2 AND c.line = part.line
    AND c.ordinal <= part.top AND c.ordinal > part.bottom`;

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
    SELECT c.position, f.number FROM given c CROSS JOIN LATERAL unnest(c.warned_file) AS at(file)
    JOIN (
      SELECT f.number AS file, (f.problem IS NOT NULL)::int
        + CASE jsonb_typeof(f.warnings) WHEN 'array' THEN jsonb_array_length(f.warnings) ELSE 0 END AS number
      FROM metric_file f
      WHERE f.organization_id = $1 AND f.repository_id = $2 AND (f.problem IS NOT NULL OR f.warnings IS NOT NULL)
    ) f ON f.file = at.file
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

function universeOf(search: CommitSearch, values: StatementValues): string[] {
  const { parts, from, touching } = search;
  const numbers = (list: readonly number[], type: string): string => values.add(list, type);
  const whole =
    parts === null
      ? OF_ALL(values.add(from ?? HIGHEST, "bigint"))
      : OF_LINE(
          numbers(
            parts.map(({ line }) => line),
            "int[]",
          ),
          numbers(
            parts.map(({ top }) => top),
            "bigint[]",
          ),
          numbers(
            parts.map(({ bottom }) => bottom),
            "bigint[]",
          ),
        );
  if (!touching) return [`given AS NOT MATERIALIZED (${whole})`];
  return [`whole AS NOT MATERIALIZED (${whole})`, `given AS MATERIALIZED (${TOUCHING})`];
}

function usesWarnings(filter: FilterNode): boolean {
  if (filter.kind === "and" || filter.kind === "or") return filter.nodes.some(usesWarnings);
  if (filter.kind === "not") return usesWarnings(filter.node);
  if (filter.kind === "missing") return false;
  return filter.operand.kind === "field" && filter.operand.field === "warnings";
}

/** The statement and its values from $2 on. */
function searchStatement(
  repository: RepositoryId,
  search: CommitSearch,
): { readonly text: string; readonly values: StatementValues } {
  const values = new StatementValues(repository);
  const columns = new SearchColumns(search.columns, values, search.pinned, search.changed !== null);
  const { filter, changed, after, counted } = search;
  const keys = keysOf(search.sorts, columns);
  const places = new Map(search.columns.map(({ path, key }, place) => [`${path}\n${key}`, place]));
  const columnSql = ({ path, key }: ColumnRef) => columns.sql(places.get(`${path}\n${key}`) ?? -1);
  const context = { values, columnSql, branches: search.branches };
  const warned = filter !== null && usesWarnings(filter);
  const tables = [...universeOf(search, values), ...columns.versions()];
  if (warned) tables.push(`warned AS MATERIALIZED (${WARNED})`);
  const changes = (list: string) => (changed === null ? [] : changedSql(changed, search.pinned, values, list));
  tables.push(...columns.lists("given", changes));
  const conditions = [
    ...(filter === null ? [] : [filterSql(filter, context)]),
    ...(changed === null ? [] : [search.pinned === null ? IS_CHANGED.own : IS_CHANGED.pinned]),
  ];
  const row = ["c.position", ...keys.columns].join(", ");
  tables.push(`matched AS ${counted ? "MATERIALIZED" : "NOT MATERIALIZED"} (
  SELECT ${row} FROM given c ${columns.join("given")}
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

/** Finds the commits of a page of a list. */
export async function findCommitsOfList(
  reader: Reader,
  repository: RepositoryId,
  search: CommitSearch,
): Promise<FoundCommits> {
  const { text, values } = searchStatement(repository, search);
  const [row] = await reader.query<FoundCommits>(text, values.list);
  return row ?? { positions: [], total: null, known: true };
}
