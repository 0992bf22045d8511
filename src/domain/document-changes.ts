// Which keys of a document have another value than its baseline has.
import { sameValue } from "./compare.ts";
import type { FlatDocument, Value } from "./model.ts";

/** Stands for "not in that document". */
export const ABSENT = -1;

/**
 * Calls `onChange` for each key whose values differ, and for each that only one of the documents has. Documents that
 * share their key list, as consecutive versions nearly always do, are compared value by value.
 * @param onChange the key's place in each document, or ABSENT
 */
export function forEachChange(
  now: FlatDocument,
  before: FlatDocument,
  onChange: (nowIndex: number, beforeIndex: number) => void,
): void {
  if (now === before) return;
  if (now.keys === before.keys) {
    for (let i = 0; i < now.values.length; i++) {
      const value = now.values[i] as Value;
      const other = before.values[i] as Value;
      if (value !== other && !sameValue(value, other)) onChange(i, i);
    }
    return;
  }
  const places = new Map<string, number>();
  before.keys.forEach((key, index) => places.set(key, index));
  now.keys.forEach((key, index) => {
    const other = places.get(key);
    places.delete(key);
    if (other === undefined) onChange(index, ABSENT);
    else if (!sameValue(now.values[index] as Value, before.values[other] as Value)) onChange(index, other);
  });
  for (const other of places.values()) onChange(ABSENT, other);
}

/** @returns the keys of `forEachChange()`: those of the newer document in its order, then those that are gone */
export function changedKeys(now: FlatDocument, before: FlatDocument): string[] {
  const keys: string[] = [];
  forEachChange(now, before, (nowIndex, beforeIndex) => {
    keys.push((nowIndex === ABSENT ? before.keys[beforeIndex] : now.keys[nowIndex]) as string);
  });
  return keys;
}
