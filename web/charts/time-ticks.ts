// The level axis of a chart: dates below it, whether commits stand evenly or by their time.
import type { ChartPoint } from "./chart-lines.ts";
import { levelOf, type PlotScale, xOf } from "./plot-shape.ts";

/** A date below the chart. */
export interface TimeTick {
  readonly x: number;
  readonly text: string;
}

const DAY = 86_400;
/** Room for one date, in pixels. */
const TICK_WIDTH = 96;
/** Below so many days each date says its day, below so many its time. */
const DAYS_WITH_DAY = 300;
const DAYS_WITH_TIME = 2;

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

const monthOf = (date: Date): string => MONTHS[date.getUTCMonth()] ?? "";

/** @returns a date as people read it: "27 May 2025" */
export function dayText(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return `${date.getUTCDate()} ${monthOf(date)} ${date.getUTCFullYear()}`;
}

/** @param span seconds that the axis covers */
function tickText(seconds: number, span: number): string {
  const date = new Date(seconds * 1_000);
  if (span < DAYS_WITH_TIME * DAY) return `${date.getUTCDate()} ${monthOf(date)} ${date.toISOString().slice(11, 16)}`;
  return span < DAYS_WITH_DAY * DAY ? dayText(seconds) : `${monthOf(date)} ${date.getUTCFullYear()}`;
}

/** @returns dates at even distances: by commit the date of the commit that stands there; none says the same as the one before */
export function timeTicks(
  points: readonly Pick<ChartPoint, "ordinal" | "at">[],
  scale: PlotScale,
): readonly TimeTick[] {
  const { first, last, by, width } = scale;
  const times = points.map(({ at }) => at);
  const span =
    times.reduce((high, at) => Math.max(high, at), 0) -
    times.reduce((low, at) => Math.min(low, at), Number.POSITIVE_INFINITY);
  if (points.length === 0) return [];
  const places = first === last ? 1 : Math.max(1, Math.floor(width / TICK_WIDTH));
  const ticks: TimeTick[] = [];
  for (let place = 0; place < places; place += 1) {
    const level = first + ((last - first) * place) / places;
    const seconds = by === "date" ? level : nearestTime(points, level);
    const text = tickText(seconds, span);
    if (ticks.at(-1)?.text !== text) ticks.push({ x: xOf(scale, level), text });
  }
  return ticks;
}

function nearestTime(points: readonly Pick<ChartPoint, "ordinal" | "at">[], level: number): number {
  let [best, distance] = [0, Number.POSITIVE_INFINITY];
  for (const point of points) {
    const away = Math.abs(levelOf(point, "commit") - level);
    if (away < distance) [best, distance] = [point.at, away];
  }
  return best;
}
