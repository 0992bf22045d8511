// What a repository's DVC files say in all of their versions: which paths are metric files, which are kept outside Git.
import { readDvcOuts, readDvcYaml } from "../domain/dvc-files.ts";
import { folderOf, isDvcYaml } from "../domain/dvc-paths.ts";
import { readMetricFile } from "../domain/formats/read-file.ts";
import { addDeclared } from "../domain/metric-paths.ts";
import type { MetricPath } from "../domain/model.ts";
import { readBlobs } from "../git/blobs.ts";
import type { GitRepository } from "../git/repository.ts";
import type { PointerOuts } from "./file-sets.ts";
import type { PointerFiles } from "./pointer-files.ts";
import type { VersionTable } from "./version-table.ts";

/** Bytes of a DVC file that is read: a pipeline of 1,000 stages has 200 kB. */
const MAX_DVC_BYTES = 1024 * 1024;

/**
 * Adds what every version of every `dvc.yaml` declares.
 * @returns the rules, and how many declarations were left out for a limit; the same array when nothing is new
 */
export async function declaredPaths(
  repository: GitRepository,
  table: VersionTable,
  paths: readonly MetricPath[],
  signal?: AbortSignal,
): Promise<{ paths: readonly MetricPath[]; dropped: number }> {
  const patterns = new Set<string>();
  await readVersionsOf(repository, table, isDvcYaml, signal, (version, bytes) => {
    for (const pattern of readDvcYaml(bytes, folderOf(table.pathOf(version))).patterns) patterns.add(pattern);
  });
  const known = new Set(paths.map(({ pattern }) => pattern));
  if ([...patterns].every((pattern) => known.has(pattern))) return { paths, dropped: 0 };
  return addDeclared(paths, patterns, "dvc.yaml");
}

/** What the files say that DVC writes itself. */
export interface DvcNotes {
  /** which metric files which version of a pointer file lists; null when none does */
  readonly pointers: PointerOuts | null;
  /** the `dvc.lock` files that hold parameters which stand in no other file that is read */
  readonly parameterFiles: readonly string[];
}

/** Reads every version of every pointer file. */
export async function readDvcNotes(
  repository: GitRepository,
  table: VersionTable,
  files: PointerFiles,
  signal?: AbortSignal,
): Promise<DvcNotes> {
  const outs = new Map<number, number[]>();
  const pointers = new Map<number, number[]>();
  const parameterFiles = new Set<string>();
  const isWanted = (path: string): boolean => files.has(path);
  await readVersionsOf(repository, table, isWanted, signal, (version, bytes) => {
    const pointer = table.pathIdOf(version);
    const path = table.pathOf(version);
    const pathIds = files.metricFiles(readDvcOuts(bytes, folderOf(path))).map((each) => table.pathId(each));
    outs.set(version, pathIds);
    for (const pathId of pathIds) {
      const known = pointers.get(pathId);
      if (known === undefined) pointers.set(pathId, [pointer]);
      else if (!known.includes(pointer)) known.push(pointer);
    }
    if (!path.endsWith(".dvc") && !parameterFiles.has(path) && hasValues(path, bytes)) parameterFiles.add(path);
  });
  // of several that list a path the first by its name holds, in whatever order their versions were met
  for (const pathIds of pointers.values()) pathIds.sort((a, b) => (nameOf(table, a) < nameOf(table, b) ? -1 : 1));
  const all = {
    outsOf: (version: number) => outs.get(version) ?? [],
    pointersTo: (id: number) => pointers.get(id) ?? [],
  };
  return { pointers: pointers.size === 0 ? null : all, parameterFiles: [...parameterFiles] };
}

function nameOf({ paths }: VersionTable, pathId: number): string {
  return paths[pathId] as string;
}

function hasValues(path: string, bytes: Uint8Array): boolean {
  const { document } = readMetricFile(bytes, { path, identity: null });
  return document !== null && document.keys.length > 0;
}

async function readVersionsOf(
  repository: GitRepository,
  table: VersionTable,
  wants: (path: string) => boolean,
  signal: AbortSignal | undefined,
  use: (version: number, bytes: Uint8Array) => void,
): Promise<void> {
  const wantedPaths = new Set(
    table.paths.map((_, pathId) => pathId).filter((pathId) => wants(table.paths[pathId] as string)),
  );
  if (wantedPaths.size === 0) return;
  const versions: number[] = [];
  for (let version = 0; version < table.size; version++) {
    if (wantedPaths.has(table.pathIdOf(version)) && table.kindOf(version) === "file") versions.push(version);
  }
  const oids = versions.map((version) => table.oidOf(version));
  const bytesOf = new Map<string, Uint8Array>();
  for await (const blob of readBlobs(repository, oids, { maxBytes: MAX_DVC_BYTES, ...(signal ? { signal } : {}) })) {
    if (!("missing" in blob) && blob.bytes !== null) bytesOf.set(blob.oid, blob.bytes);
  }
  versions.forEach((version, index) => {
    const bytes = bytesOf.get(oids[index] as string);
    if (bytes !== undefined) use(version, bytes);
  });
}
