// What becomes of work that failed: tried again after a while, or given up because it does not heal by itself.
import { type ErrorCode, isTidemarkError } from "../errors.ts";

/** Waits before the second, third … attempt, in ms: a server that restarts is back within minutes, a day is too long. */
const WAITS_MS = [5_000, 20_000, 60_000, 300_000, 900_000, 3_600_000, 3_600_000, 3_600_000] as const;

/** What a person has to change first: trying again would give the same answer. */
const DOES_NOT_HEAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "bad-address",
  "bad-argument",
  "bad-setting",
  "address-not-allowed",
  "not-a-repository",
  "repository-empty",
  "repository-gone",
  "access-denied",
  "account-refused",
  "secret-not-opened",
  "git-missing",
  "limit-exceeded",
]);

/** What is gone after the mirror was fetched anew, or is still there then and stays. */
const HEALS_ONCE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["repository-corrupt"]);

/** What to do about work that failed. */
export type FailureOutcome =
  | { readonly kind: "retry"; readonly problem: string; readonly waitMs: number }
  | { readonly kind: "give-up"; readonly problem: string };

/**
 * Decides what to do about an error.
 * @param attempts how often the same work has failed before
 */
export function outcomeOf(error: unknown, attempts: number): FailureOutcome {
  const problem = problemOf(error);
  const waitMs = WAITS_MS[attempts];
  const heals =
    !isTidemarkError(error) || !(DOES_NOT_HEAL.has(error.code) || (HEALS_ONCE.has(error.code) && attempts > 0));
  return heals && waitMs !== undefined ? { kind: "retry", problem, waitMs } : { kind: "give-up", problem };
}

/** In words for people. What is not an error of ours is not repeated to them: it is in the log. */
function problemOf(error: unknown): string {
  return isTidemarkError(error) ? error.message : "Something unexpected went wrong; the server's log says what.";
}
