// One installation: its database at the newest schema, embedded or outside, its local owner, its folders.
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "./config.ts";
import { TidemarkError } from "./errors.ts";
import type { Keyring } from "./keyring.ts";
import type { Log } from "./log.ts";
import { allowanceOf, type EgressAllowance } from "./outbound.ts";
import { installEgressGuard } from "./outbound-guard.ts";
import { givenKeyring, ownKeyring } from "./seal-keys.ts";
import { openSshAccess } from "./ssh-access.ts";
import { parseDatabaseUrl } from "./store/connection.ts";
import { type Database, type DatabaseUrls, openDatabase } from "./store/database.ts";
import { startEmbeddedPostgres } from "./store/embedded-postgres.ts";
import { startStandbys } from "./store/embedded-standbys.ts";
import { ensureLocalOrganization, type LocalOwner } from "./store/first-run.ts";
import { makeFolder } from "./store/make-folder.ts";
import { upgrade } from "./store/migrate.ts";
import type { ReplicaAddress } from "./store/replica.ts";
import { checkReplicas } from "./store/replica-check.ts";

/** What a process opens before it does anything. */
export interface Installation {
  readonly database: Database;
  readonly owner: LocalOwner;
  /** folder of all mirrors */
  readonly mirrors: string;
  /** seals and opens the secrets in the database */
  readonly keyring: Keyring;
  /** the file of a key that was made just now, which a backup needs; else null */
  readonly madeKeyFile: string | null;
  /** most bytes of one mirror; null: the usual */
  readonly mirrorQuotaBytes: number | null;
  /** where Tidemark may connect to */
  readonly allow: EgressAllowance;
  /** resolves when the embedded Postgres is gone for good: the process has to end then */
  readonly failed: Promise<unknown>;
  close(): Promise<void>;
}

/** How an installation is opened. */
export interface OpenOptions {
  /** what this process does, for the one that comes second: "tidemark serve" */
  readonly purpose: string;
  /** whether this process must be the only one on an embedded Postgres */
  readonly alone: boolean;
  /** whether it only joins a server that runs: it starts no Postgres of its own */
  readonly joins?: boolean;
  /** whether it answers reads, by replicas where there are some */
  readonly reads?: boolean;
  readonly log: Log;
}

interface Server {
  readonly urls: DatabaseUrls;
  /** standbys of it that answer reads */
  readonly replicas: readonly ReplicaAddress[];
  readonly failed: Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Opens an installation: starts or finds its Postgres, brings the schema up to date, makes the local owner at first.
 * @throws TidemarkError `data-folder`, `data-folder-in-use`, `database-unreachable`, `database-schema`, `database-role`,
 * `bad-setting` for a key that is none
 */
export async function openInstallation(config: Config, options: OpenOptions): Promise<Installation> {
  const ssh = await openSshAccess(config.ssh);
  const allow = allowanceOf(config, ssh);
  // before anything that could ask another server; Postgres is spoken to over a socket of its own
  installEgressGuard(allow, options.log);
  const given = await givenKeyring(config);
  const server = await openServer(config, options);
  try {
    await upgrade(server.urls.ownerUrl);
    const mirrors = join(config.dataFolder, "mirrors");
    await makeFolder(mirrors, 0o700);
    const keys = given === null ? await ownKeyring(config.dataFolder) : { keyring: given, madeFile: null };
    tellOfKeys(keys.keyring, options.log);
    const keyMarks = keys.keyring.marks;
    const { log } = options;
    const { replicas } = server;
    const database = await openDatabase({ ...server.urls, replicas, log, workers: config.workers, keyMarks });
    try {
      const owner = await ensureLocalOrganization(database);
      return {
        database,
        owner,
        mirrors,
        keyring: keys.keyring,
        madeKeyFile: keys.madeFile,
        mirrorQuotaBytes: config.mirrorQuotaBytes,
        allow,
        failed: server.failed,
        close: async () => {
          await database.close();
          await server.close();
        },
      };
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Says once of each key that it is an old one which is still in use, or one that is needed and not here. */
function tellOfKeys(keyring: Keyring, log: Log): void {
  keyring.onOldKey(({ keyId, place: { organizationId, table } }) => {
    const use = { organization: organizationId, table, keyId, outcome: "opened" };
    log.warn(use, "a secret was opened by an old key: tidemark secrets rotate seals it anew");
  });
  keyring.onMissingKey(({ keyId, place: { organizationId, table } }) => {
    const use = { organization: organizationId, table, keyId, outcome: "waits" };
    log.error(
      use,
      "a secret was sealed with a key that this process does not have: what needs it waits until the key is here and " +
        "Tidemark is started again, or the secret is given once more (docs/keys.md)",
    );
  });
}

/** The outside server when DATABASE_URL names one, else the embedded one. */
async function openServer(config: Config, options: OpenOptions): Promise<Server> {
  const { purpose, alone, joins, reads = false, log } = options;
  if (config.databaseUrl !== null) {
    const { databaseUrl, webDatabaseUrl, workerDatabaseUrl } = config;
    // before anything is done in the first: a slip of the pen in the last one stops the start all the same
    for (const url of [databaseUrl, webDatabaseUrl, workerDatabaseUrl]) if (url !== null) parseDatabaseUrl(url);
    const replicas = reads ? config.replicas : [];
    await checkReplicas(webDatabaseUrl ?? databaseUrl, replicas, log);
    return {
      replicas,
      urls: {
        ownerUrl: databaseUrl,
        ...(webDatabaseUrl === null ? {} : { webUrl: webDatabaseUrl }),
        ...(workerDatabaseUrl === null ? {} : { workerUrl: workerDatabaseUrl }),
      },
      failed: new Promise(() => undefined),
      close: () => Promise.resolve(),
    };
  }
  const sharing = alone ? "never" : "when-running";
  const postgres = await startEmbeddedPostgres({ dataFolder: config.dataFolder, purpose, log, sharing });
  if (joins === true && postgres.owned) {
    await postgres.stop();
    const parts = { found: "no server that runs on it", wanted: "tidemark serve on it, or DATABASE_URL" };
    throw new TidemarkError("database-unreachable", { attempt: "join", value: config.dataFolder, ...parts });
  }
  const { ownerUrl, webUrl, workerUrl, failed } = postgres;
  const urls = { ownerUrl, webUrl, workerUrl };
  if (!postgres.owned) return { urls, replicas: [], failed, close: () => postgres.release() };
  // a command leaves a server's standbys as they are
  if (!reads) return { urls, replicas: [], failed, close: () => postgres.stop() };
  const standbys = await startStandbys({
    cluster: () => postgres.cluster,
    count: config.standbys,
    runtimeFolder: tmpdir(),
    log,
  }).catch(async (error: unknown) => {
    await postgres.stop();
    throw error;
  });
  const close = async (): Promise<void> => {
    await standbys.stop();
    await postgres.stop();
  };
  return { urls, replicas: standbys.replicas, failed, close };
}
