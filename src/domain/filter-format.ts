// Writes a filter as text, in the one form that means it whatever other columns there are.
import { isWord } from "./filter-tokens.ts";
import { numberOfWord } from "./filter-rules.ts";
import type { ColumnRef, FilterLiteral, FilterNode, FilterOperand } from "./filter.ts";
import { formatColumnId } from "./key.ts";

/** @returns text of which `parseFilter()` makes the same tree, where it is not over its limits; columns are ids */
export function formatFilter(filter: FilterNode): string {
  switch (filter.kind) {
    case "or":
      return filter.nodes.map(formatFilter).join(" or ");
    case "and":
      return filter.nodes
        .map((node) => (node.kind === "or" ? `(${formatFilter(node)})` : formatFilter(node)))
        .join(" and ");
    case "not":
      return `not ${isTerm(filter.node) ? formatFilter(filter.node) : `(${formatFilter(filter.node)})`}`;
    case "missing":
      return `missing(${columnText(filter.column)})`;
    case "comparison":
      return `${operandText(filter.operand)} ${filter.operator} ${literalText(filter.literal)}`;
  }
}

function isTerm({ kind }: FilterNode): boolean {
  return kind === "comparison" || kind === "missing";
}

function operandText(operand: FilterOperand): string {
  if (operand.kind === "field") return operand.field;
  return operand.kind === "column" ? columnText(operand.column) : `${operand.kind}(${columnText(operand.column)})`;
}

function columnText({ path, key }: ColumnRef): string {
  return wordOrString(formatColumnId(path, key));
}

function literalText(literal: FilterLiteral): string {
  if (literal.kind === "number") return literal.text;
  return numberOfWord(literal.text) === null ? wordOrString(literal.text) : JSON.stringify(literal.text);
}

/** Writes a text as it is where it reads as one word, else as a JSON string. */
export function wordOrString(text: string): string {
  return isWord(text) ? text : JSON.stringify(text);
}
