// Which operators and literals mean something for which operand of a filter.
import { dateSpan } from "./filter-date.ts";
import type { FilterField, FilterLiteral, FilterOperator } from "./filter.ts";
import type { ColumnKind } from "./model.ts";
import { fullNumberOf } from "./value.ts";

/** What stands on the left, as far as it matters here. */
export type OperandKind = "delta" | "best" | FilterField | { readonly column: ColumnKind | undefined };

const ORDER: readonly FilterOperator[] = ["<", "<=", ">", ">=", "=", "!="];
const EQUALITY: readonly FilterOperator[] = ["=", "!="];
const TEXT: readonly FilterOperator[] = ["=", "!=", "~"];
const ALL: readonly FilterOperator[] = [...ORDER, "~"];

const HEX_DIGITS = /^[0-9a-f]{4,64}$/i;

/** @returns the operators that mean something, in the order in which they are offered */
export function operatorsOf(operand: OperandKind): readonly FilterOperator[] {
  if (typeof operand === "object") return ALL;
  switch (operand) {
    case "delta":
    case "warnings":
    case "date":
      return ORDER;
    case "best":
      return EQUALITY;
    case "branch":
    case "author":
    case "message":
    case "sha":
      return TEXT;
  }
}

/** @returns what has to stand on the right instead; null when the literal is right */
export function wantedLiteral(operand: OperandKind, operator: FilterOperator, literal: FilterLiteral): string | null {
  if (typeof operand === "object") {
    if (operand.column === "boolean" && operator !== "~")
      return isTruth(literal) ? null : "true or false, since the column holds these";
    const isBound = !TEXT.includes(operator) && operand.column === "number";
    return isBound && literal.kind === "text" ? "a number, since the column holds numbers" : null;
  }
  switch (operand) {
    case "delta":
    case "warnings":
      return literal.kind === "number" ? null : "a number";
    case "best":
      return isTruth(literal) ? null : "true or false";
    case "date":
      return dateSpan(literal.text) === null ? "a date such as 2024-02-29 or 2024-02-29T13:45Z" : null;
    case "sha":
      return operator === "~" || HEX_DIGITS.test(literal.text) ? null : "4 to 64 hex digits";
    case "branch":
    case "author":
    case "message":
      return null;
  }
}

function isTruth({ text }: FilterLiteral): boolean {
  return text === "true" || text === "false";
}

/** @returns the number that a word on the right means, as in a column of numbers and with `+5` and `.5` too; or null */
export function numberOfWord(word: string): number | bigint | null {
  const unsigned = /^\+[\d.]/.test(word) ? word.slice(1) : word;
  return fullNumberOf(/^-?\./.test(unsigned) ? unsigned.replace(".", "0.") : unsigned);
}
