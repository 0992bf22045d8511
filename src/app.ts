// The server: database, worker and HTTP in one process, which `tidemark serve` runs, or without the worker.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bareServer } from "./api/bare-server.ts";
import { createServer, listen, type ServerConfig } from "./api/server.ts";
import type { UseCases } from "./api/services.ts";
import { TIME_LIMITS } from "./api/time-limits.ts";
import { startArchiverBeside } from "./archiver-process.ts";
import type { Archive } from "./archive/archive.ts";
import { withToldFailures } from "./archive/told-failures.ts";
import { openPageArchive } from "./page-archive.ts";
import { type Background, type BackgroundOptions, startBackground } from "./background.ts";
import type { Config } from "./config.ts";
import { isTidemarkError } from "./errors.ts";
import { diskRoom } from "./ingest/disk-room.ts";
import { DeliveryReceiver, type DeliveryReceiverDeps } from "./ingest/receive-delivery.ts";
import { type Installation, openInstallation } from "./installation.ts";
import { readOrMakeKey } from "./key-file.ts";
import type { Log } from "./log.ts";
import { MAX_RAW_BYTES } from "./reads/raw-file.ts";
import type { Keyring } from "./keyring.ts";
import type { Secret } from "./secrets.ts";
import type { Database } from "./store/database.ts";
import { insertOwnSyncs } from "./store/event.ts";
import { createOwnerLink } from "./store/owner-link.ts";
import { repositoryIds } from "./store/repository.ts";
import { accountCalls } from "./workspace/account-calls.ts";
import { addRepository, type RepositoryAddress } from "./workspace/add-repository.ts";
import { changeRepository } from "./workspace/change-repository.ts";
import { chooseColumn } from "./workspace/choose-column.ts";
import { changeMetricFiles, chooseIdentity } from "./workspace/choose-files.ts";
import { previewPattern, readRows } from "./workspace/preview-files.ts";
import { readRawFile } from "./workspace/read-raw-file.ts";
import { removeRepository } from "./workspace/remove-repository.ts";
import { retryEvent, retryStrayDelivery } from "./workspace/retry-event.ts";
import type { StoredSourceDeps } from "./workspace/stored-source.ts";
import { requestSync } from "./workspace/sync-repository.ts";
import { originsOf, type WebhookDeps } from "./webhook-setup.ts";
import { webhookCalls } from "./workspace/webhook-calls.ts";

/** A running server. */
export interface App {
  /** the origin that people use */
  readonly origin: string;
  /** Makes a new link's token; the one before is void. */
  ownerToken(): Promise<Secret>;
  /** Adds a repository, or finds the one that was added from this address before. */
  follow(address: RepositoryAddress): Promise<void>;
  /** how many repositories were followed when it started */
  readonly followed: number;
  /** the file of a key that this start has made, which a backup needs; else null */
  readonly madeKeyFile: string | null;
  /** resolves when the server cannot go on */
  readonly failed: Promise<unknown>;
  close(): Promise<void>;
}

/** How the server is started. */
export interface StartOptions {
  readonly config: Config;
  /** folder of the built web app */
  readonly webFolder: string;
  /** this Tidemark's version */
  readonly version: string;
  readonly log: Log;
  readonly now: () => number;
  /** whether repositories are brought up to date here (the default); else by `tidemark worker` */
  readonly works?: boolean;
}

/**
 * Starts the server on 127.0.0.1. It listens last: who can connect can be answered.
 * @throws TidemarkError `port-in-use`, and those of `openInstallation()`
 */
