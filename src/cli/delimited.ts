// CSV and Markdown of a table: texts from a repository can neither command a spreadsheet nor break out of a cell.
import type { Value } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { numberOf } from "../domain/value.ts";

/** What a spreadsheet takes for a formula, in its full-width forms too; it also skips a blank before one. */
const FORMULA = /^[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n\0]/;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** @returns one line of CSV (RFC 4180, ended by LF); numbers stay as they are, formulas become texts (OWASP) */
export function csvLine(values: readonly Value[]): string {
  return `${values.map(csvField).join(",")}\n`;
}

/** @returns lines of a Markdown table; `alignRight` says which columns hold figures */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignRight: readonly boolean[],
): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownCell).join(" | ")} |`;
  const rule = `| ${head.map((_, index) => (alignRight[index] === true ? "---:" : "---")).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)];
}

/** @returns a text in which no character means anything to Markdown or HTML; one line */
export function markdownCell(text: string): string {
  return escapeControls(text)
    .replace(/[\\`*_[\]<>|~#&!]/g, "\\$&")
    .trim();
}

function csvField(value: Value): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const text = escapeControls(value);
  const safe = FORMULA.test(value) && numberOf(value) === null ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
