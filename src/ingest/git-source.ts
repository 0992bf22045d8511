// Where a stored repository's objects are read from: its mirror, brought up to date, or a folder in place.
import { readdir } from "node:fs/promises";
import { gitAuthorization } from "../account-access.ts";
import type { Archive } from "../archive/archive.ts";
import type { OrganizationId, RepositoryId, Sha } from "../domain/model.ts";
import { nameParents } from "../git/commits.ts";
import { openLocal } from "../git/local.ts";
import type { FetchProgress } from "../git/fetch-progress.ts";
import { fetchMirror, openMirror, remoteAtFetch, SHALLOW_SERVER } from "../git/mirror.ts";
import { mirrorFolder, mirrorSize, removeMirror } from "../git/mirror-folder.ts";
import { hasRoom, sizeInWords, mirrorQuota } from "../git/mirror-quota.ts";
import { knownSize } from "../git/mirror-use.ts";
import { MAX_REFS, type RefList } from "../git/refs.ts";
import type { GitRepository, MirrorQuota } from "../git/repository.ts";
import { openWholeMirror } from "../git/whole-mirror.ts";
import { seenAtRemote, seenInFolder, type SeenRefs } from "../git/ref-digest.ts";
import { localTags, MAX_TAGS, type TagList } from "../git/tags.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import type { Keyring } from "../keyring.ts";
import type { Log } from "../log.ts";
import { checkRemote, type EgressAllowance } from "../outbound.ts";
import type { Database } from "../store/database.ts";
import type { WaitingEvent } from "../store/event.ts";
import type { Lease } from "../store/lease.ts";
import { otherMirrorBytes } from "../store/mirror-bytes.ts";
import { allRepositoryIds, readRepository, repositoryIds, type StoredRepository } from "../store/repository.ts";

/** What the worker and its use cases need. */
export interface IngestDeps {
  readonly database: Database;
  /** folder of all mirrors */
  readonly mirrors: string;
  /** where Tidemark may connect to */
  readonly allow: EgressAllowance;
  readonly log: Log;
  /** opens the tokens of accounts; without it repositories that are read with one fail */
  readonly keyring?: Keyring;
  /** milliseconds since 1970; decides which branches are too old to be followed. Default: the system's clock */
  readonly now?: () => number;
  /**
   * Asks a repository's provider what has become of it, and keeps that; without it Git's word is all there is. `isAtWork`:
   * who asks reads it next. @returns what became of it, in words; null: nothing new
   */
  readonly askProvider?: (
    organizationId: OrganizationId,
    repository: RepositoryId,
    how?: { readonly isAtWork: boolean },
  ) => Promise<string | null>;
  /** told of a repository that was read before, and that the settings of this process forbid; others may read it */
  readonly refused?: (repository: RepositoryId, error: TidemarkError) => void;
  /** from 0 to 1; spreads waits. Default: Math.random */
  readonly random?: () => number;
  /** brings what of old commits has left the database; without it what needs them fails, and is tried again */
  readonly archive?: Archive;
  /** commits of one transaction of an import; default BATCH_COMMITS */
  readonly batchCommits?: number;
  /** most bytes of one mirror, as the operator says; null: the usual */
  readonly mirrorQuotaBytes?: number | null;
  /** most bytes of all mirrors of an organisation; default ORGANIZATION_QUOTA_BYTES */
  readonly organizationQuotaBytes?: number;
}

/** All mirrors of an organisation together may hold this, in bytes: ten of the largest. */
const ORGANIZATION_QUOTA_BYTES = 20 * 1024 ** 3;

/** One repository in work. */
export interface Work {
  readonly lease: Lease;
  readonly repository: StoredRepository;
  /** events that this work answers */
  readonly events: readonly WaitingEvent[];
  /** aborted when the lease is lost or the worker stops */
  readonly signal: AbortSignal;
}

/** A repository whose refs are those of now. */
export interface FreshSource {
  readonly git: GitRepository;
  /** null where they could not be read: what was known of them stays */
  readonly tags: TagList | null;
  /** its refs as a look saw them, shortly before what was fetched; null: not known */
  readonly seen: SeenRefs | null;
  /** what people should know about it that is no failure */
  readonly notices: readonly string[];
}

