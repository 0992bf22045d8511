// Which commits a chart shows after a drag, a key or a choice of the last days.
import type { ChartPoint } from "./chart-lines.ts";
import { levelOf, type PlotScale } from "./plot-shape.ts";

/** Where a stretch begins and ends: ids of commits. An end that is left out is the history's own. */
export interface Stretch {
  readonly from?: string;
  readonly to?: string;
}

type Place = Pick<ChartPoint, "ordinal" | "at" | "sha">;

/** Fewer points than this are no stretch. */
const MIN_POINTS = 2;
const DAY = 86_400;

/** Points in the order of the level axis, each commit once. */
function inOrder(points: readonly Place[], by: PlotScale["by"]): readonly Place[] {
  const known = new Map(points.filter(({ sha }) => sha !== "").map((point) => [point.sha, point]));
  return [...known.values()].sort((a, b) => levelOf(a, by) - levelOf(b, by) || a.ordinal - b.ordinal);
}

/** An end at the history's own end is left out, so that new commits are seen as they come. */
function stretchBetween(points: readonly Place[], whole: readonly Place[], by: PlotScale["by"]): Stretch {
  // the oldest and the newest in the history, which by date may be others than those at the edges
  const byOrdinal = points.toSorted((a, b) => a.ordinal - b.ordinal);
  const [first, last] = [byOrdinal[0], byOrdinal.at(-1)];
  const all = inOrder(whole, by);
  const lowest = Math.min(...all.map(({ ordinal }) => ordinal));
  const highest = Math.max(...all.map(({ ordinal }) => ordinal));
  return {
    ...(first === undefined || first.ordinal <= lowest ? {} : { from: first.sha }),
    ...(last === undefined || last.ordinal >= highest ? {} : { to: last.sha }),
  };
}

/**
 * @param points of all lines that are drawn
 * @param whole points of the whole history, as far as known
 * @param from and `to`: levels, in any order
 * @returns the stretch between two places; null where there are fewer than two commits
 */
export function stretchOf(
  points: readonly Place[],
  whole: readonly Place[],
  by: PlotScale["by"],
  { from, to }: { readonly from: number; readonly to: number },
): Stretch | null {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const inside = inOrder(points, by).filter((point) => levelOf(point, by) >= low && levelOf(point, by) <= high);
  return inside.length < MIN_POINTS ? null : stretchBetween(inside, whole, by);
}

/**
 * @param shown points that are drawn now
 * @param whole points of the whole history
 * @param factor 0.5 halves what is seen, 2 doubles it
 * @param around the level that stays where it is
 * @returns the stretch; null where nothing would change
 */
export function zoomedBy(
  shown: readonly Place[],
  whole: readonly Place[],
  by: PlotScale["by"],
  { factor, around }: { readonly factor: number; readonly around: number | null },
): Stretch | null {
  const levels = inOrder(shown, by).map((point) => levelOf(point, by));
  const [first, last] = [levels[0], levels.at(-1)];
  if (first === undefined || last === undefined || first === last) return factor > 1 ? {} : null;
  const centre = around ?? (first + last) / 2;
  const [from, to] = [centre - (centre - first) * factor, centre + (last - centre) * factor];
  const source = factor > 1 ? [...whole, ...shown] : shown;
  return stretchOf(source, whole, by, { from, to });
}

/** @returns the stretch of the last days before the newest commit; null where it would be empty */
export function lastDays(whole: readonly Place[], days: number): Stretch | null {
  const points = inOrder(whole, "date");
  const newest = points.at(-1)?.at;
  if (newest === undefined) return null;
  const first = points.filter(({ at }) => at >= newest - days * DAY).toSorted((a, b) => a.ordinal - b.ordinal)[0];
  return first === undefined ? null : { from: first.sha };
}
