// A table in Markdown: texts from a repository cannot break out of a cell.
import { escapeControls } from "./safe-text.ts";

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
