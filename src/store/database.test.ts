// The fences of the database: whose rows a handle sees, what a role may, how long anything may take.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { openTestDatabase, quietLog } from "../../test/helpers/test-database.ts";
import { withClient } from "../../test/helpers/with-client.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { Secret } from "../secrets.ts";
import { CHANGE_CHANNEL, parseChange } from "./change-listener.ts";
import { openDatabase } from "./database.ts";
import type { Reader, Transaction } from "./organization-store.ts";
import { within } from "../../test/helpers/until.ts";

const db = await openTestDatabase();
after(() => db.close());
const { database } = db;
const ours = await db.makeOrganization("Ours");
const theirs = await db.makeOrganization("Theirs");

const INSERT = `
  INSERT INTO git_repository (organization_id, name, kind, address) VALUES ($1, $2, 'folder', $2) RETURNING id::text`;
const NAMES = "SELECT name FROM git_repository WHERE organization_id = $1 ORDER BY name";

async function addRepository(organization: OrganizationId, name: string): Promise<RepositoryId> {
  const rows = await database.web.in(organization).write((tx) => tx.query<{ id: RepositoryId }>(INSERT, [name]));
  const [row] = rows;
  assert.ok(row !== undefined);
  return row.id;
}

async function names(reader: Reader): Promise<string[]> {
  return (await reader.query<{ name: string }>(NAMES)).map(({ name }) => name);
}

async function asAdmin(sql: string): Promise<Record<string, unknown>[]> {
  return withClient(db.adminUrl, async (client) => (await client.query<Record<string, unknown>>(sql)).rows);
}

const repository = await addRepository(ours, "ours");
await addRepository(theirs, "theirs");

test("OrganizationStore.query() sees the rows of its organisation only", async () => {
  assert.deepEqual(await names(database.web.in(ours)), ["ours"]);
  assert.deepEqual(await names(database.worker.in(theirs)), ["theirs"]);
});

test("OrganizationStore.query() cannot run a statement that leaves the organisation out", async () => {
  const everything = database.web.in(ours).query("SELECT name FROM git_repository");
  await assert.rejects(everything, { code: "08P01", message: /bind message supplies 1 parameters/ });
});

test("OrganizationStore.query() runs a prepared statement again", async () => {
  const store = database.web.in(ours);
  for (const _ of [1, 2]) {
    assert.deepEqual(await store.query({ name: "names", text: NAMES }), [{ name: "ours" }]);
  }
});

for (const role of ["web", "worker"] as const) {
  test(`OrganizationStore.query() of the ${role} role cannot write outside of write()`, async () => {
    await assert.rejects(database[role].in(ours).query(INSERT, ["sneaked"]), { code: "25006" });
    await assert.rejects(
      database[role].in(ours).read((reader) => reader.query(INSERT, ["sneaked"])),
      { code: "25006" },
    );
  });
}

test("OrganizationStore.read() sees one snapshot", async () => {
  await database.web.in(ours).read(async (reader) => {
    const before = await names(reader);
    const added = await addRepository(ours, "added meanwhile");
    assert.deepEqual(await names(reader), before);
    await database.web
      .in(ours)
      .write((tx) => tx.query("DELETE FROM git_repository WHERE organization_id = $1 AND id = $2", [added]));
  });
});

test("OrganizationStore.write() keeps nothing when its work throws", async () => {
  const failing = database.web.in(ours).write(async (tx) => {
    await tx.query(INSERT, ["half"]);
    throw new Error("changed my mind");
  });
  await assert.rejects(failing, /changed my mind/);
  assert.deepEqual(await names(database.web.in(ours)), ["ours"]);
});

test("OrganizationStore.write() throws what its work throws, also when that looks like the driver's", async () => {
  const error = Object.assign(new Error("no such file"), { code: "ENOENT" });
  await assert.rejects(
    database.web.in(ours).write(() => Promise.reject(error)),
    (thrown) => thrown === error,
  );
});

test("OrganizationStore.write() ends the use of its transaction", async () => {
  const leaked = await database.web.in(ours).write((tx) => Promise.resolve({ tx }));
  await assert.rejects(names(leaked.tx), (error) => isTidemarkError(error, "internal"));
});

test("OrganizationStore.write() gives up durability only when told to", async () => {
  const sql = "SELECT current_setting('synchronous_commit') AS is FROM organization WHERE id = $1";
  const store = database.worker.in(ours);
  assert.deepEqual(await store.write((tx) => tx.query(sql)), [{ is: "on" }]);
  assert.deepEqual(await store.write((tx) => tx.query(sql), { durable: false }), [{ is: "off" }]);
  assert.deepEqual(await store.write((tx) => tx.query(sql)), [{ is: "on" }], "and not for the next one");
});

