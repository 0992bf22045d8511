// The syntax of filters, from words to a tree. The grammar:
//
//   or = and , { "or" , and } ;  and = not , { "and" , not } ;
//   not = [ "not" ] , ( "(" , or , ")" | comparison ) ;
//   comparison = operand , operator , ( word | string ) | "missing" , "(" , column , ")" ;
//   operand = column | "delta" , "(" , column , ")" | "best" , "(" , column , ")" | field ;  column = word | string ;
import { FilterError, quoted } from "./filter-error.ts";
import { numberOfWord, type OperandKind, operatorsOf, wantedLiteral } from "./filter-rules.ts";
import { KEYWORDS, type Token, tokensOf } from "./filter-tokens.ts";
import {
  type ColumnRef,
  FILTER_FIELDS,
  type FilterColumn,
  type FilterLiteral,
  type FilterNode,
  type FilterOperand,
  type FilterOperator,
  MAX_FILTER_COMPARISONS,
  MAX_FILTER_DEPTH,
  MAX_FILTER_LITERAL_BYTES,
} from "./filter.ts";

/** What a database's text cannot hold. */
const UNFIT = /[\0\p{Cs}]/u;

const UTF8 = new TextEncoder();

/** Finds the column that a token names. @throws FilterError */
export type FindColumn = (token: Token) => FilterColumn;

/** @returns where a text holds what no database's text can: U+0000 or half of a surrogate pair; -1 where it does not */
export function unfitAt(text: string): number {
  return text.search(UNFIT);
}

/** Reads one filter. */
export class FilterParser {
  readonly #text: string;
  readonly #findColumn: FindColumn;
  readonly #tokens: readonly Token[];
  #at = 0;
  #comparisons = 0;
  #depth = 0;

  /** @param text within the limit of bytes, and with nothing at `unfitAt()` */
  constructor(text: string, findColumn: FindColumn) {
    this.#text = text;
    this.#findColumn = findColumn;
    this.#tokens = tokensOf(text);
  }

