// CSV of a table: texts from a repository cannot command a spreadsheet.
import type { Value } from "./model.ts";
import { escapeControls } from "./safe-text.ts";
import { numberOf } from "./value.ts";

/** What a spreadsheet takes for a formula, in its full-width forms too; it also skips a blank before one. */
const FORMULA = /^[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n\0]/;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** @returns one line of CSV (RFC 4180, ended by LF); numbers stay as they are, formulas become texts (OWASP) */
export function csvLine(values: readonly Value[]): string {
  return `${values.map(csvField).join(",")}\n`;
}

function csvField(value: Value): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const text = escapeControls(value);
  const safe = FORMULA.test(value) && numberOf(value) === null ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
