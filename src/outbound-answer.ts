// The body of an answer as text: decoded by us, counted by us, and cut off where it is too long.
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

/** An answer whose decoded body is longer than it may be. */
export class AnswerTooLong extends Error {
  override readonly name = "AnswerTooLong";
}

/** An answer in an encoding that was not asked for. */
export class AnswerNotReadable extends Error {
  override readonly name = "AnswerNotReadable";
}

/**
 * Reads a body to its end. What it is encoded in counts for nothing: a kilobyte can hold a gigabyte.
 * @param encoding the `content-encoding` header
 * @param maxBytes of the decoded body
 * @throws AnswerTooLong, AnswerNotReadable, and what the connection or the decoder fails with
 */
export async function readText(body: Readable, encoding: string | undefined, maxBytes: number): Promise<string> {
  const name = encoding?.trim().toLowerCase() ?? "";
  const collect = (source: AsyncIterable<Buffer>): Promise<string> => textOf(source, maxBytes);
  if (name === "" || name === "identity") return pipeline(body, collect);
  if (name === "gzip" || name === "x-gzip") return pipeline(body, createGunzip(), collect);
  body.on("error", () => undefined).destroy();
  throw new AnswerNotReadable("an encoding that was not asked for");
}

async function textOf(source: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of source) {
    bytes += piece.length;
    if (bytes > maxBytes) throw new AnswerTooLong(`more than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}
