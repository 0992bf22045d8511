// Histories that have to be read once more: after an upgrade that reads files in another way, or when people chose others.
import { isDeepStrictEqual } from "node:util";
import { READERS } from "../domain/formats/read-file.ts";
import type { RepositoryId } from "../domain/model.ts";
import { readsOtherwise } from "../domain/reader-change.ts";
import type { Reader } from "../store/database.ts";
import { insertOwnEvent } from "../store/event.ts";
import { type HistoryReader, readByOthers, readHistoryReader } from "../store/history-reader.ts";
import type { IngestDeps } from "./git-source.ts";

/** Asks for the histories that would be read in another way now: each is read once more in the background. */
export async function rereadAfterUpgrade({ database, log }: Pick<IngestDeps, "database" | "log">): Promise<void> {
  for (const { organizationId, repositoryId, readers, adapters } of await readByOthers(database.system, READERS)) {
    if (!readsOtherwise(readers, READERS, adapters)) continue;
    await database.worker
      .in(organizationId)
      .write((tx) => insertOwnEvent(tx, repositoryId, "import", "readers-changed"));
    log.info({ repository: repositoryId }, "files are read in another way now: a history is read once more");
  }
}

/**
 * Says what a history is read with now. Asked before the rules are: when they change in between, it is read once more.
 * @returns `isSame`: whether what is written of it was read with just that
 */
export async function historyReader(
  reader: Reader,
  repository: RepositoryId,
): Promise<{ readonly now: HistoryReader; readonly isSame: boolean }> {
  const { readWith, paths } = await readHistoryReader(reader, repository);
  const now = { readers: READERS, paths };
  return { now, isSame: isDeepStrictEqual(readWith, now) };
}
