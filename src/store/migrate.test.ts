// The database's versions: up, down and up again on data, and what is refused (D12).
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openTestDatabase, type TestDatabase } from "../../test/helpers/test-database.ts";
import { isTidemarkError } from "../errors.ts";
import { drift, readCatalogue, storedCatalogue } from "./catalogue.ts";
import { asOwner, assertUnderstood, downgrade, readSchemaState, upgrade } from "./migrate.ts";
import { MIGRATIONS_FOLDER, migrationLabel, readMigrations } from "./migrations.ts";

const known = await readMigrations();

async function databaseFor(t: TestContext, migrated: boolean): Promise<TestDatabase> {
  const db = await openTestDatabase({ migrated });
  t.after(() => db.close());
  return db;
}

/** The project's migrations and one more. */
async function withNext(t: TestContext, up: string, down: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-migrations-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
  const next = join(folder, migrationLabel(known.length + 1, "next"));
  await mkdir(next);
  await writeFile(join(next, "migration.sql"), up);
  await writeFile(join(next, "down.sql"), down);
  return folder;
}

function catalogueOf(db: TestDatabase): Promise<string[]> {
  return asOwner(db.ownerUrl, readCatalogue);
}

async function appliedNumbers(db: TestDatabase): Promise<number[]> {
  return (await readSchemaState(db.ownerUrl)).applied.map(({ number }) => number);
}

/** One repository with a commit, a shape and a file version, and a person. */
const FILL = `
  INSERT INTO organization (name) VALUES ('Data');
  INSERT INTO "user" (id, name, email) VALUES ('ada', 'Ada', 'ada@example.org');
  INSERT INTO membership (organization_id, user_id, role) SELECT id, 'ada', 'owner' FROM organization;
  INSERT INTO git_repository (organization_id, name, kind, address) SELECT id, 'r', 'folder', '/r' FROM organization;
  INSERT INTO metric_shape (organization_id, repository_id, number, hash, keys)
    SELECT organization_id, id, 1, '\\x00', '{a,b,c}' FROM git_repository;
  INSERT INTO metric_file (organization_id, repository_id, number, path, version, size, adapter, adapter_version, status, shape, "values")
    SELECT organization_id, id, 1, 'm.json', '\\x01', 9, 'json', 1, 'read', 1, '[1.50, {"n":"NaN"}, 9007199254740993]' FROM git_repository;
  INSERT INTO event (organization_id, repository_id, source) SELECT organization_id, id, 'person' FROM git_repository;`;

async function fill(db: TestDatabase): Promise<void> {
  await asOwner(db.ownerUrl, (client) => client.query(FILL));
}

async function documents(db: TestDatabase): Promise<unknown[]> {
  return asOwner(
    db.ownerUrl,
    async (client) => (await client.query("SELECT document::text FROM metric_document")).rows,
  );
}

test("upgrade() brings an empty database to exactly what is kept as its catalogue", async (t) => {
  const db = await databaseFor(t, false);
  assert.deepEqual(
    (await upgrade(db.ownerUrl)).map(({ label }) => label),
    known.map(({ label }) => label),
  );
  assert.deepEqual(drift(await catalogueOf(db), await storedCatalogue()), []);
  assert.deepEqual(await upgrade(db.ownerUrl), [], "and has nothing to do a second time");
});

test("upgrade(), downgrade() and upgrade() again give the same catalogue, migration by migration", async (t) => {
  const db = await databaseFor(t, false);
  for (const { number } of known) {
    const before = await catalogueOf(db);
    await upgrade(db.ownerUrl, number);
    const after = await catalogueOf(db);
    await downgrade(db.ownerUrl, number - 1);
    assert.deepEqual(await catalogueOf(db), before, `back from ${number}`);
    await upgrade(db.ownerUrl, number);
    assert.deepEqual(await catalogueOf(db), after, `up to ${number} again`);
    assert.deepEqual(
      await appliedNumbers(db),
      known.slice(0, number).map((migration) => migration.number),
    );
  }
});

test("downgrade() below the view keeps the rows, and upgrade() shows them again", async (t) => {
  const db = await databaseFor(t, true);
  await fill(db);
  const before = await documents(db);
  assert.deepEqual(before, [{ document: '{"a": 1.50, "b": "NaN", "c": 9007199254740993}' }]);
  await downgrade(db.ownerUrl, 1);
  await assert.rejects(documents(db), /relation "metric_document" does not exist/);
  await upgrade(db.ownerUrl);
  assert.deepEqual(await documents(db), before);
});

test("downgrade() to 7 and upgrade() keep what events ask for and whether they wait", async (t) => {
  const db = await databaseFor(t, true);
  await fill(db);
  const run = (statement: string) => asOwner(db.ownerUrl, async (client) => (await client.query(statement)).rows);
  const events = () => run("SELECT source, task, state FROM event ORDER BY id");
  await run(`
    DELETE FROM event;
    INSERT INTO event (organization_id, repository_id, source, task, state)
    SELECT organization_id, id, e.source, e.task, e.state FROM git_repository, (VALUES
      (1, 'import', 'import', 'running'), (2, 'webhook', 'sync', 'failed'), (3, 'poll', 'sync', 'skipped'),
      (4, 'schedule', 'import', 'dead')) AS e(n, source, task, state) ORDER BY e.n;
    INSERT INTO event (organization_id, source) SELECT id, 'webhook' FROM organization;`);
  await downgrade(db.ownerUrl, 7);
  assert.deepEqual(await run("SELECT source, state FROM event ORDER BY id"), [
    { source: "import", state: "due" },
    { source: "sync", state: "due" },
    { source: "sync", state: "done" },
    { source: "import", state: "dead" },
  ]);
  await upgrade(db.ownerUrl);
  assert.deepEqual(await events(), [
    { source: "import", task: "import", state: "due" },
    { source: "person", task: "sync", state: "due" },
    { source: "person", task: "sync", state: "done" },
    { source: "import", task: "import", state: "dead" },
  ]);
});

