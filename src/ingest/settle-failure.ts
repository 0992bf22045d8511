// What becomes of a repository, its events, its server and its account when a run failed.
import { checkAccount, checkLogin, gitAuthorization } from "../account-access.ts";
import { isTidemarkError } from "../errors.ts";
import { isUnauthorized } from "../git/failure.ts";
import { isKeyMissing } from "../keyring.ts";
import { failRepository, hostAnswered, hostFailed, hostLimited, putOffRepository } from "../store/back-off.ts";
import { buryEvents, postponeEvents, retryEvents, type WaitingEvent } from "../store/event.ts";
import { setAccountLimit } from "../store/git-account.ts";
import type { Lease } from "../store/lease.ts";
import { setProviderChecked } from "../store/repository-provider.ts";
import type { StoredRepository } from "../store/repository.ts";
import { isOfServer, jittered, outcomeOf, showsServer, waitAfter } from "./failure.ts";
import { discardMirror, type IngestDeps } from "./git-source.ts";
import { limitAsked, limitBehind } from "./limit-asked.ts";
import { mayHaveMoved } from "./provider-news.ts";

/** After an error of our own database, in ms: it is back within seconds, or the worker says that it is not. */
const DATABASE_MS = 2_000;

/** While a key is missing, in ms: it costs nobody anything to see that it still is. */
const KEY_MS = 60_000;

/** What is said of an address that was read before, and that the settings of the process at hand forbid. */
const OTHERS_GO_ON = "It is tried again by itself: a process whose settings allow it goes on with it.";

/** A run that failed. */
export interface Failure {
  readonly repository: StoredRepository;
  readonly events: readonly WaitingEvent[];
  readonly error: unknown;
}

/** Stores what became of a run that failed, unless the lease is somebody else's by now. */
export async function settleFailure(deps: IngestDeps, lease: Lease, failure: Failure): Promise<void> {
  const { repository } = failure;
  const { id } = repository;
  if (isTidemarkError(failure.error, "lease-lost")) {
    deps.log.info({ repository: id }, "another worker has taken the repository over, or it was removed");
    return;
  }
  const error = await reasonOf(deps, lease, failure);
  // what is none of ours is a defect: it is told to the operator also where people are told of all the rest
  const level = isTidemarkError(error) ? "warn" : "error";
  if (isKeyMissing(error)) {
    const { problem } = outcomeOf(error, 0);
    return waitForProcess(deps, lease, failure.events, { problem, waitMs: KEY_MS });
  }
  const outcome = isTidemarkError(error, "address-not-allowed") ? "refused" : "failed";
  const whose = { organization: lease.organizationId, repository: id };
  deps.log[level]({ err: error, ...whose, outcome }, "a repository could not be brought up to date");
  const store = deps.database.worker.in(lease.organizationId);
  if (isTidemarkError(error, "database-unreachable", "database-busy")) {
    // none of the repository's business: its events are due as before
    await store.write((tx) => putOffRepository(tx, lease, jittered(DATABASE_MS, random(deps))));
    return;
  }
  if (isTidemarkError(error, "provider-limited")) return settleLimit(deps, lease, { ...failure, error });
  if (isTidemarkError(error, "address-not-allowed") && repository.synced) {
    const problem = `${error.message} ${OTHERS_GO_ON}`;
    await waitForProcess(deps, lease, failure.events, { problem, waitMs: waitAfter(repository.failures) });
    return deps.refused?.(id, error);
  }
  // what is broken in a mirror is not broken for ever: it can be fetched again
  if (isTidemarkError(error, "repository-corrupt")) await discardMirror(deps, repository);
  const isKnown = repository.synced;
  const waitMs = jittered(waitAfter(repository.failures), random(deps));
  await store.write(async (tx) => {
    for (const { id: event, attempts } of failure.events) {
      const next = outcomeOf(error, attempts, isKnown);
      if (next.kind === "retry") await retryEvents(tx, [event], next.problem, waitMs);
      else await buryEvents(tx, [event], next.problem);
    }
    const attempts = Math.max(...failure.events.map((event) => event.attempts));
    await failRepository(tx, lease, outcomeOf(error, attempts, isKnown).problem, waitMs);
    // renamed, moved, deleted or private by now: its provider knows, by its number
    if (mayHaveMoved(repository, error)) await setProviderChecked(tx, id, null);
  });
  if (repository.kind !== "remote") return;
  if (showsServer(error)) await hostAnswered(deps.database.system, repository.address);
  if (!isOfServer(error)) return;
  const isTrial = lease.isTrial === true;
  const pause = { isFirst: repository.failures === 0, isTrial, share: jittered(1, random(deps)) };
  await hostFailed(deps.database.system, repository.address, pause);
}

/**
 * Git says the same of a repository that is not there, of a server that is asked too much and of a token that is not
 * taken: the server knows better.
 */
async function reasonOf(deps: IngestDeps, lease: Lease, { repository, error: said }: Failure): Promise<unknown> {
  const store = deps.database.worker.in(lease.organizationId);
  const error = repository.kind === "remote" ? await limitBehind(deps, store, repository, said) : said;
  const { allow, keyring, now = Date.now } = deps;
  const { accountId } = repository;
  if (!isTidemarkError(error, "access-denied") || accountId === null || keyring === undefined) return error;
  try {
    const use = { keyring, call: { allow, now } };
    await checkAccount(store, use, accountId);
    if (isUnauthorized(error)) await checkLogin(store, use, accountId, repository.address);
    return error;
  } catch (refused) {
    if (!isTidemarkError(refused, "account-refused")) return error;
  }
  // it is known to be refused now, and what is said of that says what to do
  return gitAuthorization(store, { keyring, now }, { ...repository, isPublic: false }).then(
    () => error,
    (refusal: unknown) => refusal,
  );
}

/** Another process may have the key or the setting that this one lacks: no event is given up, or has used up an attempt. */
async function waitForProcess(
  deps: IngestDeps,
  lease: Lease,
  events: readonly WaitingEvent[],
  { problem, waitMs }: { readonly problem: string; readonly waitMs: number },
): Promise<void> {
  const wait = jittered(waitMs, random(deps));
  await deps.database.worker.in(lease.organizationId).write(async (tx) => {
    const ids = events.map((event) => event.id);
    await postponeEvents(tx, ids, problem, wait);
    await failRepository(tx, lease, problem, wait);
  });
}

/** A server asked to come back later: whoever it said that to waits, and no event has used up an attempt. */
async function settleLimit(deps: IngestDeps, lease: Lease, { repository, events, error }: Failure): Promise<void> {
  const store = deps.database.worker.in(lease.organizationId);
  const waitMs = await limitAsked(deps, store, repository, error);
  const until = new Date(Date.now() + waitMs); // the database compares it with its own clock
  const { problem } = outcomeOf(error, 0);
  await store.write(async (tx) => {
    const ids = events.map((event) => event.id);
    await postponeEvents(tx, ids, problem, waitMs);
    await failRepository(tx, lease, problem, waitMs);
    if (repository.accountId !== null) await setAccountLimit(tx, repository.accountId, until);
  });
  if (repository.accountId === null) await hostLimited(deps.database.system, repository.address, until);
}

function random({ random: given }: Pick<IngestDeps, "random">): number {
  return (given ?? Math.random)();
}
