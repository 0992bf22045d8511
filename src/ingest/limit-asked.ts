// How long a server that asked for a pause is left alone.
import { gitAuthorization } from "../account-access.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { isForbidden } from "../git/failure.ts";
import { askGitLimit, askRefusalLimit, type GitLimitQuestion } from "../providers/git-limit.ts";
import type { OrganizationStore } from "../store/database.ts";
import type { IngestDeps } from "./git-source.ts";

/** A server that asks to wait and does not say how long is asked again after this, in ms. */
const LIMITED_MS = 5 * 60_000;
/** No server makes us wait longer than this, in ms: what it says may be a mistake. */
const MAX_LIMITED_MS = 6 * 3_600_000;

/** What asking needs. */
export interface LimitDeps extends Pick<IngestDeps, "allow" | "keyring" | "now"> {
  /** aborted when whoever asks ends: what was not found out by then is not known */
  readonly signal?: AbortSignal | undefined;
}

/** A repository whose server asked to wait. */
export interface LimitedRepository {
  readonly address: string;
  readonly accountId: string | null;
  readonly isPublic: boolean;
}

/**
 * @param error `provider-limited`; of a provider's API it knows the time, of Git the server is asked once more
 * @returns how long whoever was told to wait waits, in ms
 */
export async function limitAsked(
  deps: LimitDeps,
  store: OrganizationStore,
  repository: LimitedRepository,
  error: unknown,
): Promise<number> {
  const now = (deps.now ?? Date.now)();
  const said = isTidemarkError(error) ? error.retryAt : null;
  // whatever goes wrong with asking, the server is left alone all the same
  const until =
    said ??
    (await questionOf(deps, store, repository, now)
      .then(askGitLimit)
      .catch(() => null));
  return Math.min(MAX_LIMITED_MS, Math.max(1_000, until === null ? LIMITED_MS : until - now));
}

/**
 * What a refusal was about: some servers say with 403 that they are asked too much, in headers that Git does not show.
 * @returns `provider-limited` where the server says so when it is asked once more; else the error as it is
 */
export async function limitBehind(
  deps: LimitDeps,
  store: OrganizationStore,
  repository: LimitedRepository,
  error: unknown,
): Promise<unknown> {
  if (!isForbidden(error)) return error;
  const now = (deps.now ?? Date.now)();
  const question = await questionOf(deps, store, repository, now).catch(() => null);
  const retryAt = question === null ? null : await askRefusalLimit(question).catch(() => null);
  if (retryAt === null) return error;
  const parts = { found: "a server that asks to come back later (403)", wanted: "a Git server that answers" };
  const value = repository.address;
  return new TidemarkError("provider-limited", { attempt: "read the repository", value, ...parts }, { retryAt });
}

async function questionOf(
  deps: LimitDeps,
  store: OrganizationStore,
  repository: LimitedRepository,
  now: number,
): Promise<GitLimitQuestion> {
  const authorization = await gitAuthorization(store, deps, repository);
  return { address: repository.address, authorization, allow: deps.allow, now, signal: deps.signal };
}
