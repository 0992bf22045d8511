// The file versions that batches use: found for many commits ahead, read once each in one stream, given out in turn.
import { SAMPLED_VERSIONS } from "../domain/row-identity.ts";
import { FileVersionReader, type ReadVersion, type WantedGroup, type WantedVersion } from "./file-versions.ts";
import { MAX_COMMIT_FILES } from "./file-sets.ts";
import { type BaselineRef, type FileVersion, isUnreadAt, type RemovedRef } from "./history-batch.ts";
import type { History } from "./open-history.ts";
import { parsePool } from "./parse-pool.ts";
import { type ChainFind, NONE } from "./version-chain.ts";

/** Versions and commits that are looked ahead: one pair of git processes, and one request to a server, for each. */
const WINDOW_VERSIONS = 5_000;
const WINDOW_COMMITS = 20_000;
/** Versions that are read beyond an unreadable one at first, when a baseline is sought; each time twice as many. */
const FIRST_STEPS = 4;
const MAX_STEPS = 4_096;

/** Commits that are looked through for one that reads a file: of a store of runs each may have another set of files. */
const MAX_UNREAD_COMMITS = 1_000;

/** What is known of a version: nothing, that it will be read, that it has values, that it has none. */
const UNKNOWN = 0;
const QUEUED = 1;
const READABLE = 2;
const UNREADABLE = 3;

/** What a commit is compared with: beside its files, and for each that it removed. */
export interface CommitBaselines {
  readonly files: readonly (BaselineRef | null)[];
  readonly removed: readonly RemovedRef[];
}

const NOTHING: readonly RemovedRef[] = [];

function baselineRef(version: BaselineRef["version"], { position, returned }: ChainFind): BaselineRef {
  return returned ? { version, position, returned } : { version, position };
}

/** Reads the versions of commits by falling position. */
export class BatchVersions {
  readonly #history: History;
  readonly #reader: FileVersionReader;
  readonly #signal: AbortSignal | undefined;
  readonly #state: Uint8Array;
  readonly #sampled = new Set<number>();
  #newestOf: Map<number, number[]> | null = null;
  /** versions that commits of the window need first, by commit */
  #needs = new Map<number, number[]>();
  #windowEnd: number;
  #stream: AsyncGenerator<ReadVersion> | null = null;
  #collectedRoot = -1;
  #taken: FileVersion[] = [];
  /** values of the versions read since `take()` */
  values = 0;

  /** @param newest the commit at which reading begins */
  constructor(history: History, newest: number, signal: AbortSignal | undefined) {
    this.#history = history;
    this.#signal = signal;
    const { repository, matcher, identities, older } = history;
    this.#reader = new FileVersionReader(repository, matcher, identities, parsePool, older);
    this.#state = new Uint8Array(history.table.size);
    this.#windowEnd = newest + 1;
  }

