// A line of values made short enough to draw: of every stretch of commits its lowest and highest value are kept.

/** One point of a line. A null value is a gap: there is no finite number there, nor at the commits up to the next point. */
export interface SeriesPoint {
  readonly ordinal: number;
  readonly value: number | null;
  /** how uncertain the value is, where that is known */
  readonly spread: number | null;
}

/** Stretches that are kept while values come, for each point that is wanted: the more, the evener the last division. */
const STRETCHES_PER_POINT = 2;
/** Points that the ends of the line need. */
const END_POINTS = 2;

/** A value that is kept of a stretch. An ordinal of -1: there is none. */
interface Kept {
  readonly ordinals: Float64Array;
  readonly values: Float64Array;
  readonly spreads: Float64Array;
}

function kept(size: number): Kept {
  return {
    ordinals: new Float64Array(size).fill(-1),
    values: new Float64Array(size),
    spreads: new Float64Array(size).fill(Number.NaN),
  };
}

/** Takes a value into a place when it is there first, or beats what is there. */
function keep(place: Kept, at: number, point: SeriesPoint & { readonly value: number }, sign: 1 | -1): void {
  if (place.ordinals[at] !== -1 && (point.value - (place.values[at] as number)) * sign <= 0) return;
  place.ordinals[at] = point.ordinal;
  place.values[at] = point.value;
  place.spreads[at] = point.spread ?? Number.NaN;
}

/** Makes of the two places at `at * 2` the one at `at`; what is behind the end is empty. */
function join({ ordinals, values, spreads }: Kept, at: number, sign: 1 | -1): void {
  const [one, two] = [at * 2, at * 2 + 1];
  const [first = -1, second = -1] = [ordinals[one], ordinals[two]];
  const isSecond = first === -1 || (second !== -1 && ((values[two] ?? 0) - (values[one] ?? 0)) * sign > 0);
  const from = isSecond ? two : one;
  ordinals[at] = isSecond ? second : first;
  values[at] = values[from] ?? 0;
  spreads[at] = spreads[from] ?? Number.NaN;
}

function pointOf({ ordinals, values, spreads }: Kept, at: number): (SeriesPoint & { readonly value: number }) | null {
  const [ordinal = -1, spread = Number.NaN] = [ordinals[at], spreads[at]];
  if (ordinal === -1) return null;
  return { ordinal, value: values[at] as number, spread: Number.isNaN(spread) ? null : spread };
}

/**
 * Takes the values of a line as they come, from the oldest commit on, and keeps what a chart of at most `limit` points
 * needs. What it holds does not grow with the line: when it is full, neighbouring stretches become one.
 */
export class SeriesReducer {
  readonly #limit: number;
  readonly #size: number;
  readonly #lows: Kept;
  readonly #highs: Kept;
  /** where the first gap of each stretch begins */
  readonly #gaps: Float64Array;
  /** commits of a stretch: a power of two */
  #width = 1;
  /** ordinal of the first commit of the first stretch */
  #base = -1;
  #first: SeriesPoint | null = null;
  #last: SeriesPoint | null = null;
  /** where the gap begins that was not closed by a value yet */
  #gapFrom: number | null = null;

  /**
   * @param limit points at most, at least 6
   * @param span commits that may come at most
   */
  constructor(limit: number, span: number) {
    this.#limit = limit;
    this.#size = Math.max(1, Math.min(limit * STRETCHES_PER_POINT, span));
    this.#lows = kept(this.#size);
    this.#highs = kept(this.#size);
    this.#gaps = new Float64Array(this.#size).fill(-1);
  }

