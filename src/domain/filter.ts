// The filter language as a tree: which commits a person asks for, whatever text said it.
import type { ColumnKind } from "./model.ts";

/** What every commit has beside its figures. */
export const FILTER_FIELDS = ["branch", "author", "message", "sha", "date", "warnings"] as const;
/** One of them. */
export type FilterField = (typeof FILTER_FIELDS)[number];

/** What can stand between an operand and a literal; `~` is "holds the text, case ignored". */
export const FILTER_OPERATORS = ["<", "<=", ">", ">=", "=", "!=", "~"] as const;
/** One of them. */
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/** A column by what identifies it. */
export interface ColumnRef {
  readonly path: string;
  readonly key: string;
}

/** A column that a filter may name. Where its kind is known, texts are refused as bounds of a column of numbers. */
export interface FilterColumn extends ColumnRef {
  readonly kind?: ColumnKind;
}

/** What is compared: a column's value, what it is more than its baseline's, whether the commit is its best, a field. */
export type FilterOperand =
  | { readonly kind: "column" | "delta" | "best"; readonly column: ColumnRef }
  | { readonly kind: "field"; readonly field: FilterField };

/**
 * What it is compared with. A number is as `fullNumberOf()` has it, and keeps the text that was typed: it is what texts are
 * compared with. Neither text holds U+0000 or half of a surrogate pair.
 */
export type FilterLiteral =
  | { readonly kind: "number"; readonly value: number | bigint; readonly text: string }
  | { readonly kind: "text"; readonly text: string };

/**
 * One operand compared with one literal. The parser lets through only what means something:
 *
 * - `branch`, `author`, `message`, `sha` with `=`, `!=`, `~`; `sha` with `=` and `!=` has 4 to 64 hex digits
 * - `date` with all but `~`, its literal is one of `dateSpan()`; `warnings` and `delta` with all but `~`, and a number
 * - `best` with `=` and `!=`, and the text `true` or `false`
 */
export interface FilterComparison {
  readonly kind: "comparison";
  readonly operand: FilterOperand;
  readonly operator: FilterOperator;
  readonly literal: FilterLiteral;
}

/** A filter. `and` and `or` have at least two nodes, none of their own kind. */
export type FilterNode =
  | { readonly kind: "and"; readonly nodes: readonly FilterNode[] }
  | { readonly kind: "or"; readonly nodes: readonly FilterNode[] }
  | { readonly kind: "not"; readonly node: FilterNode }
  | FilterComparison
  | { readonly kind: "missing"; readonly column: ColumnRef };

/** Bytes of a filter's text in UTF-8: it stands in an address, and people wrote it by hand. */
export const MAX_FILTER_BYTES = 1_000;
/** Bytes of what a filter compares with: of a longer text the first ones are as good, since texts are kept in short. */
export const MAX_FILTER_LITERAL_BYTES = 200;
/** Comparisons of a filter: each is a condition that a database tests on every commit. */
export const MAX_FILTER_COMPARISONS = 20;
/** Parentheses inside each other: it ends the parser's recursion. */
export const MAX_FILTER_DEPTH = 5;

/** @returns every column that a filter names, each once, in the order in which they are named */
export function columnsOf(filter: FilterNode): ColumnRef[] {
  const found = new Map<string, ColumnRef>();
  for (const column of namedIn(filter)) found.set(JSON.stringify([column.path, column.key]), column);
  return [...found.values()];
}

function namedIn(filter: FilterNode): readonly ColumnRef[] {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.nodes.flatMap(namedIn);
    case "not":
      return namedIn(filter.node);
    case "missing":
      return [filter.column];
    case "comparison":
      return filter.operand.kind === "field" ? [] : [filter.operand.column];
  }
}
