// Which paths are DVC's own files, and which files it keeps outside Git.

/** @returns whether the path is a `dvc.yaml`, which declares metric files */
export function isDvcYaml(path: string): boolean {
  return path === "dvc.yaml" || path.endsWith("/dvc.yaml");
}

/** @returns whether the path is a `dvc.lock`, which may hold parameters that stand in no other file */
export function isDvcLock(path: string): boolean {
  return path === "dvc.lock" || path.endsWith("/dvc.lock");
}

/** @returns whether the path is a `dvc.lock` or a `.dvc` file, which name what DVC keeps outside Git */
export function isDvcOutsFile(path: string): boolean {
  return isDvcLock(path) || path.endsWith(".dvc");
}

/** @returns whether the path says that DVC works here, or did: its own files, its settings, what it keeps outside Git */
export function isDvcTrace(path: string): boolean {
  return isDvcYaml(path) || isDvcOutsFile(path) || /(?:^|\/)\.dvc(?:ignore$|\/)/.test(path);
}

/** @returns the folder of a path, empty for the top of the repository */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** @returns whether DVC keeps the path outside Git: it, or a folder above it, is an out */
export function keptByDvc(path: string, outs: ReadonlySet<string>): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1))
    if (outs.has(path.slice(0, end))) return true;
  return false;
}
