// Starting, stopping and waiting for the programs of the embedded Postgres.
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile, rename, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { TidemarkError } from "../errors.ts";
import type { Account } from "./embedded-postgres-account.ts";
import { type PostgresPackage, program } from "./embedded-postgres-binaries.ts";
import { fullDisk } from "./full-disk.ts";
import { postmasterState, readPostmasterFile } from "./postmaster-file.ts";

/** The place of one embedded Postgres: its programs, its folders, who runs it. */
export interface PostgresPlace {
  readonly postgres: PostgresPackage;
  readonly account: Account | null;
  /** what Tidemark keeps; Postgres' files are in `files` below it */
  readonly dataFolder: string;
  readonly files: string;
  /** settings of the server in place of ours, for tests and benchmarks */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Where it listens. */
export interface PostgresAddress {
  /** a folder for the socket, or null for 127.0.0.1 */
  readonly socketFolder: string | null;
  /** of a socket only a part of its name */
  readonly port: number;
}

/** Recovery of the 2 GB of log that may be pending takes seconds; this is a watchdog. */
const START_LIMIT_MS = 120_000;
const POLL_MS = 5;
/** For open statements to be broken off; then the server is stopped like in a power cut. */
const STOP_LIMIT_MS = 30_000;
const MAX_LOG_BYTES = 1024 * 1024;
const LOG_LINES_SHOWN = 3;

/** Settings that differ from Postgres' own; reasons in reference 1.5. fsync and its kin stay on. */
const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: "40",
  work_mem: "8MB",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  wal_compression: "off",
  autovacuum_naptime: "5s",
  idle_in_transaction_session_timeout: "30s",
  max_slot_wal_keep_size: "4GB",
  unix_socket_permissions: "0700",
  log_timezone: "UTC",
  timezone: "UTC",
};

/** What a child process of ours gets: nothing of our environment where the system allows that. */
function childOptions({ account, dataFolder }: PostgresPlace) {
  return {
    cwd: dataFolder,
    ...(process.platform === "win32" ? {} : { env: { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" } }),
    ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
  };
}

/** Runs `initdb` or `pg_ctl` to its end. @returns its exit code and what it said */
export async function runProgram(
  place: PostgresPlace,
  name: "initdb" | "pg_ctl",
  args: readonly string[],
): Promise<{ code: number | null; said: string }> {
  const child = spawn(program(place.postgres, name), args, {
    ...childOptions(place),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-MAX_LOG_BYTES);
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(cannotRun(place, name, error)));
    child.once("close", (code) => resolve({ code, said }));
  });
}

function cannotRun(place: PostgresPlace, name: string, error: NodeJS.ErrnoException): TidemarkError {
  // the file is there, so ENOENT is its loader: a system without glibc
  const found = error.code === "ENOENT" ? "a system that cannot run it (musl?)" : error.message;
  return new TidemarkError(
    "database-unreachable",
    {
      attempt: "run the embedded Postgres",
      value: program(place.postgres, name as "postgres"),
      found,
      wanted: "a program that starts, or a Postgres of your own in DATABASE_URL",
    },
    { cause: error },
  );
}

function serverArguments(place: PostgresPlace, address: PostgresAddress): string[] {
  const { socketFolder, port } = address;
  const settings = {
    ...SETTINGS,
    ...place.settings,
    // a list: quoted, since a folder's name may hold a comma or a blank
    unix_socket_directories: socketFolder === null ? "" : `"${socketFolder.replaceAll('"', '""')}"`,
    listen_addresses: socketFolder === null ? "127.0.0.1" : "",
    port: String(port),
  };
  return ["-D", place.files, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

const logFile = (place: PostgresPlace): string => join(place.dataFolder, "postgres.log");

/** Opens the server's log for appending; what was in it is kept once, when it has grown. */
async function openLog(place: PostgresPlace): Promise<number> {
  const path = logFile(place);
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MAX_LOG_BYTES) await rename(path, `${path}.1`);
  return openSync(path, "a", 0o600);
}

/**
 * Starts the server and waits until it is ready. It is a session of its own: a Ctrl-C in the terminal reaches Tidemark
 * only, which then stops it in order.
 * @returns its pid, or null when it ended before it was ready: then another one may have been faster
 */
export async function launchServer(place: PostgresPlace, address: PostgresAddress): Promise<number | null> {
  const log = await openLog(place);
  const child = spawn(program(place.postgres, "postgres"), serverArguments(place, address), {
    ...childOptions(place),
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const ended = new Promise<null>((resolve, reject) => {
    child.once("error", (error) => reject(cannotRun(place, "postgres", error)));
    child.once("exit", () => resolve(null));
  });
  child.unref();
  const stop = new AbortController();
  try {
    return await Promise.race([ended, untilReady(place, child.pid ?? -1, stop.signal)]);
  } finally {
    stop.abort();
  }
}

/** @returns the pid once the file of `pid` says that it is ready; also when `signal` says that nobody waits any more */
async function untilReady(place: PostgresPlace, pid: number, signal: AbortSignal): Promise<number> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadline) {
    const file = await readPostmasterFile(place.files);
    if (signal.aborted || (file?.pid === pid && file.ready)) return pid;
    await wait(POLL_MS);
  }
  throw await startFailed(place, `it not ready after ${START_LIMIT_MS / 1000} s`);
}

/** @returns the error for a server that does not start, with the end of its log */
export async function startFailed(place: PostgresPlace, what: string): Promise<TidemarkError> {
  const log = await readFile(logFile(place), "utf8").catch(() => "");
  const end = log.trimEnd().split("\n").slice(-LOG_LINES_SHOWN).join(" / ");
  const full = await fullDisk(place.files);
  const whole = `(the whole log is ${JSON.stringify(logFile(place))})`;
  return new TidemarkError("database-unreachable", {
    attempt: "start Postgres in",
    value: place.files,
    // what is said on a full disk may be missing from a log that is on it as well
    found: full ?? `${what}; its log ends with: ${end}`,
    wanted: full === null ? `a server that starts ${whole}` : `room, and then the same again: nothing is lost ${whole}`,
  });
}

/**
 * Stops the server with this pid; open statements are broken off. It is that one alone: a server that somebody has
 * started in its place meanwhile is a healthy one, whose file looks the same but for the pid.
 */
export async function stopServer(place: PostgresPlace, pid: number): Promise<void> {
  for (const signal of ["INT", "QUIT"]) {
    const file = await readPostmasterFile(place.files);
    if (file?.pid !== pid || (await postmasterState(pid)) !== "running") return;
    await runProgram(place, "pg_ctl", ["kill", signal, String(pid)]);
    if (await untilEnded(pid)) return;
  }
}

/** @returns whether the server with this pid has ended within the limit */
async function untilEnded(pid: number): Promise<boolean> {
  const deadline = performance.now() + STOP_LIMIT_MS;
  while (performance.now() < deadline) {
    if ((await postmasterState(pid)) !== "running") return true;
    await wait(POLL_MS);
  }
  return false;
}

/** @returns a port of 127.0.0.1 that is free now */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new RangeError("no port was given");
  return address.port;
}
