// A stored value's JSON text as the API sends it: passed through where nothing is to be changed.
import type { ColumnKind, Value } from "../domain/model.ts";
import { sentIn, toApiJson } from "../domain/value.ts";

/** Postgres writes numbers without an exponent: 1e300 has 301 digits. Longer texts get their shortest form. */
const MAX_PLAIN_LENGTH = 41;
const INTEGER = /^-?\d+$/;

/**
 * @param text one value as jsonb writes it; a special number is `{"n": "NaN"}`
 * @param kind of its column: in a column of numbers, numeric texts are numbers and marks for "nothing" are missing
 * @returns JSON text
 */
export function apiText(text: string, kind: ColumnKind): string {
  const first = text.charCodeAt(0);
  if (first === 0x7b) return specialText(text);
  if (first === 0x22) return kind === "number" ? numericText(text) : text;
  return text.length <= MAX_PLAIN_LENGTH ? text : shortest(text);
}

// ES2026, which TypeScript's library does not know yet
const json = JSON as unknown as { rawJSON(text: string): unknown };

/** Doubles have 17 digits that count, so that a text of more than MAX_PLAIN_LENGTH holds this many zeros in a row. */
const ZEROS = "0".repeat(18);

/** @returns whether no value of a list, one a line, needs `apiText()`: plain numbers, truth values and nulls */
export function isPlain(lines: string): boolean {
  return !lines.includes('"') && !lines.includes("{") && !lines.includes(ZEROS);
}

/** @returns `"NaN"`, `"Infinity"` or `"-Infinity"` */
function specialText(text: string): string {
  const { n } = JSON.parse(text) as { n: string };
  return JSON.stringify(n);
}

function numericText(text: string): string {
  const value = JSON.parse(text) as string;
  const sent = sentIn(value, "number");
  return sent === value ? text : toApiJson(sent);
}

function shortest(text: string): string {
  return INTEGER.test(text) && text.length <= MAX_PLAIN_LENGTH ? text : String(Number(text));
}

/** A value of the commit's detail as a JSON value: as it is in the file, long integers with all their digits. */
export function apiValue(value: Value): number | string | boolean | null {
  if (typeof value === "bigint") return json.rawJSON(value.toString()) as number;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value;
}
