// An object store over a folder for tests of who reads from one: it counts downloads, and each can be made to go wrong.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { DownloadedObject, ObjectStore } from "../../src/archive/object-store.ts";
import { TidemarkError } from "../../src/errors.ts";

/** What may be done to the bytes of a download; null fails it as an object that is not there. */
export type Download = (bytes: Buffer, count: number) => Buffer | null | Promise<Buffer | null>;

/** A store that only downloads. */
export interface CountingStore extends ObjectStore {
  readonly downloads: string[];
  onDownload: Download;
}

/** @param folder as writeObjects() fills it */
export function countingStore(folder: string): CountingStore {
  const downloads: string[] = [];
  const never = (): never => {
    throw new Error("only downloads are tried here");
  };
  const store: CountingStore = {
    kind: "s3",
    place: "s3://test",
    downloads,
    onDownload: (bytes) => bytes,
    uri: (key) => pathToFileURL(join(folder, key)).href,
    download: async (key: string, to: string, signal: AbortSignal): Promise<DownloadedObject> => {
      signal.throwIfAborted();
      downloads.push(key);
      const bytes = await store.onDownload(readFileSync(join(folder, key)), downloads.length);
      signal.throwIfAborted();
      if (bytes === null) {
        const parts = { attempt: "read the object", value: key, found: "no such object", wanted: "one" };
        throw new TidemarkError("archive-object-missing", parts);
      }
      writeFileSync(to, bytes);
      return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
    },
    put: never,
    head: never,
    list: never,
    remove: never,
    now: never,
    probe: never,
  };
  return store;
}
