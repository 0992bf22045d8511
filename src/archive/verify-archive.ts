// Reads objects again, whole, and compares them with the manifest: bytes, SHA-256, rows, and whose rows they are.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { RepositoryId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { readObjectsAfter, type StoredObjectRow } from "../store/archive-object.ts";
import type { Database } from "../store/database.ts";
import type { ObjectStore } from "./object-store.ts";
import { parquetTable } from "./parquet.ts";
import { openWorkRoom, type WorkRoom } from "./work-room.ts";

/** Objects of the manifest that are read at a time. */
const BATCH = 100;

/** What was found of an object. */
export interface VerifiedObject {
  readonly object: StoredObjectRow;
  /** null: it is what the manifest says */
  readonly problem: string | null;
}

/** What verifying needs. */
export interface VerifyDeps {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly workFolder: string;
}

/**
 * Verifies objects, one after the other.
 * @param repository only what holds something of it; null: of all
 * @throws what keeps it from reading at all, as a store that does not answer
 */
export async function* verifyArchive(
  { database, objects, workFolder }: VerifyDeps,
  repository: RepositoryId | null,
  signal: AbortSignal,
): AsyncGenerator<VerifiedObject> {
  const room = await openWorkRoom(workFolder, signal);
  try {
    for (let after = "0"; ; ) {
      const batch = await readObjectsAfter(database.system.reads, { after, repository, limit: BATCH });
      for (const object of batch) yield { object, problem: await problemOf(objects, room, object, signal) };
      const last = batch.at(-1);
      if (last === undefined) return;
      after = last.id;
    }
  } finally {
    await room.close();
  }
}

async function problemOf(
  objects: ObjectStore,
  room: WorkRoom,
  object: StoredObjectRow,
  signal: AbortSignal,
): Promise<string | null> {
  const path = join(room.folder, "verified.parquet");
  try {
    const found = await objects.download(object.key, path, signal);
    if (found.bytes !== object.bytes) return `it has ${found.bytes} bytes, not ${object.bytes}`;
    if (found.sha256 !== object.sha256) return `its SHA-256 is ${found.sha256}, not ${object.sha256}`;
    return await problemOfRows(room, object, path);
  } catch (error) {
    if (isTidemarkError(error, "archive-object-missing")) return "it is not there";
    throw error;
  } finally {
    await rm(path, { force: true });
  }
}

async function problemOfRows(room: WorkRoom, object: StoredObjectRow, path: string): Promise<string | null> {
  const table = parquetTable(object.kind, [path]);
  const count = async (where: string): Promise<number> => {
    const answer = await room.connection.runAndReadAll(`SELECT CAST(count(*) AS DOUBLE) FROM ${table} WHERE ${where}`);
    return Number(answer.getRowsJS()[0]?.[0]);
  };
  const all = await count("true");
  if (all !== object.rows) return `it has ${all} rows, not ${object.rows}`;
  for (const { repositoryId, first, last, rows } of object.segments) {
    const range = object.kind === "columns" ? "" : ` AND position BETWEEN ${first} AND ${last}`;
    const found = await count(`repository_id = ${repositoryId}${range}`);
    if (found !== rows) return `of repository ${repositoryId} it has ${found} rows, not ${rows}`;
  }
  return null;
}
