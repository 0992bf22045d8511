// Keeps the mirrors of this machine small and in order: each under its repository's lease, all of them when the disk fills up.
import { readdir, statfs } from "node:fs/promises";
import type { RepositoryId } from "../domain/model.ts";
import { removeMirror, removeUnfinished } from "../git/mirror-folder.ts";
import { mebibytes, mirrorQuota } from "../git/mirror-quota.ts";
import { tidyMirror as tidy } from "../git/mirror-upkeep.ts";
import { readUse } from "../git/mirror-use.ts";
import { type Lease, releaseLease, takeIdleLease } from "../store/lease.ts";
import { setMirrorBytes } from "../store/mirror-bytes.ts";
import type { IngestDeps } from "./git-source.ts";

/** How often a worker looks at the disk of its mirrors: asking costs microseconds, and a large fetch takes minutes. */
export const DISK_LOOK_MS = 60_000;
/** Less room than this on their disk, and mirrors go … */
const LOW_BYTES = 2 * 1024 ** 3;
/** … or less than this share of it, on a small one. */
const LOW_SHARE = 0.05;
/** They go until there is this many times as much, so that it does not begin again at the next push. */
const ENOUGH = 2;
/** A mirror that was used more recently stays: it would be fetched again at once. */
const IDLE_MS = 10 * 60_000;
/** What a killed process left of a mirror goes after this long when there is no room; git is given 15 minutes. */
const UNFINISHED_MS = 20 * 60_000;

/** How much room a disk has, in bytes. */
export interface DiskSpace {
  readonly free: number;
  readonly total: number;
}

/** What tests put in the place of the disk and the clock. */
interface ReliefOptions {
  /** names who holds the leases meanwhile */
  readonly holder?: string;
  readonly measure?: (folder: string) => Promise<DiskSpace>;
  /** milliseconds since 1970, of the clock that the files' times are of */
  readonly clock?: () => number;
}

/**
 * Puts the mirror of a leased repository in order, after its events were answered; throws away one that is full, damaged
 * or beyond order, since all of it can be fetched again. Whatever goes wrong is for the log: what was read is stored.
 */
export async function tidyMirror(deps: IngestDeps, lease: Lease, signal?: AbortSignal): Promise<void> {
  const { log, mirrors } = deps;
  const repository = lease.repositoryId;
  try {
    const done = await tidy({ root: mirrors, id: repository }, { quota: mirrorQuota(deps.mirrorQuotaBytes), signal });
    if (done === null) return;
    const store = deps.database.worker.in(lease.organizationId);
    await store.write((tx) => setMirrorBytes(tx, lease, done.bytes), { durable: false });
    if (done.removed !== null)
      log.warn({ repository, reason: done.removed }, "a mirror was thrown away; the next look fetches it again");
    else if (done.failure !== null)
      log.warn({ err: done.failure, repository }, "a mirror could not be put in order; that is tried again");
  } catch (error) {
    if (!signal?.aborted) log.warn({ err: error, repository }, "a mirror could not be looked after");
  }
}

/**
 * Drops the mirrors that were used least recently while their disk has too little room. Those in work, of an import under
 * way and used within minutes stay. For the worker's loop, every DISK_LOOK_MS.
 * @returns the repositories whose mirrors went
 */
export async function relieveDisk(deps: IngestDeps, options: ReliefOptions = {}): Promise<RepositoryId[]> {
  const { mirrors, log } = deps;
  const { measure = diskSpace, clock = Date.now, holder = "janitor" } = options;
  let { free, total } = await measure(mirrors);
  // mirrors that nobody has made yet need no room
  if (total === 0) return [];
  const low = Math.min(LOW_BYTES, total * LOW_SHARE);
  if (free >= low) return [];
  const dropped: RepositoryId[] = [];
  await removeUnfinished(mirrors, "", UNFINISHED_MS);
  for (const id of await leastRecentlyUsed(mirrors, clock() - IDLE_MS)) {
    ({ free } = await measure(mirrors));
    if (free >= low * ENOUGH) break;
    if (await dropIdle(deps, id, holder)) dropped.push(id);
  }
  ({ free } = await measure(mirrors));
  const room = { freeMiB: mebibytes(free), wantedMiB: mebibytes(low), folder: mirrors };
  if (dropped.length > 0)
    log.warn(
      { ...room, gone: dropped.length },
      "the disk of the mirrors is nearly full: those used least recently went",
    );
  if (free < low) log.warn(room, "the disk of the mirrors is nearly full, and no mirror is left that could go");
  return dropped;
}

async function leastRecentlyUsed(mirrors: string, before: number): Promise<RepositoryId[]> {
  const found: { id: RepositoryId; usedAt: number }[] = [];
  for (const name of await readdir(mirrors)) {
    const id = /^(\d+)\.git$/.exec(name)?.[1] as RepositoryId | undefined;
    const use = id === undefined ? null : await readUse({ root: mirrors, id });
    if (id !== undefined && use !== null && use.usedAt < before) found.push({ id, usedAt: use.usedAt });
  }
  return found.sort((a, b) => a.usedAt - b.usedAt).map(({ id }) => id);
}

async function dropIdle({ database, mirrors }: IngestDeps, id: RepositoryId, holder: string): Promise<boolean> {
  const lease = await takeIdleLease(database.system, holder, id);
  if (lease === null) return false;
  try {
    await removeMirror({ root: mirrors, id });
  } finally {
    await database.worker.in(lease.organizationId).write((tx) => releaseLease(tx, lease));
  }
  return true;
}

async function diskSpace(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return { bavail: 0, blocks: 0, bsize: 0 };
  });
  return { free: bavail * bsize, total: blocks * bsize };
}
