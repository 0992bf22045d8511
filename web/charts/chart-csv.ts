// The points of a chart as comma-separated text.
import { csvLine } from "../../src/domain/delimited.ts";
import type { ChartLine } from "./chart-lines.ts";

const HEAD = ["branch", "column", "commit", "committed", "ordinal", "value", "spread"];

/** @returns a line for each drawn point, gaps left out, in the order in which they are drawn */
export function chartCsv(lines: readonly ChartLine[]): string {
  const rows = lines.flatMap(({ branch, column, points, scaledBy }) =>
    points.flatMap(({ value, at, sha, ordinal, spread }) => {
      if (value === null) return [];
      const time = new Date(at * 1_000).toISOString().replace(".000Z", "Z");
      return [[branch, column.id, sha, time, ordinal, value, spread === null ? null : spread * scaledBy]];
    }),
  );
  return [HEAD, ...rows].map(csvLine).join("");
}
