// The leaves of a document while it is read: keys relative to the innermost open array element, values, bytes, marks.
import { MAX_FLAT_BYTES, MAX_KEY_BYTES, MAX_LEAVES, MAX_TEXT_BYTES } from "./limits.ts";
import type { ColumnFacts, FlatDocument, Value } from "./model.ts";
import { cutText, detach, fit, isUnfit, quotedKey, utf8Length } from "./kept-text.ts";
import { unreadable } from "./unreadable.ts";
import { canonicalNumber } from "./value.ts";
import type { WarningList } from "./warning-list.ts";

/** Bytes that a number, a truth value or null counts for in the limit of the flattened text. */
const SCALAR_BYTES = 8;

/** A piece of a key and the bytes it has in UTF-8. */
export interface KeyText {
  readonly text: string;
  readonly bytes: number;
}

/** A growing list of leaves. A leaf is removed by leaving its value undefined, so that places never move. */
export class Leaves {
  /** leaves that were added, removed ones among them */
  length = 0;
  readonly keys: string[] = [];
  readonly values: (Value | undefined)[] = [];
  /** bytes of each key in UTF-8 */
  readonly sizes: number[] = [];
  /** 1 for a leaf of a row that is named by its position; empty as long as there is none */
  readonly #marks: number[] = [];
  /** what was told about a leaf; empty as long as nothing is */
  readonly #facts: (ColumnFacts | undefined)[] = [];
  readonly #warnings: WarningList;
  /** leaves that count for the limit, empty containers among them */
  #counted = 0;

  constructor(warnings: WarningList) {
    this.#warnings = warnings;
  }

  /** Leaves that count for the limit: what `truncate()` wants back. */
  get counted(): number {
    return this.#counted;
  }

  /**
   * Adds a leaf, or leaves it out with a warning when its key is too long.
   * @param bytes of the key in UTF-8
   * @throws TidemarkError `file-unreadable` (too-many-leaves) beyond 50,000
   */
  add(key: string, bytes: number, value: Value, facts?: ColumnFacts): void {
    this.count();
    if (bytes > MAX_KEY_BYTES) {
      this.#warnTooLong(key, bytes);
      return;
    }
    const at = this.length++;
    this.keys[at] = key;
    this.sizes[at] = bytes;
    this.values[at] = value;
    if (this.#marks.length > at) this.#marks[at] = 0;
    if (facts !== undefined || this.#facts.length > at) this.#facts[at] = facts;
  }

  /** Counts a leaf that is not added: an empty container. @throws TidemarkError as `add()` does */
  count(): void {
    if (++this.#counted > MAX_LEAVES)
      throw unreadable("too-many-leaves", `more than ${MAX_LEAVES} values`, `at most ${MAX_LEAVES}`);
  }

  /** Removes the leaves from one place up to another. */
  remove(from: number, to: number): void {
    for (let i = from; i < to; i++) {
      if (this.values[i] === undefined) continue;
      this.values[i] = undefined;
      this.#counted--;
    }
  }

  /** Goes back to an earlier state. */
  truncate(length: number, counted: number): void {
    this.length = length;
    this.#counted = counted;
  }

  /**
   * Puts a text before the keys of the leaves from one place up to another.
   * @param base key of the array's element, and its bytes
   * @param unstable whether the element is named by its position
   */
  prefix(from: number, to: number, base: KeyText, unstable: boolean): void {
    for (let i = from; i < to; i++) {
      if (this.values[i] === undefined) continue;
      const size = (this.sizes[i] as number) + base.bytes;
      const key = base.text + (this.keys[i] as string);
      if (size > MAX_KEY_BYTES) {
        this.#warnTooLong(key, size);
        this.values[i] = undefined; // still counted: only so many may be left out
        continue;
      }
      this.keys[i] = key;
      this.sizes[i] = size;
      if (unstable) this.#marks[i] = 1;
    }
  }

  /** Takes the dot off keys that turn out to stand at the beginning. */
  dropDots(from: number): void {
    for (let i = from; i < this.length; i++) {
      const key = this.keys[i] as string;
      if (!key.startsWith(".")) continue;
      this.keys[i] = key.slice(1);
      this.sizes[i] = (this.sizes[i] as number) - 1;
    }
  }

  /** Marks the leaves of a row as named by position. */
  mark(from: number, to: number): void {
    for (let i = from; i < to; i++) this.#marks[i] = 1;
  }

  /**
   * The document, with texts that can be kept. The list is of no use afterwards.
   * @throws TidemarkError `file-unreadable` (too-much-text) when keys and values have more than 8 MiB
   */
  finish(): { document: FlatDocument; unstableKeys: string[]; facts: Map<string, ColumnFacts> } {
    const { keys, values } = this;
    const unstableKeys: string[] = [];
    const facts = new Map<string, ColumnFacts>();
    let total = 0;
    let kept = 0;
    for (let i = 0; i < this.length; i++) {
      const value = values[i];
      if (value === undefined) continue;
      const own = this.#kept(value, keys[i] as string);
      total += (this.sizes[i] as number) + (typeof own === "string" ? utf8Length(own) : SCALAR_BYTES);
      if (total > MAX_FLAT_BYTES) throw tooMuchText();
      const key = keys[i] as string;
      if (this.#marks[i] === 1) unstableKeys.push(key);
      const told = this.#facts[i];
      if (told !== undefined) facts.set(key, told);
      keys[kept] = key;
      values[kept++] = own;
    }
    keys.length = kept;
    values.length = kept;
    return { document: { keys, values: values as Value[] }, unstableKeys, facts };
  }

  #kept(value: Value, key: string): Value {
    if (typeof value === "number") return canonicalNumber(value);
    if (typeof value !== "string") return value;
    let text = value;
    if (isUnfit(text)) {
      this.#warnings.add("replaced-characters", () => ({
        message: `The text of ${quotedKey(key)} holds characters that cannot be kept (U+0000 or half of a pair): they became U+FFFD.`,
      }));
      text = fit(text);
    }
    return detach(cutText(text, MAX_TEXT_BYTES));
  }

  #warnTooLong(key: string, bytes: number): void {
    this.#warnings.add("key-too-long", () => ({
      message: `The key "${fit(cutText(key, 60))}…" has ${bytes} bytes, at most ${MAX_KEY_BYTES} are kept: its value is left out.`,
      size: bytes,
      limit: MAX_KEY_BYTES,
    }));
  }
}

function tooMuchText(): Error {
  const limit = { limit: MAX_FLAT_BYTES };
  return unreadable("too-much-text", "keys and values of more than 8 MiB when flattened", "at most 8 MiB", limit);
}
