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

/** Owners that lack a right. */
const LACKING = [
  {
    lack: "may make nothing in the database",
    database: "nothing",
    grants: [],
    said: 'nothing not allowed to make anything in this database, wanted its owner, or what an administrator runs once: ALTER DATABASE "nothing" OWNER TO "nothing";',
  },
  {
    lack: "may make schemas but no tables",
    database: "halfway",
    grants: ["GRANT CREATE ON DATABASE halfway TO halfway"],
    said: 'halfway not allowed to make anything in its schema public, wanted its owner, or what an administrator runs once: CREATE SCHEMA IF NOT EXISTS public; GRANT CREATE ON SCHEMA public TO "halfway";',
  },
];

/** Accounts, as owner, web and worker, of which one is wrong; web may be followed by another database. */
const MISTAKES: readonly { name: string; urls: readonly [string, string, string]; message: RegExp }[] = [
  {
    name: "a superuser for the web role",
    urls: ["rich", "admin/tidemark", "tidemark_worker"],
    message: /"admin@.*TIDEMARK_WEB_DATABASE_URL\)": found the superuser admin, wanted .* ALTER ROLE tidemark_web /,
  },
  {
    name: "a superuser for the worker",
    urls: ["rich", "tidemark_web/tidemark", "admin"],
    message:
      /"admin@.*TIDEMARK_WORKER_DATABASE_URL\)": found the superuser admin, wanted .* ALTER ROLE tidemark_worker /,
  },
  {
    name: "an account that may not become the web role",
    urls: ["rich", "stranger/tidemark", "tidemark_worker"],
    message:
      /"stranger@.*TIDEMARK_WEB_DATABASE_URL\)": found .* stranger not allowed to become tidemark_web, wanted .*: GRANT tidemark_web TO "stranger";\.$/,
  },
  {
    name: "the web role's account for the worker",
    urls: ["rich", "tidemark_web/tidemark", "tidemark_web"],
    message:
      /"tidemark_web@.*TIDEMARK_WORKER_DATABASE_URL\)": .* become tidemark_worker, wanted an account of its own: ALTER ROLE tidemark_worker /,
  },
  {
    name: "another database for the web role",
    urls: ["rich", "tidemark_web/postgres", "tidemark_worker"],
    message:
      /TIDEMARK_WEB_DATABASE_URL\)": found another database than the owner's, wanted the one at rich@.*\(DATABASE_URL\)\.$/,
  },
];
const MAKE_STRANGERS = ["DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger LOGIN"];

interface Outside {
  addressOf(user: string, database?: string, setting?: string): Secret;
  /** @returns the first column of what the last statement gave */
  asAdmin(database: string, ...statements: readonly string[]): Promise<unknown[]>;
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
      let last: Record<string, unknown>[] = [];
      for (const statement of statements) last = (await client.query<Record<string, unknown>>(statement)).rows;
      return last.map((row) => Object.values(row)[0]);
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
    addressOf: (user, database = "tidemark", setting = "DATABASE_URL") => {
      const query = `host=${encodeURIComponent(folder)}&port=5415`;
      return Secret.of(`postgres://${user}:${user}-password@/${database}?${query}`, setting);
    },
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

    for (const { lack, grants, database, said } of LACKING) {
      test(`upgrade() says what an administrator has to run where the owner ${lack}, and leaves nothing`, async () => {
        const make = [`CREATE ROLE ${database} LOGIN CREATEROLE`, `CREATE DATABASE ${database}`];
        await outside.asAdmin("postgres", ...make, ...grants);
        await assert.rejects(upgrade(outside.addressOf(database, database)), (error) => {
          assert.ok(isTidemarkError(error, "database-role"), String(error));
          assert.ok(error.message.includes(said), error.message);
          return true;
        });
        assert.deepEqual(
          await outside.asAdmin(database, "SELECT 1 FROM pg_namespace WHERE nspname = 'migrations'"),
          [],
        );
        assert.deepEqual(await outside.asAdmin("postgres", "SELECT 1 FROM pg_roles WHERE rolname ~ 'tidemark_'"), []);
      });
    }

