// Which commits there are and what their first parents are, in typed arrays: a million commits in 35 MB.
import { TidemarkError } from "../errors.ts";
import type { Sha } from "../domain/model.ts";

/** Commits of one repository that are held at a time: 16 times the largest history known (Linux has 1.4 million). */
const MAX_COMMITS = 20_000_000;

/** Commits in a fixed order, parents before children. An index is 0 … size - 1. */
export class CommitGraph {
  readonly size: number;
  /** the index of each commit's first parent; -1 for a root and where the parent is not in this graph */
  readonly firstParent: Int32Array;
  /** first parents that are not in this graph (excluded, or cut off), by index of the child */
  readonly outside: ReadonlyMap<number, Sha>;
  readonly #ids: Buffer;
  readonly #idBytes: number;
  /** open addressing: index + 1, or 0 for an empty place; a power of two long */
  readonly #table: Int32Array;

  private constructor(builder: CommitGraphBuilder) {
    this.size = builder.size;
    this.firstParent = builder.firstParent.slice(0, builder.size);
    this.outside = builder.outside;
    this.#idBytes = builder.idBytes;
    this.#ids = Buffer.from(builder.ids.subarray(0, builder.size * builder.idBytes));
    this.#table = builder.table;
  }

  /** Makes a graph of what a builder collected; the builder is not used afterwards. */
  static from(builder: CommitGraphBuilder): CommitGraph {
    return new CommitGraph(builder);
  }

  /** Makes a graph of commits and their first parents, parents first: for tests and for what a database keeps. */
  static of(commits: Iterable<{ readonly sha: Sha; readonly firstParent: Sha | null }>, idBytes = 20): CommitGraph {
    const builder = new CommitGraphBuilder(idBytes);
    for (const { sha, firstParent } of commits) builder.add(Buffer.from(sha, "hex"), parentBytes(firstParent));
    return new CommitGraph(builder);
  }

  /** @throws RangeError when there is no such index */
  shaAt(index: number): Sha {
    if (!(index >= 0 && index < this.size)) throw new RangeError(`no commit ${index} among ${this.size}`);
    return this.#ids.toString("hex", index * this.#idBytes, (index + 1) * this.#idBytes) as Sha;
  }

  /** @returns the commit's index, or -1 */
  indexOf(sha: Sha): number {
    const id = Buffer.from(sha, "hex");
    return id.length === this.#idBytes ? find(this.#table, this.#ids, id, this.#idBytes) : -1;
  }

  /** @returns bytes of memory that the graph holds */
  get byteLength(): number {
    return this.#ids.byteLength + this.#table.byteLength + this.firstParent.byteLength;
  }

  /** The ids in order, from one index to another. */
  *shas(from = 0, to = this.size): Generator<Sha> {
    for (let index = from; index < to; index += 1) yield this.shaAt(index);
  }

  /** The ids from an index down to 0: newest first. */
  *shasDown(from = this.size - 1): Generator<Sha> {
    for (let index = from; index >= 0; index -= 1) yield this.shaAt(index);
  }
}

/** Collects commits, parents first. */
export class CommitGraphBuilder {
  size = 0;
  readonly idBytes: number;
  ids: Buffer;
  firstParent: Int32Array;
  table: Int32Array;
  readonly outside = new Map<number, Sha>();

  /** @param idBytes bytes of an object id: 20 or 32 */
  constructor(idBytes: number) {
    this.idBytes = idBytes;
    this.ids = Buffer.alloc(1_024 * idBytes);
    this.firstParent = new Int32Array(1_024);
    this.table = new Int32Array(2_048);
  }

  /**
   * Adds a commit; one that is there already is left as it is.
   * @param id bytes, copied
   * @param parent bytes of the first parent's id, or null for a root
   * @throws TidemarkError `limit-exceeded`
   */
  add(id: Uint8Array, parent: Uint8Array | null): void {
    if (find(this.table, this.ids, id, this.idBytes) !== -1) return;
    if (this.size === this.firstParent.length) this.#grow();
    const index = this.size;
    this.ids.set(id, index * this.idBytes);
    const parentIndex = parent ? find(this.table, this.ids, parent, this.idBytes) : -1;
    this.firstParent[index] = parentIndex;
    if (parent && parentIndex === -1) this.outside.set(index, Buffer.from(parent).toString("hex") as Sha);
    place(this.table, this.ids, index, this.idBytes);
    this.size += 1;
  }

  #grow(): void {
    const capacity = this.size * 2;
    if (capacity > MAX_COMMITS) {
      const parts = { found: `more than ${this.size} commits`, wanted: `at most ${MAX_COMMITS}` };
      throw new TidemarkError("limit-exceeded", { attempt: "read the commits of", value: "the repository", ...parts });
    }
    const ids = Buffer.alloc(capacity * this.idBytes);
    ids.set(this.ids);
    this.ids = ids;
    const firstParent = new Int32Array(capacity);
    firstParent.set(this.firstParent);
    this.firstParent = firstParent;
    this.table = new Int32Array(capacity * 2);
    for (let index = 0; index < this.size; index += 1) place(this.table, ids, index, this.idBytes);
  }
}

function parentBytes(sha: Sha | null): Buffer | null {
  return sha === null ? null : Buffer.from(sha, "hex");
}

/** Object ids are hashes already: four of their bytes say where to look first. */
function startOf(ids: Uint8Array, at: number, mask: number): number {
  return (
    (((ids[at] as number) |
      ((ids[at + 1] as number) << 8) |
      ((ids[at + 2] as number) << 16) |
      ((ids[at + 3] as number) << 24)) &
      mask) >>>
    0
  );
}

function find(table: Int32Array, ids: Uint8Array, id: Uint8Array, idBytes: number): number {
  const mask = table.length - 1;
  for (let at = startOf(id, 0, mask); ; at = (at + 1) & mask) {
    const index = (table[at] as number) - 1;
    if (index === -1) return -1;
    if (same(ids, index * idBytes, id, idBytes)) return index;
  }
}

function place(table: Int32Array, ids: Uint8Array, index: number, idBytes: number): void {
  const mask = table.length - 1;
  let at = startOf(ids, index * idBytes, mask);
  while (table[at] !== 0) at = (at + 1) & mask;
  table[at] = index + 1;
}

function same(ids: Uint8Array, at: number, id: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i += 1) if (ids[at + i] !== id[i]) return false;
  return true;
}
