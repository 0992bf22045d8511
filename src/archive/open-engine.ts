// Opens the engine that the settings name. Each is loaded when it is opened: none is small.
import type { EngineChoice } from "../archive-engine.ts";
import type { ArchivePlace } from "../archive-place.ts";
import type { EgressAllowance } from "../outbound.ts";
import type { ObjectStore } from "./object-store.ts";
import type { QueryEngine } from "./query-engine.ts";

/** What engines work with. */
export interface EngineRoom {
  /** what the settings say of the archive, and the store that was opened there */
  readonly place: ArchivePlace;
  readonly store: ObjectStore;
  /** where Tidemark may connect to; a server that a setting of the engine names is allowed by that */
  readonly allow: EgressAllowance;
  /** a folder of this machine for copies of objects; it is made when it is needed */
  readonly cacheFolder: string;
  /** what the copies may take, in bytes; null: as usual */
  readonly cacheBytes: number | null;
}

/** Opens an engine; nobody is asked yet. */
export async function openQueryEngine(choice: EngineChoice, room: EngineRoom): Promise<QueryEngine> {
  const { store, place, allow, cacheFolder, cacheBytes } = room;
  if (choice.kind === "duckdb") {
    const { DuckDBEngine } = await import("./duckdb-engine.ts");
    return new DuckDBEngine({ store, cacheFolder, ...(cacheBytes !== null && { cacheBytes }) });
  }
  if (choice.kind === "trino") {
    const { TrinoEngine } = await import("./trino-engine.ts");
    const { location, ...server } = choice;
    return new TrinoEngine({ store, server, location });
  }
  const { AthenaEngine } = await import("./athena-engine.ts");
  // who may read the objects asks for them
  const keys = place.kind === "s3" ? place.keys : null;
  return new AthenaEngine({ store, place: { ...choice, keys }, allow });
}
