// The points of a little chart, from values in their order.

/** A chart of `width` by `height` pixels, drawn with a margin for the line's own width. */
export interface SparkBox {
  readonly width: number;
  readonly height: number;
}

/** What is drawn: lines between gaps, points that stand alone, the height of the best value. */
export interface SparkShape {
  /** `points` of polylines */
  readonly lines: readonly string[];
  readonly dots: readonly { readonly x: number; readonly y: number }[];
  readonly bestY: number | null;
}

const MARGIN = 2;

/**
 * @param values oldest first; null and special numbers are gaps
 * @param goal which way is better: then the best value's height is marked
 * @returns null without a finite value
 */
export function sparkShape(
  values: readonly (number | null)[],
  goal: "higher" | "lower" | null,
  { width, height }: SparkBox,
): SparkShape | null {
  const finite = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (finite.length === 0) return null;
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const xOf = (index: number): number => (values.length === 1 ? width : (index / (values.length - 1)) * width);
  const scale = high === low ? 0 : (height - 2 * MARGIN) / (high - low);
  const yOf = (value: number): number => (scale === 0 ? height / 2 : height - MARGIN - (value - low) * scale);

  const runs: [number, number][][] = [[]];
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) runs.push([]);
    else runs.at(-1)?.push([round(xOf(index)), round(yOf(value))]);
  });
  const best = goal === null || high === low ? null : round(yOf(goal === "higher" ? high : low));
  return {
    lines: runs.filter((run) => run.length > 1).map((run) => run.map(([x, y]) => `${x},${y}`).join(" ")),
    dots: runs.filter((run) => run.length === 1).map((run) => ({ x: run[0]?.[0] ?? 0, y: run[0]?.[1] ?? 0 })),
    bestY: best,
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