test("a row cannot hang under another organisation's repository", async () => {
  const stray = database.web
    .in(theirs)
    .write((tx) =>
      tx.query("INSERT INTO event (organization_id, repository_id, source) VALUES ($1, $2, 'person')", [repository]),
    );
  await assert.rejects(stray, { code: "23503", constraint: "event_repository" });
});

function skeleton(tx: Transaction, rows: readonly string[]): Promise<void> {
  const columns = ["organization_id", "repository_id", "position", "shas", "first_parents"];
  return tx.copyText(
    "import_commit",
    columns,
    rows.map((row) => Buffer.from(`${tx.organizationId}\t${repository}\t${row}\t\\\\x\n`)),
  );
}

test("Transaction.copyText() copies rows in", async () => {
  const store = database.worker.in(ours);
  await store.write((tx) => skeleton(tx, ["0\t\\\\x00", "1\t\\\\x01"]));
  const rows = await store.query(
    "SELECT position, shas FROM import_commit WHERE organization_id = $1 ORDER BY position",
  );
  assert.deepEqual(rows, [
    { position: 0, shas: Buffer.from([0]) },
    { position: 1, shas: Buffer.from([1]) },
  ]);
});

test("Transaction.copyText() rejects a bad row, and the connection goes on", async () => {
  const store = database.worker.in(ours);
  await assert.rejects(
    store.write((tx) => skeleton(tx, ["2\t\\\\x02", "three\t\\\\x03"])),
    { code: "22P02" },
  );
  const [row] = await store.query("SELECT count(*) AS n FROM import_commit WHERE organization_id = $1");
  assert.deepEqual(row, { n: 2 });
});

test("Transaction.copyText() rejects with what its rows throw", async () => {
  const failing = database.worker.in(ours).write((tx) => {
    const chunks = (function* (): Generator<Buffer> {
      yield Buffer.from(`${ours}\t${repository}\t9\t\\\\x09\n`);
      throw new Error("no more rows");
    })();
    return tx.copyText("import_commit", ["organization_id", "repository_id", "position", "shas"], chunks);
  });
  await assert.rejects(failing, /no more rows/);
  assert.equal((await names(database.worker.in(ours))).length, 1);
});

test("Transaction.copyText() refuses columns that do not begin with the organisation, and strange names", async () => {
  const store = database.worker.in(ours);
  for (const columns of [["repository_id"], ["organization_id", 'x") FROM STDIN; --']]) {
    await assert.rejects(
      store.write((tx) => tx.copyText("import_commit", columns, [])),
      (error) => isTidemarkError(error, "internal"),
    );
  }
});

const mayNot: readonly (readonly ["web" | "worker", string])[] = [
  ["web", "INSERT INTO metric_shape (organization_id, repository_id, number, hash, keys) VALUES ($1, 1, 1, '', '{}')"],
  ["web", "DELETE FROM git_commit WHERE organization_id = $1"],
  ["web", "UPDATE organization SET name = 'x' WHERE id = $1"],
  ["web", "UPDATE membership SET role = 'owner' WHERE organization_id = $1"],
  ["worker", "SELECT token FROM session WHERE user_id = $1::text"],
  ["worker", "SELECT value FROM verification WHERE id = $1::text"],
  ["worker", "SELECT role FROM membership WHERE organization_id = $1"],
];

for (const [role, sql] of mayNot) {
  test(`the ${role} role may not: ${sql}`, async () => {
    await assert.rejects(
      database[role].in(ours).write((tx) => tx.query(sql)),
      { code: "42501" },
    );
  });
}

test("every role works within the limits of the design", async () => {
  const sql = `SELECT name, setting::int AS ms FROM pg_settings
    WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') ORDER BY name`;
  const limits = async (query: (sql: string) => Promise<object[]>): Promise<unknown> =>
    Object.fromEntries((await query(sql)).map((row) => Object.values(row) as [string, number]));
  const wanted = { idle_in_transaction_session_timeout: 10_000, lock_timeout: 2_000 };
  assert.deepEqual(await limits((text) => database.people.query(text)), { ...wanted, statement_timeout: 10_000 });
  assert.deepEqual(await limits((text) => database.system.query(text)), { ...wanted, statement_timeout: 300_000 });
});

test("a lock that somebody else holds makes the database busy, not the statement wrong", async () => {
  const [store, update] = [database.web.in(ours), "UPDATE git_repository SET name = name WHERE organization_id = $1"];
  await store.write(async (tx) => {
    await tx.query(update);
    await assert.rejects(
      store.write((other) => other.query(update)),
      (error) => isTidemarkError(error, "database-busy"),
    );
  });
});

