// Where lines jump: the steps from one point to the next that are largest for their line.
import type { ChartLine, ChartPoint } from "./chart-lines.ts";

/** A step of a line. */
export interface LargeChange {
  readonly line: ChartLine;
  readonly before: ChartPoint & { readonly value: number };
  readonly after: ChartPoint & { readonly value: number };
  /** commits between the two points that are not drawn: the step may be made of several */
  readonly between: number;
  /** as a part of the line's whole range, 0 to 1 */
  readonly part: number;
}

type Valued = ChartPoint & { readonly value: number };

function stepsOf(line: ChartLine): readonly LargeChange[] {
  // in the order of the history, also where the chart is by date
  const points = line.points
    .filter((point): point is Valued => point.value !== null)
    .toSorted((a, b) => a.ordinal - b.ordinal);
  const values = points.map(({ value }) => value);
  const range =
    values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY) -
    values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  if (!(range > 0)) return [];
  return points.slice(1).map((after, index) => {
    const before = points[index] as Valued;
    const part = Math.abs(after.value / range - before.value / range);
    return { line, before, after, between: after.ordinal - before.ordinal - 1, part };
  });
}

/** A step stands out when it is so many times as large as the step in the middle of its line. */
const STANDS_OUT = 4;

/** @returns those of some steps that are far larger than what their lines do otherwise: jumps, not slopes */
export function outstanding(changes: readonly LargeChange[]): readonly LargeChange[] {
  const middles = new Map<ChartLine, number>();
  for (const { line } of changes) {
    if (middles.has(line)) continue;
    const parts = stepsOf(line)
      .map(({ part }) => part)
      .filter((part) => part > 0)
      .toSorted((a, b) => a - b);
    middles.set(line, parts[parts.length >> 1] ?? 0);
  }
  return changes.filter(({ line, part }) => part >= STANDS_OUT * (middles.get(line) ?? 0));
}

/** @returns at most `count` steps of all lines, the largest for its line first, then the newest */
export function largestChanges(lines: readonly ChartLine[], count: number): readonly LargeChange[] {
  const steps = lines
    .flatMap(stepsOf)
    .filter(({ part }) => part > 0)
    .sort((a, b) => b.part - a.part || b.after.ordinal - a.after.ordinal);
  // branches have a history in common: what happened there happened once
  const first = new Map<string, LargeChange>();
  for (const step of steps) {
    const name = `${step.after.sha} ${step.line.column.id}`;
    if (!first.has(name)) first.set(name, step);
  }
  return [...first.values()].slice(0, count);
}
