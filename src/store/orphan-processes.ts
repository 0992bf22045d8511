// Server processes that outlive their postmaster. Mostly they notice and end; one that waits for a lock which a killed
// process held does not, and while it lives no other server starts on the same files.
import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { isAlive } from "./postmaster-file.ts";

/** A killed process that reads or writes the disk just then ends after that. */
const END_LIMIT_MS = 5_000;
const END_POLL_MS = 20;

/**
 * Kills the server processes of a folder whose postmaster is dead. Nothing acknowledged is lost: to the next server it is
 * a crash, after which it reads its log. Only where the system tells of processes in `/proc`.
 * @param folder Postgres' files by their real path: each server process works in them
 * @returns how many there were
 */
export async function endOrphans(folder: string): Promise<number> {
  const names = await readdir("/proc").catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const orphans: number[] = [];
  for (const pid of pids) if (await isServerProcess(pid, folder)) orphans.push(pid);
  for (const pid of orphans) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it has ended meanwhile
    }
  }
  const deadline = performance.now() + END_LIMIT_MS;
  while (orphans.some(isAlive) && performance.now() < deadline) await wait(END_POLL_MS);
  return orphans.length;
}

async function isServerProcess(pid: number, folder: string): Promise<boolean> {
  // of others' processes we are not told
  const worksIn = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  if (worksIn !== folder) return false;
  const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
  return name.trim() === "postgres";
}
