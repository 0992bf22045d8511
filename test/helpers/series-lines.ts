// Lines of a chart for tests, from a list of values.
import type { ColumnHead } from "../../src/api/contract/commits.ts";
import type { SeriesLine } from "../../src/api/contract/series.ts";

const HOUR = 3_600;
/** Time of the commit of ordinal 0, in seconds since 1970. */
export const SERIES_BEGINS_AT = 1_700_000_000;

/** The head of a column of numbers. */
export function columnHead(id: string, more: Partial<ColumnHead> = {}): ColumnHead {
  const colon = id.indexOf(":");
  const [path, key] = [id.slice(0, colon), id.slice(colon + 1)];
  return {
    id,
    path,
    key,
    kind: "number",
    unit: null,
    goal: null,
    goalFrom: null,
    alias: null,
    unstable: false,
    ...more,
  };
}

/** What else of a line a test cares about. */
export interface SeriesLineParts {
  readonly id?: string;
  readonly branch?: string;
  readonly head?: Partial<ColumnHead>;
  readonly spread?: readonly (number | null)[];
  /** of the first commit */
  readonly ordinal?: number;
  /** seconds of each commit */
  readonly times?: readonly number[];
}

/** A line whose commits follow each other, an hour apart: the commit of ordinal 10 is "00000000000a". */
export function seriesLine(values: readonly (number | null)[], parts: SeriesLineParts = {}): SeriesLine {
  const { id = "m.json:loss", branch = "main", head = {}, spread, ordinal: first = 0, times } = parts;
  const ordinals = values.map((_, index) => first + index);
  return {
    branch,
    column: columnHead(id, head),
    points: values.map((value, index) => [
      first + index,
      times?.[index] ?? SERIES_BEGINS_AT + (first + index) * HOUR,
      value,
      100 + first + index,
    ]),
    shas: ordinals.map((ordinal) => ordinal.toString(16).padStart(12, "0")),
    total: values.length,
    spread: spread === undefined ? null : { column: "m.json:stddev", values: [...spread] },
  };
}
