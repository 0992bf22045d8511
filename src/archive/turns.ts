// How many do something at the same time, and how many may wait for it: first come, first served.

/** Gives turns. Who comes while too many wait is sent away. */
export class Turns {
  readonly #most: number;
  readonly #mostWaiting: number;
  #busy = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param most at a time */
  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /**
   * Waits for a turn.
   * @returns what gives the turn back, to be called once; null when too many wait already
   * @throws the signal's reason, when it is aborted while waiting
   */
  async take(signal: AbortSignal): Promise<(() => void) | null> {
    signal.throwIfAborted();
    if (this.#busy < this.#most) this.#busy += 1;
    else if (this.#waiting.length >= this.#mostWaiting) return null;
    else await this.#turn(signal);
    return () => this.#giveBack();
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
