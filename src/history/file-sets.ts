// The metric files of every commit, from one pass from the oldest commit up: its first parent's files and its changes.
import type { VersionRef } from "./history-batch.ts";
import { EMPTY_TREE, PathTree } from "./path-tree.ts";
import { NONE, type VersionChain } from "./version-chain.ts";
import type { VersionTable } from "./version-table.ts";

/**
 * Files of a commit that are read: more are a store of runs, not a table. The first by path are: so two commits with the
 * same files always read the same ones, whether a whole history is read, its newest commits or one of them alone. A choice
 * that looks at the commit below would leave fewer holes, and give each of these readings another answer.
 */
export const MAX_COMMIT_FILES = 200;
/** File sets kept ready: commits beside each other nearly always have the same one. */
const MAX_READY_SETS = 64;

/** The metric files of a commit. Commits with the same files mostly share it: never write to it. */
export interface FileSet {
  /** by rising path */
  readonly refs: readonly VersionRef[];
  /** beside `refs`: its node in the chain of versions */
  readonly nodes: readonly number[];
  /** how many files there are beyond the limit */
  readonly dropped: number;
  /** the first of these by path; null when there is none */
  readonly firstDropped: string | null;
}

/** A version below the commits that are read, and the commit that has it. */
export interface BaseVersion {
  readonly version: number;
  readonly position: number;
  /** whether the file was away in between */
  readonly returned?: boolean;
}

/** What is known of a commit outside of those that are read. Paths and versions are numbers of the table. */
export interface BaseFiles {
  readonly position: number;
  readonly versions: readonly number[];
  /** by path: the nearest version at or below that commit that is known to be readable, and the commit that has it */
  readonly readable: ReadonlyMap<number, BaseVersion>;
}

/**
 * What pointer files (`dvc.lock`, `*.dvc`) say is kept outside Git, and whose parameters they note. Paths and versions are
 * numbers of the table.
 */
export interface PointerOuts {
  /** @returns the paths that this version of a pointer file lists or notes; none for any other version */
  outsOf(version: number): readonly number[];
  /** @returns the pointer files that list the path in any of their versions */
  pointersTo(pathId: number): readonly number[];
  /** @returns whether this version of a pointer file holds the values that the path had */
  isNoted(version: number, pathId: number): boolean;
}

/** What file sets are made from. */
export interface FileSetSource {
  readonly table: VersionTable;
  /** the changes of all commits; linked here */
  readonly chain: VersionChain;
  /** per commit its first parent, or -1; parents come first */
  readonly firstParent: Int32Array;
  /** the position of commit 0 */
  readonly firstPosition: number;
  /** by commit: what is known of its first parent, where that is not among the commits */
  readonly bases: ReadonlyMap<number, BaseFiles>;
  readonly pointers: PointerOuts | null;
  /** whether a path is a metric file; others only serve to find what DVC keeps outside Git */
  readonly isMetric: (pathId: number) => boolean;
  /** files of a commit that are kept */
  readonly maxFiles?: number;
}

/** Memory: 4 bytes a commit, and for each that changed files 64 bytes for each level of the tree (16 paths: 1, 256: 2). */
export class FileSets {
  readonly #source: FileSetSource;
  readonly #tree: PathTree;
  /** per path number its place among all paths */
  readonly #rankOf: Int32Array;
  readonly #roots: Int32Array;
  readonly #ready = new Map<number, FileSet>();
  /** by root, of those that were asked for */
  readonly #unreadFrom = new Map<number, string | null>();
  /** versions of files that are not in Git: the id is that of the pointer file which holds their values */
  readonly #noted = new Set<number>();