test("a connection that is cut says so, and the next statement has another one", async () => {
  const cut = database.worker.in(ours).write(async (tx) => {
    const [row] = await tx.query<{ pid: number }>("SELECT pg_backend_pid() AS pid FROM organization WHERE id = $1");
    await asAdmin(`SELECT pg_terminate_backend(${row?.pid})`);
    await tx.query(NAMES);
  });
  await assert.rejects(cut, (error) => isTidemarkError(error, "database-unreachable"));
  assert.deepEqual(await names(database.worker.in(ours)), ["ours"]);
});

test("openDatabase() says that nobody is there", async () => {
  const ownerUrl = Secret.of("postgres://ada:secret-word@/tidemark?host=/nowhere");
  await assert.rejects(openDatabase({ ownerUrl, log: quietLog }), (error) => {
    assert.ok(isTidemarkError(error, "database-unreachable"));
    assert.match(error.message, /"ada@\/nowhere\/\.s\.PGSQL\.5432\/tidemark": found no socket there/);
    return true;
  });
});

async function accountUrl(name: string, grants: string): Promise<Secret> {
  await asAdmin(`CREATE ROLE ${name} LOGIN PASSWORD 'a-long-password'; ${grants}`);
  const url = new URL(db.ownerUrl.reveal());
  url.username = name;
  url.password = "a-long-password";
  return Secret.of(url.href);
}

test("openDatabase() with one address takes the role of each part", async (t) => {
  const name = `single_${process.pid}`;
  const ownerUrl = await accountUrl(name, `GRANT tidemark_web, tidemark_worker TO ${name}`);
  const single = await openDatabase({ ownerUrl, log: quietLog });
  t.after(async () => {
    await single.close();
    await asAdmin(`DROP ROLE ${name}`);
  });
  const whoAmI = "SELECT current_user AS role";
  assert.deepEqual(await single.people.query(whoAmI), [{ role: "tidemark_web" }]);
  assert.deepEqual(await single.system.query(whoAmI), [{ role: "tidemark_worker" }]);
  assert.deepEqual(await single.owner.query(whoAmI), [{ role: name }]);
});

test("openDatabase() with an account that may not take the roles says what to run", async (t) => {
  const name = `lonely_${process.pid}`;
  const ownerUrl = await accountUrl(name, "");
  t.after(() => asAdmin(`DROP ROLE ${name}`));
  await assert.rejects(openDatabase({ ownerUrl, log: quietLog }), (error) => {
    assert.ok(isTidemarkError(error, "database-role"));
    assert.match(error.message, new RegExp(`GRANT tidemark_web, tidemark_worker TO "${name}";`));
    return true;
  });
});

test("Database.listen() hears of changes, and says when it may have missed some", async () => {
  const heard = new EventTarget();
  const stop = await database.listen({
    changed: (id, version) => heard.dispatchEvent(new CustomEvent("changed", { detail: `${id} ${version}` })),
    missed: () => heard.dispatchEvent(new Event("missed")),
  });
  const changed = once(heard, "changed") as Promise<[CustomEvent<string>]>;
  await database.worker
    .in(ours)
    .write((tx) =>
      tx.query(`SELECT pg_notify('${CHANGE_CHANNEL}', $2 || ' 7') FROM organization WHERE id = $1`, [repository]),
    );
  assert.equal((await changed)[0].detail, `${repository} 7`);

  const missed = once(heard, "missed");
  const listeners = "datname = current_database() AND application_name = 'tidemark listener'";
  await asAdmin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${listeners}`);
  await missed;
  const again = once(heard, "changed") as Promise<[CustomEvent<string>]>;
  await asAdmin(`NOTIFY ${CHANGE_CHANNEL}, '12 8'`);
  assert.equal((await again)[0].detail, "12 8");
  await stop();
  assert.deepEqual(await asAdmin(`SELECT FROM pg_stat_activity WHERE ${listeners} AND state <> 'idle'`), []);
});

test("parseChange() takes its own payloads only", () => {
  assert.deepEqual(parseChange("12 7"), { repositoryId: "12", version: 7 });
  for (const payload of [undefined, "", "12", "12 x", "12 7 9", "-1 7"]) assert.equal(parseChange(payload), null);
});

test("Database.close() breaks off what does not end by itself", async () => {
  const { ownerUrl, webUrl, workerUrl } = db;
  const other = await openDatabase({ ownerUrl, webUrl, workerUrl, log: quietLog });
  const begun = Promise.withResolvers<void>();
  const slow = other.worker.in(ours).write(async (tx) => {
    begun.resolve();
    await tx.query("SELECT pg_sleep(600) FROM git_repository WHERE organization_id = $1");
  });
  slow.catch(() => undefined); // awaited below
  await within("its begin", begun.promise);
  await other.close();
  await assert.rejects(slow, (error) => isTidemarkError(error, "database-unreachable"));
});