  /** Reads what a commit needs that was not read for one above it. Called for every commit in turn, downwards. */
  async readFor(commit: number): Promise<void> {
    if (commit < this.#windowEnd) await this.#openWindow(commit);
    const needs = this.#needs.get(commit);
    if (needs === undefined) return;
    this.#needs.delete(commit);
    await this.#pull(needs);
  }

  /** @returns for each commit its baselines; reads older versions where that is needed to know */
  async baselinesOf(commits: readonly number[]): Promise<CommitBaselines[]> {
    for (let steps = FIRST_STEPS; ; steps = Math.min(steps * 2, MAX_STEPS)) {
      const unknown = new Set<number>();
      const baselines = commits.map((commit) => ({
        files: this.#baselines(commit, unknown),
        removed: this.#removed(commit, unknown),
      }));
      if (unknown.size === 0) return baselines;
      const versions = [...unknown].flatMap((node) => this.#history.chain.versionsDown(node, steps));
      await this.#readNow(versions);
    }
  }

  /** @returns the versions read since the last call */
  take(): FileVersion[] {
    const taken = this.#taken;
    this.#taken = [];
    this.values = 0;
    return taken;
  }

  /** Ends what is running. */
  async close(): Promise<void> {
    await this.#stream?.return(undefined);
  }

  async #openWindow(newest: number): Promise<void> {
    await this.#stream?.return(undefined);
    const groups: WantedGroup[] = [];
    let count = 0;
    let commit = newest;
    for (; commit >= 0 && count < WINDOW_VERSIONS && newest - commit < WINDOW_COMMITS; commit--) {
      const before = groups.length;
      this.#collect(commit, groups);
      const versions = groups.slice(before).flatMap((group) => group.versions.map(({ id }) => id));
      if (versions.length > 0) this.#needs.set(commit, versions);
      count += versions.length;
    }
    this.#windowEnd = commit + 1;
    this.#stream = groups.length === 0 ? null : this.#reader.read(groups, this.#signal);
  }

  #collect(commit: number, groups: WantedGroup[]): void {
    const { sets, chain } = this.#history;
    const root = sets.rootOf(commit);
    if (root !== this.#collectedRoot) {
      for (const node of sets.filesOf(commit).nodes) this.#want(chain.versionOf(node), groups);
    }
    this.#collectedRoot = root;
    if (!chain.isChanged(commit)) return;
    const changed = sets.filesOf(commit).nodes.filter((node) => chain.commitOf(node) === commit);
    for (const node of [...changed, ...this.#removedNodes(commit)]) {
      const found = chain.baseline(commit, node, this.#history.parentPosition(commit), this.#isReadable);
      if (found?.unknown === true) this.#want(found.version, groups);
    }
  }

  #want(version: number, groups: WantedGroup[]): void {
    const { table } = this.#history;
    if (this.#state[version] !== UNKNOWN || table.isDeleted(version)) return;
    const pathId = table.pathIdOf(version);
    const isFile = table.kindOf(version) === "file";
    if (isFile && !this.#sampled.has(pathId) && this.#reader.needsSample(table.pathOf(version))) {
      this.#sampled.add(pathId);
      this.#newestOf ??= this.#history.chain.newestVersions(SAMPLED_VERSIONS);
      const sample = (this.#newestOf.get(pathId) ?? []).filter((each) => this.#state[each] === UNKNOWN);
      this.#queue(sample, groups, true);
    }
    if (this.#state[version] === UNKNOWN) this.#queue([version], groups, false);
  }

  #queue(versions: readonly number[], groups: WantedGroup[], isSample: boolean): void {
    for (const version of versions) this.#state[version] = QUEUED;
    if (versions.length > 0) groups.push({ versions: versions.map((version) => this.#wanted(version)), isSample });
  }

  #wanted(version: number): WantedVersion {
    const { table } = this.#history;
    const { path, oid, kind } = { path: table.pathOf(version), oid: table.oidOf(version), kind: table.kindOf(version) };
    return { id: version, path, oid, kind, commit: this.#history.chain.lowestOf(version) };
  }

  #note({ id, size, reading }: ReadVersion): void {
    const { table, chain, firstPosition } = this.#history;
    this.#state[id] = reading.document === null ? UNREADABLE : READABLE;
    const lowest = chain.lowestOf(id) + firstPosition;
    this.#taken.push({ path: table.pathOf(id), oid: table.oidOf(id), size, reading, lowest });
    this.values += reading.document?.values.length ?? 1;
  }

  #baselines(commit: number, unknown: Set<number>): (BaselineRef | null)[] {
    const { sets, chain, table } = this.#history;
    const { nodes, refs } = sets.filesOf(commit);
    const parent = this.#history.parentPosition(commit);
    return nodes.map((node, index) => {
      const found = this.#baseline(commit, node, parent);
      if (found === null || parent < 0) return null;
      if (found.unknown) unknown.add(found.node);
      const isSame = chain.versionOf(node) === found.version;
      const version = isSame ? refs[index] : { path: table.pathOf(found.version), oid: table.oidOf(found.version) };
      return baselineRef(version as BaselineRef["version"], found);
    });
  }

  /** What a file is compared with: where it was one of too many it was not read, and the next commit below counts. */
  #baseline(commit: number, node: number, parentPosition: number): ChainFind | null {
    const { sets, chain, table, graph, firstPosition } = this.#history;
    const pathId = table.pathIdOf(chain.versionOf(node));
    const path = table.pathOf(chain.versionOf(node));
    const isUnread = (at: number): boolean => isUnreadAt({ unreadFrom: sets.unreadFrom(at) }, path);
    let below = graph.firstParent[commit] ?? NONE;
    if (below === NONE || !isUnread(below)) return chain.baseline(commit, node, parentPosition, this.#isReadable);
    let steps = 0;
    for (; below !== NONE && isUnread(below) && steps < MAX_UNREAD_COMMITS; steps++)
      below = graph.firstParent[below] ?? NONE;
    // what lies below all of these commits, or further down, is taken as it is
    if (below === NONE || steps === MAX_UNREAD_COMMITS)
      return chain.baseline(commit, node, parentPosition, this.#isReadable);
    const there = sets.nodeOf(below, pathId);
    return there === NONE ? null : chain.baseline(commit, there, below + firstPosition, this.#isReadable);
  }

  /** @returns the nodes by which a commit removed metric files that its first parent is shown with, by rising path */
  #removedNodes(commit: number): readonly number[] {
    const { sets, chain, table, graph, maxFiles = MAX_COMMIT_FILES } = this.#history;
    if (!chain.isChanged(commit)) return [];
    const removed = chain.nodesOf(commit).filter((node) => table.isDeleted(chain.versionOf(node)));
    if (removed.length === 0) return [];
    const paths = new Set(sets.changedBy(commit));
    const parent = graph.firstParent[commit] ?? NONE;
    // what was too many there was not read, and is not missed here; what is too many here is not known to be gone
    const shown = parent === NONE ? paths : new Set(sets.filesOf(parent).refs.map(({ path }) => path));
    const unreadFrom = sets.filesOf(commit).firstDropped;
    const pathOf = (node: number): string => table.pathOf(chain.versionOf(node));
    return removed
      .filter((node) => paths.has(pathOf(node)) && shown.has(pathOf(node)))
      .filter((node) => !isUnreadAt({ unreadFrom }, pathOf(node)))
      .sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))
      .slice(0, maxFiles);
  }

  #removed(commit: number, unknown: Set<number>): readonly RemovedRef[] {
    const { chain, table } = this.#history;
    const nodes = this.#removedNodes(commit);
    if (nodes.length === 0) return NOTHING;
    const parent = this.#history.parentPosition(commit);
    return nodes.map((node) => {
      const path = table.pathOf(chain.versionOf(node));
      const found = parent < 0 ? null : chain.baseline(commit, node, parent, this.#isReadable);
      if (found === null) return { path, baseline: null };
      if (found.unknown) unknown.add(found.node);
      const version = { path: table.pathOf(found.version), oid: table.oidOf(found.version) };
      return { path, baseline: baselineRef(version, found) };
    });
  }

  /** Reads versions at once that no commit of the window asked for, or not yet. */
  async #readNow(versions: readonly number[]): Promise<void> {
    const groups: WantedGroup[] = [];
    for (const version of versions) this.#want(version, groups);
    for await (const read of this.#reader.read(groups, this.#signal)) this.#note(read);
    await this.#pull(versions);
  }

  /** Takes what comes from the stream of the window until all of these have come. */
  async #pull(versions: readonly number[]): Promise<void> {
    for (const version of versions) {
      while (this.#state[version] === QUEUED) {
        const next = await this.#stream?.next();
        if (next === undefined || next.done === true) throw new Error(`a file version was not read: ${version}`);
        this.#note(next.value);
      }
    }
  }

  readonly #isReadable = (version: number): boolean | undefined => {
    const state = this.#state[version];
    if (state === READABLE) return true;
    return state === UNREADABLE || this.#history.table.kindOf(version) !== "file" ? false : undefined;
  };
}
