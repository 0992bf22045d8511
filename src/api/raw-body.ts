// Reads the body of a request as raw bytes: within a limit, within room that is shared, and not from a sender that stops.
import type { IncomingMessage } from "node:http";
import { TidemarkError } from "../errors.ts";
import { LARGE_BODY_BYTES, type RoomClaim } from "./delivery-room.ts";

/** Bytes of a body: GitHub's own cap for a payload is 25 MB. */
export const MAX_RAW_BODY = 25 * 1024 * 1024;

/** Thrown when the sender went away, or sent nothing for too long: there is nobody to answer. */
export class SenderGone extends Error {}

function tooLarge(): TidemarkError {
  const parts = { attempt: "take", value: "the delivery", found: "a larger one", wanted: "at most 25 MiB" };
  return new TidemarkError("limit-exceeded", parts);
}

/** The error of a delivery for which there is no room at the moment. */
function noRoom(): TidemarkError {
  const parts = {
    attempt: "take",
    value: "the delivery",
    found: "too many large ones at a time",
    wanted: "it again later",
  };
  return new TidemarkError("server-busy", parts);
}

/**
 * @param claim grows with the body; the caller gives it back
 * @param idleMs the sender may be silent so long
 * @throws TidemarkError `limit-exceeded` as soon as it is known to be too large, `server-busy` when there is no room; SenderGone
 */
export function readRawBody(request: IncomingMessage, claim: RoomClaim, idleMs: number): Promise<Buffer> {
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > MAX_RAW_BODY) return Promise.reject(tooLarge());
  if (declared > LARGE_BODY_BYTES && !claim.large()) return Promise.reject(noRoom());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const idle = setTimeout(() => fail(new SenderGone("nothing was sent for too long")), idleMs);
    const end = (): void => {
      clearTimeout(idle);
      request.off("data", take).off("end", done).off("close", gone).off("error", gone);
    };
    const fail = (error: Error): void => {
      end();
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      idle.refresh();
      bytes += chunk.length;
      if (bytes > MAX_RAW_BODY) return fail(tooLarge());
      if (bytes > LARGE_BODY_BYTES && !claim.large()) return fail(noRoom());
      if (!claim.grow(chunk.length)) return fail(noRoom());
      chunks.push(chunk);
    };
    const done = (): void => {
      end();
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes));
    };
    const gone = (): void => fail(new SenderGone("the sender went away"));
    request.on("data", take).on("end", done).on("close", gone).on("error", gone);
  });
}
