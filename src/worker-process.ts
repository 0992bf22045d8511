// A process that works and serves no pages. What `tidemark worker` runs.
import { startBackground, webhooksBeside } from "./background.ts";
import type { Config } from "./config.ts";
import { openInstallation } from "./installation.ts";
import type { Log } from "./log.ts";
import { type OpenArchive, openPageArchive } from "./page-archive.ts";
import { anyMakesWebhooks } from "./store/git-account.ts";

const NO_ADDRESS =
  "this worker makes no webhooks: no server runs on its data folder, and TIDEMARK_URL does not say the address that Git " +
  "servers reach the server by; set it as for the server";

/** How it is started. */
interface StartOptions {
  readonly config: Config;
  readonly log: Log;
  readonly now: () => number;
}

/** A running worker process. */
export interface WorkerProcess {
  /** resolves when it cannot go on */
  readonly failed: Promise<unknown>;
  /** Ends what is under way, or hands it back, within ten seconds. */
  close(): Promise<void>;
}

/**
 * Starts to work for the installation.
 * @throws TidemarkError those of `openInstallation()`; `database-unreachable` where neither DATABASE_URL nor a running
 *   server says where the database is
 */
export async function startWorkerProcess({ config, log, now }: StartOptions): Promise<WorkerProcess> {
  const installation = await openInstallation(config, { purpose: "tidemark worker", alone: false, joins: true, log });
  const webhooks = webhooksBeside(installation, config, now);
  let pageArchive: OpenArchive | null = null;
  const close = async (): Promise<void> => {
    await pageArchive?.close();
    await installation.close();
  };
  try {
    pageArchive = await openPageArchive(installation, config, log);
    const { archive } = pageArchive;
    // on a machine of its own it finds no server's note of where that answers, and is to be told
    if (webhooks.originFor(null) === null && (await anyMakesWebhooks(installation.database.system.reads)))
      log.warn({ setting: "TIDEMARK_URL" }, NO_ADDRESS);
    const { workers, pollSeconds } = config;
    const background = await startBackground(installation, { workers, pollSeconds, webhooks, archive, log, now });
    return {
      failed: installation.failed,
      close: async () => {
        await background.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
