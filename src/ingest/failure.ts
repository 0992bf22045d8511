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

/** What a repository that was read before gets over: a page about maintenance stands where it will be again. */
const HEALS_IF_KNOWN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["not-a-repository"]);
/** Attempts of that kind: with the last wait between the later ones, for about a day. */
const KNOWN_ATTEMPTS = 29;

/** What is gone after the mirror was fetched anew, or is still there then and stays. */
const HEALS_ONCE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["repository-corrupt"]);

/** What a server as a whole is like, whichever of its repositories was asked for. */
const OF_SERVER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "remote-unreachable",
  "remote-timeout",
  "git-timeout",
  "host-not-found",
]);

/** What only a server that works says of one of its repositories. */
const OF_REPOSITORY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "access-denied",
  "account-refused",
  "repository-empty",
]);

/** What a person can do about what does not heal, in one sentence behind the error's own. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  "access-denied": "Check its address, or connect an account that may read it; then ask for its new commits.",
  "address-not-allowed": "Once the operator allows it, ask for its new commits.",
  "not-a-repository": "Check its address; where it is right, ask for its new commits.",
  "repository-empty": "Push a first commit, and ask for its new commits.",
  "repository-corrupt": "Repair it where it lies, and ask for its new commits.",
  "limit-exceeded": "Once it fits, ask for its new commits.",
  "git-missing": "The operator has to install git.",
};

/** What to do about work that failed. */
export type FailureOutcome =
  | { readonly kind: "retry"; readonly problem: string; readonly waitMs: number }
  | { readonly kind: "give-up"; readonly problem: string };

/**
 * Decides what to do about an error.
 * @param attempts how often the same work has failed before
 * @param isKnown whether the repository could be read at some time
 */
export function outcomeOf(error: unknown, attempts: number, isKnown = false): FailureOutcome {
  const problem = problemOf(error);
  if (isKnown && isTidemarkError(error) && HEALS_IF_KNOWN.has(error.code) && attempts < KNOWN_ATTEMPTS)
    return { kind: "retry", problem, waitMs: waitAfter(attempts) };
  const waitMs = WAITS_MS[attempts];
  const heals =
    !isTidemarkError(error) || !(DOES_NOT_HEAL.has(error.code) || (HEALS_ONCE.has(error.code) && attempts > 0));
  if (heals && waitMs !== undefined) return { kind: "retry", problem, waitMs };
  const advice = isTidemarkError(error) ? ADVICE[error.code] : undefined;
  return { kind: "give-up", problem: advice === undefined ? problem : `${problem} ${advice}` };
}

/** @returns how long a repository that failed again waits, in ms. @param failures how often it had failed in a row */
export function waitAfter(failures: number): number {
  return WAITS_MS[Math.min(failures, WAITS_MS.length - 1)] as number;
}

/** Spreads a wait by a quarter to both sides, so that what failed together is not tried together. @param random 0 to 1 */
export function jittered(waitMs: number, random: number): number {
  return waitMs * (0.75 + random / 2);
}

/** @returns whether an error may be the same for all repositories of a server */
export function isOfServer(error: unknown): boolean {
  return isTidemarkError(error) && OF_SERVER.has(error.code);
}

/** @returns whether an error shows that the server answers as it should */
export function showsServer(error: unknown): boolean {
  return isTidemarkError(error) && OF_REPOSITORY.has(error.code);
}

/** @returns whether the archive was what failed: it may answer later */
export function isArchiveError(error: unknown): boolean {
  return isTidemarkError(error) && error.code.startsWith("archive-");
}

/** In words for people. What is not an error of ours is not repeated to them: it is in the log. */
function problemOf(error: unknown): string {
  return isTidemarkError(error) ? error.message : "Something unexpected went wrong; the server's log says what.";
}
