// What of a value a chart draws.
import { numberOf } from "../domain/value.ts";
import type { CellFormat } from "./run-reader.ts";

/** A finite number; null: one that is not finite; a text; undefined: nothing that could be a number. */
export type Figure = number | null | string | undefined;

/** How stored values are read for a chart. */
export const FIGURES = {
  one: (text) => {
    const first = text.charCodeAt(0);
    // a digit or a sign
    if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return figureOf(Number(text));
    // a text, or a mark for a special number
    return first === 0x22 || first === 0x7b ? figureOf(JSON.parse(text)) : undefined;
  },
  all: (text) => (JSON.parse(text) as unknown[]).map(figureOf),
  absent: undefined,
  valuesOnly: true,
  archived: ({ kind, num, text }) => {
    if (kind === "number") return figureOf(num ?? undefined);
    return kind === "text" ? (text ?? "") : undefined;
  },
} satisfies CellFormat<Figure>;

function figureOf(value: unknown): Figure {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? null : undefined;
}

/** @returns the number that a figure stands for in a chart; null: a gap, undefined: nothing */
export function drawn(figure: Figure): number | null | undefined {
  if (typeof figure !== "string") return figure;
  const number = numberOf(figure);
  return number === null ? undefined : (figureOf(number) as number | null);
}
