// How far a replica is behind, by the primary's log as it was seen from here: no server's clock is believed.

/** What of the log a replica has not shown yet. */
export interface Behind {
  readonly ms: number;
  readonly bytes: number;
  /** when the primary was last where the replica is now, in ms of our own clock */
  readonly asOf: number;
}

interface Sample {
  readonly at: number;
  readonly lsn: number;
}

/** A replica that is further behind is out anyway. */
const KEPT_MS = 120_000;

/** Remembers where the primary's log stood, and when. */
export class WalClock {
  /** rising in both */
  readonly #samples: Sample[] = [];

  /**
   * The primary's log stood at `lsn` bytes.
   * @param at when it was asked, in ms that only rise
   */
  note(at: number, lsn: number): void {
    const last = this.#samples.at(-1);
    // a primary that was restored from a backup is behind itself: what was seen before means nothing any more
    if (last !== undefined && lsn < last.lsn) this.#samples.length = 0;
    this.#samples.push({ at, lsn });
    while ((this.#samples[0]?.at ?? at) < at - KEPT_MS) this.#samples.shift();
  }

  /** @returns when the primary was last heard of; null: never */
  get heardAt(): number | null {
    return this.#samples.at(-1)?.at ?? null;
  }

  /**
   * @param replayed where a replica's log stood when it was asked, which was not before the last sample
   * @returns null while the primary was never heard of
   */
  behind(replayed: number): Behind | null {
    const last = this.#samples.at(-1);
    if (last === undefined) return null;
    const reached = this.#samples.findLast(({ lsn }) => lsn <= replayed);
    // older than all that is remembered: at least so old
    const asOf = reached?.at ?? (this.#samples[0]?.at ?? last.at) - 1;
    return { ms: last.at - asOf, bytes: Math.max(0, last.lsn - replayed), asOf };
  }
}
