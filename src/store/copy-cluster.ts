// Copies the files of a running Postgres for a standby, between the begin and the end of a backup.
import { constants } from "node:fs";
import { chown, copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "./embedded-postgres-account.ts";

/**
 * Folders that a server makes its own content for; they have to be there. What is left in `pg_replslot` would keep the
 * standby from starting, and the log comes by streaming.
 */
const EMPTY: ReadonlySet<string> = new Set([
  "pg_wal",
  "pg_replslot",
  "pg_dynshmem",
  "pg_notify",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
]);
/** Folders inside of those that have to be there too. */
const INSIDE: Readonly<Record<string, readonly string[]>> = { pg_wal: ["archive_status", "summaries"] };
/** Of the running server alone; and the passwords, which nobody reads there. */
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|pgsql_tmp.*|pg_internal\.init.*|(backup_label|tablespace_map)(\.old)?|standby\.signal|tidemark\.passwords\.json)$/;
/** Copies at a time: enough that a disk is never waited for by one alone. */
const AT_ONCE = 8;

/** How files are copied. */
export interface CopyOptions {
  /** who owns the copies; null: who copies */
  readonly account: Account | null;
  readonly signal: AbortSignal;
}

/**
 * Copies a cluster's folder into an empty one. Files change meanwhile, come and go: what is missing or torn the log says.
 * @throws what the system says; the reason of `signal`
 */
export async function copyCluster(from: string, to: string, options: CopyOptions): Promise<void> {
  const files: (readonly [from: string, to: string])[] = [];
  await listFolder(from, to, true, files, options);
  const waiting = files.values();
  const work = async (): Promise<void> => {
    for (const [source, target] of waiting) {
      options.signal.throwIfAborted();
      await gone(copyFile(source, target, constants.COPYFILE_FICLONE));
      await gone(give(target, options));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function listFolder(
  from: string,
  to: string,
  isRoot: boolean,
  files: (readonly [string, string])[],
  options: CopyOptions,
): Promise<void> {
  const entries = (await gone(readdir(from, { withFileTypes: true }))) ?? [];
  for (const entry of entries) {
    options.signal.throwIfAborted();
    const { name } = entry;
    if (LEFT_OUT.test(name)) continue;
    const [source, target] = [join(from, name), join(to, name)];
    if (entry.isFile()) files.push([source, target]);
    if (!entry.isDirectory()) continue;
    await mkdir(target, { mode: 0o700 });
    await give(target, options);
    if (!isRoot || !EMPTY.has(name)) {
      await listFolder(source, target, false, files, options);
      continue;
    }
    for (const inside of INSIDE[name] ?? []) {
      await mkdir(join(target, inside), { mode: 0o700 });
      await give(join(target, inside), options);
    }
  }
}

async function give(path: string, { account }: CopyOptions): Promise<void> {
  if (account !== null) await chown(path, account.uid, account.gid);
}

/** @returns null where a file or folder went away meanwhile */
async function gone<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
