// The leaves that stand for a whole array: its length and figures, or the cells of a matrix; and what is odd about its rows.
import type { ArrayFrame } from "./array-frame.ts";
import type { Frame } from "./frame.ts";
import { quotedKey } from "./kept-text.ts";
import type { Leaves } from "./leaves.ts";
import { MAX_NUMBERED_ROWS } from "./limits.ts";
import type { Value } from "./model.ts";
import type { WarningList } from "./warning-list.ts";

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

/** Says that an array's rows are told apart by their position. @param key of the array, without row names */
export function warnNumbered(warnings: WarningList, frame: Frame, key: string): void {
  const some = frame.rows === null ? "The rows of" : "Some rows of";
  warnings.add("rows-unnamed", () => ({
    message: `${some} ${key === "" ? "the document" : quotedKey(key)} have nothing that names them: they are told apart by their position.`,
  }));
}

/** Says, once an array, that it has too many rows without a name. @param key of the array, without row names */
export function warnTooMany(warnings: WarningList, { numbered, objects }: ArrayFrame, key: string): void {
  if (numbered > MAX_NUMBERED_ROWS + 1) return;
  warnings.add("too-many-rows", () => {
    const list = key === "" ? "The document is a list of" : `The list ${quotedKey(key)} has`;
    const rows = objects === 0 ? "elements that are lists themselves" : "rows without a name";
    const hint =
      objects === 0 ? "" : " Fields that name them can be chosen on the page Files, or by tidemark files identity.";
    return {
      message: `${list} more than ${MAX_NUMBERED_ROWS} ${rows}: only its length is kept.${hint}`,
      limit: MAX_NUMBERED_ROWS,
    };
  });
}
