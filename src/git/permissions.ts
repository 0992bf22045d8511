// What of a person's repository this account may not read: git passes over much of it as if it were not there.
import { accessSync, constants, type Dirent, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** Files of refs that are looked at: as many as are listed (refs.ts), and each costs a microsecond. */
const MAX_LOOKS = 100_000;
/** What git needs to take a folder for a repository. */
const PARTS = ["HEAD", "config", "objects", "refs"];

/** @returns whether a folder, or one above it, is or has a repository that may not be read: git calls it none */
export function isClosed(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    const own = join(at, ".git");
    if ([own, ...PARTS.map((part) => join(own, part))].some(mayNotRead)) return true;
    const isBare = PARTS.every((part) => lookAt(join(at, part)) !== "absent");
    if (isBare && PARTS.some((part) => mayNotRead(join(at, part)))) return true;
    if (at === dirname(at)) return false;
  }
}

/** @returns whether a repository has folders of objects, or branches, that may not be read and that git would not miss */
export function hasClosedParts(commonDir: string): boolean {
  const objects = join(commonDir, "objects");
  const names = entriesOf(objects) ?? [];
  if (names.some(({ name }) => /^(?:[0-9a-f]{2}|pack|info)$/.test(name) && mayNotRead(join(objects, name))))
    return true;
  return hasClosedFile(join(commonDir, "refs/heads")) || hasClosedFile(join(commonDir, "refs/remotes"));
}

function hasClosedFile(root: string): boolean {
  const waiting = [root];
  for (let looks = 0; waiting.length > 0 && looks < MAX_LOOKS; ) {
    const folder = waiting.pop() as string;
    const entries = entriesOf(folder);
    if (entries === null) return true;
    for (const entry of entries) {
      const path = join(folder, entry.name);
      looks += 1;
      if (entry.isDirectory()) waiting.push(path);
      else if (mayNotRead(path)) return true;
    }
  }
  return false;
}

/** @returns null when it may not be read; nothing when it is not there */
function entriesOf(folder: string): Dirent[] | null {
  if (mayNotRead(folder)) return null;
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // it is not there
  }
}

function mayNotRead(path: string): boolean {
  return lookAt(path) === "closed";
}

function lookAt(path: string): "open" | "closed" | "absent" {
  try {
    accessSync(path, constants.R_OK);
    return "open";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "EACCES" || code === "EPERM" ? "closed" : "absent";
  }
}
