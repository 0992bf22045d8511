// Reads what `git cat-file --batch` writes, object by object.
import type { Sha } from "../domain/model.ts";

/** A line of `cat-file`: `<oid> <type> <size>` or `<oid> missing`. */
export interface ObjectHead {
  readonly oid: Sha;
  /** null when it is not there */
  readonly type: string | null;
  readonly size: number;
}

/** A header line is at most this long, in bytes: 64 digits, a type, a size. */
const MAX_HEAD_BYTES = 256;

/** Takes lines and exact numbers of bytes out of a stream of chunks. */
export class ObjectReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** @returns the next object's head, or null at the end */
  async head(): Promise<ObjectHead | null> {
    let line = "";
    for (;;) {
      const end = this.#chunk.indexOf(10, this.#at);
      line += this.#chunk.toString("latin1", this.#at, end === -1 ? this.#chunk.length : end);
      if (line.length > MAX_HEAD_BYTES) throw new Error("cat-file wrote a line that is no object's head");
      if (end !== -1) {
        this.#at = end + 1;
        const [oid, type, size] = line.split(" ");
        return { oid: oid as Sha, type: size === undefined ? null : (type as string), size: Number(size ?? 0) };
      }
      if (!(await this.#next())) return null;
    }
  }

  /** @returns the object's bytes, a copy; and takes the newline after them */
  async body(size: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(size);
    for (let filled = 0; filled < size; ) {
      if (this.#at === this.#chunk.length && !(await this.#next())) throw new Error("cat-file ended within an object");
      const count = Math.min(size - filled, this.#chunk.length - this.#at);
      this.#chunk.copy(bytes, filled, this.#at, this.#at + count);
      this.#at += count;
      filled += count;
    }
    while (this.#at === this.#chunk.length) if (!(await this.#next())) return bytes;
    this.#at += 1;
    return bytes;
  }

  /** Lets go of the process behind the stream. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #next(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done) return false;
    this.#chunk = next.value;
    this.#at = 0;
    return true;
  }
}
