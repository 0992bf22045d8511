// Where the next page goes on: an opaque text that is refused when it belongs to another question.
import { hash } from "node:crypto";
import { TidemarkError } from "../errors.ts";

/** Longest cursor, in characters; ours have fewer than 120. */
const MAX_CURSOR_LENGTH = 512;
/** Hex digits that say which question a cursor belongs to. */
const SCOPE_DIGITS = 16;
/** Hex digits by which a damaged cursor is noticed. It is no signature: its holder may ask for any page anyway. */
const CHECK_DIGITS = 8;
const FORM = /^([0-9a-z]{1,40}(?:,[0-9a-z]{1,40}){0,4})\.([0-9a-f]{16})\.([0-9a-f]{8})$/;

function digest(text: string, digits: number): string {
  return hash("sha256", text, "hex").slice(0, digits);
}

/**
 * What a cursor belongs to, as one short text.
 * @param parts of the question: repository, branch, columns …; their order counts
 */
export function cursorScope(...parts: readonly string[]): string {
  return digest(JSON.stringify(parts), SCOPE_DIGITS);
}

/**
 * Writes a cursor.
 * @param scope of `cursorScope()`
 * @param place 1 to 5 words of digits and lower-case letters, at most 40 each
 */
export function writeCursor(scope: string, place: readonly string[]): string {
  const body = `${place.join(",")}.${scope}`;
  return Buffer.from(`${body}.${digest(body, CHECK_DIGITS)}`).toString("base64url");
}

/**
 * Reads a cursor back.
 * @param others scopes of questions whose cursors this one goes on at too
 * @returns its place, in as many words as were written
 * @throws TidemarkError `cursor-mismatch` when it is no cursor, was changed, or belongs to another question
 */
export function readCursor(
  text: string,
  scope: string,
  words: number,
  ...others: readonly string[]
): readonly string[] {
  if (text.length > MAX_CURSOR_LENGTH) throw mismatch(text, "a text that is too long", "a cursor as it was given");
  const decoded = Buffer.from(text, "base64url");
  const match = FORM.exec(decoded.toString("latin1"));
  const [, place = "", ours, check] = match ?? [];
  // one cursor has one spelling: leftover bits of the last character count too
  if (match === null || decoded.toString("base64url") !== text || check !== digest(`${place}.${ours}`, CHECK_DIGITS)) {
    throw mismatch(text, "a text that is no cursor", "a cursor as it was given");
  }
  if (ours !== scope && !others.includes(ours as string))
    throw mismatch(text, "one of another question", "the same repository, branch, columns and search");
  const list = place.split(",");
  if (list.length !== words) throw mismatch(text, "one of another list", "a cursor of this list");
  return list;
}

/** @returns the error for a cursor that leads nowhere (any more) */
export function mismatch(cursor: string, found: string, wanted: string): TidemarkError {
  const value = cursor.length > 60 ? `${cursor.slice(0, 60)}…` : cursor;
  return new TidemarkError("cursor-mismatch", { attempt: "go on at the cursor", value, found, wanted });
}
