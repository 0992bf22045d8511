// Tags above a chart: each is a line where its commit stands, and its name where there is room for it.
import type { Series } from "../../src/api/contract/series.ts";
import type { ChartLine } from "./chart-lines.ts";
import { xOf } from "./plot-shape.ts";

/** A tag in the chart. */
export interface TagMark {
  readonly name: string;
  readonly x: number;
  /** whether its name has room */
  readonly named: boolean;
}

/** Width of a letter of a name, room beside one, and letters of a name that are shown at most. */
const LETTER = 6.4;
const ROOM = 10;
/** Letters of a tag's name that are shown at most. */
export const TAG_LETTERS = 18;

/** Where a tag's commit stands: by date, at the time of the commit of that ordinal, or of the next one. */
function levelOfTag(ordinal: number, lines: readonly ChartLine[], by: "commit" | "date"): number | null {
  if (by === "commit") return ordinal;
  const points = lines.flatMap((line) => line.points).filter((point) => point.ordinal >= ordinal);
  const next = points.toSorted((a, b) => a.ordinal - b.ordinal)[0];
  return next?.at ?? null;
}

/**
 * @param tags oldest first
 * @param place where lines begin and end, how wide the plot is, and how much of its left end another text takes
 * @returns those that stand inside; from the newest on each has its name unless another one is in the way
 */
export function tagMarks(
  tags: Series["tags"],
  lines: readonly ChartLine[],
  by: "commit" | "date",
  place: { readonly first: number; readonly last: number; readonly width: number; readonly taken?: number },
): readonly TagMark[] {
  const marks: TagMark[] = [];
  let free = place.width;
  for (const { name, ordinal } of tags.toReversed()) {
    const level = levelOfTag(ordinal, lines, by);
    if (level === null || level < place.first || level > place.last) continue;
    const x = xOf(place, level);
    const half = (Math.min(TAG_LETTERS, name.length) * LETTER + ROOM) / 2;
    const named = x + half <= free && x - half >= (place.taken ?? 0);
    if (named) free = x - half;
    marks.push({ name, x, named });
  }
  return marks;
}
