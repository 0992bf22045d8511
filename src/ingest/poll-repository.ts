// One look at the refs of one repository: whether there is something to bring in, and what became of the look.
import { gitAuthorization, withAccount } from "../account-access.ts";
import type { EventReason } from "../domain/event-reason.ts";
import { pollSeconds } from "../domain/poll-interval.ts";
import { nextLookAt } from "../domain/vanished-branch.ts";
import { isTidemarkError } from "../errors.ts";
import { openLocal } from "../git/local.ts";
import { refsDigest, sameRefs, seenAtRemote, seenInFolder, type SeenRefs } from "../git/ref-digest.ts";
import { readRemoteRefs } from "../git/remote.ts";
import { checkRemote } from "../outbound.ts";
import { providerOf } from "../providers/registry.ts";
import { readBranches, type StoredBranch } from "../store/branch.ts";
import type { OrganizationStore, Transaction } from "../store/database.ts";
import type { NamedRef } from "../store/event.ts";
import { countMissed } from "../store/missed-change.ts";
import { setProviderChecked } from "../store/repository-provider.ts";
import { type DuePoll, hurryEvents, insertPollEvent, recordPoll } from "../store/poll.ts";
import type { IngestDeps } from "./git-source.ts";
import { changedRefs, MAX_NAMED } from "./changed-refs.ts";

/** What looking needs. */
export interface PollDeps extends Pick<IngestDeps, "database" | "allow" | "log" | "keyring" | "now"> {
  /** between two looks at a repository without a webhook that works; 0: there are none */
  readonly pollSeconds: number;
  /** from 0 to 1; default: the system's */
  readonly random?: () => number;
}

/** All refs are compared with the stored branches once a day, whatever digests say. */
const COMPARE_MS = 24 * 3_600_000;
/** Looks are up to a fifth earlier than they have to be: so they spread, and none is later than the period. */
const JITTER = 0.2;
/** A delivery may be this much older than the look before its change, in ms: that look met a copy that was behind. */
const BEHIND_MS = 60_000;

interface Look {
  /** null: the provider said that nothing has changed since the last look */
  readonly seen: SeenRefs | null;
  /** what the provider gave beside; null: it was not asked */
  readonly etag: string | null;
}

/**
 * Looks at a repository's refs, and has it brought up to date when they differ from what is known.
 * @returns whether there is something to do for a worker
 * @throws TidemarkError those of `openLocal()`, `checkRemote()`, `readRemoteRefs()`, `gitAuthorization()`
 */
export async function pollRepository(deps: PollDeps, due: DuePoll, signal: AbortSignal): Promise<boolean> {
  const store = deps.database.worker.in(due.organizationId);
  const look = await lookAt(deps, store, due, signal);
  return settleLook(deps, store, due, look);
}

/** @returns when the next look is due. @param now ms since 1970 */
export function nextPollAt(deps: PollDeps, due: DuePoll, now: number): number {
  const share = 1 - JITTER * (deps.random ?? Math.random)();
  return now + pollSeconds(due, deps.pollSeconds, now) * 1_000 * share;
}

async function lookAt(deps: PollDeps, store: OrganizationStore, due: DuePoll, signal: AbortSignal): Promise<Look> {
  if (due.kind === "folder") return { seen: await seenInFolder(await openLocal(due.address)), etag: null };
  const asked = await askProvider(deps, store, due, signal);
  if (asked?.kind === "same") return { seen: null, etag: due.pollEtag };
  const remote = await checkRemote(due.address, deps.allow);
  const authorization = await gitAuthorization(store, deps, due);
  const seen = seenAtRemote(await readRemoteRefs(remote, { authorization, signal }));
  return { seen, etag: asked?.kind === "changed" ? asked.etag : null };
}

/** Where the provider tells for nothing whether anything has changed. @returns null where it was not asked */
async function askProvider(deps: PollDeps, store: OrganizationStore, due: DuePoll, signal: AbortSignal) {
  const { accountId, provider, providerId: id, providerName: name } = due;
  if (accountId === null || provider === null || id === null || name === null || deps.keyring === undefined)
    return null;
  if (due.polledRefs === null || providerOf(provider).refs === null) return null;
  const call = { allow: deps.allow, signal, now: deps.now ?? Date.now };
  try {
    return await withAccount(store, { keyring: deps.keyring, call }, accountId, async (use) =>
      use.provider.refs === null ? null : use.provider.refs.ask(use.call, use.access, { id, name }, due.pollEtag),
    );
  } catch (error) {
    // whoever wants to be left alone is; what else is wrong, Git will say
    if (isTidemarkError(error, "provider-limited") || signal.aborted) throw error;
    return null;
  }
}

