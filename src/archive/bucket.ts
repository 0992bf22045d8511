// Where an object lies: in one of 64 folders of its kind, by the repository, under a name that its content gives it.
import { crc32 } from "node:zlib";
import type { ObjectKind } from "./query-engine.ts";

/** Folders of each kind: an engine that lists a kind lists no more prefixes than this. */
export const BUCKETS = 64;

/** @returns the folder of a repository's objects, 0 to 63: computed here, so that no engine's own hash matters */
export function bucketOf(repositoryId: number): number {
  return crc32(String(repositoryId)) % BUCKETS;
}

/** @param sha256 of the object's content, lower-case hex; its first half is name enough */
export function objectKey(kind: ObjectKind, bucket: number, sha256: string): string {
  return `${kind}/bucket=${bucket}/${sha256.slice(0, 32)}.parquet`;
}
