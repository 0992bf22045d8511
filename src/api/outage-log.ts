// What keeps every request from being answered, told once and not once a request: a sender tries again and again.
import { isTidemarkError, type TidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";

/** As long as it lasts it is told again after this, in ms, with how many requests it concerned. */
const AGAIN_MS = 60_000;

interface Told {
  readonly at: number;
  /** requests since then */
  readonly silent: number;
}

/** Tells of outages, for one server. */
export class OutageLog {
  readonly #log: Log;
  readonly #now: () => number;
  /** by what is wrong: at most one of each two codes */
  readonly #told = new Map<string, Told>();

  /** @param now a clock in ms */
  constructor(log: Log, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** Tells that a request could not be answered by now, unless the same was told in the last minute. */
  tell(fields: Readonly<Record<string, unknown>>, error: TidemarkError): void {
    const reason = isTidemarkError(error.cause) ? error.cause : error;
    const key = `${error.code} ${reason.code}`;
    const told = this.#told.get(key);
    const now = this.#now();
    if (told !== undefined && now - told.at < AGAIN_MS) {
      this.#told.set(key, { at: told.at, silent: told.silent + 1 });
      return;
    }
    this.#told.set(key, { at: now, silent: 0 });
    const more = told === undefined || told.silent === 0 ? {} : { requests: told.silent };
    this.#log.error({ ...fields, ...more, err: error }, "requests cannot be answered for now");
  }
}
