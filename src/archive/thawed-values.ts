// Rows of the table of values become documents again: sorted keys, and beside them the JSON texts that Postgres stored.
import { hash } from "node:crypto";
import { compareTexts } from "../domain/value.ts";
import type { ThawedShape } from "../store/thawed-rows.ts";
import type { ValueRows } from "./value-rows.ts";

/** A column of the archive. */
export interface ValueColumn {
  readonly path: string;
  readonly key: string;
}

/** @returns the JSON text of a value as Postgres has it: of a special number the object that stands for it */
export function storedText(kind: string, num: number | null, text: string | null): string {
  if (kind === "text") return JSON.stringify(text ?? "");
  if (kind === "boolean") return num === 1 ? "true" : "false";
  if (kind === "null" || num === null) return "null";
  return Number.isFinite(num) ? (text ?? decimal(num)) : `{"n":"${num}"}`;
}

/** A number without an exponent, as Postgres' numeric writes it: 1e-7 is 0.0000001. */
function decimal(number: number): string {
  const [mantissa = "", exponent] = String(number).split("e");
  if (exponent === undefined) return mantissa;
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return `${sign}${digits.slice(0, point).padEnd(point, "0")}${point < digits.length ? `.${digits.slice(point)}` : ""}`;
}

/** A document, its keys in no order; JSON texts beside them. */
interface Document {
  readonly keys: string[];
  readonly texts: string[];
}

/** Documents by position and path. */
export class ThawedValues {
  readonly #documents = new Map<number, Map<string, Document>>();
  readonly #shapes = new Map<string, ThawedShape>();

  /** @param columnOf by number; those that are not there are left out */
  add(values: ValueRows, columnOf: ReadonlyMap<number, ValueColumn>, positions: ReadonlySet<number>): void {
    for (let row = 0; row < values.rows; row++) {
      const position = values.positions[row] as number;
      const column = columnOf.get(values.columnOf(row));
      if (column === undefined || !positions.has(position)) continue;
      const text = storedText(values.kindOf(row), values.nums[row] as number | null, values.textOf(row));
      const ofPosition = this.#documents.get(position) ?? new Map<string, Document>();
      this.#documents.set(position, ofPosition);
      const document = ofPosition.get(column.path) ?? { keys: [], texts: [] };
      ofPosition.set(column.path, document);
      document.keys.push(column.key);
      document.texts.push(text);
    }
  }

  /** @returns the values of the file at a path of a commit, as a JSON array, and the shape that says whose they are */
  documentAt(position: number, path: string): { readonly shape: number; readonly values: string } {
    const { keys, texts } = this.#documents.get(position)?.get(path) ?? { keys: [], texts: [] };
    const order = [...keys.keys()].sort((a, b) => compareTexts(keys[a] ?? "", keys[b] ?? ""));
    const sorted = order.map((index) => keys[index] ?? "");
    const name = JSON.stringify(sorted);
    const shape = this.#shapes.get(name) ?? { number: shapeNumber(name), keys: sorted };
    this.#shapes.set(name, shape);
    return { shape: shape.number, values: `[${order.map((index) => texts[index]).join(",")}]` };
  }

  /** all shapes that were named */
  get shapes(): ThawedShape[] {
    return [...this.#shapes.values()];
  }
}

/** Hex digits of a shape's number: 2^48 is far from 2^53, and two lists of keys never meet. */
const SHAPE_DIGITS = 12;

/** The same keys have the same number for ever: pages remember where a shape keeps its columns. Ours are below zero. */
function shapeNumber(name: string): number {
  return -Number.parseInt(hash("sha256", name).slice(0, SHAPE_DIGITS), 16);
}
