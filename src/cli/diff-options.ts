// What was asked of `tidemark diff`, checked.
import { NO_TOLERANCE, type Tolerance } from "../domain/tolerance.ts";
import { badArgument, type ReadingFlags, type ReadingOptions, readingOptions } from "./reading-options.ts";
import { namesIn, takePlace } from "./place.ts";

/** The options as commander gives them. */
export interface DiffFlags extends ReadingFlags {
  readonly columns?: readonly string[];
  readonly all?: boolean;
  readonly rtol?: string;
  readonly atol?: string;
  readonly failOn?: string;
}

/** Which two commits: texts of people, null for the commit that is checked out. */
export type DiffRange =
  | { readonly kind: "baseline" }
  | { readonly kind: "two" | "merge-base"; readonly from: string | null; readonly to: string | null };

/** What to compare, and how to write it. */
export interface DiffOptions extends ReadingOptions {
  readonly range: DiffRange;
  /** null: all */
  readonly columns: readonly string[] | null;
  /** also columns that are the same */
  readonly all: boolean;
  readonly tolerance: Tolerance;
  readonly failOnWorse: boolean;
}

const MERGE_BASE = "...";
const TWO = "..";

/**
 * @param words up to two commits, or a range; a repository may stand before them
 * @throws TidemarkError `bad-argument`
 */
export async function diffOptions(words: readonly string[], flags: DiffFlags, cwd: string): Promise<DiffOptions> {
  const hasOther = flags.C !== undefined;
  const { place, rest } = await takePlace(words, cwd, { commit: "full-name", hasOther });
  if (flags.failOn !== undefined && flags.failOn !== "worse")
    throw badArgument("reason to fail", flags.failOn, "no such reason", "worse");
  return {
    ...readingOptions(place, flags),
    range: readRange(rest),
    names: rest.flatMap(namesIn),
    columns: flags.columns ?? null,
    all: flags.all === true,
    tolerance: {
      relative: flags.rtol === undefined ? NO_TOLERANCE.relative : readRelative(flags.rtol),
      absolute: flags.atol === undefined ? NO_TOLERANCE.absolute : readAbsolute(flags.atol),
    },
    failOnWorse: flags.failOn === "worse",
  };
}

function readRange(words: readonly string[]): DiffRange {
  const [first, second, third] = words;
  if (third !== undefined) throw badArgument("commit", third, "two commits before it", "at most two");
  if (first === undefined) return { kind: "baseline" };
  for (const word of words) {
    if (word === "") throw badArgument("commit", word, "nothing", "a branch, a tag, a commit's id or HEAD~3");
    if (word.startsWith("-"))
      throw badArgument("commit", word, "a dash at its start", "a branch, a tag or a commit's id");
  }
  const range = rangeOf(first);
  if (range !== null && second !== undefined) throw badArgument("commit", second, "a range before it", "one range");
  if (second !== undefined && rangeOf(second) !== null)
    throw badArgument("commit", second, "a range behind a commit", "one range, or two commits");
  return range ?? { kind: "two", from: first, to: second ?? null };
}

/** Reads `A..B` and `A...B`; an end that is left out is HEAD. */
function rangeOf(word: string): DiffRange | null {
  const sign = word.includes(MERGE_BASE) ? MERGE_BASE : TWO;
  const at = word.indexOf(sign);
  if (at < 0) return null;
  const [from, to] = [word.slice(0, at), word.slice(at + sign.length)];
  const wanted = "A..B or A...B";
  if (from === "" && to === "") throw badArgument("range", word, "no commit in it", wanted);
  if (to.includes(TWO) || to.startsWith(".") || to.startsWith("-"))
    throw badArgument("range", word, `the end ${JSON.stringify(to)}`, wanted);
  return { kind: sign === MERGE_BASE ? "merge-base" : "two", from: from || null, to: to || null };
}

const NUMBER = /^\d{1,15}(?:\.\d{1,15})?(?:e-?\d{1,2})?$/i;

/** A bare number of 1 or more is refused: it may be meant as per cent, and would let everything pass. */
function readRelative(text: string): number {
  const isPercent = text.endsWith("%");
  const digits = isPercent ? text.slice(0, -1) : text;
  const number = NUMBER.test(digits) ? Number(digits) : Number.NaN;
  if (Number.isNaN(number)) throw badArgument("relative tolerance", text, "no number", "a part such as 1% or 0.01");
  if (!isPercent && number >= 1)
    throw badArgument("relative tolerance", text, "a number without %", `${text}%, or a part below 1 such as 0.01`);
  return isPercent ? number / 100 : number;
}

function readAbsolute(text: string): number {
  if (!NUMBER.test(text))
    throw badArgument("absolute tolerance", text, "no number from 0", "a number such as 0.001, in the column's unit");
  return Number(text);
}
