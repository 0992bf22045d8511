// Which server runs on the files of the embedded Postgres: the one that is there, or one that is started.
import { setTimeout as wait } from "node:timers/promises";
import {
  launchServer,
  type PostgresAddress,
  type PostgresPlace,
  startFailed,
  stopServer,
} from "./embedded-postgres-process.ts";
import type { Passwords } from "./embedded-postgres-files.ts";
import { asAdmin, isAnswered, isNotNow, readServerFacts } from "./embedded-postgres-roles.ts";
import { endOrphans } from "./orphan-processes.ts";
import { disownPostmasterFile, type Postmaster, postmasterState, readPostmasterFile } from "./postmaster-file.ts";

/** A server that runs. */
export interface Running {
  readonly pid: number;
  readonly address: PostgresAddress;
  /** whether it was there already */
  readonly adopted: boolean;
}

/** A dead postmaster counts as alive until its parent has collected it; pid 1 took up to 2.4 s. */
const ZOMBIE_LIMIT_MS = 15_000;
const ZOMBIE_POLL_MS = 50;
/** Starts that lost a race or found a server that had to be stopped first. */
const MAX_ATTEMPTS = 20;
/**
 * A server that ends at once is started again after this long, then after twice that …, three seconds in all; then what
 * keeps it from running is ended, and it is tried once more.
 */
const FIRST_LAUNCH_DELAY_MS = 100;
const MAX_LAUNCH_DELAY_MS = 1_600;
/** How long a server that is starting under somebody else's hands may take. */
const ADOPT_LIMIT_MS = 120_000;
const ADOPT_POLL_MS = 20;
/** A server that calls itself ready and takes no connection for so long cannot be used. */
const SILENT_LIMIT_MS = 5_000;

/**
 * Starts the server or adopts the running one. Of several processes that try, each ends up with the same server.
 * @throws TidemarkError `database-unreachable` when none can be started
 */
export async function ensureRunning(
  place: PostgresPlace,
  passwords: Passwords,
  address: PostgresAddress,
): Promise<Running> {
  const zombiesUntil = performance.now() + ZOMBIE_LIMIT_MS;
  let launchDelay = FIRST_LAUNCH_DELAY_MS;
  let isRid = false;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; ) {
    const file = await readPostmasterFile(place.files);
    const state = file === null ? "gone" : await postmasterState(file.pid);
    if (state === "zombie" && performance.now() < zombiesUntil) {
      await wait(ZOMBIE_POLL_MS);
      continue;
    }
    attempt++;
    if (state === "another-program") await disownPostmasterFile(place.files);
    if (state === "running") {
      const found = await adopt(place, passwords);
      if (found === null) continue;
      if ("address" in found) return found;
      await stopServer(place, found.pid);
      continue;
    }
    const pid = await launchServer(place, address);
    if (pid !== null) return { pid, address, adopted: false };
    // another process may have been faster: then the file names that one's server
    if (!(await nobodyRuns(place))) continue;
    // server processes of a killed postmaster may be about to end: while they live, no other one starts
    if (launchDelay <= MAX_LAUNCH_DELAY_MS) {
      await wait(launchDelay);
      launchDelay *= 2;
    } else if (!isRid && (await endOrphans(place.files)) > 0) isRid = true;
    else throw await startFailed(place, "it ended at once");
  }
  throw await startFailed(place, `no server after ${MAX_ATTEMPTS} attempts`);
}

async function nobodyRuns(place: PostgresPlace): Promise<boolean> {
  const file = await readPostmasterFile(place.files);
  return file === null || (await postmasterState(file.pid)) === "gone";
}

/**
 * @returns the running server when it is ours and of our version; the pid alone of one that has to be stopped first;
 *   null when the one that was there is gone: whoever is there by now is looked at anew
 */
async function adopt(place: PostgresPlace, passwords: Passwords): Promise<Running | { readonly pid: number } | null> {
  const deadline = performance.now() + ADOPT_LIMIT_MS;
  let silentSince: number | null = null;
  let pid: number | null = null;
  for (;;) {
    const file = await readPostmasterFile(place.files);
    if (file === null || (await postmasterState(file.pid)) !== "running") return null;
    // another one in its place has all its time before it
    if (pid !== null && file.pid !== pid) return null;
    pid = file.pid;
    const found = file.ready ? await whatRuns(place, passwords, file) : "later";
    if (found === "ours") return runningOf(file);
    silentSince = found === "silent" ? (silentSince ?? performance.now()) : null;
    const isSilent = silentSince !== null && performance.now() - silentSince > SILENT_LIMIT_MS;
    if (found === "another" || isSilent || performance.now() > deadline) return { pid };
    await wait(ADOPT_POLL_MS);
  }
}

function runningOf(file: Postmaster): Running {
  const socketFolder = file.socketFolder === "" ? null : file.socketFolder;
  return { pid: file.pid, address: { socketFolder, port: file.port }, adopted: true };
}

/** @returns `silent` when no connection comes about, as while a server ends, or when its socket was taken away */
async function whatRuns(
  place: PostgresPlace,
  passwords: Passwords,
  file: Postmaster,
): Promise<"ours" | "another" | "later" | "silent"> {
  try {
    const facts = await asAdmin(runningOf(file).address, passwords, readServerFacts);
    const isOurs = facts.dataDirectory === place.files && facts.version.split(" ")[0] === place.postgres.version;
    return isOurs ? "ours" : "another";
  } catch (error) {
    // stopped now, it would begin its recovery again, after half a minute in which it does not hear
    if (isNotNow(error)) return "later";
    // one that does not let us in is not one that we can use, whoever it is
    return isAnswered(error) ? "another" : "silent";
  }
}
