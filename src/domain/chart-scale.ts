// The axes of a chart: where values stand, and which round figures are written beside them.

/** Values that an axis shows. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  /** rising, round, within low and high */
  readonly ticks: readonly number[];
}

/** Steps between ticks, as parts of a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];

/**
 * @param values finite ones count
 * @param most steps between ticks at most, at least 2
 * @returns null where no value is finite; one value alone gets some room around it
 */
export function scaleOf(values: Iterable<number>, most: number): Scale | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return null;
  if (low === high) {
    const room = low === 0 ? 1 : Math.abs(low) / 10;
    return { low: low - room, high: high + room, ticks: [low] };
  }
  const step = stepOf(low, high, most);
  if (!(step > 0) || !Number.isFinite(step)) return { low, high, ticks: [low, high] };
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => rounded((first + index) * step, step));
  return { low, high, ticks };
}

/** @returns where a value stands between the ends of the scale, 0 … 1 */
export function placeOn({ low, high }: Scale, value: number): number {
  // halves first: the ends may be further apart than a double can say
  return (value / 2 - low / 2) / (high / 2 - low / 2);
}

function stepOf(low: number, high: number, most: number): number {
  const raw = (high / 2 - low / 2) / (Math.max(2, most) / 2);
  const power = 10 ** Math.floor(Math.log10(raw));
  return (STEPS.find((each) => each * power >= raw) ?? 10) * power;
}

/** A multiple of a step without what a double adds to it: 0.3, not 0.30000000000000004. */
function rounded(value: number, step: number): number {
  const decimals = Math.max(0, Math.ceil(-Math.log10(step)) + 1);
  return decimals > 20 ? value : Number(value.toFixed(decimals));
}