/**
 * Opens a repository and brings its mirror up to date.
 * @param how `withFiles` where few new commits are expected, whose files are read next
 * @throws TidemarkError those of `checkRemote()`, `openMirror()`, `fetchMirror()` and `openLocal()`
 */
export async function freshSource(
  deps: IngestDeps,
  work: Work,
  how: { readonly onProgress?: (progress: FetchProgress) => void; readonly withFiles?: boolean } = {},
): Promise<FreshSource> {
  const { repository, signal } = work;
  if (repository.kind === "folder") {
    const git = await openLocal(repository.address);
    const seen = await seenInFolder(git); // first: what comes later is read too, and looked for once more
    const tags = seen.tags.length === 0 ? NO_TAGS : await tagsOfFolder(git);
    return { git, tags, seen, notices: [...noticesOfFolder(git), ...noticesOfTags(tags)] };
  }
  if (repository.gone)
    throw goneFrom(repository, "it was not there when its provider was asked last, or not to be seen");
  const remote = await checkRemote(repository.address, deps.allow);
  const place = { root: deps.mirrors, id: repository.id, remote, signal };
  const quota = await quotaOf(deps, work);
  const size = await mirrorSize(mirrorFolder(place)).catch(() => 0);
  // a full mirror holds files that were read long ago: a new one has commits and folders alone
  if (size > 0 && !hasRoom(size, quota)) await removeMirror(place);
  const authorization = await gitAuthorization(deps.database.worker.in(work.lease.organizationId), deps, repository);
  const git = await openMirror({ ...place, quota, authorization });
  const notices = await fetchMirror(git, { ...how, signal });
  const told = remoteAtFetch(git);
  const tags = told?.tags ?? null;
  return { git, tags, seen: told && seenAtRemote(told), notices: [...notices, ...noticesOfTags(tags)] };
}

/** @returns what a repository's mirror may hold: its own quota, or what the organisation's other mirrors leave of theirs */
async function quotaOf(
  deps: IngestDeps,
  { lease, repository }: Pick<Work, "lease" | "repository">,
): Promise<MirrorQuota> {
  const own = mirrorQuota(deps.mirrorQuotaBytes);
  const all = deps.organizationQuotaBytes ?? ORGANIZATION_QUOTA_BYTES;
  const store = deps.database.worker.in(lease.organizationId);
  // mostly there is room by far, and a thousand mirrors need not be looked at for every push
  if (all - (await otherMirrorBytes(store, repository.id, own.bytes)) >= own.bytes) return own;
  let left = all;
  for (const id of await repositoryIds(store))
    if (id !== repository.id) left -= await knownSize({ root: deps.mirrors, id });
  if (left >= own.bytes) return own;
  const bytes = Math.max(0, left);
  const whose = `all mirrors of the organisation may hold ${sizeInWords(all)} together`;
  return { bytes, wanted: `at most ${sizeInWords(bytes)}: ${whose}` };
}

/** What may leave it open whether a repository is the one that it was: Git reads it all the same. */
const CANNOT_TELL = ["account-refused", "scope-missing", "secret-not-opened", "provider-failed"] as const;

/**
 * Makes sure that what was fetched is the repository that was followed, and not one that was made anew under its name: its
 * provider knows it by a number. To be asked when commits come that stand on none that were known.
 * @throws TidemarkError `repository-gone`; what says that the provider is to be asked later
 */
export async function assertSameRepository(deps: IngestDeps, { lease, repository }: Work): Promise<void> {
  if (deps.askProvider === undefined || repository.kind !== "remote") return;
  await deps.askProvider(lease.organizationId, repository.id).catch((error: unknown) => {
    if (!isTidemarkError(error, ...CANNOT_TELL)) throw error;
  });
  const now = await readRepository(deps.database.worker.in(lease.organizationId), repository.id);
  if (now?.gone === true) throw goneFrom(repository, `it was deleted at ${new URL(repository.address).host}`);
}

