// What the words of names say of goals: which way is better, and when they say nothing.
import {
  AMBIGUOUS_PARENTS,
  BAD_EVENTS,
  COVERAGE_WORDS,
  HAPPENINGS,
  HIGHER,
  LOWER,
  LOWER_SCORES,
  MADE_THINGS,
  MOMENTS,
  PAIRS,
  PREPOSITIONS,
  SAVINGS,
  SAYS_NOTHING,
  SETTING_PARENTS,
  SETTING_RATES,
  SETTING_SIZES,
  STATISTICS,
  TRAFFIC,
  UNIT_WORDS,
} from "./goal-tokens.ts";
import type { Goal } from "./model.ts";
import { nameTokens } from "./name-tokens.ts";

/** Units of sizes, as names have them: with an `s` behind them they are a speed. */
export const DATA_UNITS: ReadonlySet<string> = new Set(["kb", "kib", "mb", "mib", "gb", "gib"]);

/** `samples_per_second`, `req/s`: more is better, unless what happens so often is bad. */
export function perSecondGoal(name: string, tokens: readonly string[]): Goal {
  const written = tokens.some(
    (token, i) => tokens[i - 1] === "per" && (token === "s" || UNIT_WORDS.get(token) === "s"),
  );
  if (!written && !isSpeed(tokens) && !/\/s(?:ec(?:ond)?)?$/.test(name)) return null;
  return tokens.some((token) => BAD_EVENTS.has(token)) ? "lower" : "higher";
}

/** `ops_sec`, `tokens_s`: the "per" was left out. */
export function isSpeed(tokens: readonly string[]): boolean {
  const last = tokens.at(-1) ?? "";
  return (last === "s" || UNIT_WORDS.get(last) === "s") && HAPPENINGS.has(tokens.at(-2) ?? "");
}

/** @returns whether a name is a setting, a tally or a spread, whatever else its words say */
export function saysNothing(tokens: readonly string[]): boolean {
  return tokens.some((token, i) => {
    const before = tokens[i - 1] ?? "";
    if (SAYS_NOTHING.has(token) || token.startsWith("vocab")) return true;
    if (token === "rate") return SETTING_RATES.has(before);
    if (token === "size" && tokens.length > 1)
      return SETTING_SIZES.has(before) || !(isStatistic(before) || isMade(before, tokens));
    if (token === "time") return MOMENTS.has(before);
    if (token === "bytes") return tokens.some((other) => TRAFFIC.has(other));
    // `duration_ms` is the length of the test, `timeout_ms` a setting
    const unit = UNIT_WORDS.get(tokens[i + 1] ?? "") ?? null;
    if (token === "timeout" || token === "timeouts") return unit !== null;
    return token === "duration" && i === 0 && (tokens.length === 1 || (tokens.length === 2 && unit !== null));
  });
}

/**
 * The last word with a direction, as in a name the last one is what it is: `accuracy_loss` is a loss. A `neg` in front
 * turns it around.
 */
export function wordGoal(tokens: readonly string[]): Goal {
  if (tokens.some((token) => LOWER_SCORES.has(token))) return "lower";
  const word = tokens.findLast((token) => LOWER.has(token) || HIGHER.has(token));
  return word === undefined ? null : LOWER.has(word) === (tokens[0] !== "neg") ? "lower" : "higher";
}

/** `time_saved_ms`, `avg_savings_percent`: the last word, but for a unit, says that something is no longer spent. */
export function isSaved(tokens: readonly string[]): boolean {
  return SAVINGS.has(tokens.findLast((token) => !UNIT_WORDS.has(token) && !isStatistic(token)) ?? "");
}

/** `bundle_size`, `size_kb`: the size of something that is made, or one in bytes. */
function isMade(before: string, tokens: readonly string[]): boolean {
  return MADE_THINGS.has(before) || tokens.some((token) => DATA_UNITS.has(token) || UNIT_WORDS.get(token) === "B");
}

/** `train.size`: the size of a set is a tally. */
export function isSizeOfSet(tokens: readonly string[], parents: readonly string[]): boolean {
  return tokens.join() === "size" && SETTING_SIZES.has(nameTokens(parents.at(-1) ?? "").at(-1) ?? "");
}

/** The words of a name as far as a preposition, those that mean something together as one. */
export function goalTokens(name: string): string[] {
  const tokens: string[] = [];
  for (const token of nameTokens(name)) {
    if (tokens.length > 0 && PREPOSITIONS.has(token)) break;
    const pair = `${tokens.at(-1)}-${token}`;
    if (PAIRS.has(pair)) tokens.splice(-1, 1, pair);
    else tokens.push(token);
  }
  return tokens;
}

/**
 * The goal of what stands above. A statistic has that of the nearest one with a word for it; any other name, such as one of
 * a class, only that of a parent which is the figure itself: `IoU.person`, and not `error-handling.detected`.
 */
export function parentsGoal(parents: readonly string[], leaf: readonly string[]): Goal {
  const isFigure = leaf.every(isStatistic);
  for (const name of isFigure ? parents.toReversed() : parents.slice(-1)) {
    const tokens = goalTokens(name);
    if (saysNothing(tokens)) return null;
    if (isSaved(tokens)) return "higher";
    if (AMBIGUOUS_PARENTS.has(tokens.join())) continue;
    // `rougeL`, `ndcg_at_10`: letters, numbers and units behind it do not say what the figure is
    const last = tokens.findLast((token) => token.length > 2 && !isStatistic(token) && !UNIT_WORDS.has(token));
    const own = isFigure ? tokens : [last ?? ""];
    const goal = perSecondGoal(name, nameTokens(name)) ?? wordGoal(own);
    if (goal !== null) return goal;
  }
  return null;
}

/** @returns whether a percentage of this name, in this file, is one of coverage */
export function isCoverage(path: string, names: readonly string[]): boolean {
  return /coverage/i.test(path) || names.some((name) => nameTokens(name).some((token) => COVERAGE_WORDS.has(token)));
}

/** @returns whether all below a parent of this name are settings or differences */
export function isSettingsName(name: string): boolean {
  return nameTokens(name).some((token) => SETTING_PARENTS.has(token));
}

/** @returns whether the word only says which figure of a measured thing this is */
export function isStatistic(token: string): boolean {
  return STATISTICS.has(token) || /^\d/.test(token);
}
