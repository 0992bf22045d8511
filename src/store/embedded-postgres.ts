// Supervises the embedded Postgres: starts it, adopts the one that a killed run left, brings it back, stops it.
import { chmod, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, relative, sep } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { folderReason, isTidemarkError, TidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Secret } from "../secrets.ts";
import { assertPassable, postgresAccount } from "./embedded-postgres-account.ts";
import { findPostgres, type PostgresPackage, preparePostgres } from "./embedded-postgres-binaries.ts";
import {
  chooseAddress,
  filesFolder,
  makeFiles,
  type Passwords,
  readPasswords,
  refuseOtherVersions,
} from "./embedded-postgres-files.ts";
import {
  launchServer,
  type PostgresAddress,
  type PostgresPlace,
  startFailed,
  stopServer,
} from "./embedded-postgres-process.ts";
import { asAdmin, isNotNow, makeRoles, readServerFacts, roleUrl } from "./embedded-postgres-roles.ts";
import { makeFolder } from "./make-folder.ts";
import { type OwnerLock, takeOwnerLock } from "./owner-lock.ts";
import { disownPostmasterFile, type Postmaster, postmasterState, readPostmasterFile } from "./postmaster-file.ts";

/** How the embedded Postgres is started. */
export interface EmbeddedPostgresOptions {
  /** absolute; made when missing */
  readonly dataFolder: string;
  /** what this process does, for the one that comes second: "tidemark serve" */
  readonly purpose: string;
  readonly log: Log;
  /**
   * Whether this process may use a server that another process owns: `never` (the default: it owns it or fails),
   * `when-running` (a command: it owns the server only when it had to start it), `always` (tests: nobody owns it).
   */
  readonly sharing?: "never" | "when-running" | "always";
  /** where a short folder for the socket can be made when the data folder's path is too long */
  readonly runtimeFolder?: string;
  /** other programs than those of the installed package */
  readonly postgres?: PostgresPackage;
}

/** A running embedded Postgres that this process owns. */
export interface EmbeddedPostgres {
  readonly ownerUrl: Secret;
  readonly webUrl: Secret;
  readonly workerUrl: Secret;
  /** its superuser, for making databases in tests and for copying it; never at work */
  readonly adminUrl: Secret;
  readonly pid: number;
  /** whether it was running already: left by an earlier process, or another one's */
  readonly adopted: boolean;
  /** whether this process holds the lock of the one that works on this data */
  readonly owned: boolean;
  /** Resolves with the reason when it is gone and cannot be brought back: the process has to end then. */
  readonly failed: Promise<unknown>;
  /** Gives the lock back and leaves the server running. */
  release(): Promise<void>;
  /** Stops it; open statements are broken off. */
  stop(): Promise<void>;
}

interface Running {
  readonly pid: number;
  readonly address: PostgresAddress;
  readonly adopted: boolean;
}

/** A dead postmaster counts as alive until its parent has collected it; pid 1 took up to 2.4 s. */
const ZOMBIE_LIMIT_MS = 15_000;
const ZOMBIE_POLL_MS = 50;
/** Starts that lost a race or found a server that had to be stopped first. */
const MAX_ATTEMPTS = 20;
/** A server that ends at once is started again after this long, then after twice that …, three seconds in all. */
const FIRST_LAUNCH_DELAY_MS = 100;
const MAX_LAUNCH_DELAY_MS = 1_600;
/** How long a server that is starting under somebody else's hands may take. */
const ADOPT_LIMIT_MS = 120_000;
const ADOPT_POLL_MS = 20;

