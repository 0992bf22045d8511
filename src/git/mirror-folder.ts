// A mirror's folder on disk: its size, and what a killed or failed process left in it.
import { type Dirent, existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

/** A half-written object or pack older than this belongs to nobody any more, in milliseconds. */
const LEFTOVER_AGE_MS = 60 * 60_000;
/** What may not be in a mirror: it could change what Git reads (reference/git.md, section 7). */
const FOREIGN_FILES = ["hooks", "objects/info/alternates", "info/grafts", "info/attributes"];

/** How the folder of a mirror is named while it is being made. */
export const UNFINISHED = "new-";

/** Which mirror: the folder of all, and our id of the repository, never its name. */
export interface MirrorName {
  readonly root: string;
  readonly id: string;
}

/** @returns the folder of a mirror, absolute. @throws TypeError for what is no id */
export function mirrorFolder({ root, id }: MirrorName): string {
  if (!/^[\w-]{1,64}$/.test(id)) throw new TypeError("a mirror is named by an id");
  return resolve(root, `${id}.git`);
}

/** What Git takes a folder for a repository by, and what names the remote. */
const SKELETON = ["HEAD", "config", "objects", "refs"];

/** @returns whether a mirror was removed, or is being removed just now, by somebody who takes it for a cache */
export function isThrownAway(gitDir: string): boolean {
  return SKELETON.some((name) => !existsSync(join(gitDir, name)));
}

/** Removes a mirror: everything in it can be fetched again. */
export async function removeMirror(name: MirrorName): Promise<void> {
  await rm(mirrorFolder(name), { recursive: true, force: true });
}

/**
 * Removes what a process left that was killed while it made a mirror.
 * @param which the beginning of the folders' names, after UNFINISHED
 * @param age younger ones stay, in milliseconds
 */
export async function removeUnfinished(root: string, which = "", age: number = LEFTOVER_AGE_MS): Promise<void> {
  for (const name of await readdir(root)) {
    const folder = join(root, name);
    if (!name.startsWith(`${UNFINISHED}${which}`) || (await modifiedAt(folder)) > Date.now() - age) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns bytes of all objects of the mirror, half-written ones too */
export async function mirrorSize(gitDir: string): Promise<number> {
  let size = 0;
  for (const file of await filesBelow(join(gitDir, "objects"))) size += await fileSize(file);
  return size;
}

/** @returns how many packs the mirror's objects are in */
export async function packCount(gitDir: string): Promise<number> {
  const names = await readdir(join(gitDir, "objects/pack")).catch(() => []);
  return names.filter((name) => name.endsWith(".pack")).length;
}

/** @returns how many of the mirror's branches have a file of their own */
export async function looseRefs(gitDir: string): Promise<number> {
  return (await filesBelow(join(gitDir, "refs"))).length;
}

/**
 * Removes locks, half-written objects and foreign files. Only for who holds the repository's lease: nobody else is at
 * work in the mirror then, so a lock is what a killed process left, and no later fetch would succeed beside it.
 * @param age leftovers of objects younger than this stay, in milliseconds
 */
export async function removeLeftovers(gitDir: string, age: number = LEFTOVER_AGE_MS): Promise<void> {
  for (const name of FOREIGN_FILES) await rm(join(gitDir, name), { recursive: true, force: true });
  const oldest = Date.now() - age;
  for (const file of await filesBelow(gitDir)) {
    if (file.endsWith(".lock")) await rm(file, { force: true });
    else if (isHalf(file) && (await modifiedAt(file)) < oldest) await rm(file, { force: true });
  }
}

/**
 * Removes half-written objects at once, after a fetch that met the end of the disk or of the quota: they would keep it
 * full. Another fetch of this mirror, for a page, would not have gone further either.
 */
export async function removeHalves(gitDir: string): Promise<void> {
  for (const file of await filesBelow(gitDir)) if (isHalf(file)) await rm(file, { force: true });
}

function isHalf(file: string): boolean {
  return /^\.?tmp[_-]/.test(basename(file));
}

/** What is removed meanwhile, by git's own upkeep or by somebody who takes the mirror for a cache, has no files. */
async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of await entriesOf(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) files.push(path);
    }
  }
  return files;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return [];
  });
}

async function fileSize(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0;
}

async function modifiedAt(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.mtimeMs ?? Number.POSITIVE_INFINITY;
}
