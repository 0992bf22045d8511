// What is known of a column: its unit and its goal, guessed from names, and what it mostly holds.
import { HIGHER_UNITS, LOWER_UNITS, TALLIES, UNIT_WORDS } from "./goal-tokens.ts";
import {
  DATA_UNITS,
  goalTokens,
  isCoverage,
  isSaved,
  isSettingsName,
  isSizeOfSet,
  isSpeed,
  isStatistic,
  parentsGoal,
  perSecondGoal,
  saysNothing,
  wordGoal,
} from "./goal-words.ts";
import { parseKey } from "./key.ts";
import type { ColumnKind, Goal, GoalSource } from "./model.ts";
import { nameTokens } from "./name-tokens.ts";

/** How many of a column's values are of which kind; a numeric text counts as such, not as a text. */
export interface ValueCounts {
  readonly numbers: number;
  readonly numericTexts: number;
  readonly texts: number;
  readonly booleans: number;
}

/** Part of the values that are there which makes a column one of numbers, of texts or of truth values. */
export const KIND_SHARE = 0.9;

/** @returns what the column holds, missing values and missing marks not counted */
export function kindOf(counts: ValueCounts): ColumnKind {
  const numeric = counts.numbers + counts.numericTexts;
  const all = numeric + counts.texts + counts.booleans;
  if (all === 0) return "empty";
  if (numeric >= all * KIND_SHARE) return "number";
  if (counts.texts + counts.numericTexts >= all * KIND_SHARE) return "text";
  return counts.booleans >= all * KIND_SHARE ? "boolean" : "mixed";
}

/**
 * Guesses a unit from the end of a name: `latency_ms`, `size_bytes`, `time (s)`, `samples_per_second`, `lines.pct`; the
 * name of a statistic (`p95`, `mean`) has its parent's.
 * @param path of the file; it says nothing yet
 * @param key a key's text
 * @returns as it is written behind a number, or null
 */
export function guessUnit(_path: string, key: string): string | null {
  for (const name of namesOf(key).toReversed()) {
    const unit = unitOfName(name);
    if (unit !== undefined) return unit;
  }
  return null;
}

/**
 * Guesses which way is better. The words of the leaf decide, then those of its parents; among the leaf's words one that
 * says nothing wins, then the unit, then the last word with a direction. Settings never have a goal.
 * @param path of the file
 * @param key a key's text
 * @param unit of the column, from the file or guessed
 */
export function guessGoal(path: string, key: string, unit: string | null): { goal: Goal; goalFrom: GoalSource } {
  const names = namesOf(key);
  const leaf = names.pop();
  if (leaf === undefined || isSettingsFile(path) || names.some(isSettingsName)) return { goal: null, goalFrom: null };
  const perSecond = perSecondGoal(leaf, nameTokens(leaf));
  if (perSecond !== null) return { goal: perSecond, goalFrom: "unit" };
  const tokens = goalTokens(leaf);
  if (saysNothing(tokens) || isSizeOfSet(tokens, names)) return { goal: null, goalFrom: null };
  if (isSaved(tokens)) return { goal: "higher", goalFrom: "name" };
  if (TALLIES.has(names.at(-1)?.toLowerCase() ?? "") && wordGoal(tokens) !== "lower")
    return { goal: null, goalFrom: null };
  const byUnit = unitGoal(unit, () => isCoverage(path, [...names, leaf]));
  if (byUnit !== null) return { goal: byUnit, goalFrom: "unit" };
  const goal =
    wordGoal(tokens) ?? parentsGoal(names, tokens) ?? (tokens.join() === "pct" && names.length === 0 ? "higher" : null);
  return { goal, goalFrom: goal === null ? null : "name" };
}

/** @returns whether all values of the file are settings, which have no goal */
export function isSettingsFile(path: string): boolean {
  if (/(?:^|\/)(?:params\.[^/]+|dvc\.lock|[^/]+\.py)$/.test(path)) return true;
  const names = path.split("/");
  const runs = names.indexOf("mlruns");
  return runs >= 0 && names.includes("params", runs + 1);
}

/**
 * The names of a key, outermost first. A row's name counts where the leaf only says which figure it is
 * (`[name=errors].mean`); what looks like a path or a call says nothing about figures.
 */
function namesOf(key: string): string[] {
  const segments = parseKey(key);
  const last = segments.at(-1);
  const statistic = last?.kind === "name" && nameTokens(last.name).every(isStatistic);
  const names: string[] = [];
  for (const segment of segments) {
    if (segment.kind === "name") names.push(segment.name);
    else if (segment.kind === "row" && statistic) names.push(segment.pairs.at(-1)?.[1] ?? "");
  }
  return names.filter((name, i) => i === names.length - 1 || !/[/\\(]|::|\.\w/.test(name));
}

function unitOfName(name: string): string | null | undefined {
  const bracket = /\s?[([]([^()[\]\s]{1,12})[)\]]$/.exec(name);
  if (bracket?.[0] === "(B)") return undefined; // of boxes, not bytes: `precision(B)` stands beside `precision(M)`
  const written = name.endsWith("%") ? "%" : (bracket?.[1] ?? "");
  const bracketed = UNIT_WORDS.get(written.toLowerCase()) ?? (isUnit(written) ? written : undefined);
  if (bracketed !== undefined) return bracketed;
  const rate = /(\p{L}{1,20})\/(s|op|iter)$/u.exec(name);
  if (rate !== null) return `${UNIT_WORDS.get(rate[1] as string) ?? rate[1]}/${rate[2]}`;
  const tokens = nameTokens(name);
  const end = tokens.findLastIndex((token) => !isStatistic(token));
  if (end < 0) return undefined; // only a statistic: the parent knows
  const last = tokens[end] as string;
  const [thing, per] = [tokens[end - 2], tokens[end - 1]];
  if (isSpeed(tokens.slice(0, end + 1))) return `${per}/s`;
  if (per === "per") return perUnit(thing, last);
  if (last === "s" && per !== undefined && DATA_UNITS.has(per)) return `${UNIT_WORDS.get(per)}/s`; // `read_mb_s`
  if (last === "s" && end > 0 && /[_\-. ]s$/i.test(name)) return /..s$/.test(per ?? "") ? null : "s"; // not `samples_s`
  return UNIT_WORDS.get(last) ?? null;
}

function perUnit(thing: string | undefined, base: string): string | null {
  const per =
    { op: "op", iter: "iter", iteration: "iter", s: "s" }[base] ?? (UNIT_WORDS.get(base) === "s" ? "s" : null);
  return per === null ? null : `${thing === undefined ? "" : (UNIT_WORDS.get(thing) ?? thing)}/${per}`;
}

function isUnit(text: string): boolean {
  return text === "%" || text.includes("/") || LOWER_UNITS.has(text) || HIGHER_UNITS.has(text);
}

/**
 * Says which way is better of values in a unit.
 * @param unit as a file or a name has it: `ops/s`, `ns/op`, `millisecond`
 * @param coverage whether a percentage is one of coverage; nothing else in percent has a better way
 * @returns null for a unit that says nothing, and for one that is not known
 */
export function unitGoal(unit: string | null, coverage: () => boolean = () => false): Goal {
  if (unit === null) return null;
  if (/\/(?:s|sec|second)$/.test(unit) || unit.startsWith("ops/") || HIGHER_UNITS.has(unit)) return "higher";
  if (/\/(?:op|iter)$/.test(unit) || LOWER_UNITS.has(unit) || LOWER_UNITS.has(UNIT_WORDS.get(unit) ?? ""))
    return "lower";
  return unit === "%" && coverage() ? "higher" : null;
}