/**
 * Starts Postgres on a data folder, or adopts the one that runs there.
 * @throws TidemarkError `data-folder` (not usable), `data-folder-in-use` (names the process), `database-unreachable`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = await preparePlace(options);
  await makeFiles(place);
  const passwords = await readPasswords(place.files);
  const address = await chooseAddress(place, options.runtimeFolder ?? tmpdir());
  const running = await ensureRunning(place, passwords, address);
  if (running.address.socketFolder !== address.socketFolder) await removeShortFolder(place, address);
  const supervisor = new Supervisor(place, passwords, running, options);
  try {
    await supervisor.takeLock();
    return supervisor;
  } catch (error) {
    // where another process owns it, it is that one's server by now, whoever started it
    if (!isTidemarkError(error, "data-folder-in-use") && !running.adopted) await supervisor.stop();
    throw error;
  }
}

async function preparePlace({ dataFolder, postgres }: EmbeddedPostgresOptions): Promise<PostgresPlace> {
  const made = await makeFolder(dataFolder, 0o700).catch((error: NodeJS.ErrnoException) => {
    throw notUsable(dataFolder, error);
  });
  const real = await realpath(dataFolder);
  const files = filesFolder(real);
  const account = await postgresAccount(files);
  // Postgres' account passes through; what lies in it is closed by itself
  if (made !== undefined && account !== null) await openMade(real, dataFolder, made);
  await assertPassable(real, account);
  await refuseOtherVersions(real).catch((error: NodeJS.ErrnoException) => {
    throw error instanceof TidemarkError ? error : notUsable(dataFolder, error);
  });
  const prepared = await preparePostgres(postgres ?? (await findPostgres()), account, real);
  return { postgres: prepared, account, dataFolder: real, files };
}

/** Makes the folders that were just made passable for others, from the data folder up to the first of them. */
async function openMade(folder: string, dataFolder: string, firstMade: string): Promise<void> {
  const made = relative(firstMade, dataFolder).split(sep).filter(Boolean).length + 1;
  for (let path = folder, left = made; left > 0; path = dirname(path), left--) await chmod(path, 0o711);
}

function notUsable(dataFolder: string, error: NodeJS.ErrnoException): TidemarkError {
  return new TidemarkError(
    "data-folder",
    {
      attempt: "use the data folder",
      value: dataFolder,
      found: folderReason(error),
      wanted: "a folder that can be made and written, or another one by --data or TIDEMARK_DATA",
    },
    { cause: error },
  );
}

async function removeShortFolder(place: PostgresPlace, { socketFolder }: PostgresAddress): Promise<void> {
  // the usual one is in the data folder and stays
  if (socketFolder !== null && !socketFolder.startsWith(place.dataFolder)) {
    await rm(socketFolder, { recursive: true, force: true });
  }
}

/** Starts the server or adopts the running one. Of several processes that try, each ends up with the same server. */
async function ensureRunning(place: PostgresPlace, passwords: Passwords, address: PostgresAddress): Promise<Running> {
  const zombiesUntil = performance.now() + ZOMBIE_LIMIT_MS;
  let launchDelay = FIRST_LAUNCH_DELAY_MS;
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
      const adopted = await adopt(place, passwords);
      if (adopted !== null) return adopted;
      await stopServer(place);
      continue;
    }
    const pid = await launchServer(place, address);
    if (pid !== null) return { pid, address, adopted: false };
    // another process may have been faster: then the file names that one's server
    if (!(await nobodyRuns(place))) continue;
    if (launchDelay > MAX_LAUNCH_DELAY_MS) throw await startFailed(place, "it ended at once");
    // server processes of a killed postmaster may be about to end: while they live, no other one starts
    await wait(launchDelay);
    launchDelay *= 2;
  }
  throw await startFailed(place, `no server after ${MAX_ATTEMPTS} attempts`);
}

async function nobodyRuns(place: PostgresPlace): Promise<boolean> {
  const file = await readPostmasterFile(place.files);
  return file === null || (await postmasterState(file.pid)) === "gone";
}