  /** @returns one that goes on from here by itself */
  copy(): SeriesReducer {
    const other = new SeriesReducer(this.#limit, this.#size);
    for (const [from, to] of [
      [this.#lows, other.#lows],
      [this.#highs, other.#highs],
    ] as const) {
      to.ordinals.set(from.ordinals);
      to.values.set(from.values);
      to.spreads.set(from.spreads);
    }
    other.#gaps.set(this.#gaps);
    other.#width = this.#width;
    other.#base = this.#base;
    other.#first = this.#first;
    other.#last = this.#last;
    other.#gapFrom = this.#gapFrom;
    return other;
  }

  /** Commits from the first that was added to the last one. */
  get total(): number {
    return this.#last === null ? 0 : this.#last.ordinal - (this.#first as SeriesPoint).ordinal + 1;
  }

  /**
   * Adds neighbouring commits with the same value, behind all that were added. Commits that are left out between two
   * calls are a gap.
   * @param low ordinal of the first of them, and `high` of the last
   * @param value null: one that is there and no finite number, which is a gap too
   */
  add(low: number, high: number, value: number | null, spread: number | null = null): void {
    if (this.#base === -1) this.#base = low;
    this.#first ??= { ordinal: low, value, spread };
    const expected = (this.#last?.ordinal ?? low - 1) + 1;
    if (this.#gapFrom === null && (value === null || low > expected))
      this.#gapFrom = value === null && low === expected ? low : expected;
    this.#last = { ordinal: high, value, spread };
    while (Math.floor((high - this.#base) / this.#width) >= this.#size) this.#widen();
    if (value === null) return;
    this.#closeGap();
    const [from, to] = [this.#placeOf(low), this.#placeOf(high)];
    for (let at = from; at <= to; at++) {
      const point = { ordinal: Math.max(low, this.#base + at * this.#width), value, spread };
      keep(this.#lows, at, point, -1);
      keep(this.#highs, at, point, 1);
    }
  }

  /** @returns the points by rising ordinal, at most `limit`; every commit and gap where the line is no longer */
  points(): SeriesPoint[] {
    const [first, last] = [this.#first, this.#last];
    if (first === null || last === null) return [];
    const used = this.#placeOf(last.ordinal) + 1;
    if (this.#width === 1) {
      const all = this.#withEnds(first, this.#divided(used, used), last);
      if (all.length <= this.#limit) return all;
    }
    const room = this.#limit - END_POINTS;
    const two = this.#divided(used, Math.max(1, Math.floor(room / 2)));
    // with gaps a stretch may have three points
    const points = two.length <= room ? two : this.#divided(used, Math.max(1, Math.floor(room / 3)));
    return this.#withEnds(first, points, last);
  }

  #closeGap(): void {
    if (this.#gapFrom === null) return;
    const at = this.#placeOf(this.#gapFrom);
    if (this.#gaps[at] === -1) this.#gaps[at] = this.#gapFrom;
    this.#gapFrom = null;
  }

  #placeOf(ordinal: number): number {
    return Math.floor((ordinal - this.#base) / this.#width);
  }

  /** Makes one stretch of every two. */
  #widen(): void {
    this.#width *= 2;
    const gaps = this.#gaps;
    for (let at = 0; at < this.#size; at++) {
      join(this.#lows, at, -1);
      join(this.#highs, at, 1);
      const [one = -1, two = -1] = [gaps[at * 2], gaps[at * 2 + 1]];
      gaps[at] = one === -1 ? two : one;
    }
  }

  /** The points of so many stretches of about the same length. */
  #divided(used: number, stretches: number): SeriesPoint[] {
    const points: SeriesPoint[] = [];
    for (let stretch = 0; stretch < stretches; stretch++) {
      const from = Math.floor((stretch * used) / stretches);
      const to = Math.floor(((stretch + 1) * used) / stretches);
      points.push(...this.#pointsBetween(from, to));
    }
    return points;
  }

  #pointsBetween(from: number, to: number): SeriesPoint[] {
    const [low, high] = [kept(1), kept(1)];
    let gap = -1;
    for (let at = from; at < to; at++) {
      const [lowest, highest] = [pointOf(this.#lows, at), pointOf(this.#highs, at)];
      if (lowest !== null) keep(low, 0, lowest, -1);
      if (highest !== null) keep(high, 0, highest, 1);
      if (gap === -1) gap = this.#gaps[at] as number;
    }
    const [lowest, highest] = [pointOf(low, 0), pointOf(high, 0)];
    const points: SeriesPoint[] = [];
    if (lowest !== null) points.push(lowest);
    if (highest !== null && highest.ordinal !== lowest?.ordinal) points.push(highest);
    if (gap !== -1) points.push({ ordinal: gap, value: null, spread: null });
    return points.sort((a, b) => a.ordinal - b.ordinal);
  }

  #withEnds(first: SeriesPoint, points: readonly SeriesPoint[], last: SeriesPoint): SeriesPoint[] {
    // a gap that nothing closes is the last point where it begins
    const end = last.value === null ? { ...last, ordinal: this.#gapFrom ?? last.ordinal } : last;
    const inner = points.filter(({ ordinal }) => ordinal > first.ordinal && ordinal < end.ordinal);
    return first.ordinal === end.ordinal ? [first] : [first, ...inner, end];
  }
}
