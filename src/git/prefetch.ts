// Brings blobs into a blobless mirror: one request for many, split in halves when the server refuses one of them.
import type { Sha } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { removeHalves } from "./mirror-folder.ts";
import { roomForFiles } from "./mirror-quota.ts";
import type { GitRepository } from "./repository.ts";
import { runGit } from "./run.ts";

/** Refused requests for one list, before we give up: enough to find ten bad objects among 5,000. */
const MAX_REFUSED = 250;

/** What became of a list. */
export interface Prefetched {
  /** objects that the server does not have, or does not give */
  readonly missing: ReadonlySet<Sha>;
  /** objects larger than the mirror may hold, and that limit in bytes */
  readonly tooLarge: ReadonlyMap<Sha, number>;
}

/**
 * Fetches objects by their ids.
 * @throws TidemarkError when the server cannot be reached or refuses us as a whole; `mirror-full`
 */
export async function prefetchBlobs(
  mirror: GitRepository,
  oids: readonly Sha[],
  signal?: AbortSignal,
): Promise<Prefetched> {
  const missing = new Set<Sha>();
  const tooLarge = new Map<Sha, number>();
  const waiting: (readonly Sha[])[] = [oids];
  for (let refused = 0; waiting.length > 0; ) {
    const list = waiting.pop() as readonly Sha[];
    const fileBytes = await roomForFiles(mirror);
    try {
      await fetchObjects(mirror, list, fileBytes, { signal });
    } catch (error) {
      refused += 1;
      if (isTidemarkError(error, "data-folder", "limit-exceeded")) await removeHalves(mirror.gitDir);
      if (!isTidemarkError(error, "repository-corrupt", "limit-exceeded", "git-failed") || refused > MAX_REFUSED)
        throw error;
      const half = list.length >> 1;
      if (half > 0) waiting.push(list.slice(half), list.slice(0, half));
      else if (error.code === "limit-exceeded") tooLarge.set(list[0] as Sha, fileBytes);
      else missing.add(list[0] as Sha);
    }
  }
  return { missing, tooLarge };
}

/**
 * Which of these objects a repository holds, without fetching any. `cat-file` ends at the first missing one in a
 * partial clone; only `rev-list` can pass over them.
 */
export async function presentBlobs(
  repository: GitRepository,
  oids: readonly Sha[],
  signal?: AbortSignal,
): Promise<Set<Sha>> {
  const args = ["rev-list", "--objects", "--no-walk", "--ignore-missing", "--missing=allow-any", "--stdin"];
  const attempt = "look for the files of";
  const output = await runGit(repository, args, { attempt, input: `${oids.join("\n")}\n`, signal });
  const lines = output.toString("latin1").split("\n").filter(Boolean);
  return new Set(lines.map((line) => line.trimEnd() as Sha));
}

/**
 * Brings a commit, with what it was made from, that no branch has any more: a mirror that was made anew has branches
 * only, and many servers keep others for long.
 * @returns whether the mirror has it
 */
export async function bringCommit(mirror: GitRepository, sha: Sha): Promise<boolean> {
  if (await holdsCommit(mirror, sha)) return true;
  try {
    await fetchObjects(mirror, [sha], await roomForFiles(mirror), { negotiate: true });
  } catch (error) {
    if (isTidemarkError(error, "repository-corrupt", "git-failed")) return false;
    throw error;
  }
  return holdsCommit(mirror, sha);
}

async function holdsCommit(mirror: GitRepository, sha: Sha): Promise<boolean> {
  const args = ["rev-list", "--no-walk", "--ignore-missing", "--stdin"];
  return (await runGit(mirror, args, { attempt: "look for a commit of", input: `${sha}\n` })).length > 0;
}

async function fetchObjects(
  mirror: GitRepository,
  oids: readonly Sha[],
  fileBytes: number,
  { signal, negotiate = false }: { readonly signal?: AbortSignal | undefined; readonly negotiate?: boolean },
): Promise<void> {
  const args = negotiate ? [] : ["-c", "fetch.negotiationAlgorithm=noop"];
  args.push("fetch", "--quiet", "--no-tags", "--no-write-fetch-head");
  args.push("--recurse-submodules=no", "--filter=blob:none", "--no-auto-gc", "--stdin", "--end-of-options", "origin");
  await runGit(mirror, args, {
    attempt: "fetch files from",
    input: `${oids.join("\n")}\n`,
    network: mirror.remote ?? undefined,
    authorization: mirror.authorization,
    fileBytes,
    signal,
  });
}
