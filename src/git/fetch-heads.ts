// Fetches the branches of a remote into a mirror: with the small files of a push, or without any.
import { isTidemarkError } from "../errors.ts";
import type { CheckedRemote } from "../outbound.ts";
import { type FetchProgress, ProgressListener } from "./fetch-progress.ts";
import { removeHalves } from "./mirror-folder.ts";
import { namingQuota, quotaLeft } from "./mirror-quota.ts";
import { MIRROR_HEADS } from "./refs.ts";
import type { GitRepository } from "./repository.ts";
import { runGit } from "./run.ts";
import { checkUnchecked, fetchUnchecked, isTolerated } from "./tolerated-objects.ts";

/** How to fetch. */
export interface FetchOptions {
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * whether few commits are expected, whose small files come along: a metric file that a push changed is there then,
   * and asking for it would be a second request to a server that may be far away
   */
  readonly withFiles?: boolean | undefined;
}

/** Files that come along: most metric files are far smaller, pictures and models are not, in bytes. */
const SMALL_FILE = 128 * 1024;
/** What comes along with files may have this in all, in bytes: a merge of ten thousand commits comes without, at a second try. */
const MAX_WITH_FILES = 16 * 1024 * 1024;
/** Servers that do not know how to leave out large files, by their origins: asked once in the life of a process. */
const withoutLimit = new Set<string>();
/** Mirrors to which a server sent files as what changed in others that they never had: asked once in the life of a process. */
const withoutOlder = new Set<string>();

/**
 * Fetches branches; removed ones go.
 * @throws TidemarkError `limit-exceeded` beyond the quota, `repository-corrupt` for objects that git refuses: they are in
 *   the mirror then, which has to go
 */
export async function fetchHeads(
  mirror: GitRepository,
  place: { readonly remote: CheckedRemote },
  options: FetchOptions,
): Promise<void> {
  try {
    await checkUnchecked(mirror, options.signal);
    const comesWithFiles = await fetchWithFiles(mirror, place.remote, options);
    if (!comesWithFiles) await fetchWithout(mirror, place.remote, options);
  } catch (error) {
    if (isTidemarkError(error, "data-folder", "limit-exceeded")) await removeHalves(mirror.gitDir);
    throw namingQuota(mirror, error);
  }
  await quotaLeft(mirror);
}

/** @returns whether it was done; not where it is not wanted, and where it would have been too much */
async function fetchWithFiles(mirror: GitRepository, remote: CheckedRemote, options: FetchOptions): Promise<boolean> {
  if (options.withFiles !== true || !mirror.partial || mirror.shallow) return false;
  if (withoutLimit.has(remote.origin) || withoutOlder.has(mirror.gitDir)) return false;
  const fetch = fetchOf(mirror, remote, { filter: `blob:limit=${SMALL_FILE}`, most: MAX_WITH_FILES }, options);
  const error = await failureOf(fetch);
  if (error === null) return true;
  if (isTolerated(error)) await fetchUnchecked(mirror, fetch, options.signal);
  else if (lacksOlderFile(error)) {
    // who changes files that are not read does so in most pushes
    withoutOlder.add(mirror.gitDir);
    await removeHalves(mirror.gitDir);
  } else if (isTidemarkError(error, "limit-exceeded")) await removeHalves(mirror.gitDir);
  else if (isTidemarkError(error, "git-failed")) withoutLimit.add(remote.origin);
  else throw error;
  return isTolerated(error);
}

/**
 * Whether the server sent a file as what changed in an older one: it takes for granted that who has a commit has its
 * files, which a mirror without files has not.
 */
function lacksOlderFile(error: unknown): boolean {
  if (!isTidemarkError(error) || !(error.cause instanceof Error)) return false;
  // newer ones say the second
  return /could not fetch [0-9a-f]{40,64} from promisor remote|\d unresolved deltas?/.test(error.cause.message);
}

async function fetchWithout(mirror: GitRepository, remote: CheckedRemote, options: FetchOptions): Promise<void> {
  const fetch = fetchOf(mirror, remote, { filter: "blob:none", most: Infinity }, options);
  const error = await failureOf(fetch);
  if (error === null) return;
  if (!isTolerated(error)) throw error;
  await fetchUnchecked(mirror, fetch, options.signal);
}

/** @returns what it failed with, or null */
async function failureOf(fetch: () => Promise<unknown>): Promise<unknown> {
  return fetch().then(
    () => null,
    (error: unknown) => error,
  );
}

/** @param files which of them are left out, and how many bytes may come at most */
function fetchOf(
  mirror: GitRepository,
  remote: CheckedRemote,
  files: { readonly filter: string; readonly most: number },
  { onProgress = () => undefined, signal }: FetchOptions,
): (...settings: readonly string[]) => Promise<Buffer> {
  const args = ["fetch", "--progress", "--no-tags", "--no-write-fetch-head", "--prune", "--no-auto-gc"];
  args.push("--update-shallow");
  if (mirror.partial) args.push(`--filter=${files.filter}`);
  if (mirror.shallow) args.push("--unshallow"); // as far down as the server's own copy goes by now
  args.push("--end-of-options", "origin", `+refs/heads/*:${MIRROR_HEADS}*`);
  const progress = new ProgressListener(onProgress);
  return async (...settings) =>
    runGit(mirror, [...settings, ...args], {
      attempt: "fetch from",
      network: remote,
      authorization: mirror.authorization,
      fileBytes: Math.min(files.most, await quotaLeft(mirror)),
      onStderr: (text) => progress.hear(text),
      signal,
    });
}
