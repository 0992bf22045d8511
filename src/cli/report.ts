// What a command has to say, in every form that it can be asked for.
import type { Value } from "../domain/model.ts";
import { csvLine } from "../domain/delimited.ts";
import { markdownCell, markdownTable } from "../domain/markdown-table.ts";
import type { Effects } from "./effects.ts";
import { type Paint, paintFor } from "./paint.ts";
import type { ReadingOptions } from "./reading-options.ts";
import { wrap } from "./text-width.ts";

/** What lines are drawn on. */
export interface Look {
  /** in cells; Infinity: no limit */
  readonly width: number;
  readonly paint: Paint;
}

/** A table for a comment, and lines below it. */
export interface MarkdownReport {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly alignRight: readonly boolean[];
  readonly notes: readonly string[];
}

/** All that is said. */
export interface Report {
  /** what a terminal shows above the foot; no line wider than it is */
  lines(look: Look): readonly string[];
  markdown(): MarkdownReport;
  /** the head, then the rows; figures exact */
  csv(): readonly (readonly Value[])[];
  /** the whole text, which ends in a line end */
  json(): string;
  /** sentences about what could not be read, free of control characters; JSON says that in its own way */
  readonly problems: readonly string[];
  /** sentences below the figures */
  readonly foot: readonly string[];
}

/** Writes a report. Beside CSV problems go to the error stream: a program would take each line for a row. */
export function writeReport(report: Report, format: ReadingOptions["format"], { out, err }: Effects): void {
  switch (format) {
    case "json":
      out.write(report.json());
      break;
    case "csv":
      out.write(report.csv().map(csvLine).join(""));
      for (const problem of report.problems) err.write(`${problem}\n`);
      break;
    case "md":
      out.write(markdownText(report));
      break;
    case "table": {
      const { width } = out;
      const foot = [...report.problems, ...report.foot].flatMap((line) => wrap(line, width, 2));
      const lines = report.lines({ width, paint: paintFor(out.colour) });
      out.write(`${[...lines, ...(lines.length > 0 && foot.length > 0 ? [""] : []), ...foot].join("\n")}\n`);
    }
  }
}

function markdownText(report: Report): string {
  const { head, rows, alignRight, notes } = report.markdown();
  const table = rows.length === 0 ? [] : markdownTable(head, rows, alignRight);
  const foot = [...notes, ...report.problems, ...report.foot].map((line) => `- ${markdownCell(line)}`);
  return `${[...table, ...(table.length > 0 && foot.length > 0 ? [""] : []), ...foot].join("\n")}\n`;
}
