// Python's words one after the other: lines that brackets and backslashes join, indentation, comments, strings.
import { MAX_DEPTH } from "../limits.ts";
import { unreadable } from "../unreadable.ts";
import { placeOf } from "./adapter.ts";
import { endOfString, isStringPrefix } from "./python-string.ts";

/** What a word is. A "newline" ends a statement; one between brackets is none. */
export type PythonWord = "name" | "number" | "string" | "operator" | "newline" | "end";

const TAB_WIDTH = 8;
const NAME = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
const CLOSED_BY: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);
const CLOSING = new Set(CLOSED_BY.values());
/** They make one operator with a `=` behind them. */
const BEFORE_EQUALS = new Set("=!<>:+-*/%&|^@");

/** Goes through a text word by word; the fields tell of the word that `next()` found last. */
export class PythonScanner {
  kind: PythonWord = "newline";
  start = 0;
  end = 0;
  /** letters before the quote of a string */
  prefix = "";
  /** columns before the first word of the line that the word is in */
  indent = 0;
  readonly #text: string;
  /** the brackets that are open: each as the one that closes it */
  readonly #open: string[] = [];
  readonly #openedAt: number[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Brackets that are open. */
  get depth(): number {
    return this.#open.length;
  }

  /** The word as it is written; a string with the letters before it. */
  get word(): string {
    return this.#text.slice(this.start, this.end);
  }

  /** The word's line, from 1. */
  get line(): number {
    return placeOf(this.#text, this.start).line;
  }

  /** @returns whether the word is this operator */
  is(operator: string): boolean {
    return this.kind === "operator" && this.end - this.start === operator.length && this.word === operator;
  }

  /** Whether the word ends a statement. */
  get isEnd(): boolean {
    return this.kind === "newline" || this.kind === "end" || (this.depth === 0 && this.is(";"));
  }

  /** Goes to the next word. @throws TidemarkError `file-unreadable` for brackets and strings that do not close */
  next(): PythonWord {
    const isLineStart = this.kind === "newline";
    this.start = isLineStart ? this.#startLine() : this.#skipBlanks(this.end);
    this.end = this.start;
    if (this.start >= this.#text.length) return this.#endText();
    const character = this.#text.charAt(this.start);
    if (isLineEnd(character)) this.#take("newline", this.start + 1);
    else if (isDigit(character) || (character === "." && isDigit(this.#text.charAt(this.start + 1)))) {
      this.#take("number", endOfNumber(this.#text, this.start));
    } else if (isQuote(character)) this.#takeString("");
    else this.#takeNameOrOperator(character);
    return this.kind;
  }

  /** @returns the error for what is at a place in the text */
  problem(found: string, wanted: string, at = this.start): Error {
    return unreadable("not-readable", found, wanted, placeOf(this.#text, at));
  }

  #take(kind: PythonWord, end: number): void {
    this.kind = kind;
    this.end = end;
  }

  /** Goes over lines that hold nothing. @returns the place of the next line's first word */
  #startLine(): number {
    const text = this.#text;
    let at = this.end;
    let indent = 0;
    for (; at < text.length; at++) {
      const character = text.charAt(at);
      if (character === " ") indent++;
      else if (character === "\t") indent += TAB_WIDTH - (indent % TAB_WIDTH);
      else if (character === "\f" || isLineEnd(character)) indent = 0;
      else if (character === "#") at = endOfLine(text, at) - 1;
      else if (character !== "\u{feff}" && joinedLine(text, at) === at) break;
    }
    this.indent = indent;
    return at;
  }

  #skipBlanks(from: number): number {
    const text = this.#text;
    let at = from;
    for (;;) {
      const character = text.charAt(at);
      if (character === " " || character === "\t" || character === "\f") at++;
      else if (character === "#") at = endOfLine(text, at);
      else if (isLineEnd(character) && this.depth > 0) at++;
      else {
        const next = joinedLine(text, at);
        if (next === at) return at;
        at = next;
      }
    }
  }

  #takeNameOrOperator(character: string): void {
    const text = this.#text;
    NAME.lastIndex = this.start;
    const name = NAME.exec(text);
    if (name !== null) {
      const end = this.start + name[0].length;
      if (isQuote(text.charAt(end)) && isStringPrefix(name[0])) this.#takeString(name[0]);
      else this.#take("name", end);
      return;
    }
    const closedBy = CLOSED_BY.get(character);
    if (closedBy !== undefined) this.#openBracket(closedBy);
    else if (CLOSING.has(character)) this.#closeBracket(character);
    const isDouble = BEFORE_EQUALS.has(character) && text.charAt(this.start + 1) === "=";
    this.#take("operator", this.start + (isDouble ? 2 : 1));
  }

  #takeString(prefix: string): void {
    const end = endOfString(this.#text, prefix, this.start + prefix.length);
    if (end < 0) throw this.problem("a string that does not end", "its closing quote");
    this.prefix = prefix;
    this.#take("string", end);
  }

  #openBracket(closedBy: string): void {
    if (this.depth === MAX_DEPTH) {
      const place = placeOf(this.#text, this.start);
      throw unreadable("too-deep", `more than ${MAX_DEPTH} open brackets`, `at most ${MAX_DEPTH}`, place);
    }
    this.#open.push(closedBy);
    this.#openedAt.push(this.start);
  }

  #closeBracket(bracket: string): void {
    const wanted = this.#open.pop();
    this.#openedAt.pop();
    if (wanted === bracket) return;
    throw this.problem(`"${bracket}"`, wanted === undefined ? "no closing bracket" : `"${wanted}"`);
  }

  #endText(): PythonWord {
    const at = this.#openedAt.at(-1);
    if (at !== undefined) throw this.problem("a bracket that does not close", `"${this.#open.at(-1)}"`, at);
    this.#take("end", this.start);
    return "end";
  }
}

function endOfNumber(text: string, start: number): number {
  const isHex = /^0x/i.test(text.slice(start, start + 2));
  let at = start;
  for (let character = text.charAt(at); isInNumber(character); character = text.charAt(++at)) {
    const sign = text.charAt(at + 1);
    if ((character === "e" || character === "E") && !isHex && (sign === "+" || sign === "-")) at++;
  }
  return at;
}

function isInNumber(character: string): boolean {
  return character === "." || character === "_" || /^[0-9a-z]$/i.test(character);
}

/** @returns the place behind a backslash and the line's end behind it, the same place where there is none */
function joinedLine(text: string, at: number): number {
  if (text.charAt(at) !== "\\") return at;
  if (text.startsWith("\r\n", at + 1)) return at + 3;
  return isLineEnd(text.charAt(at + 1)) ? at + 2 : at;
}

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isLineEnd(text.charAt(at))) at++;
  return at;
}

function isLineEnd(character: string): boolean {
  return character === "\n" || character === "\r";
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}

function isQuote(character: string): boolean {
  return character === '"' || character === "'";
}
