// The archiver of an installation: in a process that does nothing else, or beside the server.
import { join } from "node:path";
import type { ArchiverDeps } from "./archive/archive-run.ts";
import { type Archiver, startArchiver } from "./archive/archiver.ts";
import { openObjectStore } from "./archive/open-store.ts";
import { diskRoomOf } from "./archive/work-place.ts";
import type { Config } from "./config.ts";
import { TidemarkError } from "./errors.ts";
import { holderName, systemProcesses } from "./ingest/process-holder.ts";
import { type Installation, openInstallation } from "./installation.ts";
import type { Log } from "./log.ts";

/** How it is started. */
export interface ArchiverOptions {
  readonly config: Config;
  readonly log: Log;
  readonly now: () => number;
}

/**
 * @returns what archives for an installation
 * @throws TidemarkError `bad-setting` where no setting says where the archive lies
 */
export async function archiverOf(
  { database, allow }: Installation,
  { config, log, now }: ArchiverOptions,
): Promise<ArchiverDeps> {
  if (config.archive === null) throw withoutArchive();
  const workFolder = join(config.dataFolder, "archive-work");
  return {
    database,
    objects: await openObjectStore(config.archive, allow),
    holder: `${holderName(systemProcesses())}:archiver`,
    workFolder,
    keep: config.archiveKeep,
    room: diskRoomOf(config.dataFolder),
    log,
    now,
  };
}

/** The error of whatever needs an archive where there is none. */
function withoutArchive(): TidemarkError {
  return new TidemarkError("bad-setting", {
    attempt: "use the setting",
    value: "TIDEMARK_ARCHIVE",
    found: "nothing",
    wanted: 'the whole path of a folder, such as "/srv/tidemark-archive", or "s3://bucket/prefix"',
  });
}

/** A running archiver process. */
export interface ArchiverProcess {
  /** resolves when it cannot go on */
  readonly failed: Promise<unknown>;
  /** Ends what is under way; whatever does not count yet never will. */
  close(): Promise<void>;
}

/**
 * Starts to archive for the installation.
 * @throws TidemarkError those of `openInstallation()`; `bad-setting` without TIDEMARK_ARCHIVE
 */
export async function startArchiverProcess(options: ArchiverOptions): Promise<ArchiverProcess> {
  const { config, log } = options;
  if (config.archive === null) throw withoutArchive();
  const installation = await openInstallation(config, { purpose: "tidemark archiver", alone: false, joins: true, log });
  try {
    const archiver = startArchiver(await archiverOf(installation, options));
    return {
      failed: installation.failed,
      close: async () => {
        await archiver.stop();
        await installation.close();
      },
    };
  } catch (error) {
    await installation.close();
    throw error;
  }
}

/** Starts it beside a server, where there is an archive. */
export async function startArchiverBeside(
  installation: Installation,
  options: ArchiverOptions,
): Promise<Archiver | null> {
  if (options.config.archive === null) return null;
  return startArchiver(await archiverOf(installation, options));
}
