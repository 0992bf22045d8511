// Values as people read them, in the web app and on a terminal alike: few digits, aligned decimals, exact when asked.
import { change } from "./compare.ts";
import type { Value } from "./model.ts";
import { escapeControls } from "./safe-text.ts";
import { numberOf } from "./value.ts";

/** Digits that a number shows: enough to tell neighbours apart, few enough to read a column at a glance. */
export const SIGNIFICANT_DIGITS = 5;
/** Significant digits that a number keeps in a column; one that would show fewer is written on its own terms. */
const DIGITS_KEPT_IN_COLUMN = 3;
/** Outside of these bounds a number is written with an exponent: more zeros than one can count. */
const SMALLEST_PLAIN = 1e-6;
const LARGEST_PLAIN = 1e15;
/** Characters that a change shows of a text that was there before. */
const MAX_OLD_TEXT = 24;
const MINUS = "\u2212";
const NO_BREAK_SPACE = "\u00a0";

/**
 * Writes one value: a number with 5 significant digits, its whole part in full and with commas between thousands.
 * @param unit written behind a number: `12.5 ms`, `85.2%`
 * @returns "" for a missing value; a text with its hidden characters made visible
 */
export function formatValue(value: Value, unit: string | null = null): string {
  if (value === null) return "";
  if (typeof value === "string") return escapeControls(value);
  if (typeof value === "boolean") return String(value);
  return withUnit(formatNumber(Number(value), null), unit);
}

/**
 * The number of decimals that all numbers of a column share: what its middle number shows at 5 significant digits, and
 * no more than its numbers need.
 * @returns null for a column without finite numbers
 */
export function columnDecimals(values: Iterable<Value>): number | null {
  const room: number[] = [];
  let needed = 0;
  let zeros = 0;
  for (const value of values) {
    const number = numberOf(value);
    if (number === null || !Number.isFinite(number)) continue;
    if (number === 0) zeros++;
    if (!isPlain(number)) continue;
    room.push(decimalsFor(number, SIGNIFICANT_DIGITS));
    const text = trimZeros(Math.abs(number).toFixed(room.at(-1)));
    const point = text.indexOf(".");
    if (point >= 0) needed = Math.max(needed, text.length - point - 1);
  }
  if (room.length === 0) return zeros > 0 ? 0 : null;
  const middle = room.sort((a, b) => a - b)[room.length >> 1] as number;
  return Math.min(needed, middle);
}

/**
 * Writes a value of a column with the column's decimals, so that points stand below each other.
 * @param decimals of `columnDecimals()`; then numeric texts count as numbers. A number that would keep fewer than 3
 * significant digits, or is too large or small to be written in full, is written as by `formatValue()`
 */
export function formatInColumn(value: Value, decimals: number | null): string {
  const number = decimals === null ? null : numberOf(value);
  return number === null ? formatValue(value) : formatNumber(number, decimals);
}

/** Writes a column of values with the same number of decimals. @returns the texts, in the same order */
export function formatColumn(values: readonly Value[]): string[] {
  const decimals = columnDecimals(values);
  return values.map((value) => formatInColumn(value, decimals));
}

/**
 * The value as it is, to be shown on hover and copied: all digits, no commas, an ordinary minus.
 * @returns "" for a missing value; a text with its hidden characters made visible
 */
export function exactText(value: Value): string {
  if (value === null) return "";
  return typeof value === "string" ? escapeControls(value) : String(value);
}

/**
 * Writes what changed since the baseline.
 * @param decimals of the column; without it those that the two numbers need
 * @returns `+24`, `−0.00040`; `was NaN`, `was adam` where there is no difference to compute; "" when nothing changed or
 * there is nothing to compare with
 */
