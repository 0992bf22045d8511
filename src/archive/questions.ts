// Questions over the archive in one form for all engines: statements are made here, of numbers and of quoted texts only.
import type { ColumnKind } from "../domain/model.ts";
import type { AnswerType, Dialect, ManifestObject, ObjectKind, Question } from "./query-engine.ts";
import { rankOrder } from "./rank-order.ts";
import { TABLES } from "./tables.ts";

/** What a question is about: a repository's positions in these objects. */
export interface Scope {
  readonly objects: readonly ManifestObject[];
  readonly repository: number;
  /** both included; left out: from the beginning, to the end */
  readonly first?: number;
  readonly last?: number;
}

/** A column by its number in the archive. */
export interface ScopeColumn {
  readonly number: number;
  readonly kind: ColumnKind;
}

/** Where a list by a column goes on: behind this row, whose values a row of `topOf()` has. */
export interface AfterRow {
  readonly rank: number;
  readonly double: number;
  readonly detail: string;
  readonly position: number;
}

type Table = (kind: ObjectKind) => string;
type Statement = (dialect: Dialect, table: Table) => string;

/** Makes a question; only objects of the kinds that it reads are asked. */
export function questionOf(
  scope: Scope,
  kinds: readonly ObjectKind[],
  types: readonly AnswerType[],
  maxRows: number,
  statement: Statement,
): Question {
  const objects = scope.objects.filter(({ kind }) => kinds.includes(kind));
  return { objects, types, maxRows, statement };
}

/** @returns a whole number as it stands in a statement. @throws RangeError for what is none */
export function whole(number: number): string {
  if (!Number.isSafeInteger(number)) throw new RangeError(`${number} is no whole number`);
  return String(number);
}

/** @returns the condition for a scope's rows of a table that is called `of` */
export function within({ repository, first, last }: Scope, of: string): string {
  const parts = [`${of}.repository_id = ${whole(repository)}`];
  if (first !== undefined) parts.push(`${of}.position >= ${whole(first)}`);
  if (last !== undefined) parts.push(`${of}.position <= ${whole(last)}`);
  return parts.join(" AND ");
}

/** @returns a condition that a column is one of these, with whole ranges where numbers follow each other */
export function amongNumbers(expression: string, numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const number of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const alone = ranges.filter(([from, to]) => from === to).map(([from]) => whole(from));
  const spans = ranges
    .filter(([from, to]) => from !== to)
    .map(([from, to]) => `${expression} BETWEEN ${whole(from)} AND ${whole(to)}`);
  const listed = alone.length === 0 ? [] : [`${expression} IN (${alone.join(", ")})`];
  const all = [...listed, ...spans];
  return all.length === 0 ? "1 = 0" : `(${all.join(" OR ")})`;
}

/** How a list by a column is asked for. */
export interface ListOrder {
  readonly order: "ascending" | "descending";
  readonly limit: number;
  /** only what follows this row */
  readonly after?: AfterRow;
}

/** What `rankedOf()` and `topOf()` give of a row; the first four say where it stands. */
const RANKED_TYPES = ["integer", "integer", "double", "text", "text", "double", "text"] as const;

/**
 * The first commits that have a value, in the order of a column; of equal values the newest first. Those that have none follow
 * all of these: `missingOf()`. Apart they are read in half the time, since commits are not looked at.
 * Rows: position, rank, double, detail, then kind, num, text of the value
 */
export function rankedOf(scope: Scope, column: ScopeColumn, list: ListOrder): Question {
  return questionOf(scope, ["values"], RANKED_TYPES, list.limit, (dialect, table) => {
    const { isThere } = rankOrder(dialect, "v", column.kind);
    const rows = `${table("values")} AS v
      WHERE ${within(scope, "v")} AND v.column_id = ${whole(column.number)} AND ${isThere}`;
    return orderedRows(dialect, column, list, "v.position", rows);
  });
}

/**
 * Commits whose number in a column lies between two, both included, or is special, or that have a text there which stands for none.
 * Rows: position
 */
