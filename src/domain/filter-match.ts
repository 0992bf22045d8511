// Whether a commit is one of those that a filter asks for: what the filter language means.
import { change } from "./compare.ts";
import { type DateSpan, dateSpan } from "./filter-date.ts";
import type { ColumnRef, FilterComparison, FilterField, FilterLiteral, FilterNode, FilterOperator } from "./filter.ts";
import type { Value } from "./model.ts";
import { compareTexts, fullNumberOf } from "./value.ts";

/** What a filter asks of one commit. */
export interface FilterRow {
  /** the names of the branches that it is shown on */
  readonly branches: readonly string[];
  /** the author's name */
  readonly author: string;
  /** the subject */
  readonly message: string;
  readonly sha: string;
  /** when it was committed, in milliseconds since 1970 */
  readonly committedAt: number;
  readonly warnings: number;
  /** @returns the value of a column, and of its baseline, each of `valueIn()`; null where there is none */
  valueOf(column: ColumnRef): Value;
  baselineOf(column: ColumnRef): Value;
  /** @returns whether it is the first commit to hold the column's best */
  isBest(column: ColumnRef): boolean;
}

/**
 * Tells whether a filter holds for a commit. It holds or it does not: `not` turns that around, so that `not loss < 1`
 * holds where loss is missing, and `loss >= 1` does not.
 *
 * - With a number, numbers and what counts as one (`numberOf()`) are compared as they are sorted: as doubles, integers that are
 *   one double by all their digits. NaN and NaN are equal, and no order holds of NaN. What is no number is compared as text, with what was typed, by `=`, `!=` and `~` alone.
 * - With a text, the value's text (`textOf()`) is compared by code point; `~` holds where it has that text within, case
 *   ignored.
 * - What is missing (in a column of numbers also a mark for "nothing", see `valueIn()`) is not equal, not unequal, not within.
 * - A commit on several branches is `= name` if one is called that, `~ name` if one holds it, `!= name` if none is;
 *   on none, they are missing.
 */
export function matches(filter: FilterNode, row: FilterRow): boolean {
  switch (filter.kind) {
    case "and":
      return filter.nodes.every((node) => matches(node, row));
    case "or":
      return filter.nodes.some((node) => matches(node, row));
    case "not":
      return !matches(filter.node, row);
    case "missing":
      return row.valueOf(filter.column) === null;
    case "comparison":
      return compares(filter, row);
  }
}

/** @returns the text of a value that is not missing: a number in full digits without an exponent, as `numeric` has it */
export function textOf(value: Exclude<Value, null>): string {
  return typeof value === "number" ? inFull(value) : String(value);
}

/** @returns a text in which case is ignored: each code point by itself in lower case, as Postgres' `pg_c_utf8` does */
export function foldCase(text: string): string {
  return Array.from(text, (character) => String.fromCodePoint(character.toLowerCase().codePointAt(0) as number)).join(
    "",
  );
}

function compares({ operand, operator, literal }: FilterComparison, row: FilterRow): boolean {
  switch (operand.kind) {
    case "column":
      return valueCompares(row.valueOf(operand.column), operator, literal);
    case "delta":
      return valueCompares(change(row.valueOf(operand.column), row.baselineOf(operand.column)), operator, literal);
    case "best":
      return (operator === "=") === (String(row.isBest(operand.column)) === literal.text);
    case "field":
      return fieldCompares(operand.field, operator, literal, row);
  }
}

function fieldCompares(field: FilterField, operator: FilterOperator, literal: FilterLiteral, row: FilterRow): boolean {
  const { text } = literal;
  switch (field) {
    case "branch":
      if (operator !== "!=") return row.branches.some((branch) => textCompares(branch, operator, text));
      return row.branches.length > 0 && !row.branches.includes(text);
    case "author":
      return textCompares(row.author, operator, text);
    case "message":
      return textCompares(row.message, operator, text);
    case "sha":
      if (operator === "~") return textCompares(row.sha, operator, text);
      return (operator === "=") === row.sha.startsWith(text.toLowerCase());
    case "date":
      return dateCompares(row.committedAt, operator, dateSpan(text));
    case "warnings":
      return valueCompares(row.warnings, operator, literal);
  }
}

function valueCompares(value: Value, operator: FilterOperator, literal: FilterLiteral): boolean {
  if (value === null) return false;
  if (literal.kind === "text" || operator === "~") return textCompares(textOf(value), operator, literal.text);
  const number = fullNumberOf(value);
  if (number !== null) return numberCompares(number, operator, literal.value);
  return (operator === "=" || operator === "!=") && textCompares(textOf(value), operator, literal.text);
}

function numberCompares(
  number: number | bigint,
  operator: Exclude<FilterOperator, "~">,
  than: number | bigint,
): boolean {
  const isEqual = number === than || (Number.isNaN(number) && Number.isNaN(than));
  if (operator === "=" || operator === "!=") return isEqual === (operator === "=");
  if (Number.isNaN(number) || Number.isNaN(than)) return false;
  return isOrdered(isEqual ? 0 : number < than ? -1 : 1, operator);
}

function textCompares(text: string, operator: FilterOperator, than: string): boolean {
  if (operator === "~") return foldCase(text).includes(foldCase(than));
  if (operator === "=" || operator === "!=") return (text === than) === (operator === "=");
  return isOrdered(compareTexts(text, than), operator);
}

function dateCompares(at: number, operator: FilterOperator, span: DateSpan | null): boolean {
  if (span === null || operator === "~") return false;
  const place = at < span.from ? -1 : at < span.to ? 0 : 1;
  if (operator === "=" || operator === "!=") return (place === 0) === (operator === "=");
  return isOrdered(place, operator);
}

/** @param order of a value and what it is compared with: negative, 0 or positive */
function isOrdered(order: number, operator: "<" | "<=" | ">" | ">="): boolean {
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

function inFull(value: number): string {
  const [mantissa = "", exponent] = String(value).split("e");
  if (exponent === undefined) return mantissa;
  const sign = value < 0 ? "-" : "";
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  return sign + (point > 0 ? digits.padEnd(point, "0") : `0.${"0".repeat(-point)}${digits}`);
}
