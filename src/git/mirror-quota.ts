// How large a mirror may become, and the words for one that may not grow further.
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { MORE_THAN_ALLOWED } from "./failure.ts";
import { mirrorSize } from "./mirror-folder.ts";
import type { GitRepository, MirrorQuota } from "./repository.ts";

/** A mirror may grow to this, in bytes, unless the operator says otherwise. */
const MIRROR_QUOTA_BYTES = 2 * 1024 * 1024 * 1024;
/** A mirror with less room than this is full: the largest metric file fits in, a few times. */
const LITTLE_ROOM_BYTES = 64 * 1024 * 1024;

/** @param setting the operator's, in bytes; null: the usual. @returns how large a mirror may become, in words too */
export function mirrorQuota(setting?: number | null): MirrorQuota {
  const bytes = setting ?? MIRROR_QUOTA_BYTES;
  return { bytes, wanted: `at most ${sizeInWords(bytes)}, as TIDEMARK_MIRROR_QUOTA says` };
}

/** @returns the mirror's quota that is left, in bytes. @throws TidemarkError `limit-exceeded` when nothing is */
export async function quotaLeft(mirror: GitRepository): Promise<number> {
  const quota = quotaOf(mirror);
  const size = await mirrorSize(mirror.gitDir);
  if (size < quota.bytes) return quota.bytes - size;
  if (quota.bytes === 0) throw overQuota(mirror, "no room for it");
  const [found, limit] = [sizeInWords(size), sizeInWords(quota.bytes)];
  throw overQuota(mirror, found === limit ? inBytes(size) : found);
}

/**
 * Asks for room before files are fetched into a mirror.
 * @returns the quota that is left, in bytes
 * @throws TidemarkError `mirror-full` when it is so little that an ordinary file might not fit: what is in the mirror is
 *   what was fetched before, so a new one has room
 */
export async function roomForFiles(mirror: GitRepository): Promise<number> {
  const quota = quotaOf(mirror);
  const size = await mirrorSize(mirror.gitDir);
  if (hasRoom(size, quota)) return quota.bytes - size;
  const parts = {
    attempt: "fetch files into the mirror of",
    value: mirror.name,
    found: `${sizeInWords(size)} in it`,
  };
  throw new TidemarkError("mirror-full", { ...parts, wanted: quota.wanted });
}

/** @returns whether a mirror of this size may take in more. Both in bytes */
export function hasRoom(size: number, quota: MirrorQuota): boolean {
  return quota.bytes - size >= Math.min(LITTLE_ROOM_BYTES, quota.bytes / 8);
}

/** @returns the error of a fetch, with figure and limit where it is that git was stopped at the quota */
export function namingQuota(mirror: GitRepository, error: unknown): unknown {
  if (!isTidemarkError(error, "limit-exceeded") || error.parts.found !== MORE_THAN_ALLOWED) return error;
  return overQuota(mirror, `more: git was stopped at ${inBytes(quotaOf(mirror).bytes)}`, error);
}

/** @returns bytes for people: "64 KiB", "1.0 MiB", "2048 MiB" */
export function sizeInWords(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.floor(bytes / 1024)} KiB` : `${mebibytes(bytes)} MiB`;
}

function inBytes(bytes: number): string {
  return `${bytes.toLocaleString("en-US")} bytes`;
}

/** @returns bytes as whole mebibytes, for people; small ones with a digit more */
export function mebibytes(bytes: number): string {
  const size = bytes / 1024 / 1024;
  return size < 10 ? size.toFixed(1) : size.toFixed(0);
}

function quotaOf(mirror: GitRepository): MirrorQuota {
  return mirror.quota ?? mirrorQuota();
}

function overQuota(mirror: GitRepository, found: string, cause?: unknown): TidemarkError {
  const parts = { attempt: "keep a mirror of", value: mirror.name, found, wanted: quotaOf(mirror).wanted };
  return new TidemarkError("limit-exceeded", parts, { cause });
}
