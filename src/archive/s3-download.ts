// Objects on their way from S3 to a file: piece by piece, all of one object, each asked for again where it broke off.
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { TidemarkError } from "../errors.ts";
import { GrowingFile } from "./local-file.ts";
import { replacedObject } from "./object-key.ts";
import type { DownloadedObject } from "./object-store.ts";
import type { S3Bucket, S3Options } from "./s3-client.ts";
import { isTaken } from "./s3-failure.ts";

/** One piece, the one that is held in memory, in bytes: as long as an answer may be. */
const PIECE_BYTES = 8 * 1024 * 1024;

/** One object on its way. */
export class S3Download {
  readonly #bucket: S3Bucket;
  readonly #key: string;
  readonly #signal: AbortSignal;

  constructor(bucket: S3Bucket, key: string, signal: AbortSignal) {
    this.#bucket = bucket;
    this.#key = key;
    this.#signal = signal;
  }

  /**
   * Reads it whole. No file is left where that fails.
   * @throws TidemarkError `file-unwritable`, `archive-object-differs` where another object takes its place meanwhile; what
   * the SDK throws
   */
  async to(path: string, { pieceBytes = PIECE_BYTES }: S3Options): Promise<DownloadedObject> {
    const head = new HeadObjectCommand(this.#bucket.of(this.#key));
    const { ContentLength: total = 0, ETag } = await this.#bucket.send(head, this.#signal);
    const file = await GrowingFile.make(path);
    try {
      while (file.bytes < total) {
        await file.add(await this.piece(file.bytes, Math.min(pieceBytes, total - file.bytes), ETag));
      }
      return await file.close(false);
    } catch (error) {
      await file.discard();
      throw isTaken(error) ? replacedObject(`${this.#bucket.place}/${this.#key}`) : error;
    }
  }

  /** @param etag of the object that it has to be of. @returns as many bytes, from this one on */
  async piece(from: number, bytes: number, etag?: string): Promise<Buffer> {
    const Range = `bytes=${from}-${from + bytes - 1}`;
    const command = new GetObjectCommand({ ...this.#bucket.of(this.#key), Range, IfMatch: etag });
    const { Body } = await this.#bucket.send(command, this.#signal);
    const pieces = await Array.fromAsync(Body as AsyncIterable<Buffer>);
    const piece = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    if (piece.length === bytes) return piece;
    throw new TidemarkError("archive-store-unfit", {
      attempt: "read the archive's object",
      value: `${this.#bucket.place}/${this.#key}`,
      found: "another part than was asked for",
      wanted: "a store that reads parts (Range)",
    });
  }
}
