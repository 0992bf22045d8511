// Where objects are written and read back: a folder of its own with a DuckDB in it, gone afterwards.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { openDuckDB } from "./duckdb.ts";
import type { LocalFile } from "./object-store.ts";

/** With what Node itself needs, a process that archives stays below 512 MiB, whatever the size of what it archives: so says a test. */
const MEMORY_BYTES = 128 * 1024 * 1024;
/** Sorting 6 million values, the most of a segment, takes a tenth of it. */
const SPILL_BYTES = 40 * 1024 ** 3;
/** More of them do not write faster, and each has buffers of its own. */
const THREADS = 2;

/** A folder to work in, and a DuckDB that may use it. */
export interface WorkRoom {
  readonly folder: string;
  readonly connection: DuckDBConnection;
  /** Ends all work, and removes the folder. */
  close(): Promise<void>;
}

/** @param parent folder of all that is under way; made if it is not there */
export async function openWorkRoom(parent: string, signal: AbortSignal): Promise<WorkRoom> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(parent, `run-${process.pid}-`));
  const spillFolder = join(folder, "spill");
  await mkdir(spillFolder);
  const room = { memoryBytes: MEMORY_BYTES, threads: THREADS, spillFolder, spillBytes: SPILL_BYTES, folders: [folder] };
  const duckdb = await openDuckDB(room);
  const connection = await duckdb.connect();
  const interrupt = (): void => connection.interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  const close = async (): Promise<void> => {
    signal.removeEventListener("abort", interrupt);
    connection.closeSync();
    duckdb.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { folder, connection, close };
}

/** Makes sure that a file is on the disk, and says what it is. */
export async function finishedFile(path: string): Promise<LocalFile> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  const digest = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    digest.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { path, bytes, sha256: digest.digest("hex") };
}
