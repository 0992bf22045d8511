// Opens a history: which commits changed which metric files, found in one walk over all changes, from any starting point.
import { isDvcLock, isDvcTrace, isDvcYaml } from "../domain/dvc-paths.ts";
import { addDeclared, MetricPathMatcher } from "../domain/metric-paths.ts";
import type { MetricPath, RowIdentities, Sha, Warning } from "../domain/model.ts";
import { readChanges } from "../git/changes.ts";
import type { CommitGraph } from "../git/commit-graph.ts";
import type { GitRepository } from "../git/repository.ts";
import { listTree } from "../git/trees.ts";
import { type BaseFiles, type BaseVersion, FileSets, type PointerOuts } from "./file-sets.ts";
import type { BaselineRef } from "./history-batch.ts";
import type { OlderCommits } from "./older-commits.ts";
import { PathIdentities } from "./path-identities.ts";
import { PointerFiles } from "./pointer-files.ts";
import { NONE, VersionChain } from "./version-chain.ts";
import { VersionTable } from "./version-table.ts";

/** Commits between two calls of `onProgress`. */
const PROGRESS_STEP = 1_000;

/** What is known of a commit below the ones that are read. */
export interface HistoryBase {
  readonly position: number;
  readonly ordinal: number;
  /** by path: the nearest version at or below it that has values, and the commit that has it, where that is known */
  readonly readable?: ReadonlyMap<string, BaselineRef>;
}

/** How far the walk over all changes is, in commits. */
interface HistoryProgress {
  readonly phase: "changes";
  readonly done: number;
  readonly total: number;
}

/** What a history is read from. */
export interface HistorySource {
  /** positions are its indices plus `firstPosition` */
  readonly graph: CommitGraph;
  readonly firstPosition?: number;
  /** per commit the index of the branch whose line holds it; none without */
  readonly lines?: Int32Array;
  /** rules that hold from the start; what `dvc.yaml` declares is added unless `onlyPaths` is set */
  readonly paths: readonly MetricPath[];
  readonly onlyPaths?: boolean;
  /** row identities of an earlier import, by path: these are never inferred again */
  readonly identities?: ReadonlyMap<string, RowIdentities>;
  /** for first parents outside of the graph; what is not here is taken for "no parent" */
  readonly bases?: ReadonlyMap<Sha, HistoryBase>;
  /** the line below the commits of the graph, where what it says of rules and of names of rows holds for them too */
  readonly older?: OlderCommits;
  /** files of a commit that are read, default 200 */
  readonly maxFiles?: number;
  readonly onProgress?: (progress: HistoryProgress) => void;
  readonly signal?: AbortSignal;
}

/** A history whose commits, files and chains of versions are known, and whose blobs are not read yet. */
export interface History {
  readonly repository: GitRepository;
  readonly graph: CommitGraph;
  readonly firstPosition: number;
  readonly ordinals: Int32Array;
  readonly lines: Int32Array | null;
  /** all rules, those of every `dvc.yaml` version included */
  readonly paths: readonly MetricPath[];
  readonly matcher: MetricPathMatcher;
  readonly identities: PathIdentities;
  readonly table: VersionTable;
  readonly chain: VersionChain;
  readonly sets: FileSets;
  /** commits that changed so many paths that some were not looked at */
  readonly cutOff: ReadonlySet<number>;
  /** by version of a `dvc.yaml` or `dvc.lock`: why what it declares is not known, or not whole */
  readonly brokenDeclarations: ReadonlyMap<number, Warning>;
  /** where further versions of a path are found, when these commits have too few */
  readonly older: OlderCommits | null;
  readonly maxFiles: number | undefined;
  /** sentences for people about the repository as a whole */
  readonly notices: readonly string[];
  /** @returns the position of a commit's first parent, -1 where there is none or it is not known */
  parentPosition(commit: number): number;
}

/**
 * Walks over all changes once; once more, for those paths only, where a `dvc.yaml` declares some that no rule names.
 * Memory grows with the commits (about 80 bytes each with the graph) and with the changes of metric files.
 * @throws TidemarkError those of `readChanges()` and `listTree()`
 */
