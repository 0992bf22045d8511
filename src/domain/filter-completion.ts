// What may stand at a place in a filter that somebody is typing.
import { columnsNamed, columnsNamedExactly, shortName } from "./column-name.ts";
import { wordOrString } from "./filter-format.ts";
import { type OperandKind, operatorsOf } from "./filter-rules.ts";
import { isWord, type Token, tokensOf } from "./filter-tokens.ts";
import { FILTER_FIELDS, type FilterColumn, MAX_FILTER_BYTES } from "./filter.ts";
import { formatColumnId } from "./key.ts";

/** Columns that are offered at a time: more is not read, and each is looked for among all. */
const MAX_COLUMNS = 20;
/** Names of branches and authors that are offered at a time. */
const MAX_NAMES = 20;

const FUNCTIONS = ["delta", "best", "missing"] as const;

/** One thing that may stand there. */
export interface FilterOption {
  readonly kind: "column" | "field" | "function" | "operator" | "keyword" | "value";
  /** what to put there; a function with its first parenthesis, unless that stands there */
  readonly text: string;
  /** of a column: its id, which tells more than the short name that is put there */
  readonly id: string | null;
}

/** Names that a field may be compared with, the ones to offer first in front. */
export type FilterNames = Readonly<Partial<Record<"branch" | "author", readonly string[]>>>;

/** What may stand at a place, and which part of the text it takes the place of (UTF-16 units from 0). */
export interface FilterCompletion {
  readonly from: number;
  readonly to: number;
  readonly options: readonly FilterOption[];
}

/** What has to come next, when all before it is right. */
type State =
  | { readonly next: "term" | "joint" }
  | { readonly next: "column" | "close"; readonly of: (typeof FUNCTIONS)[number] }
  | { readonly next: "operator" | "literal"; readonly operand: OperandKind };

/**
 * Tells what may stand where somebody is typing. The word that is being typed is what the options begin with, or for
 * columns hold; what stands behind it is not looked at.
 * @param offset where the cursor is: UTF-16 units from 0
 * @param columns all that the filter may name, the ones to offer first in front
 * @param names of branches and authors
 * @returns no options where something before it is wrong
 */
