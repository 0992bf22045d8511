// Which process works on a database folder: a lock that Postgres holds for our connection, so kill -9 leaves none behind.
import { Client } from "pg";
import { TidemarkError } from "../errors.ts";
import type { Secret } from "../secrets.ts";
import { parseDatabaseUrl } from "./connection.ts";

/** One number for "works on this database"; any, as long as it is always the same. */
const LOCK = 7_433_629;
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
    const { rows } = await client.query<{ taken: boolean }>(`SELECT pg_try_advisory_lock(${LOCK}) AS taken`);
    if (rows[0]?.taken === true) return { lost, release };
    const holder = (await client.query<{ name: string }>(HOLDER)).rows[0]?.name;
    throw new TidemarkError("data-folder-in-use", {
      attempt: "use the data folder",
      value: dataFolder,
      found: holder === undefined ? "it in use until a moment ago" : `it in use by ${holder}`,
      wanted: "one process at a time: stop that one first, or name another folder by --data or TIDEMARK_DATA",
    });
  } catch (error) {
    await release();
    throw error;
  }
}
