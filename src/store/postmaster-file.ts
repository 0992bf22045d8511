// The file in which a running Postgres says who it is (postmaster.pid), and whether that is still so.
import { chown, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What the file says. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** empty where it listens on no socket */
  readonly socketFolder: string;
  /** empty where it listens on no address */
  readonly address: string;
  readonly ready: boolean;
}

/** @returns null when there is no file, or one that is only half written yet */
export async function readPostmasterFile(folder: string): Promise<Postmaster | null> {
  const text = await readFile(join(folder, "postmaster.pid"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  // pid, folder, start time, port, socket folder, address, shared memory key, status
  const lines = text.split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  return {
    pid,
    port: Number(lines[3] ?? 0),
    socketFolder: lines[4] ?? "",
    address: lines[5] ?? "",
    ready: lines[7] === "ready",
  };
}

/** `zombie`: dead, but not yet collected by its parent, so Postgres still counts it as running. */
export type ProcessState = "running" | "zombie" | "gone" | "another-program";

/** @returns what has become of the process that the file names */
export async function postmasterState(pid: number): Promise<ProcessState> {
  if (!isAlive(pid)) return "gone";
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  // without /proc there is nothing more to know
  if (status === null) return (await hasProc()) ? "gone" : "running";
  // "<pid> (<name>) <state> …"; a name may hold anything, also parentheses
  const match = /^\d+ \((.*)\) (\S)/s.exec(status);
  if (match?.[2] === "Z" || match?.[2] === "X") return "zombie";
  return match?.[1] === "postgres" ? "running" : "another-program";
}

/** @returns whether a process has this pid, ours or not, dead but not collected ones too */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function hasProc(): Promise<boolean> {
  return stat("/proc/self/stat").then(
    () => true,
    () => false,
  );
}

/** Beyond the highest pid of any system, so that Postgres finds nobody there. */
const NOBODYS_PID = 999_999_999;

/**
 * Writes into the file that its postmaster is dead, when its pid went to another program (after a restart of a container,
 * say). Everything else stays: deleting the file would also remove the shared memory key by which Postgres notices
 * server processes that are still alive.
 */
export async function disownPostmasterFile(folder: string): Promise<void> {
  const path = join(folder, "postmaster.pid");
  const [, ...rest] = (await readFile(path, "utf8")).split("\n");
  const { uid, gid } = await stat(path);
  const changed = `${path}.new`;
  await writeFile(changed, [NOBODYS_PID, ...rest].join("\n"), { mode: 0o600 });
  if (process.getuid?.() === 0) await chown(changed, uid, gid);
  await rename(changed, path);
}
