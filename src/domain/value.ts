// One value of a document: as a number, in an order, in jsonb and in the API.
import { MAX_EXACT_DIGITS } from "./limits.ts";
import type { ColumnKind, Value } from "./model.ts";

/** Characters of a text that is tested for being a number: a longer one never is. */
const MAX_NUMERIC_TEXT = 64;

// Each part excludes the next, so that a text is read once whatever it holds.
const NUMERIC = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?%?$/;
const GROUPED = /^-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?%?$/;
/** Texts that stand for special numbers. */
export const SPECIAL_TEXTS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["nan", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["inf", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
]);
/** Texts that people write for "nothing" in a column of numbers. */
export const MISSING_TEXTS: ReadonlySet<string> = new Set(["", "N/A", "NA", "n/a", "-", "--", "null", "None"]);
const LONG_INTEGER = /^-?\d{16,}$/;

/**
 * The number that a value stands for in a column of numbers.
 * @returns a finite or special number; that of a numeric text, also with `%` or with commas between thousands;
 *   null for what is missing, a truth value or another text
 */
export function numberOf(value: Value): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" ? numberOfText(value) : null;
}

/**
 * The same number with all its digits, those of a text too: integers that are one double are told apart, and each number
 * has one form, so that `===` compares two of them.
 */
export function fullNumberOf(value: Value): number | bigint | null {
  if (typeof value === "bigint") return value;
  const number = numberOf(value);
  if (number === null || Number.isSafeInteger(number)) return number;
  const digits = typeof value === "string" ? value.replaceAll(/[,%]/g, "") : "";
  return isLongInteger(digits) ? BigInt(digits) : canonicalNumber(number);
}

/** @returns `fullNumberOf()`; null for what is no number or none that is finite */
export function exactNumberOf(value: Value): number | bigint | null {
  const number = fullNumberOf(value);
  return typeof number === "number" && !Number.isFinite(number) ? null : number;
}

/** @returns whether the text is a plain number, without `%` and without commas */
export function isNumericText(text: string): boolean {
  return text.length <= MAX_NUMERIC_TEXT && NUMERIC.test(text) && !text.endsWith("%");
}

/**
 * A value as its column has it, the one rule for marks: in a column of numbers a text that people write for "nothing" is
 * missing; in columns of texts, of truth values, of everything, and in one of nothing else it is a text like any other.
 */
export function valueIn(value: Value, kind: ColumnKind): Value {
  return kind === "number" && typeof value === "string" && MISSING_TEXTS.has(value) ? null : value;
}

/** A value as the API sends it in its column: `valueIn()`, and in a column of numbers a numeric text is the number. */
export function sentIn(value: Value, kind: ColumnKind): Value {
  return kind === "number" && typeof value === "string" ? (fullNumberOf(value) ?? valueIn(value, kind)) : value;
}

/** @returns whether the value is null or a text that people write for "nothing" in a column of numbers */
export function isMissing(value: Value): boolean {
  return value === null || (typeof value === "string" && MISSING_TEXTS.has(value));
}

/**
 * The order of a column: finite numbers, special numbers (-Infinity, Infinity, NaN), truth values, texts by code
 * point, missing values. Both are of `valueIn()`. `descending` turns the order within each of these, never their order.
 * @returns negative, 0 or positive
 */
export function compareValues(a: Value, b: Value, order: "ascending" | "descending" = "ascending"): number {
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  if (difference !== 0) return difference;
  const result = compareWithinRank(a, b, rank);
  return order === "ascending" ? result : -result;
}

/** The order of texts by code point, as Postgres has it in collation "C". @returns negative, 0 or positive */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // a surrogate stands for a code point above all of the plane that its own code is in
    const xHigh = x >= 0xd800 && x <= 0xdfff;
    const yHigh = y >= 0xd800 && y <= 0xdfff;
    return xHigh === yHigh ? x - y : xHigh ? 1 : -1;
  }
  return a.length - b.length;
}

/**
 * The one form in which a number is kept: an integer beyond 2^53 with its digits, as jsonb gives it back.
 * @returns the number, or a bigint of the digits that its shortest form has, when it is an integer between 2^53 and
 *   10^40
 */
