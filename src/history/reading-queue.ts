// Readings in the order in which they were asked for, some there already and some to come.
import type { Reading } from "../domain/model.ts";

/** Readings that are waited for at a time, and bytes of the files that are still to be parsed. */
const MAX_READINGS = 64;
const MAX_BYTES = 4_000_000;

/** Which version a reading is of. */
export interface QueuedVersion {
  readonly id: number;
  readonly size: number;
}

interface Entry extends QueuedVersion {
  reading: Reading | null;
  readonly coming: Reading | Promise<Reading>;
  readonly bytes: number;
}

/** Takes readings in, and gives them out in the same order. */
export class ReadingQueue {
  readonly #entries: Entry[] = [];
  #bytes = 0;

  /** Readings that were not given out. */
  get length(): number {
    return this.#entries.length;
  }

  /** Whether one has to be given out before another is taken in. */
  get isFull(): boolean {
    return this.#entries.length >= MAX_READINGS || this.#bytes >= MAX_BYTES;
  }

  /** Takes one in. @param bytes that are kept until it is there */
  add({ id, size }: QueuedVersion, reading: Reading | Promise<Reading>, bytes: number): void {
    const isComing = reading instanceof Promise;
    const entry: Entry = { id, size, reading: isComing ? null : reading, coming: reading, bytes };
    this.#entries.push(entry);
    this.#bytes += bytes;
    if (isComing) void this.#wait(entry, reading);
  }

  /** @returns the first one, when it is there. Only while `length` is not 0 */
  async next(): Promise<QueuedVersion & { readonly reading: Reading }> {
    const entry = this.#entries[0] as Entry;
    const reading = entry.reading ?? (await entry.coming);
    this.#entries.shift();
    this.#bytes -= entry.bytes;
    return { id: entry.id, size: entry.size, reading };
  }

  /** @returns those at the front that are there */
  *settled(): Generator<QueuedVersion & { readonly reading: Reading }> {
    for (let entry = this.#entries[0]; entry?.reading != null; entry = this.#entries[0]) {
      this.#entries.shift();
      this.#bytes -= entry.bytes;
      yield { id: entry.id, size: entry.size, reading: entry.reading };
    }
  }

  async #wait(entry: Entry, coming: Promise<Reading>): Promise<void> {
    try {
      entry.reading = await coming;
    } catch {
      // thrown by `next()`, or nobody wants it any more
    }
  }
}