export function betweenOf(scope: Scope, column: number, low: number, high: number, maxRows: number): Question {
  return questionOf(scope, ["values"], ["integer"], maxRows, (dialect, table) => {
    const lies = [
      ...(Number.isFinite(low) ? [`v.num >= ${dialect.double(low)}`] : []),
      ...(Number.isFinite(high) ? [`v.num <= ${dialect.double(high)}`] : []),
    ];
    return `SELECT v.position FROM ${table("values")} AS v
      WHERE ${within(scope, "v")} AND v.column_id = ${whole(column)}
        AND (v.kind = 'text' AND v.num IS NULL OR v.num IS NOT NULL AND (NOT ${dialect.isFinite("v.num")} OR ${lies.join(" AND ")}))`;
  });
}

/** Commits without a value in a column, the newest first, below a position. Rows: position */
export function missingOf(
  scope: Scope,
  column: ScopeColumn,
  list: { readonly limit: number; readonly below?: number },
): Question {
  return questionOf(scope, ["commits", "values"], ["integer"], list.limit, (dialect, table) => {
    const { isThere } = rankOrder(dialect, "v", column.kind);
    const below = list.below === undefined ? "" : `AND c.position < ${whole(list.below)}`;
    return `SELECT c.position FROM ${table("commits")} AS c
      LEFT JOIN (SELECT v.position FROM ${table("values")} AS v
        WHERE ${within(scope, "v")} AND v.column_id = ${whole(column.number)} AND ${isThere}) AS v ON v.position = c.position
      WHERE ${within(scope, "c")} AND v.position IS NULL ${below}
      ORDER BY c.position DESC LIMIT ${whole(list.limit)}`;
  });
}

/** The first commits in the order of a column, those without a value last. Rows: as of `rankedOf()` */
export function topOf(scope: Scope, column: ScopeColumn, list: ListOrder): Question {
  return questionOf(scope, ["commits", "values"], RANKED_TYPES, list.limit, (dialect, table) => {
    const rows = `(SELECT c.position FROM ${table("commits")} AS c WHERE ${within(scope, "c")}) AS c
      LEFT JOIN (SELECT v.position, v.num, v.text, v.kind FROM ${table("values")} AS v
        WHERE ${within(scope, "v")} AND v.column_id = ${whole(column.number)}) AS v ON v.position = c.position`;
    return orderedRows(dialect, column, list, "c.position", rows);
  });
}

function orderedRows(dialect: Dialect, column: ScopeColumn, list: ListOrder, position: string, rows: string): string {
  const by = rankOrder(dialect, "v", column.kind);
  const turn = list.order === "ascending" ? "ASC" : "DESC";
  return `SELECT position, rank_of, double_of, detail_of, kind, num, text FROM (
      SELECT ${position} AS position, ${by.rank} AS rank_of, ${by.double} AS double_of, ${by.detail} AS detail_of,
        v.kind, v.num, v.text
      FROM ${rows}
    ) AS ranked
    ${list.after === undefined ? "" : `WHERE ${isAfter(dialect, list.after, turn)}`}
    ORDER BY rank_of, double_of ${turn}, detail_of ${turn}, position DESC
    LIMIT ${whole(list.limit)}`;
}

function isAfter(dialect: Dialect, after: AfterRow, turn: "ASC" | "DESC"): string {
  const further = turn === "ASC" ? ">" : "<";
  const keys: [string, string, string][] = [
    ["rank_of", ">", whole(after.rank)],
    ["double_of", further, dialect.double(after.double)],
    ["detail_of", further, dialect.text(after.detail)],
    ["position", "<", whole(after.position)],
  ];
  const cases = keys.map(([name, sign, value], place) => {
    const equal = keys.slice(0, place).map(([other, , same]) => `${other} = ${same}`);
    return `(${[...equal, `${name} ${sign} ${value}`].join(" AND ")})`;
  });
  return cases.join(" OR ");
}

/** Values of columns at positions, by column and position. Rows: column, position, kind, num, text */
export function valuesAt(scope: Scope, columns: readonly number[], positions: readonly number[] | null): Question {
  const span = positions?.length ?? ((scope.last ?? Number.NaN) - (scope.first ?? 0) + 1 || Number.MAX_SAFE_INTEGER);
  const maxRows = Math.min(columns.length * span, Number.MAX_SAFE_INTEGER);
  return questionOf(scope, ["values"], ["integer", "integer", "text", "double", "text"], maxRows, (_, table) => {
    const at = positions === null ? "" : `AND ${amongNumbers("v.position", positions)}`;
    return `SELECT v.column_id, v.position, v.kind, v.num, v.text FROM ${table("values")} AS v
      WHERE ${within(scope, "v")} AND ${amongNumbers("v.column_id", columns)} ${at}
      ORDER BY v.column_id, v.position`;
  });
}

