// What goes on by itself, of one process: repositories are looked at and brought up to date, providers asked about them.
import { setTimeout as wait } from "node:timers/promises";
import type { Archive } from "./archive/archive.ts";
import type { Config } from "./config.ts";
import { POLL_SECONDS } from "./domain/poll-interval.ts";
import type { OrganizationId, RepositoryId } from "./domain/model.ts";
import { followProvider } from "./ingest/follow-provider.ts";
import type { IngestDeps } from "./ingest/git-source.ts";
import { startPoller } from "./ingest/poller.ts";
import { startProviderWatch } from "./ingest/provider-watch.ts";
import { startWorker, STOP_MS, type Worker } from "./ingest/worker.ts";
import type { Installation } from "./installation.ts";
import type { Log } from "./log.ts";
import { readServerAddress } from "./server-address.ts";
import { originsBeside, type WebhookDeps } from "./webhook-setup.ts";

/** What it is started with. */
export interface BackgroundOptions {
  /** repositories in work at a time; null: the usual */
  readonly workers: number | null;
  /** between two looks at a repository without a webhook that works; 0: none; null: the usual */
  readonly pollSeconds: number | null;
  /** brings what of old commits has left the database */
  readonly archive: Archive;
  /** how webhooks are set up at providers */
  readonly webhooks: WebhookDeps;
  readonly log: Log;
  readonly now: () => number;
}

type WorkerOptions = Omit<BackgroundOptions, "pollSeconds"> & Pick<IngestDeps, "refused">;

/** It runs. */
export interface Background {
  /** Looks for due events now. */
  wake(): void;
  /** Ends what is under way without losing any of it, within ten seconds. */
  stop(): Promise<void>;
}

/** @returns how a process that nobody reaches has webhooks made: for the server that has noted where it answers */
export function webhooksBeside({ keyring, allow }: Installation, config: Config, now: () => number): WebhookDeps {
  const originFor = originsBeside(config.publicUrl, () => readServerAddress(config.dataFolder));
  return { keyring, call: { allow, now }, originFor };
}

/** Starts the worker alone: it asks providers about what it reads. */
export function startInstallationWorker(
  { database, mirrors, mirrorQuotaBytes, allow, keyring }: Installation,
  { log, now, workers, webhooks, archive, refused = () => undefined }: WorkerOptions,
): Promise<Worker> {
  const asking = { ...webhooks, database, log };
  const askProvider = (organization: OrganizationId, id: RepositoryId, how?: { readonly isAtWork: boolean }) =>
    followProvider(asking, organization, id, how);
  const deps = { database, mirrors, mirrorQuotaBytes, allow, keyring, askProvider, archive, now, log };
  return startWorker({ ...deps, workers, refused });
}

/** Starts it; any number of processes share the work. It goes on whatever happens, until it is stopped. */
export async function startBackground(installation: Installation, options: BackgroundOptions): Promise<Background> {
  const { database, allow, keyring } = installation;
  const { log, now, webhooks } = options;
  const pollSeconds = options.pollSeconds ?? POLL_SECONDS;
  const worker = await startInstallationWorker(installation, options);
  const poller = startPoller({ database, allow, keyring, now, log, pollSeconds });
  const watch = startProviderWatch({ ...webhooks, database, log });
  return {
    wake: () => worker.wake(),
    stop: async () => {
      // whatever these still wait for is due again
      await Promise.all([worker.stop(), within(STOP_MS, poller.stop()), within(STOP_MS, watch.stop())]);
    },
  };
}

/** Waits for what ends, and not for longer than so many ms. */
async function within(ms: number, ended: Promise<void>): Promise<void> {
  const over = new AbortController();
  await Promise.race([ended.finally(() => over.abort()), wait(ms, undefined, { signal: over.signal }).catch(() => {})]);
}
