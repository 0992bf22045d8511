// Brings files into the store under names that nothing which is about to be removed has, and reads them back.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { TidemarkError } from "../errors.ts";
import { livingKeys, nameKeys, runOvertaken } from "../store/archive-run.ts";
import type { OrganizationStore } from "../store/database.ts";
import { bucketOf, objectKey } from "./bucket.ts";
import type { ObjectStore } from "./object-store.ts";
import type { ObjectKind } from "./query-engine.ts";
import type { WrittenObject } from "./segment-writer.ts";
import type { WorkRoom } from "./work-room.ts";

/** A run that began longer ago protects what it was to write no more: what it left may be removed at any moment. */
const PROTECTED_MS = 6 * 86_400_000;

/** An object that is in the store, whole. */
export interface UploadedObject extends WrittenObject {
  readonly key: string;
  readonly bucket: number;
  /** the file that was read back */
  readonly path: string;
}

/** Whose objects these are, and where they go. */
export interface Upload {
  readonly store: OrganizationStore;
  readonly objects: ObjectStore;
  readonly room: WorkRoom;
  readonly run: string;
  readonly repositoryId: string;
  readonly first: number;
  readonly last: number;
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * Says in the run which objects it writes, so that no cleaner takes them for leftovers. A name under which something lies
 * already that neither the manifest nor another run holds on to is not used: it may be removed just now.
 * @throws TidemarkError `lease-lost` when the run was ended
 */
export async function nameObjects(sending: Upload, written: readonly WrittenObject[]): Promise<UploadedObject[]> {
  const { store, objects, run, repositoryId, first, last, now, signal } = sending;
  const bucket = bucketOf(Number(repositoryId));
  const named = written.map((object) => ({ ...object, bucket, key: objectKey(object.kind, bucket, object.sha256) }));
  const after = new Date(now - PROTECTED_MS);
  const living = await livingKeys(store, { run, keys: named.map(({ key }) => key), after });
  const safe: UploadedObject[] = [];
  for (const object of named) {
    const isLeft = !living.has(object.key) && (await objects.head(object.key, signal)) !== null;
    safe.push(isLeft ? { ...object, key: object.key.replace(/\.parquet$/, `-${run}.parquet`) } : object);
  }
  const keys = safe.map(({ key }) => key);
  const isGoing = await store.write((tx) => nameKeys(tx, run, { keys, first, last }));
  if (!isGoing) throw runOvertaken(repositoryId as never, "that the run was ended meanwhile");
  return safe;
}

/** Uploads the objects. What is there already stays. */
export async function upload({ objects, signal }: Upload, named: readonly UploadedObject[]): Promise<void> {
  for (const { key, path, bytes, sha256 } of named) await objects.put(key, { path, bytes, sha256 }, signal);
}

/**
 * Reads the objects back into files beside those that were uploaded.
 * @throws TidemarkError `archive-object-damaged` where something else came
 */
export async function readBack(
  { objects, room, signal }: Upload,
  named: readonly UploadedObject[],
): Promise<Record<ObjectKind, UploadedObject>> {
  const back = new Map<ObjectKind, UploadedObject>();
  for (const object of named) {
    const path = join(room.folder, `back-${object.kind}.parquet`);
    await rm(path, { force: true });
    const { bytes, sha256 } = await objects.download(object.key, path, signal);
    if (bytes !== object.bytes || sha256 !== object.sha256) {
      throw new TidemarkError("archive-object-damaged", {
        attempt: "verify the archive's object",
        value: object.key,
        found: `${bytes} bytes with the SHA-256 ${sha256}`,
        wanted: `the ${object.bytes} bytes that were sent, with ${object.sha256}`,
      });
    }
    back.set(object.kind, { ...object, path });
  }
  return Object.fromEntries(back) as Record<ObjectKind, UploadedObject>;
}
