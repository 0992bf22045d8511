// A DuckDB in this process that reaches no network and no file outside the folders that it is given.
import { join } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { quoteText } from "./dialects.ts";

/** What a DuckDB may use. */
export interface DuckDBRoom {
  readonly memoryBytes: number;
  readonly threads: number;
  /** where it puts what does not fit into memory; a folder of its own, which is there */
  readonly spillFolder: string;
  readonly spillBytes: number;
  /** the folders whose files it may read and write, beside that of what spills */
  readonly folders: readonly string[];
}

/** A DuckDB that runs. */
export interface OpenDuckDB {
  readonly instance: DuckDBInstance;
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

/**
 * Opens a DuckDB without a database. Its library is loaded by the first who needs it: 70 MB that an installation without
 * an archive never sees. Everything is set before the first statement of ours, and the settings are locked.
 */
export async function openDuckDB(room: DuckDBRoom): Promise<OpenDuckDB> {
  const { DuckDBInstance: Instance } = await import("@duckdb/node-api");
  // its texts lose a byte order mark that they begin with: a value may
  const { default: accessors } = await import("@duckdb/node-api/lib/vectors/dataAccessors.js");
  Object.assign(accessors, { textDecoder: new TextDecoder("utf-8", { ignoreBOM: true }) });
  const instance = await Instance.create(":memory:", {
    threads: String(room.threads),
    memory_limit: `${room.memoryBytes}B`,
    temp_directory: room.spillFolder,
    max_temp_directory_size: `${room.spillBytes}B`,
  });
  const connection = await instance.connect();
  const allowed = [...room.folders, room.spillFolder].map((folder) => quoteText(join(folder, "/")));
  for (const statement of [
    `SET allowed_directories = [${allowed.join(", ")}]`,
    // the system keeps blocks of local files in memory already; twice is for files that are far away
    "SET enable_external_file_cache = false",
    // footers of objects are read once: they never change
    "SET parquet_metadata_cache = true",
    "SET autoinstall_known_extensions = false",
    // what was freed goes back to the system: otherwise a process keeps half as much again as its limit says
    "SET allocator_background_threads = true",
    "SET allocator_flush_threshold = '1MB'",
    "SET allocator_bulk_deallocation_flush_threshold = '8MB'",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
  ]) {
    await connection.run(statement);
  }
  connection.closeSync();
  return { instance, connect: () => instance.connect(), close: () => instance.closeSync() };
}
