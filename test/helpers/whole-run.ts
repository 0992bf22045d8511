// What a run of all test files shares, so that not each of them makes it anew: compiled code, the Postgres that runs, and
// a folder in memory for all that they write.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../source-files.ts";

/** Linux' file system in memory, and what must be free of it and of all memory, in bytes: far more than a run writes. */
const IN_MEMORY = "/dev/shm";
const ROOM_BYTES = 8 * 1024 ** 3;
/** Begins the names of the folders of runs, then comes the process of the runner: short, since sockets are in them. */
const OF_RUN = "tidemark-";

let leave: (() => Promise<void>) | null = null;
let memory: string | null = null;

/** Called by Node's test runner before the first test file. */
export async function globalSetup(): Promise<void> {
  // the processes of test files inherit it: half of what a small one takes was to compile what others had compiled
  process.env["NODE_COMPILE_CACHE"] ??= join(ROOT, "node_modules", ".cache", "compiled");
  // a hundred thousand files are made and removed, of which an ext4 without a journal looks for each among the ones removed
  // before: with their folders on such a disk a test of Postgres' took three times the processor time
  memory = folderInMemory();
  if (memory !== null) process.env["TMPDIR"] = memory;
  // where it runs is read when it is loaded
  const { keepServer } = await import("./test-database.ts");
  leave = await keepServer();
}

/** Called after the last one. */
export async function globalTeardown(): Promise<void> {
  await leave?.();
  if (memory !== null) rmSync(memory, { recursive: true, force: true });
}

/** @returns a folder of this run's own; null where there is no room, or no program may be started there, as in most containers */
function folderInMemory(): string | null {
  let folder: string | null = null;
  try {
    removeLeftOvers();
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    if (bavail * bsize < ROOM_BYTES || process.availableMemory() < ROOM_BYTES) return null;
    folder = mkdtempSync(join(IN_MEMORY, `${OF_RUN}${process.pid}-`));
    chmodSync(folder, 0o711); // Postgres' account passes through when root runs the tests
    const program = join(folder, "program");
    writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
    execFileSync(program);
    return folder;
  } catch {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
    return null;
  }
}

/** Those of runs that were killed; a Postgres that is still there ends when it misses its files. */
function removeLeftOvers(): void {
  for (const name of readdirSync(IN_MEMORY).filter((each) => each.startsWith(OF_RUN))) {
    try {
      process.kill(Number.parseInt(name.slice(OF_RUN.length), 10), 0);
    } catch {
      rmSync(join(IN_MEMORY, name), { recursive: true, force: true });
    }
  }
}
