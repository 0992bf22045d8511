// Whether a store may be written to: it keeps what it has, and what was archived is in it.
import { TidemarkError } from "../errors.ts";
import { readObjectsAfter } from "../store/archive-object.ts";
import type { Database } from "../store/database.ts";
import type { ObjectStore } from "./object-store.ts";

/** Objects that are looked for: one alone may have been lost. */
const LOOKED_FOR = 3;

/** What is looked at. */
export interface StoreDeps {
  readonly database: Pick<Database, "system">;
  readonly objects: ObjectStore;
}

/**
 * Looks for objects of the manifest. A disk that is not mounted is an empty folder, and another bucket is one too: what was
 * archived next would lie apart from all the rest.
 * @throws TidemarkError `archive-store-unfit` where none of them is there, and what the store throws
 */
export async function assertOwnStore({ database, objects }: StoreDeps, signal: AbortSignal): Promise<void> {
  const some = await readObjectsAfter(database.system.reads, { after: "0", repository: null, limit: LOOKED_FOR });
  for (const { key } of some) if ((await objects.head(key, signal)) !== null) return;
  if (some.length === 0) return;
  throw new TidemarkError("archive-store-unfit", {
    attempt: "archive commits to",
    value: objects.place,
    found: "none of the objects that were archived before",
    wanted: "the place that has them: is its disk mounted, is TIDEMARK_ARCHIVE what it was",
  });
}

/**
 * The same, and tries what else is relied on. Asked before anything is written.
 * @throws TidemarkError `archive-store-unfit`, and what the store throws
 */
export async function assertFitStore(deps: StoreDeps, signal: AbortSignal): Promise<void> {
  await assertOwnStore(deps, signal);
  await deps.objects.probe(signal);
}
