// Opens what a command reads: a folder where it lies, or a mirror of an address that is kept for the next time.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { folderReason, TidemarkError } from "../errors.ts";
import { openLocal } from "../git/local.ts";
import type { GitRepository } from "../git/repository.ts";
import { makeFolder } from "../store/make-folder.ts";
import type { CommandContext } from "./context.ts";
import { type Place, placeOf } from "./place.ts";
import { ProgressLine } from "./progress-line.ts";

/** A mirror that was locked so long ago was left by a command that was killed, in milliseconds. */
const STALE_LOCK_MS = 60 * 60_000;

/** A repository that can be read. */
export interface Source {
  readonly repository: GitRepository;
  /** sentences for people */
  readonly notices: readonly string[];
  /** lets go of it */
  close(): Promise<void>;
}

/**
 * Opens a repository by what people type.
 * @param text a folder or a Git URL
 * @throws TidemarkError those of `openLocal()`, `checkRemote()`, `openMirror()` and `fetchMirror()`
 */
export async function openSource(text: string, context: CommandContext): Promise<Source> {
  const place = placeOf(text, context.effects.cwd);
  if ("url" in place) return openMirrored(place, context);
  const repository = await openLocal(place.folder);
  const notices = repository.shallow ? ["This clone is shallow: older commits are not there."] : [];
  return { repository, notices, close: () => Promise.resolve() };
}

async function openMirrored({ url }: Extract<Place, { url: string }>, context: CommandContext): Promise<Source> {
  // loaded here: a folder needs neither
  const { allowanceOf, checkRemote } = await import("../outbound.ts");
  const { openMirror, fetchMirror } = await import("../git/mirror.ts");
  const { removeMirror } = await import("../git/mirror-folder.ts");
  const { mirrorQuota } = await import("../git/mirror-quota.ts");
  const { tidyMirror } = await import("../git/mirror-upkeep.ts");
  const { effects } = context;
  const config = context.config();
  const remote = await checkRemote(url, allowanceOf(config));
  const root = join(effects.cacheFolder, "mirrors");
  await makeFolder(root, 0o700).catch((error: NodeJS.ErrnoException) => {
    const wanted = "a folder that can be made and written, or another one in XDG_CACHE_HOME";
    const parts = { attempt: "keep the mirror in", value: root, found: folderReason(error), wanted };
    throw new TidemarkError("data-folder", parts, { cause: error });
  });
  const kept = createHash("sha256").update(remote.url).digest("hex").slice(0, 32);
  const unlock = await lock(join(root, `${kept}.lock`), effects.now());
  // another command has it just now: one of its own, which goes afterwards
  const id = unlock === null ? `one-time-${randomUUID()}` : kept;
  const line = new ProgressLine(effects);
  const close = async (): Promise<void> => {
    line.end();
    if (unlock === null) await removeMirror({ root, id });
    else await unlock();
  };
  try {
    const quota = mirrorQuota(config.mirrorQuotaBytes);
    await tidyMirror({ root, id }, { quota, signal: effects.signal });
    const repository = await openMirror({ root, id, remote, quota, signal: effects.signal });
    const notices = await fetchMirror(repository, {
      signal: effects.signal,
      onProgress: ({ phase, done, total }) => line.show({ phase: `${phase} objects`, done, total }),
    });
    line.end();
    return { repository, notices, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns how to unlock; null while another command holds the lock */
async function lock(folder: string, now: number): Promise<(() => Promise<void>) | null> {
  const made = await lockFolder(folder);
  if (!made) {
    const held = await stat(folder).catch(() => null);
    if (held !== null && now - held.mtimeMs < STALE_LOCK_MS) return null;
    await rmdir(folder).catch(() => undefined);
    if (!(await lockFolder(folder))) return null;
  }
  return () => rmdir(folder).catch(() => undefined);
}

async function lockFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