export function formatChange(value: Value, baseline: Value, decimals: number | null = null): string {
  if (baseline === null || Object.is(value, baseline)) return "";
  const difference = change(value, baseline);
  if (difference === 0) return "";
  if (difference !== null) return formatDifference(difference, decimals ?? columnDecimals([value, baseline]));
  if (sameSpecial(value, baseline)) return "";
  const before = formatValue(baseline);
  return `was ${before.length > MAX_OLD_TEXT ? `${before.slice(0, MAX_OLD_TEXT - 1).trimEnd()}…` : before}`;
}

/** Writes a difference with its sign and a column's decimals, or with 2 significant digits when it is smaller. */
export function formatDifference(difference: number, decimals: number | null = null): string {
  const size = Math.abs(difference);
  const sign = difference < 0 ? MINUS : "+";
  if (decimals === null || !isPlain(size)) return sign + formatNumber(size, null);
  const text = size.toFixed(decimals);
  return sign + (Number(text) === 0 ? significant(size, 2) : groupThousands(text));
}

/** Writes a relative change: `+1.2%`, `−0.044%`, `+1,250%`, `+∞%`. @param fraction 0.012 is 1.2 per cent */
export function formatRelativeChange(fraction: number): string {
  const percent = Math.abs(fraction) * 100; // beyond what a double holds for a fraction that it does
  const size = Number.isFinite(percent) ? significant(percent, percent < 1 ? 2 : 3) : formatNumber(percent, null);
  return `${fraction < 0 ? MINUS : "+"}${size}%`;
}

/** Writes a whole number of things: `50,733`. */
export function formatCount(count: number): string {
  return groupThousands(String(Math.round(count))).replace("-", MINUS);
}

function withUnit(text: string, unit: string | null): string {
  if (unit === null || unit === "") return text;
  return unit === "%" ? `${text}%` : `${text}${NO_BREAK_SPACE}${escapeControls(unit)}`;
}

function formatNumber(number: number, decimals: number | null): string {
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number < 0 ? `${MINUS}∞` : "∞";
  const sign = number < 0 ? MINUS : "";
  const size = Math.abs(number);
  if (decimals !== null && (size === 0 || keepsDigits(size, decimals)))
    return sign + groupThousands(size.toFixed(decimals));
  return sign + significant(size, SIGNIFICANT_DIGITS);
}

/** Whether enough of a number is left at that many decimals: 3 significant digits, or all that it has. */
function keepsDigits(size: number, decimals: number): boolean {
  if (!isPlain(size)) return false;
  return decimals >= decimalsFor(size, DIGITS_KEPT_IN_COLUMN) || Number(size.toFixed(decimals)) === size;
}

/** A positive number with so many significant digits, without zeros at the end; its whole part is never rounded. */
function significant(size: number, digits: number): string {
  if (size === 0) return "0";
  if (isPlain(size)) return groupThousands(trimZeros(size.toFixed(decimalsFor(size, digits))));
  const rounded = Number(size.toPrecision(digits)).toExponential(); // the shortest form: 5e-324, not 4.9407e-324
  return rounded.replace("e+", "e").replace("e-", `e${MINUS}`);
}

function isPlain(number: number): boolean {
  const size = Math.abs(number);
  return size >= SMALLEST_PLAIN && size < LARGEST_PLAIN;
}

/** How many decimals a number has at so many significant digits, after rounding: 9.99999 has 3 at 5. */
function decimalsFor(number: number, digits: number): number {
  const text = Math.abs(number).toExponential(digits - 1);
  return Math.max(0, digits - 1 - Number(text.slice(text.indexOf("e") + 1)));
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0{1,20}$/, "") : text;
}

function groupThousands(text: string): string {
  const point = text.indexOf(".");
  const whole = point < 0 ? text : text.slice(0, point);
  const threes: string[] = [];
  let rest = whole;
  for (; /\d{4}$/.test(rest); rest = rest.slice(0, -3)) threes.unshift(rest.slice(-3));
  return [rest, ...threes].join(",") + (point < 0 ? "" : text.slice(point));
}

function sameSpecial(value: Value, baseline: Value): boolean {
  const now = numberOf(value);
  return now !== null && Object.is(now, numberOf(baseline));
}
