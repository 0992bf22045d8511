// How far a value may be from another and still count as the same figure.
import { change, sameValue } from "./compare.ts";
import type { Value } from "./model.ts";
import { numberOf } from "./value.ts";

/** A change within either of the two does not count. */
export interface Tolerance {
  /** as a part of what was there before: 0.01 is one per cent */
  readonly relative: number;
  /** in the column's own unit */
  readonly absolute: number;
}

/** Every change counts. */
export const NO_TOLERANCE: Tolerance = { relative: 0, absolute: 0 };

/** What a limit may be exceeded by, as a part of it: 0.29 × 100 is 28.999999999999996. */
const ROUNDING = 1e-12;

/**
 * @returns whether a value differs from its baseline by more than both tolerances; a change that is no number (a text,
 * NaN, one of them missing) always does
 */
export function isBeyond(value: Value, baseline: Value, { relative, absolute }: Tolerance): boolean {
  if (sameValue(value, baseline)) return false;
  const difference = change(value, baseline);
  if (difference === null) return true;
  const before = Math.abs(numberOf(baseline) ?? 0);
  return Math.abs(difference) > Math.max(absolute, relative * before) * (1 + ROUNDING);
}
