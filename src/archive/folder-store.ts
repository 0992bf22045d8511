// The archive in a folder: files under their keys, each there whole or not at all.
import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { link, open, readdir, rm, stat, unlink } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { FolderPlace } from "../archive-place.ts";
import { folderReason, isTidemarkError, TidemarkError } from "../errors.ts";
import { makeFolder } from "../store/make-folder.ts";
import { changedFile, GrowingFile, openLocal, piecesOf, sha256Of } from "./local-file.ts";
import { checkKey, differentObject, missingObject } from "./object-key.ts";
import type { DownloadedObject, LocalFile, ObjectStore, StoredObject } from "./object-store.ts";
import { probeStore } from "./store-probe.ts";

/** Folders are for the account that runs Tidemark alone. */
const FOLDER_MODE = 0o700;
/** A file under way that is older was left by a process that died, in milliseconds. */
const LEFT_MS = 48 * 3_600_000;
/** What may pass by itself: room, a server of files that is away, too many open files. */
const PASSES = new Set(["ENOSPC", "EDQUOT", "EIO", "ESTALE", "ETIMEDOUT", "EMFILE", "ENFILE", "EBUSY", "EAGAIN"]);

/** What a file system says that has no hard links: the file beside it could just be written. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** Objects as files. What is under way has a name that begins with a dot, and no key does. */
export class FolderStore implements ObjectStore {
  readonly kind = "folder";
  readonly place: string;

  constructor(place: FolderPlace) {
    this.place = place.folder;
  }

