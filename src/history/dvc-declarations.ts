// What a repository's DVC files say in all of their versions: which paths are metric files, which are kept outside Git.
import { lockedPaths, patternsOfExpanded, readDvcYaml } from "../domain/dvc-files.ts";
import { folderOf, isDvcLock, isDvcYaml } from "../domain/dvc-paths.ts";
import { readDvcLock } from "../domain/dvc-stages.ts";
import { type DvcTemplate, TemplateExpander, UNKNOWN_FOLDER } from "../domain/dvc-templates.ts";
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
/** Templates of a history: a pipeline has a few, and outs beside them. */
const MAX_TEMPLATES = 10_000;
/** Outs that are compared with a template, each pair once: 1 s. */
const MAX_COMPARISONS = 5_000_000;
/** What to do about a file of DVC that cannot be read. */
const MEND = `mend it, or name these files by --files or on the page "Files"`;

/** What `dvc.yaml` files declare in all of their versions. */
interface DeclaredPaths {
  /** the rules; the same array when nothing is new */
  readonly paths: readonly MetricPath[];
  /** declarations left out for a limit */
  readonly dropped: number;
  /** by version of a `dvc.yaml`: why what it declares is not known, or not whole */
  readonly broken: ReadonlyMap<number, Warning>;
  /** by version of a `dvc.lock`: why what templates stood for there is not known */
  readonly brokenLocks: ReadonlyMap<number, Warning>;
  /** by folder of a `dvc.yaml` the working folders of its stages */
  readonly workFolders: WorkFolders;
}

/** By folder, then by stage. */
type WorkFolders = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What is left of it where people said which paths they want. */
export function foldersOnly(paths: readonly MetricPath[], { workFolders }: DeclaredPaths): DeclaredPaths {
  return { paths, dropped: 0, broken: new Map(), brokenLocks: new Map(), workFolders };
}

/** Adds what every version of every `dvc.yaml` declares; of templates what any version of the `dvc.lock` beside it says. */
export async function declaredPaths(
  repository: GitRepository,
  table: VersionTable,
  paths: readonly MetricPath[],
  signal?: AbortSignal,
): Promise<DeclaredPaths> {
  const patterns = new Set<string>();
  const broken = new Map<number, Warning>();
  const workFolders = new Map<string, Map<string, string>>();
  const templates = new DeclaredTemplates();
  await readVersionsOf(repository, table, isDvcYaml, signal, (version, blob) => {
    const path = table.pathOf(version);
    const bytes = bytesOf(blob);
    const read = bytes === null ? null : readDvcYaml(bytes, folderOf(path));
    for (const pattern of read?.patterns ?? []) patterns.add(pattern);
    if (read !== null) addFolders(workFolders, folderOf(path), read.workFolders);
    if (read !== null) templates.add(version, folderOf(path), read.templates);
    const problem = read === null ? notRead(blob) : read.problem;
    if (problem !== null) broken.set(version, declarationWarning(path, problem));
  });
  const locked = new Set<string>();
  const brokenLocks = new Map<number, Warning>();
  const hasTemplates = (path: string): boolean => isDvcLock(path) && templates.isIn(folderOf(path));
  await readVersionsOf(repository, table, hasTemplates, signal, (version, blob) => {
    const path = table.pathOf(version);
    const bytes = bytesOf(blob);
    const read = bytes === null ? null : readDvcLock(bytes);
    const expander = templates.expanderOf(folderOf(path), workFolders);
    const expanded = patternsOfExpanded(folderOf(path), expander.expand(read?.stages ?? []));
    for (const pattern of expanded.patterns) locked.add(pattern);
    const problem = read === null ? notRead(blob) : (read.problem ?? expanded.problem ?? tooManyOuts(expander));
    if (problem !== null) brokenLocks.set(version, lockWarning(path, problem));
  });
  for (const [version, warning] of templates.unmet(table)) if (!broken.has(version)) broken.set(version, warning);
  const rest = { broken, brokenLocks, workFolders };
  const known = new Set(paths.map(({ pattern }) => pattern));
  if ([...patterns, ...locked].every((pattern) => known.has(pattern)))
    return { paths, dropped: templates.dropped, ...rest };
  const declared = addDeclared(paths, patterns, "dvc.yaml");
  const all = addDeclared(declared.paths, locked, "dvc.lock");
  return { paths: all.paths, dropped: declared.dropped + all.dropped + templates.dropped, ...rest };
}

/** A stage that had one working folder and then another: nobody can say where what a `dvc.lock` lists lies. */
function addFolders(all: Map<string, Map<string, string>>, folder: string, own: ReadonlyMap<string, string>): void {
  const known = all.get(folder) ?? new Map<string, string>();
  all.set(folder, known);
  for (const [stage, workFolder] of own) {
    const before = known.get(stage);
    known.set(stage, before === undefined || before === workFolder ? workFolder : UNKNOWN_FOLDER);
  }
}

function tooManyOuts({ isExhausted }: TemplateExpander): Warning | null {
  if (!isExhausted) return null;
  const limit = MAX_COMPARISONS;
  return problemOf(unreadable("cut-off", "too many outs and templates to compare all", `at most ${limit} pairs`));
}

/** What a commit is told that brought such a version in: which file, where in it, and what to do. */
function declarationWarning(path: string, { message, ...problem }: Warning): Warning {
  const files = problem.reason === "cut-off" ? "What it declares beyond that" : "What only this version declares";
  return { ...problem, message: `${path}: ${message} ${files} is not read: ${MEND}.` };
}

