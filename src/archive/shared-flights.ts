// One piece of work for all who want it at the same time; it is given up when nobody waits for it any more.

interface Flight {
  readonly done: Promise<void>;
  readonly stop: AbortController;
  waiting: number;
}

/** Work under way, by name. */
export class SharedFlights {
  readonly #flights = new Map<string, Flight>();

  /** @returns whether it is under way, or done and not yet taken by all who waited */
  has(name: string): boolean {
    return this.#flights.has(name);
  }

  /**
   * Starts the work unless it is under way, and waits for it.
   * @param work honours its signal, which is aborted when the last one who waits has left
   * @param take what was made, before anybody can think it unwanted
   * @throws what the work throws, to each who waits; the signal's reason, to this one
   */
  async join<T>(
    name: string,
    signal: AbortSignal,
    work: (until: AbortSignal) => Promise<void>,
    take: () => T,
  ): Promise<T> {
    signal.throwIfAborted();
    const flight = this.#flights.get(name) ?? this.#start(name, work);
    flight.waiting += 1;
    let leave: (() => void) | undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal.reason as Error);
      signal.addEventListener("abort", leave, { once: true });
    });
    try {
      await Promise.race([flight.done, left]);
      return take();
    } finally {
      if (leave !== undefined) signal.removeEventListener("abort", leave);
      flight.waiting -= 1;
      if (flight.waiting === 0) this.#giveUp(name, flight);
    }
  }

  #start(name: string, work: (until: AbortSignal) => Promise<void>): Flight {
    const stop = new AbortController();
    const flight: Flight = { done: work(stop.signal), stop, waiting: 0 };
    // who left hears of no failure
    flight.done.catch(() => undefined);
    this.#flights.set(name, flight);
    return flight;
  }

  /** Who comes next starts anew: neither what failed nor what is being stopped is waited for. */
  #giveUp(name: string, flight: Flight): void {
    if (this.#flights.get(name) === flight) this.#flights.delete(name);
    flight.stop.abort(new Error("nobody waits for it any more"));
  }
}
