// What changed between a value and its baseline, and whether that is better or worse.
import type { Goal, Value } from "./model.ts";
import { fullNumberOf, numberOf } from "./value.ts";

/** What a change means: "other" where there is no goal or no number to judge by, "none" where nothing changed. */
export type Direction = "better" | "worse" | "other" | "none";

/**
 * @returns the value minus its baseline, as exact as both are written (0.3 − 0.1 is 0.2), or null unless both are finite
 * numbers or texts of such
 */
export function change(value: Value, baseline: Value): number | null {
  const [exactNow, exactBefore] = [fullNumberOf(value), fullNumberOf(baseline)];
  if (typeof exactNow === "bigint" && typeof exactBefore === "bigint") return Number(exactNow - exactBefore);
  const now = numberOf(value);
  const before = numberOf(baseline);
  if (now === null || before === null || !Number.isFinite(now) || !Number.isFinite(before)) return null;
  const difference = now - before;
  if (difference === 0 || !Number.isFinite(difference)) return difference === 0 ? 0 : null;
  const decimals = Math.max(writtenDecimals(now), writtenDecimals(before));
  return decimals === 0 || decimals > MAX_DECIMALS ? difference : Number(difference.toFixed(decimals));
}

/** @returns the change as a part of the baseline's size (0.01 is one per cent more), or null where that says nothing */
export function relativeChange(value: Value, baseline: Value): number | null {
  const difference = change(value, baseline);
  const before = numberOf(baseline);
  if (difference === null || before === null || before === 0) return null;
  const relative = difference / Math.abs(before);
  return Number.isFinite(relative) ? relative : null;
}

/** @returns what a change of numbers means for the goal; null, a change that is no number, is "none" */
export function direction(difference: number | null, goal: Goal): Direction {
  if (difference === null || difference === 0) return "none";
  if (goal === null) return "other";
  return difference > 0 === (goal === "higher") ? "better" : "worse";
}

/**
 * What became of a value, special numbers and texts included: a number that turns into NaN is worse, one that comes back
 * is better, an infinity is judged by its side. A value that is missing, or has no baseline, has not changed. Both are of
 * `valueIn()`.
 */
export function judge(value: Value, baseline: Value, goal: Goal): Direction {
  if (value === null || baseline === null || sameValue(value, baseline)) return "none";
  const now = fullNumberOf(value);
  const before = fullNumberOf(baseline);
  if (goal === null || now === null || before === null) return "other";
  if (Number.isNaN(now)) return "worse";
  if (Number.isNaN(before)) return "better";
  return isBetter(now, before, goal) ? "better" : "worse";
}

/** @returns whether two values are the same figure: 0 and -0 are, NaN and NaN are, and a number and its text are */
export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  const x = fullNumberOf(a);
  const y = fullNumberOf(b);
  return x !== null && y !== null && (x === y || (Number.isNaN(x) && Number.isNaN(y)));
}

/** @returns whether `value` is strictly nearer to the goal than `than`; NaN never is */
export function isBetter(value: number | bigint, than: number | bigint, goal: "higher" | "lower"): boolean {
  return goal === "higher" ? value > than : value < than;
}

/** More decimals than a double's shortest form can use around 1: such a difference is left as it is. */
const MAX_DECIMALS = 20;

/** How many digits stand behind the point when the number is written in full. */
function writtenDecimals(value: number): number {
  if (Number.isInteger(value)) return 0;
  const [mantissa, exponent = "0"] = String(value).split("e") as [string, string | undefined];
  const point = mantissa.indexOf(".");
  return Math.max(0, (point < 0 ? 0 : mantissa.length - point - 1) - Number(exponent));
}
