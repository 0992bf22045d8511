// Copies of a store's objects on this machine's disk: downloaded once, checked, and given up by age when they take too much.
import { rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { folderReason, isTidemarkError, TidemarkError } from "../errors.ts";
import { CacheFolder, sha256OfFile } from "./cache-folder.ts";
import type { ObjectStore } from "./object-store.ts";
import type { ManifestObject } from "./query-engine.ts";
import { SharedFlights } from "./shared-flights.ts";
import { Turns } from "./turns.ts";

/** What all copies may take, in bytes, unless told otherwise. */
const MAX_BYTES = 10 * 1024 ** 3;
/** Downloads at a time: more do not fill a line any better. */
const DOWNLOADS = 4;

/** Objects that lie here until `release()`. */
export interface HeldObjects {
  /** the file of each object, in the order in which they were asked for */
  readonly paths: readonly string[];
  release(): void;
}

/** Where engines that read files find objects. */
export interface LocalObjects {
  /** folders that hold all files that it ever gives */
  readonly folders: readonly string[];
  /** @throws TidemarkError `archive-object-missing`, `archive-object-damaged`, `archive-store-unreachable`, `file-unwritable` */
  hold(objects: readonly ManifestObject[], signal: AbortSignal): Promise<HeldObjects>;
  /**
   * Looks at objects again that could not be read.
   * @returns whether another try may go better
   * @throws TidemarkError `archive-object-missing` or `archive-object-damaged`, when it is the object itself
   */
  recheck(objects: readonly ManifestObject[], signal: AbortSignal): Promise<boolean>;
}

/** The error of an object whose bytes are not those that the manifest names. */
export function damaged(key: string, found: string, cause?: unknown): TidemarkError {
  const parts = { attempt: "read the object", value: key, found, wanted: "the bytes that the manifest names" };
  return new TidemarkError("archive-object-damaged", parts, { cause });
}

interface Entry {
  readonly bytes: number;
  /** questions that read it now */
  readers: number;
}

/**
 * Copies of objects in a folder, `<sha256>.parquet` each. Objects never change, so nothing here is ever out of date. Several
 * processes may share the folder: a copy that another one gave up is fetched again.
 */
export class ObjectCache implements LocalObjects {
  readonly folders: readonly string[];
  readonly #store: ObjectStore;
  readonly #folder: CacheFolder;
  readonly #maxBytes: number;
  readonly #flights = new SharedFlights();
  readonly #downloads = new Turns("copies of objects", DOWNLOADS);
  /** by SHA-256, the one used last at the end; only what this process has checked */
  readonly #entries = new Map<string, Entry>();
  /** those among them that another process left and that nobody looked at yet */
  readonly #unchecked = new Set<string>();
  #bytes = 0;
  #found: Promise<void> | null = null;

  constructor(store: ObjectStore, folder: string, maxBytes: number = MAX_BYTES) {
    this.#store = store;
    this.#folder = new CacheFolder(folder);
    this.#maxBytes = maxBytes;
    this.folders = [folder];
  }

  async hold(objects: readonly ManifestObject[], signal: AbortSignal): Promise<HeldObjects> {
    this.#found ??= this.#find();
    await this.#found;
    const held: Entry[] = [];
    let isOver = false;
    const release = (): void => {
      if (isOver) return;
      isOver = true;
      for (const entry of held) entry.readers -= 1;
      void this.#makeRoom(0);
    };
    // what is here is held before room is made for what is not
    const hereFirst = objects.toSorted((a, b) => Number(this.#isHere(b)) - Number(this.#isHere(a)));
    try {
      await Promise.all(
        hereFirst.map(async (object) => {
          const entry = await this.#holdOne(object, signal);
          // one that came after another had failed is let go at once
          if (isOver) entry.readers -= 1;
          else held.push(entry);
        }),
      );
    } catch (error) {
      release();
      throw error;
    }
    return { paths: objects.map(({ sha256 }) => this.#folder.pathOf(sha256)), release };
  }

  async recheck(objects: readonly ManifestObject[], signal: AbortSignal): Promise<boolean> {
    let changed = false;
    for (const object of objects) {
      signal.throwIfAborted();
      if ((await sha256OfFile(this.#folder.pathOf(object.sha256))) === object.sha256) continue;
      changed = true;
      await this.#drop(object.sha256);
    }
    return changed;
  }

  /** What earlier processes left counts, and is checked when it is used. */
  async #find(): Promise<void> {
    try {
      for (const { sha256, bytes } of await this.#folder.open()) {
        this.#entries.set(sha256, { bytes, readers: 0 });
        this.#bytes += bytes;
        this.#unchecked.add(sha256);
      }
    } catch (error) {
      this.#found = null;
      throw this.#unwritable(error);
    }
  }

  #isHere({ sha256 }: ManifestObject): boolean {
    return this.#entries.has(sha256) && !this.#unchecked.has(sha256);
  }

  async #holdOne(object: ManifestObject, signal: AbortSignal): Promise<Entry> {
    const { sha256 } = object;
    if (this.#isHere(object)) return this.#use(sha256);
    const work = (until: AbortSignal): Promise<void> => this.#bring(object, until);
    return this.#flights.join(sha256, signal, work, () => this.#use(sha256));
  }

  #use(sha256: string): Entry {
    const entry = this.#entries.get(sha256) as Entry;
    entry.readers += 1;
    this.#entries.delete(sha256);
    this.#entries.set(sha256, entry);
    return entry;
  }

  /** Makes the object's file be there and right. */
  async #bring(object: ManifestObject, signal: AbortSignal): Promise<void> {
    const { sha256 } = object;
    if (this.#unchecked.has(sha256)) {
      const path = this.#folder.pathOf(sha256);
      if ((await sha256OfFile(path)) === sha256) {
        this.#unchecked.delete(sha256);
        // the next process tells by it what was used last
        return utimes(path, new Date(), new Date()).catch(() => undefined);
      }
      await this.#drop(sha256);
    }
    await this.#downloads.run(signal, async () => {
      const first = await this.#download(object, signal);
      if (first !== null && (await this.#download(object, signal)) !== null) throw damaged(object.key, first);
    });
  }

  /** @returns null when the object is here now, else what arrived in its place */
  async #download(object: ManifestObject, signal: AbortSignal): Promise<string | null> {
    await this.#makeRoom(object.bytes);
    const part = this.#folder.newPart();
    try {
      const { bytes, sha256 } = await this.#store.download(object.key, part, signal);
      if (bytes !== object.bytes) return `${bytes} bytes in place of ${object.bytes}`;
      if (sha256 !== object.sha256) return `the checksum ${sha256.slice(0, 16)}…`;
      await rename(part, this.#folder.pathOf(sha256));
      if (!this.#entries.has(sha256)) {
        this.#entries.set(sha256, { bytes, readers: 0 });
        this.#bytes += bytes;
      }
      return null;
    } catch (error) {
      signal.throwIfAborted();
      throw this.#unwritable(error);
    } finally {
      await rm(part, { force: true });
    }
  }

  /** Gives up what nobody reads, the longest unused first. What is read stays, even where it is too much. */
  async #makeRoom(bytes: number): Promise<void> {
    for (const [sha256, { readers }] of this.#entries) {
      if (this.#bytes + bytes <= this.#maxBytes) return;
      if (readers === 0 && !this.#flights.has(sha256)) await this.#drop(sha256);
    }
  }

  async #drop(sha256: string): Promise<void> {
    const entry = this.#entries.get(sha256);
    if (entry === undefined) return;
    this.#entries.delete(sha256);
    this.#unchecked.delete(sha256);
    this.#bytes -= entry.bytes;
    await rm(this.#folder.pathOf(sha256), { force: true });
  }

  #unwritable(error: unknown): unknown {
    if (isTidemarkError(error) || !(error instanceof Error) || !("code" in error)) return error;
    const found = folderReason(error as NodeJS.ErrnoException);
    const parts = { attempt: "keep objects of the archive in", value: this.#folder.path, found };
    return new TidemarkError("file-unwritable", { ...parts, wanted: "a folder with free space" }, { cause: error });
  }
}

/**
 * Objects of a folder store, read where they lie. Each is read whole once before a process first uses it, and again where its
 * file is another one since: a wrong byte would be a wrong number that nobody notices.
 */
export class ObjectsInPlace implements LocalObjects {
  readonly folders: readonly string[];
  readonly #pathOf: (key: string) => string;
  readonly #flights = new SharedFlights();
  /** by key: which file was found to be right */
  readonly #right = new Map<string, string>();

  /** @param folder of the store, which keeps each object under its key */
  constructor(folder: string) {
    this.folders = [folder];
    this.#pathOf = (key) => join(folder, key);
  }

  async hold(objects: readonly ManifestObject[], signal: AbortSignal): Promise<HeldObjects> {
    for (const object of objects) {
      signal.throwIfAborted();
      const file = await this.#look(object);
      if (this.#right.get(object.key) === file) continue;
      const check = (): Promise<void> => this.#check(object, file);
      await this.#flights.join(`${object.key} ${file}`, signal, check, () => undefined);
    }
    return { paths: objects.map(({ key }) => this.#pathOf(key)), release: () => undefined };
  }

  async recheck(objects: readonly ManifestObject[], signal: AbortSignal): Promise<boolean> {
    for (const object of objects) {
      signal.throwIfAborted();
      await this.#check(object, await this.#look(object));
    }
    return false;
  }

  async #check({ key, sha256 }: ManifestObject, file: string): Promise<void> {
    this.#right.delete(key);
    if ((await sha256OfFile(this.#pathOf(key))) !== sha256) throw damaged(key, "other bytes");
    this.#right.set(key, file);
  }

  /** @returns what tells the file from another one in its place */
  async #look({ key, bytes }: ManifestObject): Promise<string> {
    const found = await stat(this.#pathOf(key)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw damaged(key, "a file that cannot be read", error);
      const parts = {
        attempt: "read the object",
        value: key,
        found: "no such file",
        wanted: "what the manifest names",
      };
      throw new TidemarkError("archive-object-missing", parts, { cause: error });
    });
    if (found.size !== bytes) throw damaged(key, `${found.size} bytes in place of ${bytes}`);
    return `${found.ino} ${found.mtimeMs} ${found.ctimeMs}`;
  }
}
