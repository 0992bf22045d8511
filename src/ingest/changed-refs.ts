// What a look at a remote's branches sees that differs from what is stored of them.
import type { SeenRefs } from "../git/ref-digest.ts";
import type { StoredBranch } from "../store/branch.ts";
import { MAX_MOVED_HEADS, type NamedRef } from "../store/event.ts";

/** Refs that are kept with an event: a person reads no more, and the daily comparison finds the rest. */
export const MAX_NAMED = MAX_MOVED_HEADS - 1;
/** Names without control characters and of sensible length: they go into JSON, which Postgres reads. */
// oxlint-disable-next-line no-control-regex
const TELLABLE = /^[^\x00-\x1f\x7f]{1,300}$/;

/**
 * Compares branches by name. One that is not stored may be new, or one that is not followed: it comes after those that
 * moved or vanished.
 * @param stored the live ones
 */
export function changedRefs({ heads }: Pick<SeenRefs, "heads">, stored: readonly StoredBranch[]): NamedRef[] {
  const changed: NamedRef[] = [];
  const known = new Set<string>();
  for (const { name, head, missing = null } of stored) {
    known.add(name);
    const after = heads.get(name) ?? null;
    if (after !== head && !(after === null && missing !== null)) changed.push(refOf(name, head, after));
  }
  for (const [name, head] of heads) if (!known.has(name)) changed.push(refOf(name, null, head));
  return changed.filter(({ ref }) => TELLABLE.test(ref));
}

function refOf(name: string, before: string | null, after: string | null): NamedRef {
  return { ref: `refs/heads/${name}`, before, after };
}
