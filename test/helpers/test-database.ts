// Gives a test file a database of its own: one Postgres shared by all test processes of this account, one template, copies.
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "pg";
import type { OrganizationId } from "../../src/domain/model.ts";
import { createLog } from "../../src/log.ts";
import { Secret } from "../../src/secrets.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { findPostgres } from "../../src/store/embedded-postgres-binaries.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/store/embedded-postgres.ts";
import { upgrade } from "../../src/store/migrate.ts";
import { readMigrations } from "../../src/store/migrations.ts";
import { withClient } from "./with-client.ts";

/** A log that says nothing. */
export const quietLog = createLog({ level: "silent" });

/** A database of a test file's own. */
export interface TestDatabase {
  readonly database: Database;
  readonly ownerUrl: Secret;
  readonly webUrl: Secret;
  readonly workerUrl: Secret;
  /** the superuser's address of the same database, for looking and for breaking things */
  readonly adminUrl: Secret;
  /** Makes an organisation. @returns its id */
  makeOrganization(name?: string): Promise<OrganizationId>;
  /** Closes, drops, and stops the server when nobody else uses it. Call it in `after()`. */
  close(): Promise<void>;
}

/** @returns the settings by which a process, or a command, works in a test's database */
export function urlsOf({ ownerUrl, webUrl, workerUrl }: Pick<TestDatabase, "ownerUrl" | "webUrl" | "workerUrl">) {
  return {
    DATABASE_URL: ownerUrl.reveal(),
    TIDEMARK_WEB_DATABASE_URL: webUrl.reveal(),
    TIDEMARK_WORKER_DATABASE_URL: workerUrl.reveal(),
  };
}

/** How the database is made. */
export interface TestDatabaseOptions {
  /** false: an empty database, for tests of migrations; `database` must not be used before they are applied */
  readonly migrated?: boolean;
}

/** Room for all test files that run at once, each a whole installation or two; autovacuum looks at each database as often. */
const SETTINGS = { max_connections: "200", autovacuum_naptime: "1min" };

/** Databases of ended processes that are kept until there are so many, of some 10 MB each. */
const KEPT_DATABASES = 20;

const account = process.getuid?.() ?? 0;
// the version is in the name: a checkout with another one has a server of its own
const { version } = await findPostgres();
const folder = join(tmpdir(), `tidemark-test-${account}-${version}`);
const usersFolder = join(folder, "users");
let made = 0;
let server: EmbeddedPostgres | null = null;
let uses = 0;