export async function openHistory(repository: GitRepository, source: HistorySource): Promise<History> {
  const { graph, firstPosition = 0 } = source;
  const table = new VersionTable(repository.objectFormat === "sha256" ? 32 : 20);
  const walk = new Walk(repository, source, table);
  const { paths, matcher, pointers, dropped, broken } = await walkPaths(repository, source, walk);
  const isMetric = table.paths.map((path) => matcher.match(path) !== null);
  const maxFiles = source.maxFiles === undefined ? {} : { maxFiles: source.maxFiles };
  const bases = walk.baseFiles();
  const parentPosition = (commit: number): number => {
    const parent = graph.firstParent[commit] as number;
    return parent === NONE ? (bases.get(commit)?.position ?? NONE) : parent + firstPosition;
  };
  const { chain } = walk;
  const { firstParent } = graph;
  const isMetricPath = (pathId: number): boolean => isMetric[pathId] === true;
  const sets = new FileSets({
    table,
    chain,
    firstParent,
    firstPosition,
    bases,
    pointers,
    isMetric: isMetricPath,
    ...maxFiles,
  });
  return {
    repository,
    graph,
    firstPosition,
    ordinals: ordinalsOf(source),
    lines: source.lines ?? null,
    paths,
    matcher,
    identities: new PathIdentities(source.identities),
    table,
    chain,
    sets,
    cutOff: walk.cutOff,
    brokenDeclarations: broken,
    older: source.older ?? null,
    maxFiles: source.maxFiles,
    notices: dropped === 0 ? [] : [`${dropped} paths that dvc.yaml declares are not followed: there are too many.`],
    parentPosition,
  };
}

/** Which paths are metric files, after all changes of them were collected. */
interface WalkedPaths {
  readonly paths: readonly MetricPath[];
  readonly matcher: MetricPathMatcher;
  readonly pointers: PointerOuts | null;
  /** declarations left out for a limit */
  readonly dropped: number;
  readonly broken: History["brokenDeclarations"];
}

async function walkPaths(repository: GitRepository, source: HistorySource, walk: Walk): Promise<WalkedPaths> {
  const { paths, signal, onlyPaths = false, older } = source;
  const first = new MetricPathMatcher(paths);
  const firstPointers = new PointerFiles(paths, first);
  // where only some paths are wanted, dvc.yaml tells in which folders the stages of a dvc.lock ran
  const wantsFirst = (path: string): boolean =>
    first.match(path) !== null || isDvcYaml(path) || firstPointers.has(path);
  let mayDeclare = false;
  const wantsAndSees = (path: string): boolean => {
    mayDeclare ||= isDvcTrace(path);
    return wantsFirst(path);
  };
  // what reads the contents of files is loaded while git is at work
  const [, { declaredPaths, foldersOnly, readDvcNotes }] = await Promise.all([
    walk.read(wantsAndSees),
    import("./dvc-declarations.ts"),
  ]);
  if (older !== undefined && !onlyPaths && (mayDeclare || !walk.hasAny(first)))
    await walk.readOlder(older, (path) => isDvcYaml(path) || isDvcLock(path));
  const found = await declaredPaths(repository, walk.table, paths, signal);
  const declared = onlyPaths ? foldersOnly(paths, found) : found;
  const isSame = declared.paths === paths;
  const matcher = isSame ? first : new MetricPathMatcher(declared.paths);
  const pointerFiles = isSame ? firstPointers : new PointerFiles(declared.paths, matcher);
  if (!isSame) await walk.read((path) => (matcher.match(path) !== null || pointerFiles.has(path)) && !wantsFirst(path));
  const notes = await readDvcNotes(repository, walk.table, pointerFiles, declared.workFolders, signal);
  const { pointers, parameterFiles } = notes;
  const isKnown = onlyPaths || parameterFiles.every((path) => matcher.match(path) !== null);
  // these files were collected already, as what may point to others
  const all = isKnown ? { paths: declared.paths, dropped: 0 } : addDeclared(declared.paths, parameterFiles, "dvc.lock");
  const last = isKnown ? matcher : new MetricPathMatcher(all.paths);
  // a dvc.lock that is read for its own values, or in place of a file of parameters, tells what is wrong itself
  const untold = [...declared.brokenLocks].filter(
    ([version]) => last.match(walk.table.pathOf(version)) === null && (pointers?.outsOf(version).length ?? 0) === 0,
  );
  const broken = new Map([...declared.broken, ...untold]);
  return { paths: all.paths, matcher: last, pointers, dropped: declared.dropped + all.dropped, broken };
}

