// Keeps a mirror in good order: leftovers, foreign files, many packs, many loose branches; throws away what is beyond it.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isTidemarkError } from "../errors.ts";
import {
  looseRefs,
  mirrorFolder,
  type MirrorName,
  mirrorSize,
  packCount,
  removeHalves,
  removeLeftovers,
  removeMirror,
} from "./mirror-folder.ts";
import { hasRoom, mirrorQuota } from "./mirror-quota.ts";
import { readUse, writeUse } from "./mirror-use.ts";
import type { GitRepository, MirrorQuota } from "./repository.ts";
import { runGit } from "./run.ts";

/** Packs that a mirror may have: every fetch and every chunk of blobs brings one, and git looks through all of them. */
const MAX_PACKS = 60;
/** Branches in a file of their own that a mirror may have. */
const MAX_LOOSE_REFS = 200;
/** A mirror that could not be put in order this often in a row is fetched anew: nothing else would heal it. */
const MAX_FAILED_REPACKS = 5;
/** The file of all branches, in bytes: 100,000 names of 240 bytes and an id. */
const REFS_FILE_BYTES = 64 * 1024 * 1024;

/** How to tidy. */
interface UpkeepOptions {
  readonly quota?: MirrorQuota | undefined;
  /** packs that may be left as they are; default 60 */
  readonly maxPacks?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What became of a mirror. */
export interface Upkeep {
  /** why it was thrown away, for the log; null when it is there */
  readonly removed: string | null;
  /** why it could not be put in order, this time */
  readonly failure: unknown;
  /** of its objects */
  readonly bytes: number;
}

/**
 * Tidies a mirror. Only for who holds the repository's lease.
 * @returns null where there is no mirror
 * @throws the signal's reason, and what the disk refuses
 */
export async function tidyMirror(name: MirrorName, options: UpkeepOptions = {}): Promise<Upkeep | null> {
  const use = await readUse(name);
  if (use === null) return null;
  const gitDir = mirrorFolder(name);
  const quota = options.quota ?? mirrorQuota();
  await removeLeftovers(gitDir);
  const failure = await putInOrder(gitDir, quota, options);
  options.signal?.throwIfAborted();
  const failedRepacks = failure === null ? 0 : use.failedRepacks + 1;
  const bytes = await mirrorSize(gitDir);
  const removed = isTidemarkError(failure, "repository-corrupt")
    ? "objects in it are damaged"
    : failedRepacks >= MAX_FAILED_REPACKS
      ? `it could not be put in order ${failedRepacks} times in a row`
      : hasRoom(bytes, quota)
        ? null
        : "it is full: what was read from it is not needed again";
  if (removed === null) await writeUse(name, { bytes, failedRepacks });
  else await removeMirror(name);
  return { removed, failure, bytes: removed === null ? bytes : 0 };
}

/** @returns the error, or null when it is in order */
async function putInOrder(gitDir: string, quota: MirrorQuota, options: UpkeepOptions): Promise<unknown> {
  const { maxPacks = MAX_PACKS, signal } = options;
  try {
    const mirror = await unnamed(gitDir);
    if ((await packCount(gitDir)) > maxPacks) {
      // git up to 2.52 cannot put packs together by size where blobs were left out: "cannot use internal rev list"
      const how = mirror.partial ? ["-a"] : ["--geometric=2"];
      const attempt = "put in order the mirror of";
      await runGit(mirror, ["repack", "-d", "-q", ...how], { attempt, fileBytes: quota.bytes, signal });
    }
    if ((await looseRefs(gitDir)) > MAX_LOOSE_REFS) await packRefs(mirror, signal);
    return null;
  } catch (error) {
    signal?.throwIfAborted();
    await removeHalves(gitDir);
    return error;
  }
}

/** A first fetch writes one file a branch; a remote may have a hundred thousand. */
export async function packRefs(mirror: GitRepository, signal?: AbortSignal): Promise<void> {
  const call = { attempt: "put in order the branches of", fileBytes: REFS_FILE_BYTES, signal };
  await runGit(mirror, ["pack-refs", "--all"], call);
}

/** A mirror that is only put in order: who it is of does not matter. */
async function unnamed(gitDir: string): Promise<GitRepository> {
  const packs = await readdir(join(gitDir, "objects/pack")).catch(() => []);
  return {
    kind: "mirror",
    gitDir,
    name: "a repository",
    objectFormat: "sha1",
    remote: null,
    authorization: null,
    partial: packs.some((name) => name.endsWith(".promisor")),
    shallow: false,
  };
}