  uri(key: string): string {
    return pathToFileURL(this.#pathOf(key)).href;
  }

  async put(key: string, file: LocalFile, signal: AbortSignal): Promise<"written" | "there"> {
    const path = this.#pathOf(key);
    signal.throwIfAborted();
    return this.#telling("write the archive's object", path, async () => {
      await this.#makeFolders(dirname(path));
      if ((await statOf(path)) !== null) return this.#there(path, file, signal);
      const underWay = await this.#copyBeside(path, file, signal);
      try {
        await link(underWay, path);
      } catch (error) {
        if (codeOf(error) === "EEXIST") return await this.#there(path, file, signal);
        throw NO_LINKS.has(codeOf(error)) ? withoutLinks(this.place) : error;
      } finally {
        await unlink(underWay);
      }
      await syncFolder(dirname(path));
      return "written";
    });
  }

  async download(key: string, to: string, signal: AbortSignal): Promise<DownloadedObject> {
    const path = this.#pathOf(key);
    signal.throwIfAborted();
    return this.#telling("read the archive's object", path, async () => {
      const source = await open(path, constants.O_RDONLY).catch(ifThere);
      if (source === null) throw missingObject(path);
      await using _ = source;
      const file = await GrowingFile.make(to);
      try {
        for await (const piece of piecesOf(source, signal)) await file.add(piece);
        return await file.close(false);
      } catch (error) {
        await file.discard();
        throw error;
      }
    });
  }

  async head(key: string, signal: AbortSignal): Promise<StoredObject | null> {
    const path = this.#pathOf(key);
    signal.throwIfAborted();
    return this.#telling("look for the archive's object", path, async () => {
      const found = await statOf(path);
      return found?.isFile() ? { key, bytes: found.size, writtenAt: found.mtime } : null;
    });
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<StoredObject> {
    if (prefix !== "") checkKey(prefix.replace(/\/$/, ""));
    const folder = join(this.place, prefix.slice(0, prefix.lastIndexOf("/") + 1));
    for await (const path of this.#files(folder, signal)) {
      const key = relative(this.place, path).split(sep).join("/");
      if (!key.startsWith(prefix) || basename(path).startsWith(".")) continue;
      const found = await this.head(key, signal);
      // one that was removed meanwhile
      if (found !== null) yield found;
    }
  }

  async remove(keys: readonly string[], signal: AbortSignal): Promise<void> {
    for (const key of keys) {
      const path = this.#pathOf(key);
      signal.throwIfAborted();
      await this.#telling("remove the archive's object", path, async () => {
        await unlink(path).catch(ifThere);
      });
    }
  }

  async now(signal: AbortSignal): Promise<Date> {
    signal.throwIfAborted();
    // a server of files has a clock of its own
    const path = join(this.place, `.${randomBytes(8).toString("hex")}.now`);
    return this.#telling("read the clock of the archive", this.place, async () => {
      await this.#makeFolders(this.place);
      await (await GrowingFile.make(path, asItIs)).close(false);
      try {
        return (await stat(path)).mtime;
      } finally {
        await rm(path, { force: true });
      }
    });
  }

  async probe(signal: AbortSignal): Promise<void> {
    const put = (key: string, file: LocalFile) => this.put(key, file, signal);
    await probeStore(this, { puts: { "as a file": put }, readPart: null }, signal);
    const now = await this.now(signal);
    for await (const path of this.#files(this.place, signal)) {
      if (!/^\..*\.(?:tmp|now)$/.test(basename(path))) continue;
      const found = await statOf(path);
      if (found !== null && now.getTime() - found.mtimeMs > LEFT_MS) await rm(path, { force: true });
    }
  }

  #pathOf(key: string): string {
    checkKey(key);
    return join(this.place, ...key.split("/"));
  }

  async #makeFolders(path: string): Promise<void> {
    const first = await makeFolder(path, FOLDER_MODE);
    if (first === undefined) return;
    // a folder that a power failure takes away takes its files along
    for (let made = path; ; made = dirname(made)) {
      await syncFolder(dirname(made));
      if (made === first) return;
    }
  }

  /** @returns the path of a whole copy, on disk */
  async #copyBeside(path: string, file: LocalFile, signal: AbortSignal): Promise<string> {
    await using source = await openLocal(file);
    const underWay = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString("hex")}.tmp`);
    const copy = await GrowingFile.make(underWay, asItIs);
    try {
      for await (const piece of piecesOf(source, signal)) await copy.add(piece);
      const { bytes, sha256 } = await copy.close(true);
      if (bytes !== file.bytes || sha256 !== file.sha256) throw changedFile(file.path);
      return underWay;
    } catch (error) {
      await copy.discard();
      throw error;
    }
  }

  /** @throws TidemarkError `archive-object-differs` */
  async #there(path: string, file: LocalFile, signal: AbortSignal): Promise<"there"> {
    await using handle = await open(path, constants.O_RDONLY);
    const { size } = await handle.stat();
    if (size !== file.bytes) throw differentObject(path, `${size} bytes`);
    if ((await sha256Of(handle, signal)) !== file.sha256) throw differentObject(path, "another content");
    return "there";
  }

  /** Gives all files below a folder in the order of their keys. */
  async *#files(folder: string, signal: AbortSignal): AsyncGenerator<string> {
    signal.throwIfAborted();
    const entries = await this.#telling("list the archive's folder", folder, () =>
      readdir(folder, { withFileTypes: true }).catch(ifThere),
    );
    const named = (entries ?? []).map((entry) => ({ entry, name: entry.name + (entry.isDirectory() ? "/" : "") }));
    for (const { entry } of named.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) yield* this.#files(path, signal);
      else if (entry.isFile()) yield path;
    }
  }

  /** Runs `work` and says in words what the system says against it. */
  async #telling<T>(attempt: string, path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const code = codeOf(error);
      if (isTidemarkError(error) || !/^E[A-Z0-9]+$/.test(code)) throw error;
      const kind = PASSES.has(code) ? "archive-store-unreachable" : "archive-store-unfit";
      const parts = { found: folderReason(error as NodeJS.ErrnoException), wanted: "a folder as docs/archive.md says" };
      throw new TidemarkError(kind, { attempt, value: path, ...parts });
    }
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | null)?.code ?? "";
}

function ifThere(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
  throw error;
}

function statOf(path: string): Promise<Stats | null> {
  return stat(path).catch(ifThere);
}

/** The system's own words are put into ours where they arrive. */
function asItIs(error: unknown): unknown {
  return error;
}

function withoutLinks(place: string): TidemarkError {
  const parts = {
    found: "a file system without hard links",
    wanted: "one with them, so that no object is ever replaced",
  };
  return new TidemarkError("archive-store-unfit", { attempt: "keep the archive in", value: place, ...parts });
}

/** What was made in a folder is there after a power failure. Some file systems know no such thing. */
async function syncFolder(path: string): Promise<void> {
  await using handle = await open(path, constants.O_RDONLY);
  await handle.sync().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EINVAL" && error.code !== "ENOTSUP") throw error;
  });
}