export async function startApp({ config, webFolder, version, log, now, works = true }: StartOptions): Promise<App> {
  const purpose = works ? "tidemark serve" : "tidemark web";
  const installation = await openInstallation(config, { purpose, alone: true, reads: true, log });
  const { database, owner, mirrors, mirrorQuotaBytes, keyring, allow, failed, madeKeyFile } = installation;
  const stored = { database, mirrors, mirrorQuotaBytes, allow, keyring, now };
  let localOrigin: string | null = null; // known once it listens
  const webhooks = { keyring, call: { allow, now }, originFor: originsOf(config.publicUrl, () => localOrigin) };
  const closers: (() => Promise<void>)[] = [() => installation.close()];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).toReversed()) await each();
  };
  try {
    let background: Background | null = null;
    const wake = (): void => background?.wake();
    const pageArchive = await openPageArchive(installation, config, log);
    closers.push(() => pageArchive.close());
    const operators = config.metrics === null ? null : bareServer(log, false, TIME_LIMITS);
    const server = await createServer({
      database,
      log,
      operators,
      archive: withToldFailures(pageArchive.archive, log),
      receiver: receiverOver(config, { database, keyring, now, wake }),
      config: await serverConfig(config, webFolder, version),
      useCases: useCasesOver({ ...stored, webhooks, archive: pageArchive.archive }),
      accounts: accountCalls({ database, keyring, allow, now }),
      webhooks: webhookCalls({ ...webhooks, database }),
      readRawFile: ({ organizationId, repositoryId, sha, path }) =>
        readRawFile(stored, organizationId, {
          repository: repositoryId,
          sha,
          path,
          maxBytes: MAX_RAW_BYTES,
        }),
    });
    closers.push(async () => {
      await Promise.all([background?.stop(), server.close(), operators?.close()]);
    });
    if (operators !== null && config.metrics !== null)
      await listen(operators, { ...config.metrics, setting: "TIDEMARK_METRICS" });
    const { url } = await listen(server, { port: config.port });
    localOrigin = url;
    if (works) background = await startWork(installation, { config, webhooks, archive: pageArchive.archive, log, now });
    const store = database.web.in(owner.organizationId);
    const followed = (await repositoryIds(store)).length;
    // what was pushed while no server ran is brought in at once
    if (works) await store.write((tx) => insertOwnSyncs(tx, "started"));
    wake();
    return {
      origin: config.publicUrl ?? url,
      ownerToken: () => createOwnerLink(database, now()),
      follow: async (place) => {
        const by = { person: { ...owner, isAdmin: true }, account: null };
        await addRepository(stored, owner.organizationId, { ...place, by }).catch((error: unknown) => {
          // it was brought up to date with the others
          if (!isTidemarkError(error, "repository-exists")) throw error;
        });
        wake();
      },
      followed,
      madeKeyFile,
      failed,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What goes on by itself beside the pages: repositories are brought up to date, and archived where there is an archive. */
async function startWork(
  installation: Installation,
  {
    config,
    ...options
  }: Pick<StartOptions, "config" | "log" | "now"> & Pick<BackgroundOptions, "webhooks" | "archive">,
): Promise<Background> {
  const { workers, pollSeconds } = config;
  const background = await startBackground(installation, { workers, pollSeconds, ...options });
  const { log, now } = options;
  const archiver = await startArchiverBeside(installation, { config, log, now }).catch(async (error: unknown) => {
    await background.stop();
    throw error;
  });
  return {
    wake: () => background.wake(),
    stop: async () => {
      await Promise.all([background.stop(), archiver?.stop()]);
    },
  };
}

/** Which part of the settings the server is told, and the key that signs its cookies. */
async function serverConfig(config: Config, webFolder: string, version: string): Promise<ServerConfig> {
  return {
    publicUrl: config.publicUrl,
    webFolder: existsSync(join(webFolder, "index.html")) ? webFolder : null,
    version,
    pollSeconds: config.pollSeconds,
    pageCacheBytes: config.pageCacheBytes ?? undefined,
    signInSecret: await readOrMakeKey(join(config.dataFolder, "session.key")),
  };
}

/** Takes deliveries in. The disk of a Postgres elsewhere is not ours to look at. */
function receiverOver({ databaseUrl, dataFolder }: Config, deps: DeliveryReceiverDeps): DeliveryReceiver {
  return new DeliveryReceiver(databaseUrl === null ? { ...deps, hasRoom: diskRoom(dataFolder, deps.now) } : deps);
}

/** What people do, over one installation. */
function useCasesOver(
  stored: StoredSourceDeps & {
    readonly database: Database;
    readonly keyring: Keyring;
    readonly now: () => number;
    readonly webhooks: WebhookDeps;
    readonly archive: Archive;
  },
): UseCases {
  const { database, mirrors, allow, keyring, now, webhooks, archive } = stored;
  return {
    addRepository: (person, { url, account }) =>
      addRepository({ database, allow, keyring, now }, person.organizationId, { url, by: { person, account } }),
    requestSync: (organization, repository, user) => requestSync({ database }, organization, repository, user),
    chooseColumn: (organization, repository, choice) =>
      chooseColumn({ database, archive }, organization, repository, choice),
    changeRepository: (organization, repository, changes, user) =>
      changeRepository({ database }, organization, repository, changes, user),
    retryEvent: (organization, repository, event, user) =>
      retryEvent({ database }, organization, repository, event, user),
    retryStrayDelivery: (organization, which, user) => retryStrayDelivery({ database }, organization, which, user),
    removeRepository: (organization, repository) =>
      removeRepository({ database, mirrors, webhooks }, organization, repository),
    changeMetricFiles: (organization, repository, changes, user) =>
      changeMetricFiles({ database }, organization, repository, changes, user),
    chooseIdentity: (organization, repository, choice, user) =>
      chooseIdentity({ database }, organization, repository, choice, user),
    previewPattern: (organization, asked) => previewPattern(stored, organization, asked),
    readRows: (organization, asked) => readRows(stored, organization, asked),
  };
}
