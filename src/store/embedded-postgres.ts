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
import { type PostgresAddress, type PostgresPlace, stopServer } from "./embedded-postgres-process.ts";
import { asAdmin, makeRoles, roleUrl } from "./embedded-postgres-roles.ts";
import type { EmbeddedCluster } from "./embedded-standby.ts";
import { ensureRunning, type Running } from "./embedded-postgres-running.ts";
import { fullDisk, untilRoom } from "./full-disk.ts";
import { makeFolder } from "./make-folder.ts";
import { type OwnerLock, takeOwnerLock } from "./owner-lock.ts";
import { postmasterState, readPostmasterFile } from "./postmaster-file.ts";

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
  /** settings of the server in place of ours, for tests and benchmarks */
  readonly settings?: Readonly<Record<string, string>>;
  /** other programs than those of the installed package */
  readonly postgres?: PostgresPackage;
}

/** A running embedded Postgres that this process owns. */
export interface EmbeddedPostgres {
  readonly ownerUrl: Secret;
  readonly webUrl: Secret;
  readonly workerUrl: Secret;
  /** what its standbys are made from */
  readonly cluster: EmbeddedCluster;
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

async function preparePlace({ dataFolder, postgres, settings = {} }: EmbeddedPostgresOptions): Promise<PostgresPlace> {
  // Postgres' account has to pass, also of a process that starts beside this one and finds the folder just made
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  const made = await makeFolder(dataFolder, mode).catch((error: NodeJS.ErrnoException) => {
    throw notUsable(dataFolder, error);
  });
  const real = await realpath(dataFolder);
  const files = filesFolder(real);
  const account = await postgresAccount(files);
  // whatever the umask is; what lies in it is closed by itself
  if (made !== undefined && account !== null) await openMade(real, dataFolder, made);
  await assertPassable(real, account);
  await refuseOtherVersions(real).catch((error: NodeJS.ErrnoException) => {
    throw error instanceof TidemarkError ? error : notUsable(dataFolder, error);
  });
  const prepared = await preparePostgres(postgres ?? (await findPostgres()), account, real);
  return { postgres: prepared, account, dataFolder: real, files, settings };
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

/** What a killed server was doing may take so long to end, in ms, and no other one starts beside it. */
const BRING_BACK_MS = 120_000;
const BRING_BACK_PAUSE_MS = 1_000;

/** Whether it helps nothing to try again: the data are somebody else's by now. That it does not run yet is no such thing. */
function isForGood(error: unknown): boolean {
  return isTidemarkError(error) && error.code !== "database-unreachable";
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
  readonly #stopping = new AbortController();

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
  get cluster(): EmbeddedCluster {
    return { place: this.#place, passwords: this.#passwords, address: this.#running.address };
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
    const { log } = this.#options;
    const { signal } = this.#stopping;
    const folder = this.#place.files;
    let until = performance.now() + BRING_BACK_MS;
    for (let first = true; !signal.aborted; first = false) {
      if (first) log.warn({ folder }, "Postgres is gone; starting it again");
      try {
        this.#running = await ensureRunning(this.#place, this.#passwords, this.#running.address);
        await this.takeLock();
        log.info({ folder }, "Postgres is back");
        return;
      } catch (error) {
        const full = await fullDisk(folder);
        if (full !== null) {
          if (first)
            log.error({ folder, problem: full }, "Postgres cannot run without room: it comes back once there is some");
          await untilRoom(folder, signal);
          until = performance.now() + BRING_BACK_MS;
          continue;
        }
        if (isForGood(error) || performance.now() > until) {
          log.error({ err: error, folder }, "Postgres cannot be brought back");
          this.#fail(error);
          return;
        }
        if (first) log.warn({ err: error, folder }, "Postgres cannot be brought back yet; it is tried again");
        await wait(BRING_BACK_PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async release(): Promise<void> {
    this.#stopping.abort();
    await this.#lock?.release();
  }

  async stop(): Promise<void> {
    await this.release();
    // whoever started it
    const file = await readPostmasterFile(this.#place.files);
    if (file !== null) await stopServer(this.#place, file.pid);
    // its files may have been taken away, and with them the one that says who it is
    const { pid, adopted } = this.#running;
    if (!adopted && (await postmasterState(pid)) === "running") process.kill(pid, "SIGINT");
    await removeShortFolder(this.#place, this.#running.address);
  }
}