  /** @throws FilterError */
  parse(): FilterNode {
    const filter = this.#or();
    if (this.#next.kind !== "end") throw this.#unexpected(this.#depth > 0 ? "and, or, or a )" : "and, or, or its end");
    return filter;
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #or(): FilterNode {
    return this.#joined("or", () => this.#joined("and", () => this.#not()));
  }

  #joined(kind: "and" | "or", part: () => FilterNode): FilterNode {
    const nodes = [part()];
    while (this.#takeWord(kind)) nodes.push(part());
    // what was put in parentheses without need is of one piece with what is around it
    const flat = nodes.flatMap((node) => (node.kind === kind ? node.nodes : [node]));
    return flat.length === 1 ? (flat[0] as FilterNode) : { kind, nodes: flat };
  }

  #not(): FilterNode {
    if (!this.#takeWord("not")) return this.#term();
    return { kind: "not", node: this.#term() };
  }

  #term(): FilterNode {
    if (this.#next.kind !== "(") return this.#comparison();
    if (this.#depth === MAX_FILTER_DEPTH)
      throw this.#wrong(this.#next, `parentheses ${MAX_FILTER_DEPTH + 1} deep`, `at most ${MAX_FILTER_DEPTH}`);
    this.#depth += 1;
    this.#at += 1;
    const inside = this.#or();
    this.#take(")", "and, or, or a )");
    this.#depth -= 1;
    return inside;
  }

  #comparison(): FilterNode {
    const start = this.#next;
    if (this.#comparisons === MAX_FILTER_COMPARISONS)
      throw this.#wrong(start, "one comparison more", `at most ${MAX_FILTER_COMPARISONS}`);
    this.#comparisons += 1;
    if (this.#callOf("missing")) return { kind: "missing", column: refOf(this.#argument()) };
    const { operand, kind } = this.#operand();
    const sign = this.#take("operator", `one of ${operatorsOf(kind).join(" ")}`);
    const operator = sign.text as FilterOperator;
    if (!operatorsOf(kind).includes(operator))
      throw this.#wrong(sign, quoted(operator), `one of ${operatorsOf(kind).join(" ")}`);
    const place = this.#next;
    const literal = this.#literal();
    const wanted = wantedLiteral(kind, operator, literal);
    if (wanted !== null) throw this.#wrong(place, quoted(literal.text), wanted);
    return { kind: "comparison", operand, operator, literal };
  }

  #operand(): { readonly operand: FilterOperand; readonly kind: OperandKind } {
    for (const kind of ["delta", "best"] as const)
      if (this.#callOf(kind)) return { operand: { kind, column: refOf(this.#argument()) }, kind };
    const field = this.#next.kind === "word" && FILTER_FIELDS.find((each) => each === this.#next.text);
    if (field !== false && field !== undefined) {
      this.#at += 1;
      return { operand: { kind: "field", field }, kind: field };
    }
    const column = this.#column("a column, a field or a (");
    return { operand: { kind: "column", column: refOf(column) }, kind: { column: column.kind } };
  }

  /** Takes the name of a function, if a parenthesis follows: else it is a column's. */
  #callOf(name: string): boolean {
    const { kind, text } = this.#next;
    return kind === "word" && text === name && this.#tokens[this.#at + 1]?.kind === "(";
  }

  #argument(): FilterColumn {
    this.#at += 2;
    const column = this.#column("a column");
    this.#take(")", "a )");
    return column;
  }

  #column(wanted: string): FilterColumn {
    const token = this.#next;
    if (token.kind === "word" && KEYWORDS.has(token.text)) throw this.#unexpected(wanted);
    if (token.kind !== "word" && token.kind !== "string") throw this.#unexpected(wanted);
    this.#checkString(token);
    this.#at += 1;
    return this.#findColumn(token);
  }

  #literal(): FilterLiteral {
    const token = this.#next;
    const { kind, text } = token;
    if (kind === "word" && KEYWORDS.has(text))
      throw this.#unexpected(`a value; the text ${quoted(text)} stands in quotes`);
    if (kind !== "word" && kind !== "string") throw this.#unexpected("a number, a word or a text in quotes");
    this.#checkString(token);
    const bytes = UTF8.encode(text).length;
    if (bytes > MAX_FILTER_LITERAL_BYTES)
      throw this.#wrong(token, `a text of ${bytes} bytes`, `at most ${MAX_FILTER_LITERAL_BYTES}; ~ finds a part of it`);
    this.#at += 1;
    const value = kind === "word" ? numberOfWord(text) : null;
    return value === null ? { kind: "text", text } : { kind: "number", value, text };
  }

  #checkString(token: Token): void {
    if (unfitAt(token.text) < 0) return;
    throw this.#wrong(token, "a character that no text has", "U+0000 and halves of pairs left out");
  }

  #takeWord(word: string): boolean {
    const isThere = this.#next.kind === "word" && this.#next.text === word;
    if (isThere) this.#at += 1;
    return isThere;
  }

  #take(kind: Token["kind"], wanted: string): Token {
    const token = this.#next;
    if (token.kind !== kind) throw this.#unexpected(wanted);
    this.#at += 1;
    return token;
  }

  #unexpected(wanted: string): FilterError {
    const token = this.#next;
    if (token.kind === "end") return this.#wrong(token, this.#text.trim() === "" ? "nothing" : "its end", wanted);
    const { from, to } = token;
    const isHalf = token.kind === "bad" && token.text.startsWith('"');
    if (isHalf) return this.#wrong(token, `the text ${quoted(token.text)}`, "a JSON string, with its second quote");
    return this.#wrong(token, quoted(this.#text.slice(from, to)), wanted);
  }

  #wrong(token: Token, found: string, wanted: string): FilterError {
    return new FilterError(this.#text, token.from, found, wanted);
  }
}

function refOf({ path, key }: FilterColumn): ColumnRef {
  return { path, key };
}
