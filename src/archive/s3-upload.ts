// Files on their way to S3: in one request or in parts, never in place of something that is there.
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { changedFile, openLocal, readPart } from "./local-file.ts";
import { differentObject } from "./object-key.ts";
import type { LocalFile } from "./object-store.ts";
import { MAX_ATTEMPTS, type S3Bucket, type S3Options } from "./s3-client.ts";
import { isConflict, isMissing, isTaken, isUploadGone } from "./s3-failure.ts";

/** Up to here a file is held in memory and sent by one request, in bytes. */
const PARTS_ABOVE = 64 * 1024 * 1024;
/** One part, the one that is held in memory, in bytes. */
const PART_BYTES = 16 * 1024 * 1024;
/** Parts of one object, by S3. */
const MAX_PARTS = 10_000;
/** Where the content's SHA-256 stands beside an object. */
const SHA256 = "sha256";
/** Before the next try of a write that met another one, in milliseconds; it doubles. */
const CONFLICT_MS = 100;
/** What is tried to give up an upload, in milliseconds: the caller may be gone. */
const GIVE_UP_MS = 10_000;
/** No other object may be there. */
const IF_NONE = { IfNoneMatch: "*" } as const;

/** One object on its way. */
export class S3Upload {
  readonly #bucket: S3Bucket;
  readonly #key: string;
  readonly #file: LocalFile;
  readonly #signal: AbortSignal;

  constructor(bucket: S3Bucket, key: string, file: LocalFile, signal: AbortSignal) {
    this.#bucket = bucket;
    this.#key = key;
    this.#file = file;
    this.#signal = signal;
  }

  /** Writes it by its size. @throws TidemarkError `archive-object-differs`, `file-unreadable`; what the SDK throws */
  async put(options: S3Options): Promise<"written" | "there"> {
    const { partsAbove = PARTS_ABOVE, partBytes = PART_BYTES, blindly = false } = options;
    await using handle = await openLocal(this.#file);
    if (this.#file.bytes <= partsAbove) {
      const content = await readPart(handle, this.#file.path, 0, this.#file.bytes);
      this.#check(createHash("sha256").update(content).digest("hex"));
      return await this.#unlessThere(() => this.#putWhole(content));
    }
    // many bytes for nothing where it is there
    if (!blindly && (await this.#isThere())) return "there";
    const size = Math.max(partBytes, Math.ceil(this.#file.bytes / MAX_PARTS));
    return await this.#unlessThere(() => this.#putParts(handle, size));
  }

  /** Runs one write, and again where it met another one that has not ended. */
  async #unlessThere(write: () => Promise<void>): Promise<"written" | "there"> {
    for (let tries = 1; ; tries += 1) {
      try {
        await write();
        return "written";
      } catch (error) {
        // it may be our own: the answer to an earlier try was lost
        if ((isTaken(error) || isUploadGone(error)) && (await this.#isThere())) return "there";
        const again = isConflict(error) || isTaken(error) || isUploadGone(error);
        if (!again || tries === MAX_ATTEMPTS) throw error;
        await pause(CONFLICT_MS * 2 ** tries, undefined, { signal: this.#signal });
      }
    }
  }

  /** @throws TidemarkError `archive-object-differs` where something else is */
  async #isThere(): Promise<boolean> {
    try {
      const of = this.#bucket.of(this.#key);
      const { ContentLength, Metadata } = await this.#bucket.send(new HeadObjectCommand(of), this.#signal);
      const [bytes, sha256] = [ContentLength ?? 0, Metadata?.[SHA256] ?? "none"];
      if (bytes === this.#file.bytes && sha256 === this.#file.sha256) return true;
      const found = bytes === this.#file.bytes ? "another content" : `${bytes} bytes`;
      throw differentObject(`${this.#bucket.place}/${this.#key}`, found);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** What a key does not name would lie there for good: nothing replaces it. */
  #check(sha256: string): void {
    if (sha256 !== this.#file.sha256) throw changedFile(this.#file.path);
  }

  async #putWhole(content: Buffer): Promise<void> {
    const object = { ...this.#bucket.of(this.#key), Metadata: { [SHA256]: this.#file.sha256 } };
    await this.#bucket.send(new PutObjectCommand({ ...object, ...IF_NONE, Body: content }), this.#signal);
  }

  async #putParts(handle: FileHandle, size: number): Promise<void> {
    const of = this.#bucket.of(this.#key);
    const begin = new CreateMultipartUploadCommand({ ...of, Metadata: { [SHA256]: this.#file.sha256 } });
    const { UploadId } = await this.#bucket.send(begin, this.#signal);
    const upload = { ...of, UploadId };
    try {
      const Parts: CompletedPart[] = [];
      const hash = createHash("sha256");
      for (let from = 0; from < this.#file.bytes; from += size) {
        const Body = await readPart(handle, this.#file.path, from, Math.min(size, this.#file.bytes - from));
        hash.update(Body);
        const PartNumber = Parts.length + 1;
        const part = new UploadPartCommand({ ...upload, PartNumber, Body });
        const { ETag } = await this.#bucket.send(part, this.#signal);
        Parts.push({ PartNumber, ETag });
      }
      this.#check(hash.digest("hex"));
      const end = new CompleteMultipartUploadCommand({ ...upload, ...IF_NONE, MultipartUpload: { Parts } });
      await this.#bucket.send(end, this.#signal);
    } catch (error) {
      // its parts are paid for and seen by nobody
      const soon = AbortSignal.timeout(GIVE_UP_MS);
      await this.#bucket.send(new AbortMultipartUploadCommand(upload), soon).catch(() => undefined);
      throw error;
    }
  }
}
