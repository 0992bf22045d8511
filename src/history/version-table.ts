// Every (path, blob) of a history once, as a number: 80,000 commits name the same few thousand versions again and again.
import type { Sha } from "../domain/model.ts";
import { GrowingInt32 } from "./growing-array.ts";

/**
 * What a path is at a commit. `pointer`: DVC keeps the file outside Git, and the id is that of the `dvc.lock` or `.dvc`
 * file that says so. `deleted`: nothing is there any more.
 */
export type VersionKind = "file" | "symlink" | "submodule" | "pointer" | "deleted";

const KINDS: readonly VersionKind[] = ["file", "symlink", "submodule", "pointer", "deleted"];
const FILE = KINDS.indexOf("file");
const DELETED = KINDS.indexOf("deleted");
/** Spreads path numbers over the hash: 2^32 divided by the golden ratio. */
const SPREAD = 0x9e3779b1;
const FIRST_SLOTS = 4_096;

/** Numbers paths and versions from 0, in the order in which they are first named. */
export class VersionTable {
  readonly paths: string[] = [];
  readonly #pathIds = new Map<string, number>();
  readonly #pathOf = new GrowingInt32();
  readonly #kindOf = new GrowingInt32();
  readonly #oidBytes: number;
  #oids: Buffer;
  #slots = new Int32Array(FIRST_SLOTS).fill(-1);

  /** @param oidBytes 20 for SHA-1, 32 for SHA-256 */
  constructor(oidBytes: 20 | 32) {
    this.#oidBytes = oidBytes;
    this.#oids = Buffer.alloc(FIRST_SLOTS * oidBytes);
  }

  /** How many versions there are. */
  get size(): number {
    return this.#pathOf.length;
  }

  /** @returns the number of a path, a new one when it was never named */
  pathId(path: string): number {
    const known = this.#pathIds.get(path);
    if (known !== undefined) return known;
    this.#pathIds.set(path, this.paths.length);
    return this.paths.push(path) - 1;
  }

  /**
   * @param oid ignored for `deleted`
   * @returns the number of the version. Path and blob alone name it: where a path was a file and a symbolic link with the
   *   same bytes, it is a file.
   */
  version(pathId: number, oid: Sha | null, kind: VersionKind): number {
    if (this.size * 2 >= this.#slots.length) this.#rehash();
    const id = this.size;
    const at = id * this.#oidBytes;
    if (at === this.#oids.length)
      this.#oids = Buffer.concat([this.#oids], Math.ceil((at * 1.5) / this.#oidBytes) * this.#oidBytes);
    if (kind === "deleted" || oid === null) this.#oids.fill(0, at, at + this.#oidBytes);
    else this.#oids.write(oid, at, "hex");
    const slot = this.#slotOf(id, pathId);
    const known = this.#slots[slot] as number;
    if (known >= 0) {
      if (kind === "file") this.#kindOf.set(known, FILE);
      return known;
    }
    this.#slots[slot] = id;
    this.#pathOf.push(pathId);
    this.#kindOf.push(KINDS.indexOf(kind));
    return id;
  }

  /** @returns the number of the path of a version */
  pathIdOf(version: number): number {
    return this.#pathOf.at(version);
  }

  pathOf(version: number): string {
    return this.paths[this.#pathOf.at(version)] as string;
  }

  /** @returns the blob's id; zeros for `deleted` */
  oidOf(version: number): Sha {
    const at = version * this.#oidBytes;
    return this.#oids.toString("hex", at, at + this.#oidBytes) as Sha;
  }

  kindOf(version: number): VersionKind {
    return KINDS[this.#kindOf.at(version)] as VersionKind;
  }

  isDeleted(version: number): boolean {
    return this.#kindOf.at(version) === DELETED;
  }

  /** The slot of the version whose id stands at place `id` of the ids, or the free slot where it belongs. */
  #slotOf(id: number, pathId: number): number {
    const at = id * this.#oidBytes;
    const mask = this.#slots.length - 1;
    const hash = this.#oids.readUInt32LE(at + this.#oidBytes - 4) ^ Math.imul(pathId + 1, SPREAD);
    let slot = (hash >>> 0) & mask;
    for (;;) {
      const other = this.#slots[slot] as number;
      if (other < 0 || other === id) return slot;
      const otherAt = other * this.#oidBytes;
      const same =
        this.#pathOf.at(other) === pathId &&
        this.#oids.compare(this.#oids, at, at + this.#oidBytes, otherAt, otherAt + this.#oidBytes) === 0;
      if (same) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    for (let id = 0; id < this.size; id++) this.#slots[this.#slotOf(id, this.#pathOf.at(id))] = id;
  }
}
