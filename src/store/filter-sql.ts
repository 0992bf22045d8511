// A filter as a condition of SQL: what domain/filter-match.ts says of one commit, said of all. No condition is ever NULL.
import { dateSpan } from "../domain/filter-date.ts";
import { foldCase, matches } from "../domain/filter-match.ts";
import type {
  ColumnRef,
  FilterComparison,
  FilterField,
  FilterLiteral,
  FilterNode,
  FilterOperator,
} from "../domain/filter.ts";
import type { StatementValues } from "./search-statement.ts";
import { boundOf, differenceSql } from "./value-sql.ts";

/**
 * A column's value in a row, as SQL: rank 4 is missing; `digits` tells integers of one `number` apart, 0 where there is
 * none but one; `baseline` and `exact` are numbers with all digits.
 */
export interface ColumnSql {
  readonly rank: string;
  readonly number: string;
  readonly digits: string;
  readonly text: string;
  readonly exact: string;
  readonly baseline: string;
  /** the first commit that holds its best */
  readonly bestPosition: number | null;
}

/** What a filter's condition is made of. The commit is `c`, the number of its warnings `warned.number`. */
export interface FilterContext {
  readonly values: StatementValues;
  columnSql(column: ColumnRef): ColumnSql;
  readonly branches: readonly { readonly number: number; readonly name: string }[];
}

/** @returns a condition that is true or false of each commit */
export function filterSql(filter: FilterNode, context: FilterContext): string {
  switch (filter.kind) {
    case "and":
    case "or":
      // of a page without a goal, nothing went any way
      if (filter.nodes.length === 0) return filter.kind === "or" ? "false" : "true";
      return `(${filter.nodes.map((node) => filterSql(node, context)).join(` ${filter.kind.toUpperCase()} `)})`;
    case "not":
      return `(NOT ${filterSql(filter.node, context)})`;
    case "missing":
      return `(${context.columnSql(filter.column).rank} = 4)`;
    case "comparison":
      return comparisonSql(filter, context);
  }
}

function comparisonSql(comparison: FilterComparison, context: FilterContext): string {
  const { operand, operator, literal } = comparison;
  const { values } = context;
  if (operand.kind === "field") return fieldSql(operand.field, comparison, context);
  const column = context.columnSql(operand.column);
  if (operand.kind === "best") {
    const isBest = column.bestPosition === null ? "false" : `c.position = ${values.add(column.bestPosition, "bigint")}`;
    return `((${isBest}) = ${String((operator === "=") === (literal.text === "true"))})`;
  }
  if (operand.kind === "delta") {
    const change = `(${differenceSql(column.exact, column.baseline)})`;
    return `coalesce(${numberSql(change, operator, literal, values, "numeric")}, false)`;
  }
  if (literal.kind === "text" || operator === "~") {
    return `(${column.rank} < 4 AND coalesce(${textSql(column.text, operator, literal.text, values)}, false))`;
  }
  const number = numberSql(column.number, operator, literal, values, "float8", column.digits);
  const isEquality = operator === "=" || operator === "!=";
  const text = isEquality ? textSql(column.text, operator, literal.text, values) : "false";
  return `(${column.rank} < 4 AND coalesce(CASE WHEN ${column.number} IS NULL THEN ${text} ELSE ${number} END, false))`;
}

function fieldSql(field: FilterField, comparison: FilterComparison, { values, branches }: FilterContext): string {
  const { operator, literal } = comparison;
  switch (field) {
    case "branch": {
      // a line has one branch: which of them fit is known here
      const fitting = branches.filter(({ name }) => matches(comparison, { ...NOTHING, branches: [name] }));
      const numbers = fitting.map(({ number }) => number);
      return `coalesce(c.line = ANY(${values.add(numbers, "int[]")}), false)`;
    }
    case "author":
      return textSql("c.author_name", operator, literal.text, values);
    case "message":
      return textSql("c.subject", operator, literal.text, values);
    case "sha": {
      const sha = "encode(c.sha, 'hex')";
      if (operator === "~") return textSql(sha, operator, literal.text, values);
      const begins = `starts_with(${sha}, ${values.add(literal.text.toLowerCase(), "text")})`;
      return operator === "=" ? begins : `(NOT ${begins})`;
    }
    case "date":
      return dateSql(operator, literal.text, values);
    case "warnings":
      return numberSql("coalesce(warned.number, 0)::float8", operator, literal, values, "float8");
  }
}

/** A commit of which only the branch is asked. */
const NOTHING = {
  author: "",
  message: "",
  sha: "",
  committedAt: 0,
  warnings: 0,
  valueOf: () => null,
  baselineOf: () => null,
  isBest: () => false,
};

function sqlOperator(operator: FilterOperator): string {
  return operator === "!=" ? "<>" : operator;
}

/** NaN is greater than all numbers to Postgres, here no order holds of it; equal to itself it is to both. */
function numberSql(
  number: string,
  operator: FilterOperator,
  literal: FilterLiteral,
  values: StatementValues,
  type: "float8" | "numeric",
  digits: string | null = null,
): string {
  const than = literal.kind === "number" ? literal.value : Number.NaN;
  const isEquality = operator === "=" || operator === "!=";
  // a value that no text names would be refused
  if (Number.isNaN(Number(than)) && !isEquality) return "false";
  const bound = boundOf(than);
  const compared =
    digits === null || bound.exact === "0"
      ? `${number} ${sqlOperator(operator)} ${values.add(String(than), type)}`
      : `(${number}, ${digits}) ${sqlOperator(operator)}
        (${values.add(bound.double, type)}, ${values.add(bound.exact, "numeric")})`;
  return isEquality ? `(${compared})` : `(${number} <> 'NaN' AND ${compared})`;
}

function textSql(text: string, operator: FilterOperator, than: string, values: StatementValues): string {
  if (operator === "~") return `(position(${values.add(foldCase(than), "text")} IN lower(${text})) > 0)`;
  return `(${text} COLLATE "C" ${sqlOperator(operator)} ${values.add(than, "text")})`;
}

function dateSql(operator: FilterOperator, text: string, values: StatementValues): string {
  const span = dateSpan(text);
  if (span === null) return "false";
  const at = (ms: number): string => `to_timestamp(${values.add(ms / 1_000, "float8")})`;
  switch (operator) {
    case "<":
      return `(c.committed_at < ${at(span.from)})`;
    case "<=":
      return `(c.committed_at < ${at(span.to)})`;
    case ">":
      return `(c.committed_at >= ${at(span.to)})`;
    case ">=":
      return `(c.committed_at >= ${at(span.from)})`;
    case "=":
    case "!=":
    case "~": {
      const within = `(c.committed_at >= ${at(span.from)} AND c.committed_at < ${at(span.to)})`;
      return operator === "!=" ? `(NOT ${within})` : within;
    }
  }
}
