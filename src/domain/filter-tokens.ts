// The words of a filter's text, and where each stands.
import { FILTER_OPERATORS } from "./filter.ts";

/** Words that join comparisons: a column or a text of that name stands in quotes. */
export const KEYWORDS: ReadonlySet<string> = new Set(["and", "or", "not"]);

/** A piece of a filter's text. */
export interface Token {
  /** `bad` is what no filter holds: half of a text in quotes, a lone `!` */
  readonly kind: "word" | "string" | "operator" | "(" | ")" | "end" | "bad";
  /** as it is written; of a string what it means */
  readonly text: string;
  /** from here, in UTF-16 units from 0 */
  readonly from: number;
  readonly to: number;
}

/** Ends a word, unless it stands in the brackets of a key. */
const STOPS = '()<>=!~"';
const BLANK = /\s/;
/** Longest first. */
const OPERATORS = FILTER_OPERATORS.toSorted((a, b) => b.length - a.length);

/** @returns the pieces of a text, the last one its end; each character is looked at a few times, whatever it is */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; ; ) {
    const token = tokenAt(text, at);
    tokens.push(token);
    if (token.kind === "end") return tokens;
    at = token.to;
  }
}

/** @returns whether a text is one word, so that it can stand without quotes */
export function isWord(text: string): boolean {
  const token = tokenAt(text, 0);
  return token.kind === "word" && token.text === text && !KEYWORDS.has(text);
}

function tokenAt(text: string, start: number): Token {
  let from = start;
  while (from < text.length && BLANK.test(text.charAt(from))) from++;
  const piece = (kind: Token["kind"], to: number): Token => ({ kind, text: text.slice(from, to), from, to });
  const first = text.charAt(from);
  if (first === "") return piece("end", from);
  if (first === "(" || first === ")") return piece(first, from + 1);
  if (first === '"') return stringAt(text, from);
  const operator = OPERATORS.find((each) => text.startsWith(each, from));
  if (operator !== undefined) return piece("operator", from + operator.length);
  if (first === "!") return piece("bad", from + 1);
  return piece("word", wordEnd(text, from));
}

function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const character = text.charAt(at);
    if (STOPS.includes(character) || BLANK.test(character)) break;
    at = character === "[" ? bracketEnd(text, at) : at + 1;
  }
  return at;
}

/** @returns where the brackets of a key's row or quoted name end; behind the first one when they are no such thing */
function bracketEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === "]") return at + 1;
    if (character === "[" || BLANK.test(character)) break;
    at = character === '"' ? quoteEnd(text, at) : at + 1;
  }
  return from + 1;
}

/** @returns where a text in quotes ends, behind its second quote or at the end of all */
function quoteEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function stringAt(text: string, from: number): Token {
  const to = quoteEnd(text, from);
  const written = text.slice(from, to);
  try {
    return { kind: "string", text: JSON.parse(written) as string, from, to };
  } catch {
    return { kind: "bad", text: written, from, to };
  }
}
