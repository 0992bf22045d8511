// The warnings of one file: the first of each kind is told, the others of that kind are counted.
import { MAX_WARNINGS } from "./limits.ts";
import type { ProblemReason, Warning } from "./model.ts";

/** Collects what is odd about a file that is read nevertheless. */
export class WarningList {
  /** the key of the value that is being read; empty where there is none, or nobody knows */
  readonly keyNow: () => string;
  readonly #first = new Map<ProblemReason, { warning: Warning; count: number }>();

  constructor(keyNow: () => string = () => "") {
    this.keyNow = keyNow;
  }

  /**
   * Adds a warning.
   * @param tell makes the message, called for the first of its kind only: finding a line costs a pass over the text
   * @param count of the same at once
   */
  add(reason: ProblemReason, tell: () => Omit<Warning, "reason">, count = 1): void {
    const known = this.#first.get(reason);
    if (known === undefined) this.#first.set(reason, { warning: { reason, ...tell() }, count });
    else known.count += count;
  }

  /** @returns at most MAX_WARNINGS (20) warnings, one a kind, each with the number of further ones */
  list(): readonly Warning[] {
    const all = Array.from(this.#first.values(), ({ warning, count }) =>
      count === 1 ? warning : { ...warning, message: `${warning.message} And ${count - 1} more.` },
    );
    return all.slice(0, MAX_WARNINGS);
  }
}
