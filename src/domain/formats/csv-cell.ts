// One cell of a table: a number, nothing, or a text.
import type { Value } from "../model.ts";
import { isMissing, isNumericText, numberOf } from "../value.ts";
import type { WarningList } from "../warning-list.ts";
import { double, longInteger } from "./json-number.ts";

const INTEGER = /^-?\d+$/;

/** @returns whether the cell holds a number, a special one too */
export function isNumberCell(cell: string): boolean {
  return numberOf(cell.trim()) !== null;
}

/** @returns whether the cell is empty or holds a mark for a missing value */
export function isMissingCell(cell: string): boolean {
  return isMissing(cell.trim());
}

/**
 * The value of a cell. Only plain numbers become numbers: `85%`, `NaN` or `N/A` stay texts, which a column of numbers
 * understands.
 */
export function cellValue(cell: string, warnings: WarningList): Value {
  const text = cell.trim();
  if (text === "") return null;
  if (!isNumericText(text)) return text;
  return INTEGER.test(text) ? longInteger(text, text.replace("-", "").length, warnings) : double(text, warnings);
}
