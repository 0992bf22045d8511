// How many do something at the same time, and how many may wait for it: first come, first served.
import { TidemarkError } from "../errors.ts";

/** Gives turns. Who comes while too many wait is sent away. */
export class Turns {
  readonly #engine: string;
  readonly #most: number;
  readonly #mostWaiting: number;
  #busy = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param engine whose turns they are, for who is sent away; `most` at a time, and any number waits unless it is said */
  constructor(engine: string, most: number, mostWaiting = Number.POSITIVE_INFINITY) {
    this.#engine = engine;
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /**
   * Does `work` in a turn of its own.
   * @throws TidemarkError `archive-engine-busy` when too many wait already, and the signal's reason, when it is aborted
   * while waiting
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#busy < this.#most) this.#busy += 1;
    else if (this.#waiting.length >= this.#mostWaiting) throw this.#tooMany();
    else await this.#turn(signal);
    try {
      return await work();
    } finally {
      this.#giveBack();
    }
  }

  #tooMany(): TidemarkError {
    return new TidemarkError("archive-engine-busy", {
      attempt: "ask the archive with",
      value: this.#engine,
      found: `${this.#most} questions under way and ${this.#mostWaiting} that wait`,
      wanted: "a moment",
    });
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal.reason as Error);
      };
      const go = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(go);
    });
  }

  #giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#busy -= 1;
    else next();
  }
}
