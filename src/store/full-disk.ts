// Whether Postgres stands still because a disk of its is full, and until when.
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** A start writes a new file of the log, 16 MiB, and a checkpoint. */
const ROOM_BYTES = 32 * 1024 ** 2;
/** How often it is looked whether somebody made room: asking costs microseconds. */
const LOOK_MS = 500;
/** A start is tried even so after this long: what is full may be a quota, which a disk does not tell of. */
const PATIENCE_MS = 30_000;

/**
 * @param files the folder with Postgres' files; its log may be on another disk
 * @returns in words which folder has too little room for a start, or null
 */
export async function fullDisk(files: string): Promise<string | null> {
  for (const folder of [join(files, "pg_wal"), files]) {
    const space = await statfs(folder).catch(() => null);
    const free = space === null ? ROOM_BYTES : space.bavail * space.bsize;
    if (free < ROOM_BYTES) {
      const mebibytes = Math.floor(free / 1024 ** 2);
      return `a full disk: ${mebibytes} MiB are free for ${JSON.stringify(folder)}, ${ROOM_BYTES / 1024 ** 2} are needed`;
    }
  }
  return null;
}

/** Resolves when there is room, when a start is worth a try all the same, or when `signal` is aborted. */
export async function untilRoom(files: string, signal: AbortSignal): Promise<void> {
  const limit = performance.now() + PATIENCE_MS;
  while (!signal.aborted && performance.now() < limit && (await fullDisk(files)) !== null) {
    await wait(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