/** @returns the running server when it is ours and of our version; null when it has to be stopped first or is gone */
async function adopt(place: PostgresPlace, passwords: Passwords): Promise<Running | null> {
  const deadline = performance.now() + ADOPT_LIMIT_MS;
  while (performance.now() < deadline) {
    const file = await readPostmasterFile(place.files);
    if (file === null || (await postmasterState(file.pid)) !== "running") return null;
    const ours = file.ready ? await isOurs(place, passwords, file) : "later";
    if (ours !== "later") return ours ? runningOf(file) : null;
    await wait(ADOPT_POLL_MS);
  }
  return null;
}

function runningOf(file: Postmaster): Running {
  const socketFolder = file.socketFolder === "" ? null : file.socketFolder;
  return { pid: file.pid, address: { socketFolder, port: file.port }, adopted: true };
}

async function isOurs(place: PostgresPlace, passwords: Passwords, file: Postmaster): Promise<boolean | "later"> {
  try {
    const facts = await asAdmin(runningOf(file).address, passwords, readServerFacts);
    return facts.dataDirectory === place.files && facts.version.split(" ")[0] === place.postgres.version;
  } catch (error) {
    // stopped now, it would begin its recovery again, after half a minute in which it does not hear
    if (isNotNow(error)) return "later";
    // it does not let us in: whoever it is, it is not one that we can use
    return false;
  }
}

/** Watches one server by the connection that holds the owner lock. */
class Supervisor implements EmbeddedPostgres {
  readonly failed: Promise<unknown>;
  readonly #place: PostgresPlace;
  readonly #passwords: Passwords;
  readonly #options: EmbeddedPostgresOptions;
  #running: Running;
  #lock: OwnerLock | null = null;
  #fail: (reason: unknown) => void = () => {};
  #stopping = false;

  constructor(place: PostgresPlace, passwords: Passwords, running: Running, options: EmbeddedPostgresOptions) {
    this.#place = place;
    this.#passwords = passwords;
    this.#running = running;
    this.#options = options;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  get ownerUrl(): Secret {
    return roleUrl(this.#running.address, this.#passwords, "owner");
  }
  get webUrl(): Secret {
    return roleUrl(this.#running.address, this.#passwords, "web");
  }
  get workerUrl(): Secret {
    return roleUrl(this.#running.address, this.#passwords, "worker");
  }
  get adminUrl(): Secret {
    return roleUrl(this.#running.address, this.#passwords, "admin", "postgres");
  }
  get pid(): number {
    return this.#running.pid;
  }
  get adopted(): boolean {
    return this.#running.adopted;
  }
  get owned(): boolean {
    return this.#lock !== null;
  }

  /** Makes the roles, takes the lock, and brings the server back when the lock's connection breaks. */
  async takeLock(): Promise<void> {
    await asAdmin(this.#running.address, this.#passwords, (client) => makeRoles(client, this.#passwords));
    const { sharing = "never" } = this.#options;
    if (sharing === "always" || (sharing === "when-running" && this.#running.adopted)) return;
    const lock = await takeOwnerLock(this.ownerUrl, this.#options.purpose, this.#place.dataFolder);
    this.#lock = lock;
    void lock.lost.then(() => this.#bringBack());
  }

  async #bringBack(): Promise<void> {
    if (this.#stopping) return;
    const { log } = this.#options;
    log.warn({ folder: this.#place.files }, "Postgres is gone; starting it again");
    try {
      this.#running = await ensureRunning(this.#place, this.#passwords, this.#running.address);
      await this.takeLock();
      log.info({ folder: this.#place.files }, "Postgres is back");
    } catch (error) {
      log.error({ err: error, folder: this.#place.files }, "Postgres cannot be brought back");
      this.#fail(error);
    }
  }

  async release(): Promise<void> {
    this.#stopping = true;
    await this.#lock?.release();
  }

  async stop(): Promise<void> {
    await this.release();
    await stopServer(this.#place);
    // its files may have been taken away, and with them the one that says who it is
    const { pid, adopted } = this.#running;
    if (!adopted && (await postmasterState(pid)) === "running") process.kill(pid, "SIGINT");
    await removeShortFolder(this.#place, this.#running.address);
  }
}
