// Texts of a file made fit to be kept: well-formed, without U+0000, short, and not holding on to the file.
import { hash } from "node:crypto";
import { MAX_ROW_VALUE_BYTES } from "./limits.ts";

/** Characters from which V8 makes a slice that keeps the whole text alive which it was cut from. */
const SLICE_LENGTH = 13;
const HASH_DIGITS = 8;

/** @returns the number of bytes that the text has in UTF-8 */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    // each half of a pair counts 2, together 4; a lone half is written as U+FFFD, 3 bytes
    if (code < 0x800) bytes += 1;
    else if (code >= 0xd800 && code < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

/** @returns whether Postgres would refuse the text in jsonb: it holds U+0000 or half of a surrogate pair */
export function isUnfit(text: string): boolean {
  return text.includes("\0") || !text.isWellFormed();
}

/** @returns the text with U+FFFD for U+0000 and for halves of surrogate pairs */
export function fit(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\u{fffd}");
}

/** @returns the longest beginning of at most `bytes` bytes of UTF-8 that splits no code point */
export function cutText(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text;
  let size = 0;
  for (let i = 0; i < text.length; ) {
    const point = text.codePointAt(i) as number;
    size += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (size > bytes) return text.slice(0, i);
    i += point < 0x10000 ? 1 : 2;
  }
  return text;
}

/** @returns the same text in memory of its own: a slice would keep the file's whole text alive */
export function detach(text: string): string {
  return text.length < SLICE_LENGTH ? text : ` ${text}`.slice(1);
}

/** @returns a row's value as it stands in a key: a long one is cut and ends in `~` and 8 hex digits of its SHA-256 */
export function rowValue(text: string): string {
  const fitting = isUnfit(text) ? fit(text) : text;
  if (fitting.length * 3 <= MAX_ROW_VALUE_BYTES || utf8Length(fitting) <= MAX_ROW_VALUE_BYTES) return detach(fitting);
  const ending = `~${hash("sha256", fitting, "hex").slice(0, HASH_DIGITS)}`;
  return `${cutText(fitting, MAX_ROW_VALUE_BYTES - ending.length)}${ending}`;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/** Bytes of a key that a message shows. */
const SHOWN_BYTES = 60;

/** @returns a key in quotes as messages show it: a long one is cut */
export function quotedKey(key: string): string {
  const shown = fit(cutText(key, SHOWN_BYTES));
  return `"${shown}${shown.length < key.length ? "…" : ""}"`;
}
