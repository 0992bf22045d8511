// The paths that a tool wrote on some machine, as the repository has them: the same on every machine.
import type { FileText } from "../formats/adapter.ts";

const DRIVE = /^[a-z]:[\\/]/i;

/**
 * Cuts the folder of the machine off absolute paths. It is one folder for all of them: the one that most paths lose when
 * each is cut before its longest end that is a file of the repository; where there is none, the longest that all share.
 * @param written each once
 * @param isFile whether the repository has a file at a path; null when nobody knows
 * @returns the path of each that is written; one that lies elsewhere, or would get another one's path, stays as it is
 */
export function repositoryPaths(written: readonly string[], isFile: FileText["isFile"]): (name: string) => string {
  const absolute = written.map(withSlashes).filter((path) => path.startsWith("/") || DRIVE.test(path));
  const folder = (isFile === null ? null : agreedFolder(absolute, isFile)) ?? commonFolder(absolute);
  const paths = new Map<string, string>();
  const taken = new Set(written);
  for (const name of written) {
    const path = withSlashes(name);
    const cut = path.startsWith(folder) ? path.slice(folder.length) : path;
    if (taken.has(cut)) continue;
    taken.add(cut);
    paths.set(name, cut);
  }
  return (name) => paths.get(name) ?? name;
}

/** A path of Windows has a drive, or no slash at all. */
function withSlashes(path: string): string {
  return DRIVE.test(path) || !path.includes("/") ? path.replaceAll("\\", "/") : path;
}

/** @returns the folder that most paths lose, the shorter one of two that as many do; null when none ends in a file */
function agreedFolder(absolute: readonly string[], isFile: (path: string) => boolean): string | null {
  const votes = new Map<string, number>();
  for (const path of absolute) {
    const folder = folderBeforeFile(path, isFile);
    if (folder !== null) votes.set(folder, (votes.get(folder) ?? 0) + 1);
  }
  const ranked = [...votes].sort(([a, votesOfA], [b, votesOfB]) => votesOfB - votesOfA || a.length - b.length);
  return ranked[0]?.[0] ?? null;
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
