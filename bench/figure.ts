// What a benchmark measures and how its figure is written down: the floor first, then Tidemark, medians, in one run.
import { cpus } from "node:os";
import { performance } from "node:perf_hooks";

/** One figure of metrics/bench.json. `ratio` is figure / floor; without a floor the goal speaks of the figure itself. */
export interface Figure {
  readonly floor: number | null;
  readonly figure: number;
  readonly unit: string;
  readonly ratio: number | null;
  readonly goal: string;
  readonly met: boolean;
  readonly machine: string;
}

/** A benchmark: its name is its key; `run` prints the floor's commands, so that anybody can rerun them by hand. */
export interface Benchmark {
  readonly name: string;
  /** @returns null where something is missing that it needs, which it says: the figure stays as it was */
  run(say: (line: string) => void): Promise<Figure | null>;
}

/** The machine in words: processors and their count; never a name. */
export const MACHINE = `${cpus().length} × ${(cpus()[0]?.model ?? "unknown").trim()}, Node ${process.versions.node}`;

/** @returns milliseconds that `work` took */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** @returns the middle of the numbers */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Rounds to what a figure is worth: four significant digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Puts a figure together; `met` is decided by the caller, in the words of its goal. */
export function figureOf(parts: {
  floor: number | null;
  figure: number;
  unit: string;
  goal: string;
  met: boolean;
}): Figure {
  const { floor, figure, unit, goal, met } = parts;
  return {
    floor: floor === null ? null : rounded(floor),
    figure: rounded(figure),
    unit,
    ratio: floor === null ? null : rounded(figure / floor),
    goal,
    met,
    machine: MACHINE,
  };
}
