// The leaves that stand for a whole array: its length and figures, or the cells of a matrix.
import type { Frame } from "./frame.ts";
import type { Leaves } from "./leaves.ts";
import type { Value } from "./model.ts";

/** An array of scalars: how many, and of numbers the last, the range and the mean. */
export function addFigures(leaves: Leaves, frame: Frame): void {
  const { array } = frame;
  addFigure(leaves, frame, "length", array.elements);
  if (!array.isNumeric) return;
  addFigure(leaves, frame, "last", array.last);
  addFigure(leaves, frame, "min", array.finite === 0 ? null : array.min);
  addFigure(leaves, frame, "max", array.finite === 0 ? null : array.max);
  addFigure(leaves, frame, "mean", array.mean);
}

/** One figure of an array, under a plain name: `losses.mean`. */
export function addFigure(leaves: Leaves, frame: Frame, name: string, value: Value): void {
  if (frame.isRoot) leaves.add(name, name.length, value);
  else leaves.add(`${frame.key}.${name}`, frame.bytes + 1 + name.length, value);
}

/** A square matrix: its cells by position, in place of what its lines had left. */
export function addCells(leaves: Leaves, frame: Frame): void {
  const { width, matrix } = frame.array;
  const cells = matrix ?? [];
  leaves.truncate(frame.start, frame.counted);
  for (let i = 0; i < cells.length; i++) {
    const place = `[${Math.floor(i / width)}][${i % width}]`;
    leaves.add(frame.key + place, frame.bytes + place.length, cells[i] as Value);
  }
}