/**
 * Runs `work` alone among all test processes. The lock is a socket that the system closes with its process, so that a
 * killed test leaves none behind.
 */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  const digest = createHash("sha256").update(folder).digest();
  // an abstract socket has no file; where there are none, a port that depends on the folder
  const where =
    process.platform === "linux"
      ? { path: `\0${folder}` }
      : { host: "127.0.0.1", port: 20_000 + (digest.readUInt16BE() % 20_000) };
  const limit = performance.now() + 120_000;
  let lock: Server | null = null;
  while (lock === null) {
    lock = await new Promise<Server | null>((resolve) => {
      const attempt = createServer();
      attempt.once("error", () => resolve(null));
      attempt.listen(where, () => resolve(attempt));
    });
    if (lock === null && performance.now() > limit) throw new Error(`another process holds the test lock ${folder}`);
    if (lock === null) await wait(10);
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function livingUsers(): string[] {
  return readdirSync(usersFolder).filter((name) => {
    try {
      process.kill(Number(name), 0);
      return true;
    } catch {
      rmSync(join(usersFolder, name), { force: true });
      return false;
    }
  });
}

/** Starts or adopts the server and says that this process uses it. */
async function useServer(): Promise<EmbeddedPostgres> {
  uses += 1;
  if (server !== null) return server;
  mkdirSync(usersFolder, { recursive: true });
  // Postgres' account passes through when root runs the tests
  chmodSync(folder, 0o711);
  server = await startEmbeddedPostgres({
    dataFolder: folder,
    purpose: "tests",
    log: quietLog,
    sharing: "always",
    settings: SETTINGS,
  });
  writeFileSync(join(usersFolder, String(process.pid)), "");
  return server;
}

/** The last process drops what is left in it, and stops it. */
async function leaveServer(): Promise<void> {
  uses -= 1;
  if (uses > 0 || server === null) return;
  rmSync(join(usersFolder, String(process.pid)), { force: true });
  if (livingUsers().length === 0) {
    await asAdmin((client) => dropLeftOvers(client, 1));
    await server.stop();
  }
  server = null;
}

/**
 * Keeps the server running until the function that this resolves with is called: for a run of many test files, between
 * which it would be stopped and started again and again.
 */
export async function keepServer(): Promise<() => Promise<void>> {
  await alone(useServer);
  return () => alone(leaveServer);
}

function onDatabase(url: Secret, name: string): Secret {
  const changed = new URL(url.reveal());
  changed.pathname = `/${name}`;
  return Secret.of(changed.href);
}

async function asAdmin(work: (client: Client) => Promise<void>): Promise<void> {
  if (server === null) throw new Error("no server is in use");
  await withClient(server.adminUrl, work);
}

/** Makes the migrated template once per state of the migrations. @returns its name */
async function templateOf(running: EmbeddedPostgres, client: Client): Promise<string> {
  const hash = createHash("sha256");
  for (const { up } of await readMigrations()) hash.update(up);
  const name = `template_${hash.digest("hex").slice(0, 16)}`;
  const { rows } = await client.query("SELECT FROM pg_database WHERE datname = $1 AND datistemplate", [name]);
  if (rows.length > 0) return name;
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${name} OWNER tidemark_owner`);
  await upgrade(onDatabase(running.ownerUrl, name));
  await client.query(`ALTER DATABASE ${name} IS_TEMPLATE true`);
  return name;
}

/** Templates of migrations that nobody has any more. */
async function removeOldTemplates(template: string, client: Client): Promise<void> {
  if (livingUsers().length > 1) return; // another checkout may use it
  for (const name of await databasesLike("template_", client)) {
    if (name === template) continue;
    await client.query(`ALTER DATABASE ${name} IS_TEMPLATE false`);
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
}

/**
 * Drops the databases of processes that have ended, once there are so many. Each drop has Postgres write all that it holds
 * to the disk, while everybody waits: of many in a row only the first one costs that.
 */
async function dropLeftOvers(client: Client, atLeast: number): Promise<void> {
  const living = new Set(livingUsers());
  const left = (await databasesLike("test_", client)).filter((name) => !living.has(name.split("_")[1] ?? ""));
  if (left.length < atLeast) return;
  for (const name of left) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

async function databasesLike(start: string, client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)",
    [start],
  );
  return rows.map(({ name }) => name);
}

/** Opens a database that no other test sees. */
export async function openTestDatabase({ migrated = true }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  made += 1;
  const name = `test_${process.pid}_${made}`;
  const running = await alone(async () => {
    const started = await useServer();
    await asAdmin(async (client) => {
      const template = await templateOf(started, client);
      await removeOldTemplates(template, client);
      await dropLeftOvers(client, KEPT_DATABASES);
      await client.query(`CREATE DATABASE ${name} OWNER tidemark_owner TEMPLATE ${migrated ? template : "template0"}`);
    });
    return started;
  });
  const [ownerUrl, webUrl, workerUrl, adminUrl] = [
    running.ownerUrl,
    running.webUrl,
    running.workerUrl,
    running.adminUrl,
  ].map((url) => onDatabase(url, name)) as [Secret, Secret, Secret, Secret];
  const database = await openDatabase({ ownerUrl, webUrl, workerUrl, log: quietLog }).catch(async (error: unknown) => {
    await alone(leaveServer);
    throw error;
  });
  return {
    database,
    ownerUrl,
    webUrl,
    workerUrl,
    adminUrl,
    makeOrganization: async (organization = "Test") => {
      const rows = await database.owner.query<{ id: OrganizationId }>(
        "INSERT INTO organization (name) VALUES ($1) RETURNING id::text",
        [organization],
      );
      const [row] = rows;
      if (row === undefined) throw new Error("INSERT … RETURNING gave no row");
      return row.id;
    },
    close: async () => {
      await database.close();
      await alone(leaveServer);
    },
  };
}
