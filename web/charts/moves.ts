// What the keyboard does in a chart: from point to point, from line to line.
import type { ChartLine, ChartPoint } from "./chart-lines.ts";
import { levelOf, type PlotScale, type PointPlace } from "./plot-shape.ts";

/** Part of a line's points that PageUp and PageDown pass. */
const PAGE = 10;

/** @returns the point that a place names, where it is drawn */
export function pointAt(
  lines: readonly ChartLine[],
  place: PointPlace | null,
): { readonly line: ChartLine; readonly point: ChartPoint } | null {
  const line = lines.find(({ id }) => id === place?.line);
  const point = place === null ? undefined : line?.points[place.point];
  return line === undefined || point === undefined ? null : { line, point };
}

/** @returns whether a point is drawn as one */
const isDrawn = (line: ChartLine, index: number): boolean => (line.points[index]?.shown ?? null) !== null;

/** The drawn point nearest to an index, going one way first and then the other; -1 without any. */
function drawnFrom(line: ChartLine, index: number, step: 1 | -1): number {
  for (let at = index; at >= 0 && at < line.points.length; at += step) if (isDrawn(line, at)) return at;
  for (let at = index; at >= 0 && at < line.points.length; at -= step) if (isDrawn(line, at)) return at;
  return -1;
}

/** The drawn point of a line that stands nearest to a level. */
function atLevel(line: ChartLine, level: number, by: PlotScale["by"]): number {
  let best = -1;
  line.points.forEach((point, index) => {
    if (!isDrawn(line, index)) return;
    const before = line.points[best];
    const nearer = before === undefined || Math.abs(levelOf(point, by) - level) < Math.abs(levelOf(before, by) - level);
    if (nearer) best = index;
  });
  return best;
}

function otherLine(lines: readonly ChartLine[], place: PointPlace, by: PlotScale["by"], step: 1 | -1): PointPlace {
  const from = lines.findIndex(({ id }) => id === place.line);
  const point = lines[from]?.points[place.point];
  for (let at = from + step; at >= 0 && at < lines.length; at += step) {
    const line = lines[at] as ChartLine;
    const found = point === undefined ? -1 : atLevel(line, levelOf(point, by), by);
    if (found >= 0) return { line: line.id, point: found };
  }
  return place;
}

/** @returns the newest point of the first line that has one; null without any */
export function newestPoint(lines: readonly ChartLine[]): PointPlace | null {
  for (const line of lines) {
    const point = drawnFrom(line, line.points.length - 1, -1);
    if (point >= 0) return { line: line.id, point };
  }
  return null;
}

/**
 * @param lines of all panels, from the top down
 * @param place null where no point is active yet
 * @returns the point that a key leads to; null for a key that leads nowhere
 */
export function movedPoint(
  key: string,
  lines: readonly ChartLine[],
  place: PointPlace | null,
  by: PlotScale["by"],
): PointPlace | null {
  const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];
  if (!keys.includes(key)) return null;
  const line = lines.find(({ id }) => id === place?.line);
  if (line === undefined || place === null) return newestPoint(lines);
  if (key === "ArrowUp" || key === "ArrowDown") return otherLine(lines, place, by, key === "ArrowUp" ? -1 : 1);
  const last = line.points.length - 1;
  const page = Math.max(1, Math.round(line.points.length / PAGE));
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    PageUp: page,
    PageDown: -page,
    Home: -place.point,
    End: last - place.point,
  };
  const step = steps[key] ?? 0;
  const wanted = Math.max(0, Math.min(last, place.point + step));
  // Home and End go inwards from the end where there is a gap
  const inwards = key === "Home" ? 1 : key === "End" ? -1 : step < 0 ? -1 : 1;
  return { line: line.id, point: drawnFrom(line, wanted, inwards) };
}
