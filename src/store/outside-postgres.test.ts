// A Postgres of somebody else's, of the oldest version that we take: one address, or one per role.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Client } from "pg";
import { quietLog } from "../../test/helpers/test-database.ts";
import { isTidemarkError } from "../errors.ts";
import { Secret } from "../secrets.ts";
import { drift, readCatalogue, storedCatalogue } from "./catalogue.ts";
import { parseDatabaseUrl } from "./connection.ts";
import { openDatabase } from "./database.ts";
import { postgresAccount } from "./embedded-postgres-account.ts";
import { ensureLocalOrganization } from "./first-run.ts";
import { asOwner, downgrade, upgrade } from "./migrate.ts";

/** Where Debian puts the server of version 15. */
const BINARIES = "/usr/lib/postgresql/15/bin";
const skip = existsSync(join(BINARIES, "postgres"))
  ? false
  : `no Postgres 15 in ${BINARIES} (apt-get install postgresql-15)`;

const folder = mkdtempSync(join(tmpdir(), "tidemark-15-"));
chmodSync(folder, 0o711);
const files = join(folder, "files");
const account = await postgresAccount(files);
const as = account === null ? {} : { uid: account.uid, gid: account.gid };
let server: ReturnType<typeof spawn> | null = null;

function addressOf(user: string, database = "tidemark"): Secret {
  return Secret.of(`postgres://${user}:${user}-password@/${database}?host=${encodeURIComponent(folder)}&port=5415`);
}

async function asAdmin(database: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ host: folder, port: 5415, user: "admin", database });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function untilItAnswers(): Promise<void> {
  for (const limit = performance.now() + 60_000; ; ) {
    try {
      await asAdmin("postgres", "SELECT 1");
      return;
    } catch (error) {
      if (performance.now() > limit) throw error;
    }
  }
}

before(async () => {
  if (skip !== false) return;
  mkdirSync(files, { mode: 0o700 });
  if (account !== null) {
    chownSync(files, account.uid, account.gid);
    chownSync(folder, account.uid, account.gid);
  }
  const options = { cwd: folder, stdio: "ignore" as const, ...as };
  const access = ["--auth-local=trust", "--auth-host=reject"];
  execFileSync(
    join(BINARIES, "initdb"),
    ["-D", files, "-U", "admin", "-E", "UTF8", "--locale=C.UTF-8", ...access],
    options,
  );
  server = spawn(
    join(BINARIES, "postgres"),
    ["-D", files, "-k", folder, "-p", "5415", "-c", "listen_addresses="],
    options,
  );
  await untilItAnswers();
});

after(async () => {
  if (server !== null) {
    server.kill("SIGINT");
    await once(server, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
});

test("upgrade() says what an administrator has to run where the owner may not make roles", { skip }, async () => {
  await asAdmin("postgres", "CREATE ROLE poor LOGIN PASSWORD 'poor-password'", "CREATE DATABASE poor OWNER poor");
  await assert.rejects(upgrade(addressOf("poor", "poor")), (error) => {
    assert.ok(isTidemarkError(error, "database-role"));
    const wanted =
      'CREATE ROLE tidemark_web; CREATE ROLE tidemark_worker; GRANT tidemark_web, tidemark_worker TO "poor";';
    assert.ok(error.message.includes(wanted), error.message);
    return true;
  });
});

test("upgrade() refuses a superuser", { skip }, async () => {
  await assert.rejects(upgrade(addressOf("admin", "postgres")), (error) => isTidemarkError(error, "database-role"));
});

test("upgrade() and openDatabase() work with one address whose owner may make roles", { skip }, async (t) => {
  const statements = [
    "CREATE ROLE rich LOGIN CREATEROLE PASSWORD 'rich-password'",
    "CREATE DATABASE tidemark OWNER rich",
  ];
  await asAdmin("postgres", ...statements);
  const ownerUrl = addressOf("rich");
  await upgrade(ownerUrl);
  assert.deepEqual(drift(await asOwner(ownerUrl, readCatalogue), await storedCatalogue()), []);
  const database = await openDatabase({ ownerUrl, log: quietLog });
  t.after(() => database.close());
  const { organizationId } = await ensureLocalOrganization(database);
  const store = database.web.in(organizationId);
  await store.write((tx) =>
    tx.query("INSERT INTO git_repository (organization_id, name, kind, address) VALUES ($1, 'r', 'folder', '/r')"),
  );
  const who = await store.query("SELECT name, current_user AS role FROM git_repository WHERE organization_id = $1");
  assert.deepEqual(who, [{ name: "r", role: "tidemark_web" }]);
});

test("openDatabase() works with an address per role", { skip }, async (t) => {
  const statements = ["web", "worker"].map(
    (role) => `ALTER ROLE tidemark_${role} LOGIN PASSWORD 'tidemark_${role}-password'`,
  );
  await asAdmin("tidemark", ...statements);
  const [webUrl, workerUrl] = [addressOf("tidemark_web"), addressOf("tidemark_worker")];
  const database = await openDatabase({ ownerUrl: addressOf("rich"), webUrl, workerUrl, log: quietLog });
  t.after(() => database.close());
  assert.equal(parseDatabaseUrl(webUrl).user, "tidemark_web");
  assert.deepEqual(await database.people.query("SELECT session_user AS account"), [{ account: "tidemark_web" }]);
  assert.deepEqual(await database.system.query("SELECT session_user AS account"), [{ account: "tidemark_worker" }]);
});

test("downgrade() leaves nothing behind but the migrations' own table", { skip }, async () => {
  await downgrade(addressOf("rich"), 0);
  assert.deepEqual(await asOwner(addressOf("rich"), readCatalogue), []);
});
