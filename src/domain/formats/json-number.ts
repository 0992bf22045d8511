// Numbers of JSON: read exactly, in one pass over their digits.
import { quotedKey } from "../kept-text.ts";
import { MAX_EXACT_DIGITS } from "../limits.ts";
import type { WarningList } from "../warning-list.ts";
import { placeOf } from "./adapter.ts";

/** Powers of ten that a double holds exactly: a safe integer divided by one is rounded once, as it should be. */
const POWERS = Array.from({ length: 23 }, (_, i) => 10 ** i);

const ZERO = 0x30;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;

/** A number, and the place behind it. One object is used again: read both before the next call. */
export interface NumberReading {
  value: number | bigint;
  /** behind the number; -1 when there is none */
  end: number;
}

/**
 * Reads a number of RFC 8259 that begins at a place.
 * @param warnings is told when it is too large for a double
 */
export function readNumber(text: string, start: number, reading: NumberReading, warnings: WarningList): void {
  let at = start;
  let code = text.charCodeAt(at);
  const negative = code === MINUS;
  if (negative) code = text.charCodeAt(++at);
  const first = at;
  let value = 0;
  while (isDigit(code)) {
    value = value * 10 + (code - ZERO);
    code = text.charCodeAt(++at);
  }
  const whole = at - first;
  reading.end = -1;
  if (whole === 0 || (whole > 1 && text.charCodeAt(first) === ZERO)) return;
  let fraction = 0;
  if (code === DOT) {
    const point = at;
    code = text.charCodeAt(++at);
    while (isDigit(code)) {
      value = value * 10 + (code - ZERO);
      code = text.charCodeAt(++at);
    }
    fraction = at - point - 1;
    if (fraction === 0) return;
  }
  const hasExponent = (code | 0x20) === 0x65; // e or E
  if (hasExponent) {
    at = endOfExponent(text, at);
    if (at < 0) return;
  }
  reading.end = at;
  // once the digits were more than a double holds, they are no safe integer any more
  if (!hasExponent && fraction < POWERS.length && value <= Number.MAX_SAFE_INTEGER) {
    if (fraction > 0) value /= POWERS[fraction] as number;
    reading.value = negative ? -value : value;
  } else if (!hasExponent && fraction === 0)
    reading.value = longInteger(text.slice(start, at), whole, warnings, () => placeOf(text, start).line);
  else {
    reading.value = Number.parseFloat(text.slice(start, at)); // faster than Number(), and the same for decimals
    if (!Number.isFinite(reading.value)) warnTooLarge(warnings, () => placeOf(text, start).line);
  }
}

/** Tells a number's line, from 1. */
type LineOf = () => number;

/**
 * An integer of many digits.
 * @param digits how many it has, without the sign
 * @returns a number within 2^53, the exact bigint up to 40 digits, else the nearest double
 */
export function longInteger(text: string, digits: number, warnings: WarningList, lineOf?: LineOf): number | bigint {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  return digits <= MAX_EXACT_DIGITS ? BigInt(text) : double(text, warnings, lineOf);
}

/** @returns the nearest double; an infinity, with a warning, when the number is larger than any */
export function double(text: string, warnings: WarningList, lineOf?: LineOf): number {
  const value = Number(text);
  if (!Number.isFinite(value)) warnTooLarge(warnings, lineOf);
  return value;
}

/** Warns that a number was larger than any double. @param key of the number; empty where nobody knows */
export function warnTooLarge(warnings: WarningList, lineOf?: LineOf, key = warnings.keyNow()): void {
  warnings.add("number-too-large", () => {
    const line = lineOf?.();
    const number = key === "" ? "A number" : `The number ${quotedKey(key)}`;
    const message = `${number}${line === undefined ? "" : ` in line ${line}`} is too large for a double: it counts as Infinity.`;
    return line === undefined ? { message } : { message, line };
  });
}

/** @returns the place behind an exponent, -1 when it has no digits */
function endOfExponent(text: string, start: number): number {
  let at = start + 1;
  let code = text.charCodeAt(at);
  if (code === PLUS || code === MINUS) code = text.charCodeAt(++at);
  if (!isDigit(code)) return -1;
  while (isDigit(code)) code = text.charCodeAt(++at);
  return at;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= 0x39;
}
