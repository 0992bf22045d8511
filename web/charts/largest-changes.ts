// Where lines jump: the steps from one point to the next that are largest for their column.
import type { ChartLine, ChartPoint } from "./chart-lines.ts";

/** A step of a line. */
export interface LargeChange {
  readonly line: ChartLine;
  /** every line of the column that has the commit, in the chart's order: branches have a history in common */
  readonly lines: readonly ChartLine[];
  readonly before: ChartPoint & { readonly value: number };
  readonly after: ChartPoint & { readonly value: number };
  /** commits between the two points that are not drawn: the step may be made of several */
  readonly between: number;
  /** as a part of the column's whole range in all its lines, 0 to 1 */
  readonly part: number;
}

type Valued = ChartPoint & { readonly value: number };
type Step = Omit<LargeChange, "lines">;

/** From the lowest to the highest value of each column: the same commit is the same step in every line that has it. */
function rangesOf(lines: readonly ChartLine[]): ReadonlyMap<string, number> {
  const ends = new Map<string, { low: number; high: number }>();
  for (const { column, points } of lines) {
    const end = ends.get(column.id) ?? { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
    ends.set(column.id, end);
    for (const { value } of points) {
      if (value === null) continue;
      end.low = Math.min(end.low, value);
      end.high = Math.max(end.high, value);
    }
  }
  return new Map([...ends].map(([id, { low, high }]) => [id, high - low]));
}

function stepsOf(line: ChartLine, range: number): readonly Step[] {
  if (!(range > 0)) return [];
  // in the order of the history, also where the chart is by date
  const points = line.points
    .filter((point): point is Valued => point.value !== null)
    .toSorted((a, b) => a.ordinal - b.ordinal);
  return points.slice(1).map((after, index) => {
    const before = points[index] as Valued;
    const part = Math.abs(after.value / range - before.value / range);
    return { line, before, after, between: after.ordinal - before.ordinal - 1, part };
  });
}

/** A step stands out when it is so many times as large as the step in the middle of its line. */
const STANDS_OUT = 4;

/** @returns those of some steps of `lines` that are far larger than what their lines do otherwise: jumps, not slopes */
export function outstanding(changes: readonly LargeChange[], lines: readonly ChartLine[]): readonly LargeChange[] {
  const ranges = rangesOf(lines);
  const middles = new Map<ChartLine, number>();
  for (const { line } of changes) {
    if (middles.has(line)) continue;
    const parts = stepsOf(line, ranges.get(line.column.id) ?? 0)
      .map(({ part }) => part)
      .filter((part) => part > 0)
      .toSorted((a, b) => a - b);
    middles.set(line, parts[parts.length >> 1] ?? 0);
  }
  return changes.filter(({ line, part }) => part >= STANDS_OUT * (middles.get(line) ?? 0));
}

/** How far up two lines are the same: first parents of a common commit are common too, drawn or not. */
function commonUpTo(one: ChartLine, other: ChartLine): number {
  const known = new Set(one.points.map(({ sha }) => sha));
  return other.points.reduce(
    (top, { sha, ordinal }) => (sha !== "" && known.has(sha) ? Math.max(top, ordinal) : top),
    -1,
  );
}

/** The lines that hold a step's commit. */
function holders({ line, after }: Step, lines: readonly ChartLine[]): readonly ChartLine[] {
  return lines.filter(
    (each) => each === line || (each.column.id === line.column.id && commonUpTo(line, each) >= after.ordinal),
  );
}

/** @returns at most `count` steps of all lines, the largest part of its column's range first, then the newest */
export function largestChanges(lines: readonly ChartLine[], count: number): readonly LargeChange[] {
  const ranges = rangesOf(lines);
  // what happened in a common history happened once; the line that shows it closest tells of it
  const once = new Map<string, Step>();
  for (const step of lines.flatMap((line) => stepsOf(line, ranges.get(line.column.id) ?? 0))) {
    const name = `${step.after.sha} ${step.line.column.id}`;
    const known = once.get(name);
    if (known === undefined || step.between < known.between) once.set(name, step);
  }
  return [...once.values()]
    .filter(({ part }) => part > 0)
    .sort((a, b) => b.part - a.part || b.after.ordinal - a.after.ordinal)
    .slice(0, count)
    .map((step) => ({ ...step, lines: holders(step, lines) }));
}
