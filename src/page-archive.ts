// The archive as pages and commands read it: the place and the engine of the settings, over one installation.
import { join } from "node:path";
import type { Archive } from "./archive/archive.ts";
import { EngineArchive } from "./archive/engine-archive.ts";
import { noArchive } from "./archive/no-archive.ts";
import { openQueryEngine } from "./archive/open-engine.ts";
import { openObjectStore } from "./archive/open-store.ts";
import { withToldCosts } from "./archive/told-costs.ts";
import type { Config } from "./config.ts";
import type { Installation } from "./installation.ts";
import type { Log } from "./log.ts";

/** An archive in use. */
export interface OpenArchive {
  readonly archive: Archive;
  close(): Promise<void>;
}

/** Opens the archive of the settings; nobody is asked yet. Without one, what left the database is missed with a reason. */
export async function openPageArchive(
  { database, allow }: Installation,
  config: Config,
  log: Log,
): Promise<OpenArchive> {
  const { archive: place, archiveEngine, archiveCacheBytes: cacheBytes, dataFolder } = config;
  if (place === null) return { archive: noArchive, close: async () => undefined };
  const store = await openObjectStore(place, allow);
  const cacheFolder = join(dataFolder, "archive-cache");
  const engine = await openQueryEngine(archiveEngine, { place, store, allow, cacheFolder, cacheBytes });
  return { archive: new EngineArchive(database, withToldCosts(engine, log)), close: () => engine.close() };
}
