// What keeps something from going on by itself, told when it begins and when it is over, not at every try.
import { isTidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";

/** In which words. */
export interface OutageWords {
  /** "the poller cannot look for work; it tries again" */
  readonly failing: string;
  /** "the poller looks for work again" */
  readonly over: string;
}

/** Tells of the outages of one thing that is tried over and over. */
export class OutageNotice {
  readonly #log: Log;
  readonly #words: OutageWords;
  #reason: string | null = null;

  constructor(log: Log, words: OutageWords) {
    this.#log = log;
    this.#words = words;
  }

  /** Says that a try failed; told when the one before did not, or for another reason. */
  failed(error: unknown): void {
    const reason = isTidemarkError(error) ? error.code : String(error);
    if (reason === this.#reason) return;
    this.#reason = reason;
    this.#log.error({ err: error }, this.#words.failing);
  }

  /** Says that a try did not fail. */
  worked(): void {
    if (this.#reason !== null) this.#log.info(this.#words.over);
    this.#reason = null;
  }
}
