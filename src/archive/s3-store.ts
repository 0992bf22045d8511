// The archive in a bucket of S3, or of what speaks like it (reference: storage.md, section 6).
import { createHash } from "node:crypto";
import {
  DeleteObjectsCommand,
  type DeleteObjectsCommandOutput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import type { S3Place } from "../archive-place.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import type { EgressAllowance } from "../outbound.ts";
import { checkKey, missingObject } from "./object-key.ts";
import type { DownloadedObject, LocalFile, ObjectStore, StoredObject } from "./object-store.ts";
import { S3Bucket, type S3Options } from "./s3-client.ts";
import { S3Download } from "./s3-download.ts";
import { failureOf, isMissing } from "./s3-failure.ts";
import { S3Upload } from "./s3-upload.ts";
import { probeStore } from "./store-probe.ts";

/** Keys of one removal, by S3. */
const REMOVED_AT_ONCE = 1_000;

/** Objects of one bucket, all below one prefix. */
export class S3Store implements ObjectStore {
  readonly kind = "s3";
  readonly place: string;
  readonly #bucket: S3Bucket;
  readonly #options: S3Options;

  /** @param options for tests */
  constructor(place: S3Place, allow: EgressAllowance, options: S3Options = {}) {
    this.#bucket = new S3Bucket(place, allow, options);
    this.#options = options;
    this.place = this.#bucket.place;
  }

  uri(key: string): string {
    checkKey(key);
    return `${this.place}/${key}`;
  }

  async put(key: string, file: LocalFile, signal: AbortSignal): Promise<"written" | "there"> {
    return this.#put(key, file, this.#options, signal);
  }

  async download(key: string, to: string, signal: AbortSignal): Promise<DownloadedObject> {
    return this.#telling("read the archive's object", this.uri(key), signal, async () => {
      try {
        return await new S3Download(this.#bucket, key, signal).to(to, this.#options);
      } catch (error) {
        throw isMissing(error) ? await this.#missing(key, signal) : error;
      }
    });
  }

  async head(key: string, signal: AbortSignal): Promise<StoredObject | null> {
    return this.#telling("look for the archive's object", this.uri(key), signal, async () => {
      try {
        const found = await this.#bucket.send(new HeadObjectCommand(this.#bucket.of(key)), signal);
        return { key, bytes: found.ContentLength ?? 0, writtenAt: found.LastModified ?? new Date(0) };
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    });
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<StoredObject> {
    if (prefix !== "") checkKey(prefix.replace(/\/$/, ""));
    const { Bucket, Key: Prefix } = this.#bucket.of(prefix);
    for (let next: string | undefined, isMore = true; isMore; ) {
      const command = new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken: next });
      const page = await this.#telling("list the archive's objects", this.place, signal, () =>
        this.#bucket.send(command, signal),
      );
      for (const { Key = "", Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
        yield { key: Key.slice(this.#bucket.prefix.length), bytes: Size, writtenAt: LastModified };
      }
      next = page.NextContinuationToken;
      isMore = page.IsTruncated === true && next !== undefined;
    }
  }

  async remove(keys: readonly string[], signal: AbortSignal): Promise<void> {
    for (let from = 0; from < keys.length; from += REMOVED_AT_ONCE) {
      const some = keys.slice(from, from + REMOVED_AT_ONCE);
      await this.#telling("remove the archive's objects from", this.place, signal, () =>
        this.#removeSome(some, signal),
      );
    }
  }

  async now(signal: AbortSignal): Promise<Date> {
    return this.#telling("read the clock of the archive", this.place, signal, async () => {
      const command = new HeadBucketCommand({ Bucket: this.#bucket.bucket });
      let date = "";
      command.middlewareStack.add(
        (next) => async (given) => {
          const answered = await next(given);
          date = (answered.response as { headers: Record<string, string> }).headers["date"] ?? "";
          return answered;
        },
        { step: "deserialize", priority: "low" },
      );
      await this.#bucket.send(command, signal);
      const now = new Date(date);
      if (!Number.isNaN(now.getTime())) return now;
      throw this.#unfit("read the clock of the archive", "no time in an answer", "the header Date");
    });
  }

  async probe(signal: AbortSignal): Promise<void> {
    const put = (key: string, file: LocalFile) => this.put(key, file, signal);
    const inParts = { ...this.#options, partsAbove: 0, blindly: true };
    const putParts = (key: string, file: LocalFile) => this.#put(key, file, inParts, signal);
    const readPart = (key: string, from: number, bytes: number) => this.#readPart(key, from, bytes, signal);
    await this.now(signal);
    await probeStore(this, { puts: { "in one request": put, "in parts": putParts }, readPart }, signal);
  }

  async #put(key: string, file: LocalFile, options: S3Options, signal: AbortSignal): Promise<"written" | "there"> {
    return this.#telling("write the archive's object", this.uri(key), signal, () =>
      new S3Upload(this.#bucket, key, file, signal).put(options),
    );
  }

  async #readPart(key: string, from: number, bytes: number, signal: AbortSignal): Promise<Buffer> {
    return this.#telling("read the archive's object", this.uri(key), signal, () =>
      new S3Download(this.#bucket, key, signal).piece(from, bytes),
    );
  }

  async #removeSome(keys: readonly string[], signal: AbortSignal): Promise<void> {
    const Objects = keys.map((key) => (checkKey(key), { Key: this.#bucket.of(key).Key }));
    const command = new DeleteObjectsCommand({ Bucket: this.#bucket.bucket, Delete: { Objects, Quiet: true } });
    command.middlewareStack.add(
      (next) => async (given) => {
        // older servers know no other checksum of a removal
        const request = given.request as { headers: Record<string, string>; body: string };
        request.headers["content-md5"] = createHash("md5").update(request.body).digest("base64");
        return next(given);
      },
      { step: "build" },
    );
    refuseLeft(await this.#bucket.send(command, signal));
  }

  /** An answer to HEAD has no words: whether the bucket or the object is missing the bucket says. */
  async #missing(key: string, signal: AbortSignal): Promise<unknown> {
    try {
      await this.#bucket.send(new HeadBucketCommand({ Bucket: this.#bucket.bucket }), signal);
      return missingObject(this.uri(key));
    } catch (error) {
      const wanted = "a bucket that is there (TIDEMARK_ARCHIVE)";
      return isMissing(error) ? this.#unfit("read the archive's object", "no such bucket", wanted) : error;
    }
  }

  #unfit(attempt: string, found: string, wanted: string): TidemarkError {
    return new TidemarkError("archive-store-unfit", { attempt, value: this.place, found, wanted });
  }

  async #telling<T>(attempt: string, value: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw isTidemarkError(error, "internal") ? error : failureOf(error, { attempt, value });
    }
  }
}

/** @throws what the SDK would, of the first object that was not removed */
function refuseLeft({ Errors = [] }: DeleteObjectsCommandOutput): void {
  const left = Errors.find(({ Code }) => Code !== "NoSuchKey");
  if (left === undefined) return;
  const passes = /^(?:InternalError|SlowDown|ServiceUnavailable|OperationAborted)$/.test(left.Code ?? "");
  const status = { httpStatusCode: passes ? 503 : 403 };
  throw Object.assign(new Error("not removed"), { name: left.Code ?? "unknown", $metadata: status });
}