test("downgrade() to 0 takes everything away, also where there are rows", async (t) => {
  const db = await databaseFor(t, true);
  await fill(db);
  await downgrade(db.ownerUrl, 0);
  assert.deepEqual(await catalogueOf(db), []);
  assert.deepEqual(await appliedNumbers(db), []);
  await upgrade(db.ownerUrl);
  assert.deepEqual(drift(await catalogueOf(db), await storedCatalogue()), []);
});

test("upgrade() by two at once applies each migration once", async (t) => {
  const db = await databaseFor(t, false);
  const both = await Promise.all([upgrade(db.ownerUrl), upgrade(db.ownerUrl)]);
  assert.deepEqual(
    both.map(({ length }) => length).sort((a, b) => a - b),
    [0, known.length],
  );
  assert.deepEqual(
    await appliedNumbers(db),
    known.map(({ number }) => number),
  );
});

test("upgrade() refuses a migration that was edited after it was applied", async (t) => {
  const db = await databaseFor(t, true);
  const folder = await withNext(t, "CREATE TABLE tag (name text);", "DROP TABLE tag;");
  await upgrade(db.ownerUrl, undefined, folder);
  const label = migrationLabel(known.length + 1, "next");
  await writeFile(join(folder, label, "migration.sql"), "CREATE TABLE tag (name text, colour text);");
  for (const again of [() => upgrade(db.ownerUrl, undefined, folder), () => downgrade(db.ownerUrl, 0, folder)]) {
    await assert.rejects(again(), (error) => {
      assert.ok(isTidemarkError(error, "migration"));
      assert.match(error.message, new RegExp(`${label}/migration.sql was edited`));
      return true;
    });
  }
});

test("upgrade() refuses a database of a newer Tidemark", async (t) => {
  const db = await databaseFor(t, true);
  const folder = await withNext(t, "CREATE TABLE tag (name text);", "DROP TABLE tag;");
  await upgrade(db.ownerUrl, undefined, folder);
  await assert.rejects(upgrade(db.ownerUrl), (error) => {
    assert.ok(isTidemarkError(error, "database-schema"));
    assert.match(error.message, new RegExp(`migration ${known.length + 1} \\(next\\), which a newer Tidemark made`));
    return true;
  });
});

test("upgrade() applies nothing of a migration that fails, and names the line", async (t) => {
  const db = await databaseFor(t, false);
  const folder = await withNext(t, "CREATE TABLE tag (name text);\nCREATE TABLE tag (name text);\nSELECT 1;", "");
  await assert.rejects(upgrade(db.ownerUrl, undefined, folder), (error) => {
    assert.ok(isTidemarkError(error, "migration"));
    assert.match(error.message, /"relation "tag" already exists"/);
    return true;
  });
  assert.deepEqual(drift(await catalogueOf(db), await storedCatalogue()), [], "those before it are there");
  const misspelt = await withNext(t, "SELECT 1;\nCREATE TABEL tag (name text);", "");
  await assert.rejects(upgrade(db.ownerUrl, undefined, misspelt), /syntax error at or near "TABEL"" in line 2/);
});

test("downgrade() takes nothing back when one migration on the way cannot be", async (t) => {
  const db = await databaseFor(t, true);
  const folder = await withNext(t, "DROP VIEW metric_document;", "-- irreversible: the view is gone\n");
  await upgrade(db.ownerUrl, undefined, folder);
  await assert.rejects(downgrade(db.ownerUrl, 0, folder), (error) => {
    assert.ok(isTidemarkError(error, "migration"));
    assert.match(error.message, /that it cannot be taken back: the view is gone/);
    return true;
  });
  assert.equal((await appliedNumbers(db)).length, known.length + 1);
});

test("upgrade() and downgrade() refuse a number that no migration has", async (t) => {
  const db = await databaseFor(t, false);
  for (const number of [-1, known.length + 1, 0.5]) {
    await assert.rejects(upgrade(db.ownerUrl, number), (error) => isTidemarkError(error, "bad-argument"));
    await assert.rejects(downgrade(db.ownerUrl, number), (error) => isTidemarkError(error, "bad-argument"));
  }
});

test("upgrade() refuses to work as superuser and says which account to make", async (t) => {
  const db = await databaseFor(t, false);
  await assert.rejects(upgrade(db.adminUrl), (error) => {
    assert.ok(isTidemarkError(error, "database-role"));
    assert.match(error.message, /found the superuser tidemark, wanted an account that is none: CREATE ROLE/);
    return true;
  });
});

test("assertUnderstood() takes a database that is behind", () => {
  assertUnderstood({ known, applied: [] }, "x");
  const [first] = known;
  assert.ok(first !== undefined);
  assertUnderstood({ known, applied: [{ ...first, appliedAt: new Date(0) }] }, "x");
});

test("readMigrations() refuses a folder with a gap or without a way back", async (t) => {
  const folder = await withNext(t, "SELECT 1;", "SELECT 1;");
  await rm(join(folder, migrationLabel(known.length + 1, "next"), "down.sql"));
  await assert.rejects(readMigrations(folder), /no down\.sql in \d{4}_next/);
  await rm(join(folder, known[0]?.label ?? ""), { recursive: true });
  await assert.rejects(readMigrations(folder), /wanted 0001_…/);
});

test("drift() says what is missing and what is unknown", () => {
  assert.deepEqual(drift(["a", "c"], ["a", "b"]), ["- b", "+ c"]);
});
