// The files of every commit as one persistent tree: a commit shares all that it did not change with its first parent.
import { GrowingInt32 } from "./growing-array.ts";

/** Children of a block, a power of two: a change copies 64 bytes for each level, and 256 paths need two levels. */
const BITS = 4;
const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;

/** The tree without any entry. */
export const EMPTY_TREE = 0;

/**
 * Persistent maps from a path's rank (from 0) to a number (from 0). A map is named by its root; setting an entry gives
 * another root and leaves the old one as it was. Blocks hold their children's or values' numbers plus one; 0 is "none".
 */
export class PathTree {
  readonly #blocks = new GrowingInt32();
  readonly #levels: number;
  /** blocks from here on belong to the map that is being made, and are written in place */
  #own: number;

  /** @param ranks how many ranks there are */
  constructor(ranks: number) {
    let levels = 1;
    while (WIDTH ** levels < ranks) levels++;
    this.#levels = levels;
    this.#blocks.extend(WIDTH);
    this.#own = this.#blocks.length;
  }

  /** Begins the next map: from now on `set()` copies blocks of all maps made so far. */
  begin(): void {
    this.#own = this.#blocks.length;
  }

  /** @returns the entry of a rank, or -1 */
  get(root: number, rank: number): number {
    let block = root;
    for (let level = this.#levels - 1; level > 0; level--) {
      block = this.#blocks.at(block + ((rank >>> (level * BITS)) & MASK));
      if (block === 0) return -1;
    }
    return this.#blocks.at(block + (rank & MASK)) - 1;
  }

  /** @returns the root of a map that has `value` at `rank` and else what `root` has */
  set(root: number, rank: number, value: number): number {
    const newRoot = this.#writable(root);
    let block = newRoot;
    for (let level = this.#levels - 1; level > 0; level--) {
      const slot = block + ((rank >>> (level * BITS)) & MASK);
      const child = this.#writable(this.#blocks.at(slot));
      this.#blocks.set(slot, child);
      block = child;
    }
    this.#blocks.set(block + (rank & MASK), value + 1);
    return newRoot;
  }

  /** @returns the values of all entries by rising rank */
  values(root: number): number[] {
    const values: number[] = [];
    this.#collect(root, this.#levels - 1, values);
    return values;
  }

  #collect(block: number, level: number, values: number[]): void {
    for (let slot = block; slot < block + WIDTH; slot++) {
      const entry = this.#blocks.at(slot);
      if (entry === 0) continue;
      if (level === 0) values.push(entry - 1);
      else this.#collect(entry, level - 1, values);
    }
  }

  /** A block that may be written: itself when it belongs to the map being made, else a copy (0: a new empty one). */
  #writable(block: number): number {
    if (block >= this.#own) return block;
    const copy = this.#blocks.extend(WIDTH);
    if (block !== 0) this.#blocks.copyWithin(copy, block, WIDTH);
    return copy;
  }
}
