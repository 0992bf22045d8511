// The geometry of a chart's panel: paths, dots, bands, and the point that is nearest to a place.
import type { ChartLine, ChartPoint } from "./chart-lines.ts";
import { placeOnAxis, type ValueAxis } from "./value-axis.ts";

/** Where things stand in a panel, in pixels. */
export interface PlotScale {
  /** values of the level axis at both ends: ordinals, or seconds since 1970 */
  readonly first: number;
  readonly last: number;
  readonly by: "commit" | "date";
  readonly width: number;
  readonly height: number;
  readonly axis: ValueAxis;
}

/** What is drawn of a line. */
export interface LineShape {
  /** `d` of a path: one stroke for each run of values */
  readonly path: string;
  /** `d` of the band around it; "" without spreads */
  readonly band: string;
  /** points that stand alone between gaps */
  readonly dots: readonly { readonly x: number; readonly y: number }[];
}

/** @returns what a point has on the level axis */
export function levelOf(point: Pick<ChartPoint, "ordinal" | "at">, by: PlotScale["by"]): number {
  return by === "date" ? point.at : point.ordinal;
}

/** @returns the ends of the level axis over all lines; null without a point */
export function levelEnds(
  lines: readonly Pick<ChartLine, "points">[],
  by: PlotScale["by"],
): { first: number; last: number } | null {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { points } of lines) {
    for (const point of points) {
      const level = levelOf(point, by);
      first = Math.min(first, level);
      last = Math.max(last, level);
    }
  }
  return first > last ? null : { first, last };
}

/** @returns where something stands across the panel; all that there is stands in the middle when it is one point */
export function xOf({ first, last, width }: Pick<PlotScale, "first" | "last" | "width">, level: number): number {
  return first === last ? width / 2 : ((level - first) / (last - first)) * width;
}

/** @returns how high a value stands, 0 at the top; null where the axis has no place for it */
export function yOf({ axis, height }: Pick<PlotScale, "axis" | "height">, value: number | null): number | null {
  const place = value === null ? null : placeOnAxis(axis, value);
  return place === null ? null : (1 - place) * height;
}

const round = (value: number): number => Math.round(value * 10) / 10;

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly point: ChartPoint;
}

/** Runs of points between gaps. */
function runsOf(line: Pick<ChartLine, "points">, scale: PlotScale): readonly (readonly Placed[])[] {
  const runs: Placed[][] = [[]];
  for (const point of line.points) {
    const y = yOf(scale, point.shown);
    if (y === null) runs.push([]);
    else runs.at(-1)?.push({ x: round(xOf(scale, levelOf(point, scale.by))), y: round(y), point });
  }
  return runs.filter((run) => run.length > 0);
}

/** The ends of a point's band; what a logarithmic axis has no place for ends at the bottom. */
function bandEnds({ point, x }: Placed, scale: PlotScale): { x: number; top: number; bottom: number } {
  const [shown, spread] = [point.shown ?? 0, point.spread ?? 0];
  const clamp = (y: number): number => Math.max(0, Math.min(scale.height, y));
  return {
    x,
    top: round(clamp(yOf(scale, shown + spread) ?? 0)),
    bottom: round(clamp(yOf(scale, shown - spread) ?? scale.height)),
  };
}

function bandOf(run: readonly Placed[], scale: PlotScale): string {
  if (run.length < 2 || run.every(({ point }) => point.spread === null)) return "";
  const ends = run.map((placed) => bandEnds(placed, scale));
  const above = ends.map(({ x, top }) => `${x},${top}`);
  const below = ends.map(({ x, bottom }) => `${x},${bottom}`).toReversed();
  return `M${above.join("L")}L${below.join("L")}Z`;
}

/** @returns what is drawn of a line */
export function lineShape(line: Pick<ChartLine, "points">, scale: PlotScale): LineShape {
  const runs = runsOf(line, scale);
  return {
    path: runs
      .filter((run) => run.length > 1)
      .map((run) => `M${run.map(({ x, y }) => `${x},${y}`).join("L")}`)
      .join(""),
    band: runs.map((run) => bandOf(run, scale)).join(""),
    dots: runs.filter((run) => run.length === 1).map(([placed]) => ({ x: placed?.x ?? 0, y: placed?.y ?? 0 })),
  };
}

/** A point of a chart: which line, and which of its points. */
export interface PointPlace {
  /** `id` of the line */
  readonly line: string;
  readonly point: number;
}

/**
 * @param lines of one panel
 * @returns the drawn point nearest to a place of the panel: across first, then up and down; null without any
 */
export function nearestPoint(
  lines: readonly ChartLine[],
  scale: PlotScale,
  at: { readonly x: number; readonly y: number },
): PointPlace | null {
  let best: PointPlace | null = null;
  let [across, up] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const line of lines) {
    line.points.forEach((point, index) => {
      const y = yOf(scale, point.shown);
      if (y === null) return;
      const dx = Math.abs(xOf(scale, levelOf(point, scale.by)) - at.x);
      const dy = Math.abs(y - at.y);
      // two points within one pixel stand at the same place
      if (dx < across - 0.5 || (dx < across + 0.5 && dy < up)) {
        best = { line: line.id, point: index };
        across = Math.min(dx, across);
        up = dy;
      }
    });
  }
  return best;
}