/** Collects changes of commits and files of bases, for one set of wanted paths after the other. */
class Walk {
  readonly chain: VersionChain;
  readonly cutOff = new Set<number>();
  readonly #repository: GitRepository;
  readonly #source: HistorySource;
  readonly table: VersionTable;
  readonly #baseVersions = new Map<number, number[]>();

  constructor(repository: GitRepository, source: HistorySource, table: VersionTable) {
    this.#repository = repository;
    this.#source = source;
    this.table = table;
    this.chain = new VersionChain(table, source.graph.size);
  }

  async read(wants: (path: string) => boolean): Promise<void> {
    await Promise.all([
      this.#readChanges(wants),
      ...this.#bases().map(([commit, sha]) => this.#readBase(commit, sha, wants)),
    ]);
  }

  /** Names the versions of files that older commits had, which are none of these commits' own. */
  async readOlder(older: OlderCommits, wants: (path: string) => boolean): Promise<void> {
    for await (const { path, kind, oid } of older.changes(wants)) {
      if (kind === "file") this.table.version(this.table.pathId(path), oid, kind);
    }
  }

  /** @returns whether a path that the rules name was seen */
  hasAny(rules: MetricPathMatcher): boolean {
    return this.table.paths.some((path) => rules.match(path) !== null);
  }

  /** By commit: what is known of its first parent, where that is outside of the graph. */
  baseFiles(): Map<number, BaseFiles> {
    const table = this.table;
    return new Map(
      this.#bases().map(([commit, , base]) => {
        const readable = new Map<number, BaseVersion>();
        for (const [path, { version, position, returned = false }] of base.readable ?? []) {
          const pathId = table.pathId(path);
          readable.set(pathId, { version: table.version(pathId, version.oid, "file"), position, returned });
        }
        return [commit, { position: base.position, versions: this.#baseVersions.get(commit) ?? [], readable }];
      }),
    );
  }

  #bases(): [number, Sha, HistoryBase][] {
    return [...this.#source.graph.outside].flatMap(([commit, sha]) => {
      const base = this.#source.bases?.get(sha);
      return base === undefined ? [] : [[commit, sha, base] as [number, Sha, HistoryBase]];
    });
  }

  async #readChanges(wants: (path: string) => boolean): Promise<void> {
    const { graph, onProgress, signal } = this.#source;
    let done = 0;
    const newest = graph.size - 1;
    // newest first: packs keep older trees as what they differ in from newer ones, and git has the newer one at hand then
    await readChanges(this.#repository, graph.shasDown(), {
      wants,
      processes: 2,
      ...(signal ? { signal } : {}),
      onCommit: (index, changes, flags) => {
        const commit = newest - index;
        for (const { path, kind, oid } of changes) {
          this.chain.add(commit, this.table.version(this.table.pathId(path), oid, kind));
        }
        if (flags.tooManyChanges) this.cutOff.add(commit);
        done += 1;
        if (done % PROGRESS_STEP === 0 || done === graph.size)
          onProgress?.({ phase: "changes", done, total: graph.size });
      },
    });
  }

  async #readBase(commit: number, sha: Sha, wants: (path: string) => boolean): Promise<void> {
    const { signal } = this.#source;
    const { files } = await listTree(this.#repository, sha, { wants, ...(signal ? { signal } : {}) });
    const versions = files.map(({ path, oid, kind }) => this.table.version(this.table.pathId(path), oid, kind));
    this.#baseVersions.set(commit, [...(this.#baseVersions.get(commit) ?? []), ...versions]);
  }
}

function ordinalsOf({ graph, bases }: HistorySource): Int32Array {
  const ordinals = new Int32Array(graph.size);
  for (let commit = 0; commit < graph.size; commit++) {
    const parent = graph.firstParent[commit] as number;
    const outside = graph.outside.get(commit);
    const below = parent === NONE ? outside && bases?.get(outside)?.ordinal : ordinals[parent];
    ordinals[commit] = below === undefined ? 0 : below + 1;
  }
  return ordinals;
}
