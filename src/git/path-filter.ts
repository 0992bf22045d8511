// Remembers, per path as bytes, whether anybody wants it: the same path comes back thousands of times in a history.
import { isAscii } from "node:buffer";
import { decodeAscii, decodeName } from "./names.ts";

/** Paths remembered at a time; then all are forgotten. About 150 bytes each. */
const MAX_REMEMBERED = 200_000;

/** Decides about paths by `wants`, and gives wanted ones as text, each decoded and asked about once. */
export class PathFilter {
  readonly #wants: (path: string) => boolean;
  /** by the path's bytes as latin1 text, which costs no decoding: its text when wanted, else null */
  readonly #known = new Map<string, string | null>();

  constructor(wants: (path: string) => boolean) {
    this.#wants = wants;
  }

  /** @returns the path between two places of `buffer` when it is wanted, else null */
  pathAt(buffer: Buffer, start: number, end: number): string | null {
    const bytes = buffer.toString("latin1", start, end);
    const known = this.#known.get(bytes);
    if (known !== undefined) return known;
    const answer = this.#ask(buffer.subarray(start, end), bytes);
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(bytes, answer);
    return answer;
  }

  /** The same for a path that will not come back: nothing is remembered. */
  pathOnce(buffer: Buffer, start: number, end: number): string | null {
    return this.#ask(buffer.subarray(start, end), buffer.toString("latin1", start, end));
  }

  #ask(bytes: Buffer, latin1: string): string | null {
    const path = isAscii(bytes) ? decodeAscii(latin1) : decodeName(bytes);
    return this.#wants(path) ? path : null;
  }
}
