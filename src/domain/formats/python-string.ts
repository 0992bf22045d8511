// The strings of Python: where one ends, whatever its quotes and however f-strings nest, and what text it stands for.
import { MAX_DEPTH } from "../limits.ts";

/** A string that is open, or a `{…}` of an f-string. */
type Open =
  | { readonly kind: "string"; readonly quote: string; readonly isFormatted: boolean; readonly isRaw: boolean }
  | { readonly kind: "field"; brackets: number; isSpec: boolean };

const FORMATTED = /[ft]/i;
const RAW = /r/i;
/** What stands before a quote: two letters at most. */
const PREFIX = /^(?:[rubft]|br|rb|fr|rf|tr|rt)$/i;
const OCTAL = /^[0-7]{1,3}/;
const HEX_DIGITS = /^[0-9a-fA-F]+$/;
/** Letters behind a backslash that stand for one character. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);
/** Letters behind a backslash before a number, and its digits. */
const CODES: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

/** @returns whether these letters before a quote belong to the string */
export function isStringPrefix(letters: string): boolean {
  return PREFIX.test(letters);
}

/**
 * Finds the end of a string.
 * @param prefix the letters before it
 * @param at place of its first quote
 * @returns the place behind its last quote, -1 when it does not end
 */
export function endOfString(text: string, prefix: string, at: number): number {
  const open: Open[] = [openedAt(text, prefix, at)];
  let place = at + quoteAt(text, at).length;
  while (place < text.length && open.length <= MAX_DEPTH) {
    const top = open.at(-1) as Open;
    const step = top.kind === "string" ? inString(text, place, top, open) : inField(text, place, top, open);
    if (step < 0) return -1;
    place += step;
    if (open.length === 0) return place;
  }
  return -1;
}

/**
 * Tells what a string stands for. Of bytes each one becomes a character; a `\N{NAME}` stays as it is written.
 * @param prefix the letters before it; none of an f-string
 * @param written the string with its quotes
 * @returns null when an escape is wrong
 */
export function stringValue(prefix: string, written: string): string | null {
  const { length } = quoteAt(written, 0);
  const inside = written.slice(length, -length).replaceAll(/\r\n?/g, "\n");
  const isBytes = /b/i.test(prefix);
  if (isBytes && /[^\0-\x7f]/.test(inside)) return null;
  if (RAW.test(prefix) || !inside.includes("\\")) return inside;
  const parts: string[] = [];
  let from = 0;
  for (let at = inside.indexOf("\\"); at >= 0; at = inside.indexOf("\\", from)) {
    const escape = readEscape(inside, at + 1, isBytes);
    if (escape === null) return null;
    parts.push(inside.slice(from, at), escape.text);
    from = at + 1 + escape.length;
  }
  parts.push(inside.slice(from));
  return parts.join("");
}

/** @param at place behind the backslash. @returns what stands there for how many characters, null when it is wrong */
function readEscape(text: string, at: number, isBytes: boolean): { text: string; length: number } | null {
  const letter = text.charAt(at);
  if (letter === "\n") return { text: "", length: 1 };
  const known = ESCAPES.get(letter);
  if (known !== undefined) return { text: known, length: 1 };
  const octal = OCTAL.exec(text.slice(at, at + 3));
  if (octal !== null) {
    const code = Number.parseInt(octal[0], 8);
    return { text: String.fromCharCode(isBytes ? code & 0xff : code), length: octal[0].length };
  }
  const digits = CODES.get(letter);
  if (digits === undefined || (isBytes && letter !== "x")) return { text: "\\", length: 0 };
  const hex = text.slice(at + 1, at + 1 + digits);
  const code = hex.length === digits && HEX_DIGITS.test(hex) ? Number.parseInt(hex, 16) : Number.NaN;
  return code <= 0x10ffff ? { text: String.fromCodePoint(code), length: 1 + digits } : null;
}

function quoteAt(text: string, at: number): string {
  const quote = text.charAt(at);
  return text.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
}

function openedAt(text: string, prefix: string, at: number): Open {
  const [isFormatted, isRaw] = [FORMATTED.test(prefix), RAW.test(prefix)];
  return { kind: "string", quote: quoteAt(text, at), isFormatted, isRaw };
}

/** @returns how many characters are done with, -1 where the string cannot go on */
function inString(text: string, at: number, top: Open & { kind: "string" }, open: Open[]): number {
  const character = text.charAt(at);
  if (character === "\\") {
    if (!top.isFormatted) return 2;
    if (text.startsWith("N{", at + 1) && !top.isRaw) return 3;
    return text.charAt(at + 1) === "{" ? 1 : 2;
  }
  if (text.startsWith(top.quote, at)) {
    open.pop();
    return top.quote.length;
  }
  if (isLineEnd(character) && top.quote.length === 1) return -1;
  if (character !== "{" || !top.isFormatted) return 1;
  if (text.charAt(at + 1) === "{") return 2;
  open.push({ kind: "field", brackets: 0, isSpec: false });
  return 1;
}

/** The same inside the `{…}` of an f-string, where an expression stands, then perhaps `:` and how to write it. */
function inField(text: string, at: number, top: Open & { kind: "field" }, open: Open[]): number {
  const character = text.charAt(at);
  if (top.isSpec) {
    if (character === "{") open.push({ kind: "field", brackets: 0, isSpec: false });
    else if (character === "}") open.pop();
    return 1;
  }
  if (character === '"' || character === "'") {
    const letters = /[a-z]{0,2}$/i.exec(text.slice(Math.max(0, at - 2), at))?.[0] ?? "";
    open.push(openedAt(text, letters, at));
    return quoteAt(text, at).length;
  }
  if (character === "(" || character === "[" || character === "{") top.brackets++;
  else if (character === ":" && top.brackets === 0) top.isSpec = true;
  else if (character === "}" && top.brackets === 0) open.pop();
  else if (character === ")" || character === "]" || character === "}") top.brackets--;
  return 1;
}

function isLineEnd(character: string): boolean {
  return character === "\n" || character === "\r";
}
