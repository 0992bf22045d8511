// Which keys of a document have another value than its baseline has: the one rule of what a change is.
//
// A commit changes a column when its value differs from its baseline's, which is what its row is compared with: that of
// the nearest first-parent ancestor that has a readable version of the file. So
// - without a baseline there is no change: there a column begins;
// - a file that is there and could not be read, or was left unread, says nothing: what it hides is told at the next commit
//   whose file can be read;
// - a commit that takes a file away takes all its values away, and one whose file has a value no more takes that away:
//   they are gone there, once;
// - a file that comes back is compared with what it was before it went: an equal value is no change, and what it does not
//   bring back was gone already;
// - null is no value, whether or not the key is written, and a mark for "nothing" is none in a column of numbers.
// The catalogue's changes and last changed commit, `tidemark log`, `blame`, rows, exports and filters all go by it.
import { sameValue } from "./compare.ts";
import type { ColumnKind, FlatDocument, Value } from "./model.ts";
import { valueIn } from "./value.ts";

/** Stands for "not in that document". */
export const ABSENT = -1;

/** A file at a commit, and what it is compared with. */
export interface ComparedDocuments {
  /** null: the commit removed the file */
  readonly now: FlatDocument | null;
  readonly before: FlatDocument;
  /** whether the file was away in between */
  readonly returned: boolean;
}

/** @returns whether a value is a change from its baseline's, both of `valueIn()`; `returned`: whether its file was away */
export function isChange(value: Value, before: Value, returned: boolean): boolean {
  return !sameValue(value, before) && !(returned && value === null);
}

/** @returns the same of values as their files have them, in a column of that kind */
export function isChangeIn(kind: ColumnKind, value: Value, before: Value, returned: boolean): boolean {
  return isChange(valueIn(value, kind), valueIn(before, kind), returned);
}

/**
 * Calls `onChange` for each key that changed, marks for "nothing" taken as texts: in a column of numbers it may be no
 * change (`isChangeIn()`), but none is left out. Documents that share their key list, as consecutive versions nearly always
 * do, are compared value by value.
 * @param onChange the key's place in each document, or ABSENT
 */
export function forEachChange(
  { now, before, returned }: ComparedDocuments,
  onChange: (nowIndex: number, beforeIndex: number) => void,
): void {
  if (now === before) return;
  if (now?.keys === before.keys) {
    for (let i = 0; i < now.values.length; i++) {
      const value = now.values[i] as Value;
      const other = before.values[i] as Value;
      if (value !== other && isChange(value, other, returned)) onChange(i, i);
    }
    return;
  }
  const places = new Map<string, number>();
  before.keys.forEach((key, index) => places.set(key, index));
  now?.keys.forEach((key, index) => {
    const other = places.get(key) ?? ABSENT;
    places.delete(key);
    const past = other === ABSENT ? null : (before.values[other] as Value);
    if (isChange(now.values[index] as Value, past, returned)) onChange(index, other);
  });
  for (const other of places.values()) {
    if (isChange(null, before.values[other] as Value, returned)) onChange(ABSENT, other);
  }
}

/**
 * @param kindOf of a key's column
 * @returns the keys that changed: those of the newer document in its order, then those that are gone
 */
export function changedKeys(compared: ComparedDocuments, kindOf: (key: string) => ColumnKind): string[] {
  const { now, before, returned } = compared;
  const keys: string[] = [];
  forEachChange(compared, (nowIndex, beforeIndex) => {
    const key = (nowIndex === ABSENT ? before.keys[beforeIndex] : now?.keys[nowIndex]) as string;
    const [value, past] = [now?.values[nowIndex] ?? null, before.values[beforeIndex] ?? null];
    if (isChangeIn(kindOf(key), value, past, returned)) keys.push(key);
  });
  return keys;
}
