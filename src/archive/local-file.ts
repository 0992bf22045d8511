// Local files on their way to a store or from one, and what is said where the disk stands in the way.
import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { folderReason, TidemarkError } from "../errors.ts";
import type { DownloadedObject, LocalFile } from "./object-store.ts";

/** Read and written at a time, in bytes. */
const PIECE_BYTES = 1024 * 1024;

/** @returns the error of a local file that is to become an object and is not what it was */
export function changedFile(path: string): TidemarkError {
  const parts = { found: "another content than before", wanted: "a file that nobody changes" };
  return new TidemarkError("file-unreadable", { attempt: "archive the file", value: path, ...parts });
}

/** Opens a local file that is to become an object. @throws TidemarkError `file-unreadable` */
export async function openLocal(file: LocalFile): Promise<FileHandle> {
  const handle = await open(file.path, constants.O_RDONLY).catch((error: NodeJS.ErrnoException) => {
    const parts = { found: folderReason(error), wanted: "a file that can be read" };
    throw new TidemarkError("file-unreadable", { attempt: "archive the file", value: file.path, ...parts });
  });
  const { size } = await handle.stat();
  if (size === file.bytes) return handle;
  await handle.close();
  throw changedFile(file.path);
}

/** Reads a part of a local file. @throws TidemarkError `file-unreadable` where it ends before */
export async function readPart(handle: FileHandle, path: string, from: number, bytes: number): Promise<Buffer> {
  const part = Buffer.allocUnsafe(bytes);
  for (let filled = 0; filled < bytes; ) {
    const { bytesRead } = await handle.read(part, filled, bytes - filled, from + filled);
    if (bytesRead === 0) throw changedFile(path);
    filled += bytesRead;
  }
  return part;
}

/** Gives a file piece by piece, from its beginning. */
export async function* piecesOf(handle: FileHandle, signal: AbortSignal): AsyncGenerator<Buffer> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let position = 0; ; ) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(piece, 0, PIECE_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

/** Makes what is thrown of an error of the system. */
type Failure = (error: unknown) => unknown;

/** @returns the SHA-256 of a file, lower-case hex */
export async function sha256Of(handle: FileHandle, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of piecesOf(handle, signal)) hash.update(piece);
  return hash.digest("hex");
}

/** A new file that grows, and counts what it was given. */
export class GrowingFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #failure: Failure;
  readonly #hash: Hash = createHash("sha256");
  #bytes = 0;

  private constructor(path: string, handle: FileHandle, failure: Failure) {
    this.#path = path;
    this.#handle = handle;
    this.#failure = failure;
  }

  /**
   * Makes it, for nobody else's eyes.
   * @param failure makes what is thrown of what the system says
   * @throws TidemarkError `file-unwritable`, also where it is there already
   */
  static async make(path: string, failure: Failure = (error) => unwritable(path, error)): Promise<GrowingFile> {
    try {
      return new GrowingFile(path, await open(path, "wx", 0o600), failure);
    } catch (error) {
      throw failure(error);
    }
  }

  /** its length in bytes */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a piece at its end. @throws TidemarkError `file-unwritable` */
  async add(piece: Uint8Array): Promise<void> {
    try {
      await this.#handle.writeFile(piece);
    } catch (error) {
      throw this.#failure(error);
    }
    this.#hash.update(piece);
    this.#bytes += piece.length;
  }

  /** Ends it. @param toDisk whether it has to outlive a power failure. @returns what it holds */
  async close(toDisk: boolean): Promise<DownloadedObject> {
    try {
      if (toDisk) await this.#handle.sync();
    } catch (error) {
      throw this.#failure(error);
    }
    await this.#handle.close();
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  /** Ends it, and leaves nothing of it. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#path, { force: true });
  }
}

function unwritable(path: string, error: unknown): TidemarkError {
  const parts = { found: folderReason(error as NodeJS.ErrnoException), wanted: "a new file and room for it" };
  return new TidemarkError("file-unwritable", { attempt: "write the file", value: path, ...parts });
}
