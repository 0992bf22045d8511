// How many calls go to one host at the same time: the others wait for their turn, first come, first served.

/** Takes turns at each host. */
export class HostSlots {
  readonly #most: number;
  readonly #busy = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  /** @param most calls to one host at a time */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Waits for a turn at this host.
   * @returns what gives the turn back; to be called once
   * @throws the signal's reason, when it is aborted while waiting
   */
  async take(host: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const busy = this.#busy.get(host) ?? 0;
    if (busy < this.#most) this.#busy.set(host, busy + 1);
    else await this.#turn(host, signal);
    return () => this.#giveBack(host);
  }

  #turn(host: string, signal: AbortSignal): Promise<void> {
    const queue = this.#waiting.get(host) ?? [];
    this.#waiting.set(host, queue);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        queue.splice(queue.indexOf(go), 1);
        reject(signal.reason as Error);
      };
      const go = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      signal.addEventListener("abort", leave, { once: true });
      queue.push(go);
    });
  }

  /** The turn goes to who waits longest, or is free. */
  #giveBack(host: string): void {
    const next = this.#waiting.get(host)?.shift();
    if (this.#waiting.get(host)?.length === 0) this.#waiting.delete(host);
    if (next !== undefined) return next();
    const busy = (this.#busy.get(host) ?? 1) - 1;
    if (busy === 0) this.#busy.delete(host);
    else this.#busy.set(host, busy);
  }
}
