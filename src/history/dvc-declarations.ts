// What a repository's DVC files say in all of their versions: which paths are metric files, which are kept outside Git.
import { readDvcOuts, readDvcYaml } from "../domain/dvc-files.ts";
import { folderOf, isDvcYaml } from "../domain/dvc-paths.ts";
import { readMetricFile } from "../domain/formats/read-file.ts";
import { addDeclared } from "../domain/metric-paths.ts";
import type { MetricPath, Warning } from "../domain/model.ts";
import { problemOf, unreadable } from "../domain/unreadable.ts";
import { type BlobReading, readBlobs } from "../git/blobs.ts";
import type { GitRepository } from "../git/repository.ts";
import type { PointerOuts } from "./file-sets.ts";
import type { PointerFiles } from "./pointer-files.ts";
import type { VersionTable } from "./version-table.ts";

/** Bytes of a DVC file that is read: a pipeline of 1,000 stages has 200 kB. */
const MAX_DVC_BYTES = 1024 * 1024;

/** What `dvc.yaml` files declare in all of their versions. */
interface DeclaredPaths {
  /** the rules; the same array when nothing is new */
  readonly paths: readonly MetricPath[];
  /** declarations left out for a limit */
  readonly dropped: number;
  /** by version: why what it declares is not known, or not whole */
  readonly broken: ReadonlyMap<number, Warning>;
}

/** Adds what every version of every `dvc.yaml` declares. */
export async function declaredPaths(
  repository: GitRepository,
  table: VersionTable,
  paths: readonly MetricPath[],
  signal?: AbortSignal,
): Promise<DeclaredPaths> {
  const patterns = new Set<string>();
  const broken = new Map<number, Warning>();
  await readVersionsOf(repository, table, isDvcYaml, signal, (version, blob) => {
    const path = table.pathOf(version);
    const bytes = bytesOf(blob);
    const read = bytes === null ? null : readDvcYaml(bytes, folderOf(path));
    for (const pattern of read?.patterns ?? []) patterns.add(pattern);
    const problem = read === null ? notRead(blob) : read.problem;
    if (problem !== null) broken.set(version, declarationWarning(path, problem));
  });
  const known = new Set(paths.map(({ pattern }) => pattern));
  if ([...patterns].every((pattern) => known.has(pattern))) return { paths, dropped: 0, broken };
  return { ...addDeclared(paths, patterns, "dvc.yaml"), broken };
}

/** What a commit is told that brought such a version in: which file, where in it, and what to do. */
function declarationWarning(path: string, { message, ...problem }: Warning): Warning {
  const files = problem.reason === "cut-off" ? "What it declares beyond that" : "What only this version declares";
  const remedy = `mend it, or name these files by --files or on the page "Files"`;
  return { ...problem, message: `${path}: ${message} ${files} is not read: ${remedy}.` };
}

function notRead(blob: BlobReading): Warning | null {
  if ("missing" in blob)
    return problemOf(
      unreadable("missing-object", "no content: the object is missing or damaged here", "a complete clone"),
    );
  const { size } = blob;
  const limit = MAX_DVC_BYTES;
  return problemOf(unreadable("too-large", `a file of ${size} bytes`, `at most ${limit}`, { size, limit }));
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
  await readVersionsOf(repository, table, isWanted, signal, (version, blob) => {
    const bytes = bytesOf(blob);
    if (bytes === null) return;
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

function bytesOf(blob: BlobReading): Uint8Array | null {
  return "missing" in blob ? null : blob.bytes;
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
  use: (version: number, blob: BlobReading) => void,
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
  const blobs = new Map<string, BlobReading>();
  for await (const blob of readBlobs(repository, oids, { maxBytes: MAX_DVC_BYTES, ...(signal ? { signal } : {}) })) {
    blobs.set(blob.oid, blob);
  }
  versions.forEach((version, index) => {
    const blob = blobs.get(oids[index] as string);
    if (blob !== undefined) use(version, blob);
  });
}