function lockWarning(path: string, { message, ...problem }: Warning): Warning {
  const files = "What templates in dvc.yaml stood for in this version only";
  return { ...problem, message: `${path}: ${message} ${files} is not read: ${MEND}.` };
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

/** The templates of all versions of all `dvc.yaml` files, each once, by folder. */
class DeclaredTemplates {
  /** templates left out for a limit */
  dropped = 0;
  #size = 0;
  readonly #ofFolder = new Map<string, Map<string, DvcTemplate>>();
  readonly #ofVersion = new Map<number, readonly DvcTemplate[]>();
  readonly #expanders = new Map<string, TemplateExpander>();

  add(version: number, folder: string, templates: readonly DvcTemplate[]): void {
    if (templates.length === 0) return;
    const known = this.#ofFolder.get(folder) ?? new Map<string, DvcTemplate>();
    this.#ofFolder.set(folder, known);
    const own: DvcTemplate[] = [];
    for (const template of templates) {
      const id = JSON.stringify([template.stage, template.workFolder, template.path, template.kind]);
      const same = known.get(id) ?? (this.#size < MAX_TEMPLATES ? template : null);
      if (same === null) {
        this.dropped += 1;
        continue;
      }
      if (!known.has(id)) this.#size += 1;
      known.set(id, same);
      if (same.kind !== "out") own.push(same);
    }
    this.#ofVersion.set(version, own);
  }

  isIn(folder: string): boolean {
    return this.#ofFolder.has(folder);
  }

  /** Asked when all templates are there. */
  expanderOf(folder: string, workFolders: WorkFolders): TemplateExpander {
    const known = this.#expanders.get(folder);
    if (known !== undefined) return known;
    const templates = this.#ofFolder.get(folder) ?? new Map<string, DvcTemplate>();
    const made = new TemplateExpander(templates.values(), workFolders.get(folder) ?? new Map(), MAX_COMPARISONS);
    this.#expanders.set(folder, made);
    return made;
  }

  /** @returns by version of a `dvc.yaml` a warning of the templates that stood for nothing in any `dvc.lock` beside it */
  unmet(table: VersionTable): Map<number, Warning> {
    const warnings = new Map<number, Warning>();
    for (const [version, own] of this.#ofVersion) {
      const path = table.pathOf(version);
      const met = this.#expanders.get(folderOf(path))?.met;
      const [first, ...others] = own.filter((template) => met?.has(template) !== true);
      if (first === undefined) continue;
      const more = others.length === 0 ? "is a template that no" : `and ${others.length} more are templates that no`;
      const message = `${path}: ${JSON.stringify(first.path)} ${more} dvc.lock beside it has a path for: it is not read. Commit the dvc.lock of a run, or name the files by --files or on the page "Files".`;
      warnings.set(version, { reason: "cut-off", message });
    }
    return warnings;
  }
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
  workFolders: WorkFolders,
  signal?: AbortSignal,
): Promise<DvcNotes> {
  const outs = new Map<number, readonly number[]>();
  const notes = new Map<number, readonly number[]>();
  const unread: number[] = [];
  const parameterFiles = new Set<string>();
  const isWanted = (path: string): boolean => files.has(path);
  const numbered = (paths: readonly string[]): number[] => paths.map((each) => table.pathId(each));
  await readVersionsOf(repository, table, isWanted, signal, (version, blob) => {
    const bytes = bytesOf(blob);
    const path = table.pathOf(version);
    const { stages, problem } = bytes === null ? { stages: [], problem: notRead(blob) } : readDvcLock(bytes);
    if (problem !== null) unread.push(version);
    const locked = lockedPaths(stages, folderOf(path), workFolders.get(folderOf(path)));
    outs.set(version, numbered(files.metricFiles(locked.outs)));
    if (path.endsWith(".dvc")) return;
    notes.set(version, numbered(files.namedFiles(locked.params)));
    if (bytes !== null && !parameterFiles.has(path) && hasValues(path, bytes)) parameterFiles.add(path);
  });
  // one that cannot be read has not given up what its others note: it is what stands there, and says why it has no values
  const ofPointer = Map.groupBy(notes.keys(), (version) => table.pathIdOf(version));
  for (const version of unread) {
    const others = (ofPointer.get(table.pathIdOf(version)) ?? []).flatMap((other) => notes.get(other) ?? []);
    notes.set(version, [...new Set(others)]);
  }
  const pointers = pointersByPath(table, [...outs, ...notes]);
  const all: PointerOuts = {
    outsOf: (version) => [...(notes.get(version) ?? []), ...(outs.get(version) ?? [])],
    pointersTo: (id) => pointers.get(id) ?? [],
    isNoted: (version, pathId) => notes.get(version)?.includes(pathId) === true,
  };
  return { pointers: pointers.size === 0 ? null : all, parameterFiles: [...parameterFiles] };
}

/** Of several that list a path the first by its name holds, in whatever order their versions were met. */
function pointersByPath(
  table: VersionTable,
  listed: readonly (readonly [version: number, pathIds: readonly number[]])[],
): ReadonlyMap<number, readonly number[]> {
  const pointers = new Map<number, Set<number>>();
  for (const [version, pathIds] of listed) {
    for (const pathId of pathIds) {
      const known = pointers.get(pathId) ?? new Set();
      pointers.set(pathId, known.add(table.pathIdOf(version)));
    }
  }
  const byName = (a: number, b: number): number => (nameOf(table, a) < nameOf(table, b) ? -1 : 1);
  return new Map(Array.from(pointers, ([pathId, all]) => [pathId, [...all].sort(byName)]));
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
