// Makes a folder with those above it. Node's own `recursive` never ends where a folder refuses children, such as /proc.
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and what is missing above it.
 * @param path absolute
 * @returns the topmost folder that was made, or undefined when `path` was there
 * @throws what the system says: EACCES, ENOENT, ENOTDIR, EROFS …
 */
export async function makeFolder(path: string, mode: number): Promise<string | undefined> {
  if (await isFolder(path)) return undefined;
  const above = dirname(path);
  const made = above === path ? undefined : await makeFolder(above, mode);
  try {
    await mkdir(path, { mode });
  } catch (error) {
    // another process may have made it meanwhile
    if (!(await isFolder(path))) throw error;
  }
  return made ?? path;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}
