// What a person has changed of the rules and not saved yet.
import type { MetricRule } from "../src/api/contract/files.ts";

/** Patterns added, and rules turned or removed, by their patterns. */
export interface FileDraft {
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly on: readonly string[];
  readonly off: readonly string[];
}

/** Nothing is changed. */
export const NO_CHANGES: FileDraft = { add: [], remove: [], on: [], off: [] };

/** @returns how many rules the draft changes */
export function countChanges({ add, remove, on, off }: FileDraft): number {
  return add.length + remove.length + on.length + off.length;
}

const without = (list: readonly string[], pattern: string): readonly string[] =>
  list.filter((each) => each !== pattern);

/** @returns the draft with one more pattern; a rule that is off, or about to go, is turned on instead */
export function withAdded(draft: FileDraft, pattern: string, rules: readonly MetricRule[]): FileDraft {
  const rule = rules.find((each) => each.pattern === pattern);
  if (rule === undefined) return draft.add.includes(pattern) ? draft : { ...draft, add: [...draft.add, pattern] };
  const kept = { ...draft, remove: without(draft.remove, pattern) };
  return isOn(rule, kept) ? kept : withTurned(kept, rule);
}

/** @returns the draft with a rule turned the other way than it is in it */
export function withTurned(draft: FileDraft, rule: MetricRule): FileDraft {
  const { pattern, enabled } = rule;
  const list = enabled ? "off" : "on";
  const isTurned = draft[list].includes(pattern);
  return { ...draft, [list]: isTurned ? without(draft[list], pattern) : [...draft[list], pattern] };
}

/** @returns the draft with a rule removed, or kept when it was to be removed; an added pattern is forgotten */
export function withRemoved(draft: FileDraft, pattern: string): FileDraft {
  if (draft.add.includes(pattern)) return { ...draft, add: without(draft.add, pattern) };
  const isRemoved = draft.remove.includes(pattern);
  return {
    ...draft,
    on: without(draft.on, pattern),
    off: without(draft.off, pattern),
    remove: isRemoved ? without(draft.remove, pattern) : [...draft.remove, pattern],
  };
}

/** @returns whether a rule is on once the draft is saved */
export function isOn({ pattern, enabled }: MetricRule, { on, off }: FileDraft): boolean {
  return enabled ? !off.includes(pattern) : on.includes(pattern);
}
