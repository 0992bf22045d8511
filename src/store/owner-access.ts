// Lets a command do the owner's work on the database: the one that runs, or the embedded one started for the command.
import { readdir } from "node:fs/promises";
import type { Log } from "../log.ts";
import type { Secret } from "../secrets.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";

/** Which database is meant. */
export interface DatabaseChoice {
  readonly dataFolder: string;
  /** an outside server, or null for the embedded one */
  readonly databaseUrl: Secret | null;
}

/** How a command comes to it. */
export interface OwnerAccess {
  /** for the process that comes second: "tidemark db upgrade" */
  readonly purpose: string;
  readonly log: Log;
  /** whether no server of Tidemark may be at work on the embedded one meanwhile */
  readonly alone: boolean;
}

/**
 * Runs `work` with the owner's address. An embedded Postgres that runs is used and left running; one that was started for
 * this is stopped.
 * @throws TidemarkError `data-folder-in-use` when `alone` is wanted and another process is at work
 */
export async function withOwnerUrl<T>(
  { dataFolder, databaseUrl }: DatabaseChoice,
  { purpose, log, alone }: OwnerAccess,
  work: (ownerUrl: Secret) => Promise<T>,
): Promise<T> {
  if (databaseUrl !== null) return work(databaseUrl);
  const sharing = alone ? "never" : "when-running";
  const postgres = await startEmbeddedPostgres({ dataFolder, purpose, log, sharing });
  try {
    return await work(postgres.ownerUrl);
  } finally {
    await (postgres.owned ? postgres.stop() : postgres.release());
  }
}

/** @returns whether there is a database to look at: asking a question must not make one */
export async function hasDatabase({ dataFolder, databaseUrl }: DatabaseChoice): Promise<boolean> {
  if (databaseUrl !== null) return true;
  try {
    return (await readdir(dataFolder)).some((name) => /^pg\d+$/.test(name));
  } catch (error) {
    // a folder that is there and cannot be read is told of by the one who opens it
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}