/** What has its address now is another one, whose history must not be mixed with this one's. */
function goneFrom({ name }: Work["repository"], why: string): TidemarkError {
  return new TidemarkError("repository-gone", {
    attempt: "fetch the repository",
    value: name,
    found: `that ${why}`,
    wanted: "one that is there; what was read of it stays, and one of the same name can be added anew",
  });
}

/** Opens a repository as it was brought up to date last. @throws TidemarkError those of `freshSource()` but fetching */
export async function storedSource(
  deps: IngestDeps,
  organizationId: OrganizationId,
  repository: StoredRepository,
): Promise<GitRepository> {
  if (repository.kind === "folder") return openLocal(repository.address);
  const { id, address } = repository;
  const remote = await checkRemote(address, deps.allow);
  const authorization = await gitAuthorization(deps.database.worker.in(organizationId), deps, repository);
  return openWholeMirror({ root: deps.mirrors, id, remote, quota: mirrorQuota(deps.mirrorQuotaBytes), authorization });
}

/** Throws a mirror away, so that the next attempt fetches all of it again. */
export async function discardMirror(
  { mirrors }: Pick<IngestDeps, "mirrors">,
  repository: Pick<StoredRepository, "id" | "kind">,
): Promise<void> {
  if (repository.kind === "remote") await removeMirror({ root: mirrors, id: repository.id });
}

/** Removes the mirrors of repositories that are gone: a worker may have been at work in one when it was removed. */
export async function discardStrayMirrors({
  mirrors,
  database,
}: Pick<IngestDeps, "mirrors" | "database">): Promise<void> {
  // in this order: a repository whose mirror is there has a row
  const names = await readdir(mirrors).catch(() => []);
  const kept = new Set<string>(await allRepositoryIds(database.system));
  for (const name of names) {
    const id = /^(\d+)\.git$/.exec(name)?.[1];
    if (id !== undefined && !kept.has(id)) await removeMirror({ root: mirrors, id });
  }
}

const SHALLOW_FOLDER = "This clone is shallow: commits before its last one are not there.";

function noticesOfFolder(git: GitRepository): string[] {
  const notices: string[] = [];
  if (git.shallow) notices.push(SHALLOW_FOLDER);
  if (git.partial) notices.push("This is a partial clone: metric files whose contents it lacks cannot be read.");
  return notices;
}

const NO_TAGS: TagList = { tags: [], truncated: false };

/** A tag that leads to something damaged is no reason to leave its commits unread. */
async function tagsOfFolder(git: GitRepository): Promise<TagList | null> {
  try {
    return await localTags(git);
  } catch (error) {
    if (isTidemarkError(error, "git-failed", "repository-corrupt", "limit-exceeded")) return null;
    throw error;
  }
}

function noticesOfTags(list: TagList | null): string[] {
  if (list === null) return ["The tags could not be read: those that were known stay."];
  return list.truncated
    ? [`There are more than ${MAX_TAGS} tags, or some with very long names: not all are known.`]
    : [];
}

/** @returns whether a repository's history was cut off when it was last looked at, as its notices tell */
export function wasShallow({ notices }: Pick<StoredRepository, "notices">): boolean {
  return notices.includes(SHALLOW_FOLDER) || notices.includes(SHALLOW_SERVER);
}

/**
 * A clone that was cut off after its commits were stored has nothing missing.
 * @param roots the commits without a parent, of those that are stored and that are read now
 * @returns the notices, that of a cut-off history only where commits below those are missing
 */
export async function noticesOfRoots(
  git: GitRepository,
  notices: readonly string[],
  roots: readonly Sha[],
): Promise<readonly string[]> {
  if (!wasShallow({ notices }) || (await nameParents(git, roots))) return notices;
  return notices.filter((notice) => notice !== SHALLOW_FOLDER && notice !== SHALLOW_SERVER);
}

/** @returns what people should know about a list of branches */
export function noticesOfRefs({ truncated }: Pick<RefList, "truncated">): string[] {
  return truncated ? [`There are more than ${MAX_REFS} branches: only so many of them are looked at.`] : [];
}
