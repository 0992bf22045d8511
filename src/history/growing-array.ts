// Lists of numbers that grow, in typed arrays: 4 bytes an element where a list of JavaScript takes 8 and more.

const FIRST_CAPACITY = 1_024;

/** A list of 32-bit integers. */
export class GrowingInt32 {
  #items = new Int32Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @returns the index of the added element */
  push(value: number): number {
    if (this.#length === this.#items.length) this.#grow(this.#length + 1);
    this.#items[this.#length] = value;
    return this.#length++;
  }

  /** Adds `count` zeros. @returns the index of the first */
  extend(count: number): number {
    const start = this.#length;
    if (start + count > this.#items.length) this.#grow(start + count);
    this.#length += count;
    return start;
  }

  /** The element at `index`, which has to exist. */
  at(index: number): number {
    return this.#items[index] as number;
  }

  set(index: number, value: number): void {
    this.#items[index] = value;
  }

  /** Copies `count` elements within the list. */
  copyWithin(target: number, start: number, count: number): void {
    this.#items.copyWithin(target, start, start + count);
  }

  #grow(wanted: number): void {
    // by half, not double: a million commits' worth of blocks must not hold twice its size
    const items = new Int32Array(Math.max(wanted, Math.ceil(this.#items.length * 1.5)));
    items.set(this.#items);
    this.#items = items;
  }
}