    test("upgrade() takes the roles back that it made where it cannot go on", async () => {
      // somebody else's schema of the name that ours has: the rights on the database do not tell
      await outside.asAdmin("postgres", "CREATE ROLE late LOGIN CREATEROLE", "CREATE DATABASE late OWNER late");
      await outside.asAdmin("late", "CREATE SCHEMA migrations");
      await assert.rejects(upgrade(outside.addressOf("late", "late")), (error) => {
        assert.ok(isTidemarkError(error, "database-role"), String(error));
        assert.match(error.message, /permission denied for schema migrations/);
        return true;
      });
      assert.deepEqual(await outside.asAdmin("postgres", "SELECT 1 FROM pg_roles WHERE rolname ~ 'tidemark_'"), []);
    });

    test("upgrade() says that nothing can be written there", async () => {
      const limit = "ALTER ROLE reader SET default_transaction_read_only = on";
      await outside.asAdmin(
        "postgres",
        "CREATE ROLE reader LOGIN CREATEROLE",
        limit,
        "CREATE DATABASE reader OWNER reader",
      );
      await assert.rejects(upgrade(outside.addressOf("reader", "reader")), (error) => {
        assert.ok(isTidemarkError(error, "database-role"), String(error));
        assert.match(
          error.message,
          /in a read-only transaction, wanted a server that does not only follow another one/,
        );
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

    for (const { name: mistake, urls, message } of MISTAKES) {
      test(`openDatabase() refuses ${mistake}, and names the setting`, async () => {
        const [owner, web, worker] = urls;
        const options = {
          ownerUrl: outside.addressOf(owner),
          webUrl: outside.addressOf(...(web.split("/") as [string, string]), "TIDEMARK_WEB_DATABASE_URL"),
          workerUrl: outside.addressOf(worker, "tidemark", "TIDEMARK_WORKER_DATABASE_URL"),
        };
        await outside.asAdmin("postgres", ...MAKE_STRANGERS);
        const opened = openDatabase({ ...options, log: quietLog }).then((database) => database.close());
        await assert.rejects(opened, (error) => {
          assert.ok(isTidemarkError(error, "database-role"), String(error));
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /-password/);
          return true;
        });
      });
    }

    test("openDatabase() works as the web role also where its address is the owner's, and listens as it", async (t) => {
      const ownerUrl = outside.addressOf("rich");
      const webUrl = outside.addressOf("rich", "tidemark", "TIDEMARK_WEB_DATABASE_URL");
      const workerUrl = outside.addressOf("tidemark_worker");
      const database = await openDatabase({ ownerUrl, webUrl, workerUrl, log: quietLog });
      t.after(() => database.close());
      assert.deepEqual(await database.people.query("SELECT current_user AS role"), [{ role: "tidemark_web" }]);
      const listener = { changed: () => {}, missed: () => {} };
      const listening = () => database.listen(listener).then((stop) => stop());
      await listening();
      await outside.asAdmin("postgres", "ALTER ROLE tidemark_web RENAME TO put_aside");
      t.after(() => outside.asAdmin("postgres", "ALTER ROLE put_aside RENAME TO tidemark_web"));
      await assert.rejects(listening(), /role "tidemark_web" does not exist/);
    });

    test("downgrade() refuses a superuser", async () => {
      await assert.rejects(downgrade(outside.addressOf("admin"), 0), (error) =>
        isTidemarkError(error, "database-role"),
      );
    });

    test("downgrade() leaves nothing behind but the migrations' own table", async () => {
      await downgrade(outside.addressOf("rich"), 0);
      assert.deepEqual(await asOwner(outside.addressOf("rich"), readCatalogue), []);
    });
  });
}
