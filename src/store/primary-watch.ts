// Whether the primary answers, and where its log stands: what replicas are compared with.
import { TidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";
import { LOOK_MS } from "./replica.ts";
import { lookAtPrimary } from "./replica-look.ts";
import type { RolePool } from "./role-pool.ts";
import { WalClock } from "./wal-clock.ts";

/** @returns the error of a read that found the primary gone */
export function primaryGone(): TidemarkError {
  const parts = { found: "no answer of the primary", wanted: "another try in a moment" };
  return new TidemarkError("database-unreachable", { attempt: "use", value: "the database", ...parts });
}

/** Watches the primary by a connection of its own. Times are ms that only rise. */
export class PrimaryWatch {
  readonly clock = new WalClock();
  readonly #pool: RolePool;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #underWay = new Set<(reason: unknown) => void>();
  #system: string | null = null;
  #downSince: number | null = null;

  constructor(pool: RolePool, log: Log, now: () => number) {
    this.#pool = pool;
    this.#log = log;
    this.#now = now;
  }

  /** whether it did not answer when it was asked last */
  get isDown(): boolean {
    return this.#downSince !== null;
  }

  /** of its cluster; null while it was never heard of */
  get system(): string | null {
    return this.#system;
  }

  /** Reads from it: fails at once when it is found to be gone, since a server that hangs says nothing. */
  reading<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#underWay.add(reject);
      work()
        .then(resolve, reject)
        .finally(() => this.#underWay.delete(reject));
    });
  }

  #failed(): void {
    for (const reject of this.#underWay) reject(primaryGone());
    this.#underWay.clear();
    if (this.#downSince !== null) return;
    this.#downSince = this.#now();
    this.#log.error("the primary does not answer: replicas go on answering, and nothing is written");
  }

  /** Asks it. @returns whether it answered */
  async look(): Promise<boolean> {
    const at = this.#now(); // before it is asked: what it says is at least as new
    try {
      const { system, lsn } = await lookAtPrimary(this.#pool, LOOK_MS);
      this.#system = system;
      this.clock.note(at, lsn);
    } catch {
      this.#failed();
      return false;
    }
    if (this.#downSince !== null) {
      const seconds = Math.round((this.#now() - this.#downSince) / 1_000);
      this.#downSince = null;
      this.#log.info({ seconds }, "the primary answers again");
    }
    return true;
  }
}