export function canonicalNumber(value: number): number | bigint {
  if (value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER) return value;
  if (!Number.isFinite(value)) return value;
  const [mantissa, exponent] = String(Math.abs(value)).split("e") as [string, string | undefined];
  const [whole, fraction = ""] = mantissa.split(".") as [string, string | undefined];
  const digits = exponent === undefined ? whole : (whole + fraction).padEnd(Number(exponent) + 1, "0");
  if (digits.length > MAX_EXACT_DIGITS) return value;
  return value < 0 ? -BigInt(digits) : BigInt(digits);
}

/**
 * Writes values as the text of a jsonb array.
 * @param values texts are well-formed and without U+0000
 */
export function toJsonb(values: readonly Value[]): string {
  if (values.every(isPlain)) return JSON.stringify(values); // one call is twice as fast as one for each value
  let text = "[";
  for (let i = 0; i < values.length; i++) text += (i === 0 ? "" : ",") + jsonbOf(values[i] as Value);
  return `${text}]`;
}

/**
 * Reads the text of a jsonb array that `toJsonb()` wrote. Negative zero comes back as 0; all else is as it was.
 * @throws SyntaxError when it is not JSON
 */
export function fromJsonb(text: string): Value[] {
  const values = (/\d{16}/.test(text) ? JSON.parse(text, exactIntegers) : JSON.parse(text)) as (Value | Marker)[];
  return values.map((value) => (typeof value === "object" && value !== null ? Number(value.n) : value));
}

/** Writes a value as JSON text for the API: special numbers as texts, long integers with their exact digits. */
export function toApiJson(value: Value): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return `"${value}"`;
  return JSON.stringify(value);
}

/** What stands in jsonb for a number that jsonb does not have: the values of a flat document are never objects. */
interface Marker {
  readonly n: string;
}

/** Whether JSON writes the value as jsonb keeps it. */
function isPlain(value: Value): boolean {
  return typeof value === "number" ? Number.isFinite(value) : typeof value !== "bigint";
}

function jsonbOf(value: Value): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return `{"n":"${value}"}`;
  return JSON.stringify(value);
}

function exactIntegers(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || Number.isSafeInteger(value)) return value;
  return isLongInteger(source) ? BigInt(source) : value;
}

/** Whether a text is an integer whose digits are kept. */
function isLongInteger(text: string): boolean {
  return LONG_INTEGER.test(text) && text.replace("-", "").length <= MAX_EXACT_DIGITS;
}

function numberOfText(text: string): number | null {
  if (text.length > MAX_NUMERIC_TEXT || text === "") return null;
  const special = SPECIAL_TEXTS.get(text);
  if (special !== undefined) return special;
  if (NUMERIC.test(text)) return Number.parseFloat(text);
  return GROUPED.test(text) ? Number.parseFloat(text.replaceAll(",", "")) : null;
}

function rankOf(value: Value): number {
  const number = numberOf(value);
  if (number !== null) return Number.isFinite(number) ? 0 : 1;
  if (value === null) return 4;
  return typeof value === "boolean" ? 2 : 3;
}

function compareWithinRank(a: Value, b: Value, rank: number): number {
  switch (rank) {
    case 0:
      return compareNumbers(a, b);
    case 1:
      return specialOrder(a) - specialOrder(b);
    case 2:
      return Number(a) - Number(b);
    case 3:
      return compareTexts(String(a), String(b));
    default:
      return 0;
  }
}

function compareNumbers(a: Value, b: Value): number {
  const difference = (numberOf(a) as number) - (numberOf(b) as number);
  if (difference !== 0) return difference;
  // integers beyond 2^53 sort as doubles; those of one double are told apart exactly, whatever they are written as
  if (typeof a === "number" && typeof b === "number") return 0;
  const [x, y] = [fullNumberOf(a) as number | bigint, fullNumberOf(b) as number | bigint];
  return x < y ? -1 : x > y ? 1 : 0;
}

function specialOrder(value: Value): number {
  const number = numberOf(value) as number;
  return Number.isNaN(number) ? 2 : number > 0 ? 1 : 0;
}
