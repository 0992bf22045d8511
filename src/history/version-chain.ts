// Which commit gave which path which version, and for each of these changes the one before it on first parents.
import { GrowingInt32 } from "./growing-array.ts";
import type { VersionTable } from "./version-table.ts";

/** Stands for "no node", "no commit" and "no position". */
export const NONE = -1;
/** Stands where a node was not placed yet. */
const UNPLACED = -2;

/** A version at some ancestor of a commit. */
export interface ChainFind {
  /** a version of the table */
  readonly version: number;
  /** the ancestor's position */
  readonly position: number;
  /** the change that brought it in */
  readonly node: number;
  /** whether the version has to be read before it is known to be the answer */
  readonly unknown: boolean;
  /** whether the file was away in between */
  readonly returned: boolean;
}

/**
 * A node is one change: a commit gave a path a version (a deletion is one too). Nodes are numbered from 0. Each is placed
 * once, above one that was placed before it, so whoever walks down comes to an end.
 * Memory: 4 bytes a commit, 20 a change, 4 a version.
 */
export class VersionChain {
  readonly #table: VersionTable;
  readonly #newestNode: Int32Array;
  readonly #version = new GrowingInt32();
  readonly #commit = new GrowingInt32();
  /** another node of the same commit */
  readonly #sibling = new GrowingInt32();
  /** the node before it on first parents; once walked, the nearest one that is not known to be unreadable */
  readonly #previous = new GrowingInt32();
  /** the highest position at which the node before it stands; UNPLACED until the node is placed */
  readonly #below = new GrowingInt32();
  /** nodes whose previous one stands below a deletion that was passed */
  readonly #overDeletion = new Set<number>();
  /** per version the lowest commit that has it, plus one; 0 for none yet */
  readonly #lowest = new GrowingInt32();

  constructor(table: VersionTable, commits: number) {
    this.#table = table;
    this.#newestNode = new Int32Array(commits).fill(NONE);
  }

  /** Adds a change of a commit. @returns its node, not placed yet */
  add(commit: number, version: number): number {
    const node = this.addOutside(commit, version);
    this.#commit.set(node, commit);
    this.#sibling.set(node, this.#newestNode[commit] as number);
    this.#newestNode[commit] = node;
    return node;
  }

  /** Gives a node that is not placed yet another version: of the same path. */
  replace(node: number, version: number): void {
    this.#version.set(node, version);
    this.#noteLowest(this.#commit.at(node), version);
  }

  /** Adds a node for what stood before any commit that is read. `commit`: the first that has it. @returns the node, not placed yet */
  addOutside(commit: number, version: number): number {
    this.#commit.push(NONE);
    this.#sibling.push(NONE);
    this.#previous.push(NONE);
    this.#below.push(UNPLACED);
    this.#noteLowest(commit, version);
    return this.#version.push(version);
  }

