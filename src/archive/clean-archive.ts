// What the store has and nobody needs any more: objects that were replaced, what failed runs left, and what no one knows of.
import type { Log } from "../log.ts";
import { findLeftObjects, forgetLeftObjects } from "../store/archive-due.ts";
import { namedKeys, takeRetiredObjects } from "../store/archive-manifest.ts";
import type { Database } from "../store/database.ts";
import type { ObjectStore, StoredObject } from "./object-store.ts";
import { OBJECT_KINDS } from "./tables.ts";

const HOUR_MS = 3_600_000;
/** A question may have begun before an object was replaced, and engines ask for it until it ends. */
const RETIRED_MS = 24 * HOUR_MS;
/** Longer than any run takes from its first object to the manifest. */
const ORPHAN_MS = 48 * HOUR_MS;
/** A run that has not ended for so long never will: its process was killed. Until then what it names is its own. */
const RUN_MS = 7 * 24 * HOUR_MS;
/** Names that the database is asked about at a time. */
const BATCH_KEYS = 1_000;

/** With what is cleaned. */
export interface CleanDeps {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly log: Log;
  readonly now: () => number;
}

/**
 * Removes what was replaced a day ago, and what runs left that failed two days ago. All of it is known by name: nothing is
 * listed, and nothing of anybody else who has the same place is touched.
 * @returns how many objects went
 */
export async function removeReplaced({ database, objects, log, now }: CleanDeps, signal: AbortSignal): Promise<number> {
  const { system } = database;
  const ago = (ms: number): Date => new Date(now() - ms);
  const retired = (await takeRetiredObjects(system, ago(RETIRED_MS))).map(({ key }) => key);
  await objects.remove(retired, signal);
  let left = 0;
  const times = { now: new Date(now()), started: ago(RUN_MS), failed: ago(ORPHAN_MS) };
  for (const run of await findLeftObjects(system, times)) {
    const named = await namedKeys(system, run.keys, ago(RUN_MS));
    const gone = run.keys.filter((key) => !named.has(key));
    await objects.remove(gone, signal);
    await forgetLeftObjects(system, run);
    left += gone.length;
  }
  if (retired.length + left > 0) log.info({ replaced: retired.length, left }, "objects of the archive were removed");
  return retired.length + left;
}

/** An object of the store that neither the manifest nor a run names. */
export type Orphan = StoredObject;

/**
 * Lists the whole store for what nobody knows of and what is older than two days by the store's own clock. What is found is
 * asked about once more when the list is at its end.
 * @param removes whether they go, too
 */
export async function findOrphans(
  { database, objects, now, log }: CleanDeps,
  { removes }: { readonly removes: boolean },
  signal: AbortSignal,
): Promise<Orphan[]> {
  const before = (await objects.now(signal)).getTime() - ORPHAN_MS;
  const running = new Date(now() - RUN_MS);
  const unnamed = async (found: readonly StoredObject[]): Promise<StoredObject[]> => {
    const named = await namedKeys(
      database.system,
      found.map(({ key }) => key),
      running,
    );
    return found.filter(({ key }) => !named.has(key));
  };
  const found: StoredObject[] = [];
  for (const kind of OBJECT_KINDS) {
    let batch: StoredObject[] = [];
    for await (const object of objects.list(`${kind}/`, signal)) {
      if (object.writtenAt.getTime() >= before) continue;
      batch.push(object);
      if (batch.length < BATCH_KEYS) continue;
      found.push(...(await unnamed(batch)));
      batch = [];
    }
    found.push(...(await unnamed(batch)));
  }
  const orphans: StoredObject[] = [];
  for (let from = 0; from < found.length; from += BATCH_KEYS) {
    const still = await unnamed(found.slice(from, from + BATCH_KEYS));
    if (removes)
      await objects.remove(
        still.map(({ key }) => key),
        signal,
      );
    orphans.push(...still);
  }
  if (removes && orphans.length > 0) log.info({ objects: orphans.length }, "objects that nobody knew of were removed");
  return orphans;
}