/** The columns of a commit as they stand in an answer: times are texts in UTC, `2026-01-02 03:04:05.678`. */
export const COMMIT_COLUMNS: readonly string[] = TABLES.commits.columns.map(({ name }) => name).slice(1);

/** @returns the time, in milliseconds since 1970, that an engine's text says: without a fraction where that is 0, or with it */
export function timeOf(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`);
}

/** Commits at positions, the oldest first. Rows: COMMIT_COLUMNS */
export function commitsAt(scope: Scope, positions: readonly number[]): Question {
  const columns = TABLES.commits.columns.slice(1);
  const types = columns.map(({ type }): AnswerType => (type === "BIGINT" ? "integer" : "text"));
  return questionOf(scope, ["commits"], types, positions.length, (_, table) => {
    const shown = columns.map(({ name, type }) =>
      type === "TIMESTAMP_MS" ? `CAST(c.${name} AS VARCHAR)` : `c.${name}`,
    );
    return `SELECT ${shown.join(", ")} FROM ${table("commits")} AS c
      WHERE ${within(scope, "c")} AND ${amongNumbers("c.position", positions)} ORDER BY c.position`;
  });
}

/** Positions of a line's commits by their ordinal, both ends included, the newest first. Rows: position, ordinal, line */
export function ordinalsOf(
  scope: Scope,
  range: { readonly from: number; readonly to: number; readonly line?: number; readonly limit: number },
): Question {
  return questionOf(scope, ["commits"], ["integer", "integer", "integer"], range.limit, (_, table) => {
    const line = range.line === undefined ? "" : `AND c.line = ${whole(range.line)}`;
    return `SELECT c.position, c.ordinal, c.line FROM ${table("commits")} AS c
      WHERE ${within(scope, "c")} AND c.ordinal BETWEEN ${whole(range.from)} AND ${whole(range.to)} ${line}
      ORDER BY c.ordinal DESC, c.position DESC LIMIT ${whole(range.limit)}`;
  });
}

/** How many commits, and how many values of each rank a column has. Rows: commits; then rank, values */
export function countCommits(scope: Scope): Question {
  return questionOf(
    scope,
    ["commits"],
    ["integer"],
    1,
    (_, table) => `SELECT count(*) FROM ${table("commits")} AS c WHERE ${within(scope, "c")}`,
  );
}

/** How many values of each rank a column has, those of commits that have none left out. Rows: rank, values */
export function countRanks(scope: Scope, column: ScopeColumn): Question {
  return questionOf(scope, ["values"], ["integer", "integer"], 5, (dialect, table) => {
    const { rank } = rankOrder(dialect, "v", column.kind);
    return `SELECT rank_of, count(*) FROM (SELECT ${rank} AS rank_of FROM ${table("values")} AS v
      WHERE ${within(scope, "v")} AND v.column_id = ${whole(column.number)}) AS ranked GROUP BY rank_of ORDER BY rank_of`;
  });
}

/** The best finite number of a column, where it was first. Rows, one or none: position, num, text */
export function bestOf(scope: Scope, column: ScopeColumn, goal: "max" | "min"): Question {
  return questionOf(scope, ["values"], ["integer", "double", "text"], 1, (dialect, table) => {
    const by = rankOrder(dialect, "v", column.kind);
    const turn = goal === "max" ? "DESC" : "ASC";
    return `SELECT v.position, v.num, v.text FROM ${table("values")} AS v
      WHERE ${within(scope, "v")} AND v.column_id = ${whole(column.number)} AND ${by.rank} = 0
      ORDER BY v.num ${turn}, ${by.detail} ${turn}, v.position LIMIT 1`;
  });
}

/** The catalogue as the archive has it, each column once. Rows: column, path, key */
export function columnsOf(scope: Scope, maxRows: number): Question {
  return questionOf(
    scope,
    ["columns"],
    ["integer", "text", "text"],
    maxRows,
    (_, table) => `SELECT DISTINCT k.column_id, k.path, k.key FROM ${table("columns")} AS k
      WHERE k.repository_id = ${whole(scope.repository)} ORDER BY k.column_id`,
  );
}
