// Who may export at a time: an export takes a database connection again and again, for as long as its reader likes.
import { TidemarkError } from "../errors.ts";

/** How many exports run at a time, and how long. */
export interface ExportLimits {
  readonly perPerson: number;
  readonly perProcess: number;
  /** ms; then the answer is cut */
  readonly longestMs: number;
}

/** A web process has 8 connections: half of them stay for the pages. */
export const EXPORT_LIMITS: ExportLimits = { perPerson: 1, perProcess: 4, longestMs: 600_000 };

/** The places of one process. */
export class ExportPlaces {
  readonly limits: ExportLimits;
  readonly #byPerson = new Map<string, number>();
  #taken = 0;

  constructor(limits: ExportLimits) {
    this.limits = limits;
  }

  /**
   * Takes a place.
   * @returns gives it back; a second call does nothing
   * @throws TidemarkError `too-many-requests` for a person who has hers, `server-busy` when all are taken
   */
  take(person: string): () => void {
    const hers = this.#byPerson.get(person) ?? 0;
    if (hers >= this.limits.perPerson) {
      throw refusal("too-many-requests", "another export of yours that is not over", "it taken or left first");
    }
    if (this.#taken >= this.limits.perProcess) {
      throw refusal("server-busy", `${this.#taken} exports of others that are not over`, "another try in a while");
    }
    this.#byPerson.set(person, hers + 1);
    this.#taken += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#taken -= 1;
      const left = (this.#byPerson.get(person) ?? 1) - 1;
      if (left === 0) this.#byPerson.delete(person);
      else this.#byPerson.set(person, left);
    };
  }
}

function refusal(code: "too-many-requests" | "server-busy", found: string, wanted: string): TidemarkError {
  return new TidemarkError(code, { attempt: "begin", value: "the export", found, wanted });
}