  constructor(source: FileSetSource) {
    this.#source = source;
    const { paths } = source.table;
    const sorted = paths
      .map((_, pathId) => pathId)
      .sort((a, b) => ((paths[a] as string) < (paths[b] as string) ? -1 : 1));
    this.#rankOf = new Int32Array(paths.length);
    sorted.forEach((pathId, rank) => {
      this.#rankOf[pathId] = rank;
    });
    this.#tree = new PathTree(paths.length);
    this.#roots = new Int32Array(source.firstParent.length);
    for (let commit = 0; commit < this.#roots.length; commit++) this.#roots[commit] = this.#build(commit);
  }

  /** @returns the files of a commit */
  filesOf(commit: number): FileSet {
    const root = this.rootOf(commit);
    const known = this.#ready.get(root);
    if (known !== undefined) return known;
    const set = this.#readSet(root);
    const oldest = this.#ready.size < MAX_READY_SETS ? undefined : this.#ready.keys().next().value;
    if (oldest !== undefined) this.#ready.delete(oldest);
    this.#ready.set(root, set);
    return set;
  }

  /** @returns a number that commits with the same files mostly share, and others never do */
  rootOf(commit: number): number {
    return this.#roots[commit] as number;
  }

  /** @returns the first by path of the files that were too many to be read at a commit; null when all were */
  unreadFrom(commit: number): string | null {
    const root = this.rootOf(commit);
    let first = this.#unreadFrom.get(root);
    if (first === undefined) this.#unreadFrom.set(root, (first = this.filesOf(commit).firstDropped));
    return first;
  }

  /** @returns the node of a path at a commit; -1 where it was never there */
  nodeOf(commit: number, pathId: number): number {
    return this.#tree.get(this.rootOf(commit), this.#rank(pathId));
  }

  /** @returns the paths of metric files that the commit itself added, changed or removed, rising */
  changedBy(commit: number): string[] {
    const { table, chain, isMetric } = this.#source;
    if (!chain.isChanged(commit)) return [];
    const pathIds = new Set(chain.nodesOf(commit).map((node) => table.pathIdOf(chain.versionOf(node))));
    return [...pathIds]
      .filter(isMetric)
      .sort((a, b) => this.#rank(a) - this.#rank(b))
      .map((pathId) => table.paths[pathId] as string);
  }

  #readSet(root: number): FileSet {
    const { table, chain, isMetric, maxFiles = MAX_COMMIT_FILES } = this.#source;
    const nodes = this.#tree.values(root).filter((node) => {
      const version = chain.versionOf(node);
      return !table.isDeleted(version) && isMetric(table.pathIdOf(version));
    });
    const kept = nodes.slice(0, maxFiles);
    const refs = kept.map((node) => {
      const version = chain.versionOf(node);
      return { path: table.pathOf(version), oid: table.oidOf(version) };
    });
    const first = nodes[kept.length];
    const firstDropped = first === undefined ? null : table.pathOf(chain.versionOf(first));
    return { refs, nodes: kept, dropped: nodes.length - kept.length, firstDropped };
  }

  #build(commit: number): number {
    const { firstParent, firstPosition, bases, chain, pointers } = this.#source;
    const parent = firstParent[commit] as number;
    const base = bases.get(commit);
    if (base !== undefined) this.#tree.begin();
    let root = base !== undefined ? this.#baseRoot(base, commit) : parent === NONE ? EMPTY_TREE : this.rootOf(parent);
    const below = base !== undefined ? base.position : parent === NONE ? NONE : parent + firstPosition;
    if (!chain.isChanged(commit)) return root;
    this.#tree.begin();
    const outside = new Set<number>();
    const removed: number[] = [];
    for (const node of chain.nodesOf(commit)) {
      const version = chain.versionOf(node);
      const pathId = this.#source.table.pathIdOf(version);
      const before = this.#tree.get(root, this.#rank(pathId));
      if (pointers !== null) this.#collectOutside(outside, pathId, [version, chain.versionOf(before)]);
      if (this.#source.table.isDeleted(version) && outside.delete(pathId)) removed.push(node);
      else root = this.#enter(root, node, pathId, before, below);
    }
    // a file that left Git in the commit from which on its values are noted elsewhere was not away
    for (const node of removed) {
      const pathId = this.#source.table.pathIdOf(chain.versionOf(node));
      const version = this.#standIn(root, pathId);
      const isNoted = this.#noted.has(version);
      if (isNoted) chain.replace(node, version);
      root = this.#enter(root, node, pathId, this.#tree.get(root, this.#rank(pathId)), below);
      if (isNoted) outside.delete(pathId);
      else outside.add(pathId);
    }
    for (const pathId of outside) {
      const version = this.#pointed(root, pathId);
      if (version === NONE) continue;
      const before = this.#tree.get(root, this.#rank(pathId));
      root = this.#enter(root, chain.add(commit, version), pathId, before, below);
    }
    return root;
  }

  /** What stood before a commit is none of its own changes: nodes outside of all commits. */
  #baseRoot(base: BaseFiles, commit: number): number {
    const { table, chain } = this.#source;
    const nodes = new Map<number, number>();
    let root = EMPTY_TREE;
    const enter = (pathId: number, version: number): number => {
      const node = chain.addOutside(commit, version);
      nodes.set(pathId, node);
      root = this.#tree.set(root, this.#rank(pathId), node);
      return node;
    };
    const outside = new Set<number>();
    for (const version of base.versions) {
      enter(table.pathIdOf(version), version);
      this.#collectOutside(outside, NONE, [version]);
    }
    for (const pathId of outside) {
      const version = this.#pointed(root, pathId);
      if (version !== NONE) enter(pathId, version);
    }
    for (const [pathId, { version, position, returned }] of base.readable) {
      const known = nodes.get(pathId);
      if (known !== undefined && chain.versionOf(known) === version) continue;
      const older = chain.addOutside(commit, version);
      chain.place(older, NONE, NONE);
      const above = known ?? enter(pathId, table.version(pathId, null, "deleted"));
      chain.place(above, older, position);
      if (returned === true) chain.noteAway(above);
      nodes.delete(pathId);
    }
    for (const node of nodes.values()) chain.place(node, NONE, NONE);
    return root;
  }

  /** Which paths that DVC may keep outside Git can have another version now. */
  #collectOutside(outside: Set<number>, pathId: number, versions: readonly number[]): void {
    const { pointers } = this.#source;
    if (pointers === null) return;
    if (pathId !== NONE && pointers.pointersTo(pathId).length > 0) outside.add(pathId);
    for (const version of versions) if (version !== NONE) for (const out of pointers.outsOf(version)) outside.add(out);
  }

  /**
   * A path that is not in Git has the version of the pointer file that notes its values or lists it, or none any more.
   * @returns that version where it differs from what the tree says, else NONE
   */
  #pointed(root: number, pathId: number): number {
    const { table, chain } = this.#source;
    const before = chain.versionOf(this.#tree.get(root, this.#rank(pathId)));
    const kind = before === NONE ? "deleted" : table.kindOf(before);
    if (kind !== "deleted" && kind !== "pointer" && !this.#noted.has(before)) return NONE;
    const standIn = this.#standIn(root, pathId);
    if (standIn === NONE && kind === "deleted") return NONE;
    const version = standIn === NONE ? table.version(pathId, null, "deleted") : standIn;
    return version === before ? NONE : version;
  }

  /** The version that a path has when it is not in Git; NONE where no pointer file tells of it. */
  #standIn(root: number, pathId: number): number {
    const { table, pointers } = this.#source;
    const pointer = this.#pointerTo(root, pathId);
    if (pointer === NONE) return NONE;
    const isNote = pointers?.isNoted(pointer, pathId) === true;
    const version = table.version(pathId, table.oidOf(pointer), isNote ? "file" : "pointer");
    if (isNote) this.#noted.add(version);
    return version;
  }

  /** The version of the pointer file that a path comes from; one that notes values before one that only lists it. */
  #pointerTo(root: number, pathId: number): number {
    const { chain, pointers } = this.#source;
    let found = NONE;
    for (const pointer of pointers?.pointersTo(pathId) ?? []) {
      const version = chain.versionOf(this.#tree.get(root, this.#rank(pointer)));
      if (version === NONE) continue;
      if (pointers?.isNoted(version, pathId) === true) return version;
      if (found === NONE && pointers?.outsOf(version).includes(pathId) === true) found = version;
    }
    return found;
  }

  #enter(root: number, node: number, pathId: number, before: number, below: number): number {
    this.#source.chain.place(node, before, below);
    return this.#tree.set(root, this.#rank(pathId), node);
  }

  #rank(pathId: number): number {
    return this.#rankOf[pathId] as number;
  }
}