  /**
   * Says which node stands before a node, and at which position it was seen there.
   * @throws RangeError when the node was placed before, or the one below it was not: links could make a circle then
   */
  place(node: number, previous: number, below: number): void {
    if (this.#below.at(node) !== UNPLACED) throw new RangeError(`node ${node} has its place already`);
    if (previous !== NONE && this.#below.at(previous) === UNPLACED)
      throw new RangeError(`node ${previous} has no place yet, so node ${node} cannot stand above it`);
    this.#link(node, previous, below);
  }

  /** Says that the file was away between a node and the one below it, where no deletion stands between the two. */
  noteAway(node: number): void {
    this.#overDeletion.add(node);
  }

  /** @returns whether the commit changed anything */
  isChanged(commit: number): boolean {
    return this.#newestNode[commit] !== NONE;
  }

  /** @returns the nodes of a commit's own changes, in no order */
  nodesOf(commit: number): number[] {
    const nodes: number[] = [];
    for (let node = this.#newestNode[commit] as number; node !== NONE; node = this.#sibling.at(node)) nodes.push(node);
    return nodes;
  }

  /** @returns the version of a node; -1 for no node */
  versionOf(node: number): number {
    return node === NONE ? NONE : this.#version.at(node);
  }

  /** @returns the commit that the node is a change of; -1 for what stood before all of them */
  commitOf(node: number): number {
    return this.#commit.at(node);
  }

  /** @returns the lowest commit that has the version */
  lowestOf(version: number): number {
    return this.#lowest.at(version) - 1;
  }

  /**
   * Finds the nearest first-parent ancestor of a commit that has a readable version of one of its files. What is passed
   * on the way is passed in one step the next time, so that a long row of unreadable versions costs its length once.
   * @param node the file at the commit
   * @param parentPosition the position of the commit's first parent
   * @param isReadable of a version: whether it has values; undefined when it was not read yet
   * @returns null when there is none
   */
  baseline(
    commit: number,
    node: number,
    parentPosition: number,
    isReadable: (version: number) => boolean | undefined,
  ): ChainFind | null {
    const own = this.#commit.at(node) === commit;
    let position = own ? this.#below.at(node) : parentPosition;
    let current = own ? this.#previous.at(node) : node;
    const passed: number[] = own ? [node] : [];
    while (current !== NONE) {
      const version = this.#version.at(current);
      const readable = isReadable(version);
      if (readable !== false) {
        const returned = this.#linkAll(passed, current, position, own);
        return { version, position, node: current, unknown: readable === undefined, returned };
      }
      passed.push(current);
      position = this.#below.at(current);
      current = this.#previous.at(current);
    }
    for (const each of passed) this.#link(each, NONE, NONE);
    return null;
  }

  /** @returns the versions of a node and of those before it, newest first, deletions left out, at most `count` nodes */
  versionsDown(node: number, count: number): number[] {
    const versions: number[] = [];
    for (let current = node, left = count; current !== NONE && left > 0; current = this.#previous.at(current), left--) {
      const version = this.#version.at(current);
      if (!this.#table.isDeleted(version)) versions.push(version);
    }
    return versions;
  }

  /**
   * @param limit how many versions of a path at most
   * @returns by path number its newest versions that are files, newest first
   */
  newestVersions(limit: number): Map<number, number[]> {
    const newest = new Map<number, number[]>();
    const note = (version: number): void => {
      if (this.#table.kindOf(version) !== "file") return;
      const pathId = this.#table.pathIdOf(version);
      const versions = newest.get(pathId);
      if (versions === undefined) newest.set(pathId, [version]);
      else if (versions.length < limit && !versions.includes(version)) versions.push(version);
    };
    for (let commit = this.#newestNode.length - 1; commit >= 0; commit--) {
      for (const node of this.nodesOf(commit)) note(this.#version.at(node));
    }
    for (let node = 0; node < this.#version.length; node++) {
      if (this.#commit.at(node) === NONE) note(this.#version.at(node));
    }
    return newest;
  }

  /** Links nodes that were passed, highest first. @returns whether a deletion stands between the file and what was found */
  #linkAll(passed: readonly number[], found: number, position: number, own: boolean): boolean {
    let isOver = false;
    for (let index = passed.length - 1; index >= 0; index--) {
      const node = passed[index] as number;
      isOver ||= this.#overDeletion.has(node);
      if (isOver) this.#overDeletion.add(node);
      this.#link(node, found, position);
      // what the commit itself does with the file is not in between
      if (index > 0 || !own) isOver ||= this.#table.isDeleted(this.#version.at(node));
    }
    return isOver;
  }

  #link(node: number, previous: number, below: number): void {
    this.#previous.set(node, previous);
    this.#below.set(node, previous === NONE ? NONE : below);
  }

  #noteLowest(commit: number, version: number): void {
    if (version >= this.#lowest.length) this.#lowest.extend(version + 1 - this.#lowest.length);
    const known = this.#lowest.at(version);
    if (known === 0 || commit + 1 < known) this.#lowest.set(version, commit + 1);
  }
}
