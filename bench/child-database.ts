// The database of a benchmark's own process, by the three addresses that it is given as JSON on standard input.
import { json } from "node:stream/consumers";
import { createLog, type Log } from "../src/log.ts";
import { Secret } from "../src/secrets.ts";
import { type Database, openDatabase } from "../src/store/database.ts";

/** Reads the addresses, to the end of standard input, and opens the database. */
export async function openChildDatabase(): Promise<{ readonly database: Database; readonly log: Log }> {
  const urls = (await json(process.stdin)) as { owner: string; web: string; worker: string };
  const log = createLog({ level: "error" });
  const database = await openDatabase({
    ownerUrl: Secret.of(urls.owner),
    webUrl: Secret.of(urls.web),
    workerUrl: Secret.of(urls.worker),
    log,
  });
  return { database, log };
}
