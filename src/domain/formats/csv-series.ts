// A table with one row a step: its last values, and the range that each figure had on the way.
import type { Flattener } from "../flatten.ts";
import type { Value } from "../model.ts";
import { isProvenanceName } from "../provenance.ts";
import { numberOf } from "../value.ts";
import { cellValue, isMissingCell, isNumberCell } from "./csv-cell.ts";

const STEPS = new Set([
  "step",
  "global_step",
  "_step",
  "epoch",
  "iter",
  "iteration",
  "iterations",
  "round",
  "generation",
]);
const TIMES = new Set(["timestamp", "date", "datetime", "time", "timestep"]);
/** Where DVCLive keeps the series of each figure, beside a `metrics.json` that holds the last values of all. */
const DVCLIVE_SERIES = /(?:^|\/)plots\/metrics(?:$|\/)/;

/** @returns whether the path is DVCLive's folder of series, or lies in it */
export function isDvcliveSeries(path: string): boolean {
  return DVCLIVE_SERIES.test(path);
}

/** @returns whether a field of this name counts the steps of a series */
export function isStepName(name: string): boolean {
  return STEPS.has(name.toLowerCase());
}

/**
 * Finds the column that counts the steps: its name says so, and its numbers never fall and do not stand still. A time
 * in the first column counts too, whatever it looks like.
 * @returns its place, -1 when there is none
 */
export function findStepColumn(names: readonly string[], rows: readonly string[][]): number {
  if (TIMES.has((names[0] ?? "").toLowerCase())) return 0;
  return names.findIndex((name, i) => isStepName(name) && rises(rows, i));
}

/**
 * Tells a series as one object: each column's last value that is there, and `.min` and `.max` of a column of numbers,
 * because people sort by the best value and not by the last.
 * @param stepColumn place of the column that counts the steps, -1 when there is none: then one row is no series
 */
export function tellSeries(
  names: readonly string[],
  rows: readonly string[][],
  stepColumn: number,
  target: Flattener,
): void {
  target.openObject();
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    if (isProvenanceName(name) && names.length > 1) continue;
    const cells = rows.map((row) => row[i] ?? "").filter((cell) => !isMissingCell(cell));
    target.name(name, 0);
    const last: Value = cells.length === 0 ? null : cellValue(cells.at(-1) as string, target.warnings);
    const isFigure = i !== stepColumn && !isStepName(name) && cells.length > 0 && cells.every(isNumberCell);
    if (!isFigure || (rows.length === 1 && stepColumn < 0)) target.scalar(last);
    else target.range(last, ...rangeOf(cells, target));
  }
  target.close();
}

function rises(rows: readonly string[][], column: number): boolean {
  const cells = rows.map((row) => row[column] ?? "").filter((cell) => !isMissingCell(cell));
  const steps = cells.map((cell) => numberOf(cell.trim()) ?? Number.NaN);
  if (steps.length < 2) return steps.length === 1 && Number.isFinite(steps[0]);
  const neverFalls = steps.every((step, i) => Number.isFinite(step) && (i === 0 || step >= (steps[i - 1] as number)));
  return neverFalls && (steps.at(-1) as number) > (steps[0] as number);
}

/** @returns the smallest and the largest finite value, null when there is none */
function rangeOf(cells: readonly string[], target: Flattener): [Value, Value] {
  let min: Value = null;
  let max: Value = null;
  for (const cell of cells) {
    const value = cellValue(cell, target.warnings);
    const number = numberOf(value);
    if (number === null || !Number.isFinite(number)) continue;
    if (min === null || number < (numberOf(min) as number)) min = value;
    if (max === null || number > (numberOf(max) as number)) max = value;
  }
  return [min, max];
}
