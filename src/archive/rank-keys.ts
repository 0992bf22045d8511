// Where one value stands in the order of its column, as the engines' SQL has it (rank-order.ts), made here: a list may go on
// behind a commit that no engine knows.
import type { ColumnKind, Value } from "../domain/model.ts";
import { numberOf, valueIn } from "../domain/value.ts";

/** From here on a double does not tell integers apart. */
const EXACT_FROM = 2 ** 53;
/** Digits that are kept of an integer. */
const DIGITS = 40;

/** Values of the expressions of `rankOrder()`. */
export interface RankKeys {
  readonly rank: number;
  readonly double: number;
  readonly detail: string;
}

/** The rank of what is missing. */
export const MISSING_RANK = 4;
const MISSING: RankKeys = { rank: MISSING_RANK, double: 0, detail: "" };

/** @param value as it is stored; undefined: there is none */
export function rankKeys(value: Value | undefined, columnKind: ColumnKind): RankKeys {
  const meant = value === undefined ? null : valueIn(value, columnKind);
  if (meant === null) return MISSING;
  if (typeof meant === "boolean") return { ...MISSING, rank: 2, double: meant ? 1 : 0 };
  const number = numberOf(meant);
  if (number === null) return { ...MISSING, rank: 3, detail: String(meant) };
  if (Number.isFinite(number)) return { rank: 0, double: number, detail: digitsOf(meant, number) };
  return { ...MISSING, rank: 1, double: Number.isNaN(number) ? 2 : number > 0 ? 1 : 0 };
}

function digitsOf(value: Value, number: number): string {
  const text = String(value);
  // of a number that is no bigint the double says all
  if (typeof value === "number" || Math.abs(number) < EXACT_FROM || /[.e]/i.test(text)) return "";
  const padded = text.replaceAll(/[,%-]/g, "").padStart(DIGITS, "0").slice(0, DIGITS);
  return number > 0 ? padded : padded.replaceAll(/\d/g, (digit) => String(9 - Number(digit)));
}
