// A Postgres of somebody else's, of the oldest version that we take: one address, or one per role.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Client } from "pg";
import { quietLog } from "../../test/helpers/test-database.ts";
import { isTidemarkError } from "../errors.ts";
import { Secret } from "../secrets.ts";
import { drift, readCatalogue, storedCatalogue } from "./catalogue.ts";
import { parseDatabaseUrl } from "./connection.ts";
import { openDatabase } from "./database.ts";
import { postgresAccount } from "./embedded-postgres-account.ts";
import { findPostgres } from "./embedded-postgres-binaries.ts";
import { ensureLocalOrganization } from "./first-run.ts";
import { asOwner, downgrade, upgrade } from "./migrate.ts";

/** A server to be outside of. */
interface Server {
  readonly name: string;
  /** the folder with initdb and postgres */
  readonly programs: string;
}

const SERVERS: readonly Server[] = [
  // where Debian puts the oldest version that we take
  { name: "Postgres 15", programs: "/usr/lib/postgresql/15/bin" },
  { name: "Postgres 18", programs: join((await findPostgres()).folder, "bin") },
];

interface Outside {
  addressOf(user: string, database?: string): Secret;
  asAdmin(database: string, ...statements: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server in a folder of its own, reached by a socket. */
async function startOutside(programs: string): Promise<Outside> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-outside-"));
  const files = join(folder, "files");
  const account = await postgresAccount(files);
  chmodSync(folder, 0o711);
  mkdirSync(files, { mode: 0o700 });
  if (account !== null) for (const path of [folder, files]) chownSync(path, account.uid, account.gid);
  const options = {
    cwd: folder,
    stdio: "ignore" as const,
    ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
  };
  const access = ["--auth-local=trust", "--auth-host=reject"];
  execFileSync(
    join(programs, "initdb"),
    ["-D", files, "-U", "admin", "-E", "UTF8", "--locale=C.UTF-8", ...access],
    options,
  );
  const server = spawn(
    join(programs, "postgres"),
    ["-D", files, "-k", folder, "-p", "5415", "-c", "listen_addresses="],
    options,
  );
  const asAdmin: Outside["asAdmin"] = async (database, ...statements) => {
    const client = new Client({ host: folder, port: 5415, user: "admin", database });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  for (const limit = performance.now() + 60_000; ; ) {
    try {
      await asAdmin("postgres", "SELECT 1");
      break;
    } catch (error) {
      if (performance.now() > limit) throw error;
    }
  }
  return {
    asAdmin,
    addressOf: (user, database = "tidemark") =>
      Secret.of(`postgres://${user}:${user}-password@/${database}?host=${encodeURIComponent(folder)}&port=5415`),
    stop: async () => {
      server.kill("SIGINT");
      await once(server, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

for (const { name, programs } of SERVERS) {
  const there = existsSync(join(programs, "postgres"));
  const skip = there ? false : `no postgres in ${programs} (apt-get install postgresql-15)`;
  describe(`an outside ${name}`, { skip }, () => {
    let outside: Outside;
    before(async () => {
      outside = await startOutside(programs);
    });
    after(() => outside.stop());

    test("upgrade() says what an administrator has to run where the owner may not make roles", async () => {
      await outside.asAdmin(
        "postgres",
        "CREATE ROLE poor LOGIN PASSWORD 'poor-password'",
        "CREATE DATABASE poor OWNER poor",
      );
      await assert.rejects(upgrade(outside.addressOf("poor", "poor")), (error) => {
        assert.ok(isTidemarkError(error, "database-role"));
        const wanted =
          'CREATE ROLE tidemark_web; CREATE ROLE tidemark_worker; GRANT tidemark_web, tidemark_worker TO "poor";';
        assert.ok(error.message.includes(wanted), error.message);
        return true;
      });
    });

    test("upgrade() refuses a superuser", async () => {
      await assert.rejects(upgrade(outside.addressOf("admin", "postgres")), (error) =>
        isTidemarkError(error, "database-role"),
      );
    });

    test("upgrade() and openDatabase() work with one address whose owner may make roles", async (t) => {
      const statements = [
        "CREATE ROLE rich LOGIN CREATEROLE PASSWORD 'rich-password'",
        "CREATE DATABASE tidemark OWNER rich",
      ];
      await outside.asAdmin("postgres", ...statements);
      const ownerUrl = outside.addressOf("rich");
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

    test("openDatabase() works with an address per role", async (t) => {
      const statements = ["web", "worker"].map(
        (role) => `ALTER ROLE tidemark_${role} LOGIN PASSWORD 'tidemark_${role}-password'`,
      );
      await outside.asAdmin("tidemark", ...statements);
      const [webUrl, workerUrl] = [outside.addressOf("tidemark_web"), outside.addressOf("tidemark_worker")];
      const database = await openDatabase({ ownerUrl: outside.addressOf("rich"), webUrl, workerUrl, log: quietLog });
      t.after(() => database.close());
      assert.equal(parseDatabaseUrl(webUrl).user, "tidemark_web");
      assert.deepEqual(await database.people.query("SELECT session_user AS account"), [{ account: "tidemark_web" }]);
      assert.deepEqual(await database.system.query("SELECT session_user AS account"), [{ account: "tidemark_worker" }]);
    });

    test("downgrade() leaves nothing behind but the migrations' own table", async () => {
      await downgrade(outside.addressOf("rich"), 0);
      assert.deepEqual(await asOwner(outside.addressOf("rich"), readCatalogue), []);
    });
  });
}
