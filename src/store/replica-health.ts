// Whether a replica may answer: pure, so that every way out and back can be tried.
import type { Behind } from "./wal-clock.ts";

/** A replica that is further behind is left out: pages of a repository that changes would all be asked again. */
export const LAG_LIMIT_MS = 10_000;
/** So much of the log takes about a second to show; the server may be catching up, or not. */
export const LAG_LIMIT_BYTES = 64 * 1024 ** 2;
/** It is back below this: with the same limit for both it would come and go. */
export const BACK_MS = 1_000;
/** A replica that failed is not asked again before this: a server that starts takes a second. */
export const OPEN_MS = 5_000;

/** What is known of one replica. Times are ms that only rise. */
export class ReplicaHealth {
  #up = false;
  #answers = false;
  #behind: Behind | null = null;
  #nextLook = 0;
  #wasThere = false;

  /** whether it has answered at any time */
  get wasThere(): boolean {
    return this.#wasThere;
  }

  /** whether reads go to it */
  get isUp(): boolean {
    return this.#up;
  }

  /** whether it answered when it was last looked at, however old what it shows is */
  get answers(): boolean {
    return this.#answers;
  }

  /** how far behind it was then; null: not known */
  get behind(): Behind | null {
    return this.#behind;
  }

  /** @returns whether it is to be looked at now */
  isDue(now: number): boolean {
    return now >= this.#nextLook;
  }

  /** It answered a look. @param behind null while nobody knows where the primary is */
  heard(behind: Behind | null): void {
    this.#answers = true;
    this.#wasThere = true;
    if (behind !== null) this.#behind = behind;
    const { ms, bytes } = this.#behind ?? { ms: Number.POSITIVE_INFINITY, bytes: 0 };
    this.#up = bytes <= LAG_LIMIT_BYTES && (this.#up ? ms <= LAG_LIMIT_MS : ms < BACK_MS);
  }

  /** It did not answer, or is none of ours: nobody asks it for a while, unless it was never there and may be about to be. */
  failed(now: number): void {
    this.#up = false;
    this.#answers = false;
    if (this.#wasThere) this.#nextLook = now + OPEN_MS;
  }
}
