// How long a server that asked for a pause is left alone.
import { gitAuthorization } from "../account-access.ts";
import { isTidemarkError } from "../errors.ts";
import { askGitLimit } from "../providers/git-limit.ts";
import type { OrganizationStore } from "../store/database.ts";
import type { IngestDeps } from "./git-source.ts";

/** A server that asks to wait and does not say how long is asked again after this, in ms. */
const LIMITED_MS = 5 * 60_000;
/** No server makes us wait longer than this, in ms: what it says may be a mistake. */
const MAX_LIMITED_MS = 6 * 3_600_000;

/** What asking needs. */
export type LimitDeps = Pick<IngestDeps, "allow" | "keyring" | "now">;

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
  const until = said ?? (await askServer(deps, store, repository, now).catch(() => null));
  return Math.min(MAX_LIMITED_MS, Math.max(1_000, until === null ? LIMITED_MS : until - now));
}

async function askServer(
  deps: LimitDeps,
  store: OrganizationStore,
  repository: LimitedRepository,
  now: number,
): Promise<number | null> {
  const authorization = await gitAuthorization(store, deps, repository);
  return askGitLimit({ address: repository.address, authorization, allow: deps.allow, now });
}
