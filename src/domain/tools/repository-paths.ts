// The paths that a tool wrote on some machine, as the repository has them: the same on every machine.
import type { FileText } from "../formats/adapter.ts";

const DRIVE = /^[a-z]:[\\/]/i;

/**
 * Cuts the folders of machines off absolute paths. Mostly it is one folder for all of them: the one that most paths lose
 * when each is cut before its longest end that is a file of the repository; what lies elsewhere, since several machines
 * wrote the file, loses the next such folder. Where there is none, all lose the longest that they share.
 * @param written each once
 * @param isFile whether the repository has a file at a path; null when nobody knows
 * @returns the path of each that is written; one that lies elsewhere, or would get another one's path, stays as it is
 */
export function repositoryPaths(written: readonly string[], isFile: FileText["isFile"]): (name: string) => string {
  const absolute = written.map(withSlashes).filter((path) => path.startsWith("/") || DRIVE.test(path));
  const found = isFile === null ? [] : foldersBeforeFiles(absolute, isFile);
  const folders = found.length === 0 ? [commonFolder(absolute)] : found;
  const paths = new Map<string, string>();
  const taken = new Set(written);
  const left = new Set(written);
  for (const folder of folders) {
    for (const name of left) {
      const path = withSlashes(name);
      if (!path.startsWith(folder)) continue;
      left.delete(name);
      giveOnce(name, path.slice(folder.length));
    }
  }
  for (const name of left) giveOnce(name, withSlashes(name));
  return (name) => paths.get(name) ?? name;

  function giveOnce(name: string, path: string): void {
    if (taken.has(path)) return;
    taken.add(path);
    paths.set(name, path);
  }
}

/** A path of Windows has a drive, or no slash at all. */
function withSlashes(path: string): string {
  return DRIVE.test(path) || !path.includes("/") ? path.replaceAll("\\", "/") : path;
}

/** @returns the folders that paths lose, the one of most first, the shorter one of two that as many lose */
function foldersBeforeFiles(absolute: readonly string[], isFile: (path: string) => boolean): string[] {
  const votes = new Map<string, number>();
  for (const path of absolute) {
    const folder = folderBeforeFile(path, isFile);
    if (folder !== null) votes.set(folder, (votes.get(folder) ?? 0) + 1);
  }
  const ranked = [...votes].sort(([a, votesOfA], [b, votesOfB]) => votesOfB - votesOfA || a.length - b.length);
  return ranked.map(([folder]) => folder);
}

function folderBeforeFile(path: string, isFile: (path: string) => boolean): string | null {
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) {
    if (isFile(path.slice(slash + 1))) return path.slice(0, slash + 1);
  }
  return null;
}

function commonFolder(absolute: readonly string[]): string {
  let folder = parentOf(absolute[0] ?? "");
  for (const path of absolute) while (!path.startsWith(folder)) folder = parentOf(folder);
  return folder;
}

/** @returns the folder that a file or folder lies in, with its slash; nothing for a root */
function parentOf(path: string): string {
  return path.slice(0, path.slice(0, -1).lastIndexOf("/") + 1);
}