async function settleLook(deps: PollDeps, store: OrganizationStore, due: DuePoll, look: Look): Promise<boolean> {
  const now = (deps.now ?? Date.now)();
  const { id } = due;
  const digest = look.seen === null ? due.polledRefs : refsDigest(look.seen);
  const isSame = digest !== null && due.polledRefs !== null && Buffer.compare(digest, due.polledRefs) === 0;
  const stored = isSame && !due.hasMissing ? [] : await liveBranches(store, due);
  const named = isSame || look.seen === null || due.kind === "folder" ? [] : changedRefs(look.seen, stored);
  const looksDue = stored.flatMap(({ missing = null }) => (missing === null ? [] : [nextLookAt(missing)]));
  // there is nothing to import before the first push; that its first import found nothing is told already
  const isEmpty = look.seen !== null && look.seen.heads.size === 0;
  const isNew = due.synced ? isChanged(due, isSame, named) : !isSame && !isEmpty && !due.isWaiting;
  const reason = isNew ? null : reasonOf(due, looksDue, now);
  const isWanted = isNew || reason !== null;
  const nextAt = Math.min(nextPollAt(deps, due, now), ...looksDue.filter((at) => at > now));
  // an import that is under way has its own list of branches, which nothing is compared with yet
  const refs = due.synced || !due.isWaiting ? digest : null;
  const etag = isSame && due.pollEtag !== null && look.etag !== due.pollEtag ? null : look.etag;
  return store.write(
    async (tx) => {
      const hurried = due.pollFailures > 0 && (await hurryEvents(tx, id));
      const found = named.length === 0 ? null : named.slice(0, MAX_NAMED);
      const event = isWanted ? await insertPollEvent(tx, id, found, reason) : null;
      // before the repository's row is written: others wait for that from then on
      const isNews = digest !== null && due.polledRefs !== null && !sameRefs(digest, due.polledRefs);
      const isMissed = event !== null && isNews && (await isUntold(tx, due, { event, named, now }));
      // looks make up for it from now on, not after one more at the slow pace
      const soon = isMissed ? nextPollAt(deps, { ...due, missedAt: new Date(now) }, now) : Infinity;
      await recordPoll(tx, due, { at: new Date(now), nextAt: new Date(Math.min(nextAt, soon)), refs, etag });
      // and the webhook is looked at, and set anew where an account may: its secret may be another one there
      if (isMissed) await setProviderChecked(tx, id, null);
      return hurried || event !== null;
    },
    { durable: isWanted }, // what a crash takes back of a look that found nothing is looked at again
  );
}

/** Whether no delivery has told of a change, although a webhook is set up. */
async function isUntold(
  tx: Transaction,
  due: DuePoll,
  { event, named, now }: { readonly event: string; readonly named: readonly NamedRef[]; readonly now: number },
): Promise<boolean> {
  const since = sinceOf(due);
  if (since === null || !due.synced || due.kind !== "remote") return false;
  const refs = named.filter(({ before }) => before !== null).slice(0, MAX_NAMED);
  return countMissed(tx, due.id, { event, since, at: new Date(now), refs });
}

async function liveBranches(store: OrganizationStore, due: DuePoll): Promise<StoredBranch[]> {
  return (await readBranches(store, due.id)).filter(({ state }) => state === "live");
}

/** The digest of a first look is compared with nothing: what is stored decides. */
function isChanged(due: DuePoll, isSame: boolean, named: readonly NamedRef[]): boolean {
  return due.polledRefs === null && due.kind === "remote" ? named.length > 0 : !isSame;
}

/** Why a repository is to be brought up to date although nothing looks new there. */
function reasonOf(due: DuePoll, looksDue: readonly number[], now: number): EventReason | null {
  if (looksDue.some((at) => at <= now)) return "branch-gone";
  if (due.state === "failed" && due.pollFailures > 0 && !due.isWaiting) return "server-back";
  return isComparisonDue(due, now) ? "comparison" : null;
}

/** What failed in the end is tried once a day too. */
function isComparisonDue({ comparedAt, eventAt, synced }: DuePoll, now: number): boolean {
  const isLongAgo = (at: Date | null): boolean => at === null || at.getTime() < now - COMPARE_MS;
  return synced && isLongAgo(comparedAt) && isLongAgo(eventAt);
}

/** When the state before a change was seen, or a little earlier. */
function sinceOf({ polledAt, comparedAt }: DuePoll): Date | null {
  const last = Math.max(polledAt?.getTime() ?? 0, comparedAt?.getTime() ?? 0);
  return last === 0 ? null : new Date(last - BEHIND_MS);
}