export function completeFilter(
  text: string,
  offset: number,
  columns: readonly FilterColumn[],
  names: FilterNames = {},
): FilterCompletion {
  const none = { from: offset, to: offset, options: [] };
  if (text.length > MAX_FILTER_BYTES) return none;
  const tokens = tokensOf(text.slice(0, offset));
  const last = tokens.at(-2);
  const typed = last !== undefined && last.to === offset && isTyped(last) ? last : null;
  const before = tokens.slice(0, typed === null ? -1 : -2);
  const walked = walk(before, columns);
  if (walked === null) return none;
  const named = { columns, names };
  if (typed === null) return { ...none, options: optionsFor(walked, "", named, "(") };
  const from = typed.from;
  // the end of a text in quotes is where its second quote will be
  const to = typed.kind === "bad" ? offset : from + (tokensOf(text.slice(from))[0]?.to ?? 0);
  const opening = text.charAt(to) === "(" ? "" : "(";
  return { from, to, options: optionsFor(walked, typed.text.replace(/^"/, ""), named, opening) };
}

/** Whether a piece may go on where the cursor stands behind it. */
function isTyped({ kind, text }: Token): boolean {
  return kind === "word" || (kind === "operator" && text !== "~") || kind === "bad";
}

/** Goes over what stands before. @returns what comes next and how deep in parentheses; null where something is wrong */
function walk(tokens: readonly Token[], columns: readonly FilterColumn[]): { state: State; depth: number } | null {
  let state: State = { next: "term" };
  let depth = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    if (token.kind === "(" && state.next === "term") depth += 1;
    else if (token.kind === ")" && state.next === "joint" && depth > 0) depth -= 1;
    else {
      const call: (typeof FUNCTIONS)[number] | undefined =
        state.next === "term" && tokens[i + 1]?.kind === "("
          ? FUNCTIONS.find((each) => token.kind === "word" && each === token.text)
          : undefined;
      if (call !== undefined) i += 1;
      const next: State | null = call === undefined ? stateAfter(state, token, columns) : { next: "column", of: call };
      if (next === null) return null;
      state = next;
    }
  }
  return { state, depth };
}

function stateAfter(state: State, token: Token, columns: readonly FilterColumn[]): State | null {
  const isName = token.kind === "word" || token.kind === "string";
  switch (state.next) {
    case "term":
      if (token.kind === "word" && token.text === "not") return { next: "term" };
      return isName ? { next: "operator", operand: operandOf(token, columns) } : null;
    case "column":
      return isName ? { next: "close", of: state.of } : null;
    case "close":
      if (token.kind !== ")") return null;
      return state.of === "missing" ? { next: "joint" } : { next: "operator", operand: state.of };
    case "operator":
      return token.kind === "operator" ? { next: "literal", operand: state.operand } : null;
    case "literal":
      return isName ? { next: "joint" } : null;
    case "joint":
      return token.kind === "word" && (token.text === "and" || token.text === "or") ? { next: "term" } : null;
  }
}

function operandOf({ kind, text }: Token, columns: readonly FilterColumn[]): OperandKind {
  const field = kind === "word" ? FILTER_FIELDS.find((each) => each === text) : undefined;
  if (field !== undefined) return field;
  const named = kind === "word" ? columnsNamed(text, columns) : columnsNamedExactly(text, columns);
  return { column: named.length === 1 ? named[0]?.kind : undefined };
}

function optionsFor(
  { state, depth }: { readonly state: State; readonly depth: number },
  typed: string,
  { columns, names }: { readonly columns: readonly FilterColumn[]; readonly names: FilterNames },
  opening: "(" | "",
): FilterOption[] {
  const begun = (kind: FilterOption["kind"], texts: readonly string[]): FilterOption[] =>
    texts.filter((text) => text.startsWith(typed)).map((text) => ({ kind, text, id: null }));
  switch (state.next) {
    case "term":
      return [
        ...columnOptions(typed, columns),
        ...begun("field", FILTER_FIELDS),
        ...begun(
          "function",
          FUNCTIONS.map((each) => each + opening),
        ),
        ...begun("keyword", ["not", "("]),
      ];
    case "column":
      return columnOptions(typed, columns);
    case "close":
      return begun("keyword", [")"]);
    case "operator":
      return begun("operator", operatorsOf(state.operand));
    case "literal":
      if (state.operand === "branch" || state.operand === "author")
        return nameOptions(typed, names[state.operand] ?? []);
      return begun("value", isTruth(state.operand) ? ["true", "false"] : []);
    case "joint":
      return begun("keyword", depth > 0 ? ["and", "or", ")"] : ["and", "or"]);
  }
}

function isTruth(operand: OperandKind): boolean {
  return operand === "best" || (typeof operand === "object" && operand.column === "boolean");
}

/** Names that hold what was typed, case ignored. */
function nameOptions(typed: string, names: readonly string[]): FilterOption[] {
  const wanted = typed.toLowerCase();
  return names
    .filter((name) => name.toLowerCase().includes(wanted))
    .slice(0, MAX_NAMES)
    .map((name) => ({ kind: "value", text: wordOrString(name), id: null }));
}

/** Columns whose id holds what was typed, case ignored; those that hold it where a name begins come first. */
function columnOptions(typed: string, columns: readonly FilterColumn[]): FilterOption[] {
  const wanted = typed.toLowerCase();
  const holding = columns
    .map((column) => ({ column, id: formatColumnId(column.path, column.key) }))
    .filter(({ id }) => id.toLowerCase().includes(wanted));
  const [first, others] = [true, false].map((begins) =>
    holding.filter(({ column: { key } }) => begins === beginsAName(key.toLowerCase(), wanted)),
  ) as [typeof holding, typeof holding];
  return [...first, ...others]
    .slice(0, MAX_COLUMNS)
    .map(({ column, id }) => ({ kind: "column", text: shortName(column, columns, isFree) ?? wordOrString(id), id }));
}

function beginsAName(key: string, wanted: string): boolean {
  return key.startsWith(wanted) || key.includes(`.${wanted}`) || key.includes(`[${wanted}`);
}

function isFree(name: string): boolean {
  return isWord(name) && ![...FILTER_FIELDS, ...FUNCTIONS].some((each) => each === name);
}
