// Which process works on a database folder: a lock that Postgres holds for our connection, so kill -9 leaves none behind.
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { TidemarkError } from "../errors.ts";
import type { Secret } from "../secrets.ts";
import { parseDatabaseUrl } from "./connection.ts";
import { isAlive } from "./postmaster-file.ts";

/** One number for "works on this database"; any, as long as it is always the same. */
const LOCK = 7_433_629;
/** Postgres notices within milliseconds that a killed holder is gone; on a busy machine it takes longer. */
const DEAD_HOLDER_MS = 5_000;
const DEAD_HOLDER_LOOK_MS = 20;
/** Postgres cuts an application's name after this many bytes. */
const MAX_NAME_LENGTH = 63;

/** A held lock. */
export interface OwnerLock {
  /** resolves when the lock is lost because its connection broke; never after `release()` */
  readonly lost: Promise<void>;
  release(): Promise<void>;
}

const HOLDER = `
  SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = ${LOCK} AND l.database =
    (SELECT oid FROM pg_database WHERE datname = current_database())`;

/**
 * Takes the lock for this process.
 * @param purpose what the process does, for the one that comes second: "tidemark serve"
 * @throws TidemarkError `data-folder-in-use`, naming the process that holds it
 */
export async function takeOwnerLock(url: Secret, purpose: string, dataFolder: string): Promise<OwnerLock> {
  const name = `${purpose}, process ${process.pid}`.slice(0, MAX_NAME_LENGTH);
  const client = new Client({ ...parseDatabaseUrl(url), application_name: name });
  let released = false;
  const lost = new Promise<void>((resolve) => {
    client.on("error", () => {});
    client.once("end", () => {
      if (!released) resolve();
    });
  });
  const release = async (): Promise<void> => {
    released = true;
    await client.end().catch(() => {});
  };
  try {
    await client.connect();
    const holder = await takeOrName(client);
    if (holder === null) return { lost, release };
    throw new TidemarkError("data-folder-in-use", {
      attempt: "use the data folder",
      value: dataFolder,
      found: holder === "" ? "it in use until a moment ago" : `it in use by ${holder}`,
      wanted: "one process at a time: stop that one first, or name another folder by --data or TIDEMARK_DATA",
    });
  } catch (error) {
    await release();
    throw error;
  }
}

/** @returns null when the lock is taken, else who holds it, "" when that one has just gone */
async function takeOrName(client: Client): Promise<string | null> {
  const limit = performance.now() + DEAD_HOLDER_MS;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>(`SELECT pg_try_advisory_lock(${LOCK}) AS taken`);
    if (rows[0]?.taken === true) return null;
    const holder = (await client.query<{ name: string }>(HOLDER)).rows[0]?.name ?? "";
    const pid = Number(/, process (\d+)$/.exec(holder)?.[1] ?? 0);
    const isGone = holder === "" || (pid !== 0 && !isAlive(pid));
    if (!isGone || performance.now() > limit) return holder;
    await wait(DEAD_HOLDER_LOOK_MS);
  }
}
