// When a branch that the server lists no more counts as deleted: one look may meet a server that is being repaired, or a
// copy of it that is behind.

/** A branch that the server lists no more. */
export interface MissingBranch {
  /** ms since 1970 of the first look that did not find it; moved on by what later looks came late */
  readonly since: number;
  /** looks that did not find it */
  readonly looks: number;
}

/** Between two looks that both count, in ms: servers are repaired, and their copies catch up, in less. */
export const LOOK_APART_MS = 10 * 60_000;

/** Looks that must not find a branch before it counts as deleted. */
const USUAL_LOOKS = 2;
/** More than half of the branches never go at once, but by mistake. */
const LOOKS_OF_MANY = 3;

/** @param vanished branches that are not listed, of `live` ones. @returns whether those are suspiciously many */
export function areMany(vanished: number, live: number): boolean {
  return vanished * 2 > live;
}

/** @returns when the next look at it counts, in ms since 1970 */
export function nextLookAt({ since, looks }: MissingBranch): number {
  return since + looks * LOOK_APART_MS;
}

/** @returns what is known of it after a look at `now` that did not find it. @param before null: it was there until now */
export function lookedFor(before: MissingBranch | null, now: number): MissingBranch {
  if (before === null) return { since: now, looks: 1 };
  if (now < nextLookAt(before)) return before;
  return { since: now - before.looks * LOOK_APART_MS, looks: before.looks + 1 };
}

/** @returns looks that must not find it before it counts as deleted. @param many of `areMany()` */
export function looksWanted(many: boolean): number {
  return many ? LOOKS_OF_MANY : USUAL_LOOKS;
}

/** @returns whether it counts as deleted. @param many of `areMany()` */
export function isGone({ looks }: MissingBranch, many: boolean): boolean {
  return looks >= looksWanted(many);
}
