// The upright axis of a chart: where values stand on it, linear or logarithmic, and the figures beside it.
import { placeOn, scaleOf } from "../../src/domain/chart-scale.ts";
import { formatColumn, formatRelativeChange, formatValue } from "../../src/domain/format-value.ts";

/** How the axis is to be. */
export interface AxisChoice {
  readonly log: boolean;
  readonly zero: boolean;
  /** the values are parts of a line's first one: 0.1 is written "+10%" */
  readonly relative: boolean;
}

/** An axis. */
export interface ValueAxis {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** Room above and below the lines, as a part of the axis. */
const MARGIN = 0.05;
/** Where decades alone would be fewer ticks than this, the figures between them are written as well. */
const MIN_DECADES = 3;
const BETWEEN_DECADES = [1, 2, 5];

/**
 * @param values those not finite, and on a logarithmic axis those not above zero, do not count
 * @param most ticks at most
 * @returns null where no value can stand on the axis
 */
export function valueAxis(values: Iterable<number>, choice: AxisChoice, most: number): ValueAxis | null {
  const { log, zero } = choice;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return null;
  if (log) return logAxis(low, high, choice, most);
  if (zero) [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (low === high) {
    const room = low === 0 ? 1 : Math.abs(low) / 10;
    return { low: low - room, high: high + room, log, ticks: written([low], choice) };
  }
  const margin = (high / 2 - low / 2) * 2 * MARGIN;
  const ends = [zero && low === 0 ? 0 : low - margin, zero && high === 0 ? 0 : high + margin] as const;
  const ticks = scaleOf(ends, most)?.ticks ?? [];
  return { low: ends[0], high: ends[1], log, ticks: written(ticks, choice) };
}

function logAxis(low: number, high: number, choice: AxisChoice, most: number): ValueAxis {
  const [bottom, top] = [Math.log10(low), Math.log10(high)];
  const margin = bottom === top ? 0.1 : (top - bottom) * MARGIN;
  const ends = { low: 10 ** (bottom - margin), high: 10 ** (top + margin), log: true };
  return { ...ends, ticks: written(logTicks(ends.low, ends.high, most), choice) };
}

/** @returns round figures between two positive ones: decades, the 2 and 5 between few of them, even steps in less than one */
export function logTicks(low: number, high: number, most: number): readonly number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const inside = (value: number): boolean => value >= low && value <= high;
  const powers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const decades = powers.map((power) => Number(`1e${power}`)).filter(inside);
  if (decades.length >= MIN_DECADES) {
    const step = Math.ceil(decades.length / most);
    return decades.filter((_, index) => index % step === 0);
  }
  const between = powers.flatMap((power) => BETWEEN_DECADES.map((digit) => Number(`${digit}e${power}`))).filter(inside);
  if (between.length >= MIN_DECADES) return between;
  return (scaleOf([low, high], most)?.ticks ?? []).filter((value) => value > 0);
}

function written(ticks: readonly number[], { relative, log }: AxisChoice): ValueAxis["ticks"] {
  const texts = relative
    ? ticks.map((value) => (log ? percent(value) : value === 0 ? "0%" : formatRelativeChange(value)))
    : log
      ? ticks.map((value) => formatValue(value))
      : formatColumn(ticks);
  return ticks.map((value, index) => ({ value, text: texts[index] ?? "" }));
}

/** On a logarithmic axis the first value is 100%: there is no zero. */
function percent(value: number): string {
  return formatValue(Number((value * 100).toPrecision(12)), "%");
}

/** @returns where a value stands, 0 at the bottom to 1 at the top; null where the axis has no place for it */
export function placeOnAxis(axis: ValueAxis, value: number): number | null {
  if (!Number.isFinite(value)) return null;
  const { low, high, log } = axis;
  if (!log) return placeOn({ low, high, ticks: [] }, value);
  return value <= 0 ? null : placeOn({ low: Math.log10(low), high: Math.log10(high), ticks: [] }, Math.log10(value));
}
