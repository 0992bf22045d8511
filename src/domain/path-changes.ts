// What people change of a repository's metric paths: rules added, removed, turned on and off, checked as a whole.
import { TidemarkError } from "../errors.ts";
import { isLiteral, MAX_GLOBS, MetricPathMatcher, storedPattern } from "./metric-paths.ts";
import type { MetricPath } from "./model.ts";

/** Paths and globs that people may choose for a repository: they are all compared with each path. */
export const MAX_CHOSEN = 200;

/** Where people see the rules. */
const LISTED = "one of the rules that the page Files and tidemark files show";

/** Patterns as people type or pick them. */
export interface PathChanges {
  readonly add: readonly string[];
  /** only what people chose can be removed */
  readonly remove: readonly string[];
  readonly on: readonly string[];
  /** a path that a glob names can be turned off on its own */
  readonly off: readonly string[];
}

/** What has to be stored. */
export interface ChangedRules {
  readonly put: readonly MetricPath[];
  readonly removed: readonly string[];
}

/**
 * Applies changes to the rules of a repository.
 * @param rules all of them
 * @returns what differs afterwards; nothing when there is nothing to change
 * @throws TidemarkError `bad-argument` for a pattern that is no pattern, is there already, or is not there;
 *   `limit-exceeded` for more than MAX_GLOBS (50) globs that are on, or MAX_CHOSEN (200) rules of people
 */
export function changeRules(rules: readonly MetricPath[], changes: PathChanges): ChangedRules {
  const now = new Map(rules.map((rule) => [rule.pattern, rule]));
  for (const typed of changes.add) add(now, typed);
  for (const typed of changes.on) turn(now, typed, true);
  for (const typed of changes.off) turn(now, typed, false);
  for (const typed of changes.remove) remove(now, typed);
  const all = [...now.values()];
  const chosen = all.filter(({ source }) => source === "chosen").length;
  if (chosen > MAX_CHOSEN) throw tooMany("rules", chosen, `at most ${MAX_CHOSEN} that people chose`);
  const globs = all.filter(({ enabled, pattern }) => enabled && !isLiteral(pattern)).length;
  if (globs > MAX_GLOBS) throw tooMany("globs", globs, `at most ${MAX_GLOBS} that are on: turn others off first`);
  new MetricPathMatcher(all).match("a"); // throws for what cannot be matched
  const before = new Map(rules.map((rule) => [rule.pattern, rule]));
  return {
    put: all.filter((rule) => before.get(rule.pattern) !== rule),
    removed: [...before.keys()].filter((pattern) => !now.has(pattern)),
  };
}

function add(rules: Map<string, MetricPath>, typed: string): void {
  const pattern = storedPattern(typed);
  const known = rules.get(pattern);
  if (known?.enabled === true)
    throw badPattern("add the pattern", typed, "it among the rules already", "one that is not there");
  rules.set(
    pattern,
    known ? { ...known, enabled: true } : { pattern, source: "chosen", identity: null, enabled: true },
  );
}

function turn(rules: Map<string, MetricPath>, typed: string, enabled: boolean): void {
  const attempt = `turn ${enabled ? "on" : "off"} the rule`;
  const pattern = rules.has(typed) ? typed : storedPattern(typed);
  const known = rules.get(pattern);
  if (known !== undefined) {
    if (known.enabled !== enabled) rules.set(pattern, { ...known, enabled });
    return;
  }
  if (enabled || !isLiteral(pattern)) throw badPattern(attempt, typed, "no such rule", LISTED);
  rules.set(pattern, { pattern, source: "chosen", identity: null, enabled });
}

function remove(rules: Map<string, MetricPath>, typed: string): void {
  const pattern = rules.has(typed) ? typed : storedPattern(typed);
  const known = rules.get(pattern);
  if (known === undefined) throw badPattern("remove the rule", typed, "no such rule", LISTED);
  if (known.source !== "chosen")
    throw badPattern(
      "remove the rule",
      typed,
      `one that comes from ${whence(known)}`,
      "one that somebody added: others can be turned off",
    );
  rules.delete(pattern);
}

function whence({ source }: MetricPath): string {
  return source === "built-in" ? "Tidemark itself" : source;
}

function badPattern(attempt: string, value: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("bad-argument", { attempt, value, found, wanted });
}

function tooMany(what: string, count: number, wanted: string): TidemarkError {
  return new TidemarkError("limit-exceeded", {
    attempt: "read metric files by",
    value: what,
    found: String(count),
    wanted,
  });
}
