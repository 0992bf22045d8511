// Typing a filter: which columns are offered, and what a chosen option does to the text.
import type { FilterCompletion, FilterOption } from "../src/domain/filter-completion.ts";
import type { FilterColumn } from "../src/domain/filter.ts";

/** A text with the place where one goes on typing, in UTF-16 units. */
export interface Typed {
  readonly text: string;
  readonly caret: number;
}

/** @returns the text with the option in the place of the word that was being typed, and a blank where one belongs */
export function withOption(text: string, { from, to }: FilterCompletion, option: FilterOption): Typed {
  const behind = text.slice(to);
  const opens = option.text.endsWith("(") || behind.startsWith("(") || behind.startsWith(")");
  const closesCall = option.kind === "column" && isInCall(text.slice(0, from));
  const space = opens || behind.startsWith(" ") ? "" : " ";
  const put = option.text + (closesCall && !behind.startsWith(")") ? ") " : space);
  return { text: text.slice(0, from) + put + behind, caret: from + put.length };
}

/** Whether what comes next is the column of `delta(`, `best(` or `missing(`. */
function isInCall(before: string): boolean {
  return /\b(delta|best|missing)\s*\(\s*$/.test(before);
}

/** @returns all columns a filter may name, those shown first */
export function offeredColumns<Column extends FilterColumn>(
  shown: readonly Column[],
  all: readonly Column[],
): readonly Column[] {
  const names = new Set(shown.map(({ path, key }) => JSON.stringify([path, key])));
  return [...shown, ...all.filter(({ path, key }) => !names.has(JSON.stringify([path, key])))];
}
