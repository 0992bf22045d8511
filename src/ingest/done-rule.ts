// When what a delivery says of a ref counts as brought in. Servers tell of a push before all of their copies have it.
import type { NamedRef } from "../store/event.ts";

/** Refs as a run found them. */
export interface SeenRefs {
  /** @returns what the server shows of a ref now; null: it is not there; undefined: such refs are not read */
  shown(ref: string): string | null | undefined;
  /** @returns what was known of it before this run, read after the event had come; undefined: nothing */
  known(ref: string): string | null | undefined;
  /** @returns whether a commit is in the mirror */
  has(sha: string): boolean;
}

/**
 * Waits before the second, third … look at a server that does not show what it told of, in ms: its copies are seconds
 * behind, minutes on a bad day. After these, polling is what finds the rest.
 */
export const UNSEEN_WAITS_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000] as const;

/**
 * Finds out which of some refs that deliveries name are not brought in yet. One is, when the server shows it as told;
 * when what was told is in the mirror and the server does not show the state before it any more; when it is gone or
 * moved elsewhere by this run; or when a later delivery, itself brought in, begins where this one ends.
 * @param named of one repository, in the order of arrival
 * @returns those of `named` to wait for
 */
export function notReached(named: readonly NamedRef[], seen: SeenRefs): Set<NamedRef> {
  const open = new Set(named.filter((each) => !isReached(each, seen)));
  for (let before = -1; before !== open.size; ) {
    before = open.size;
    const begun = new Set(named.filter((each) => !open.has(each)).map(({ ref, before: from }) => `${from} ${ref}`));
    for (const each of open) if (begun.has(`${each.after} ${each.ref}`)) open.delete(each);
  }
  return open;
}

function isReached({ ref, before, after }: NamedRef, seen: SeenRefs): boolean {
  const shown = seen.shown(ref);
  if (shown === undefined || shown === after) return true;
  if (shown === before) return false; // the old state still: whoever asks again sees the new one
  if (after !== null && seen.has(after)) return true;
  const known = seen.known(ref);
  return known === undefined || shown !== known; // it moved since the event came, to what no delivery has told of yet
}

/** @returns how long to wait for the next look after so many; null: it was looked often enough */
export function unseenWaitMs(attempts: number): number | null {
  return UNSEEN_WAITS_MS[attempts] ?? null;
}

/** @returns in words what a server has not shown */
export function unseenWords({ ref, after }: NamedRef, last: boolean): string {
  const name = ref.replace(/^refs\/(?:heads|tags)\//, "");
  const what = after === null ? `that "${name}" is gone` : `"${name}" at ${after.slice(0, 12)}`;
  const end = last ? "It was not waited for any longer: polling finds what comes later." : "It is asked again.";
  return `The server told of a push, but does not show ${what}. ${end}`;
}
