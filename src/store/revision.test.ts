// Migrations written from a difference: both directions, run on a real database.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { openTestDatabase } from "../../test/helpers/test-database.ts";
import { isTidemarkError } from "../errors.ts";
import { readCatalogue } from "./catalogue.ts";
import { parseDatabaseUrl } from "./connection.ts";
import { downgrade, upgrade } from "./migrate.ts";
import { readMigrations } from "./migrations.ts";
import { schemaDifference, writeRevision } from "./revision.ts";

// below node_modules, so that the schema of the test finds drizzle-orm
const cache = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url));
await mkdir(cache, { recursive: true });
const root = await mkdtemp(join(cache, "revision-"));
const db = await openTestDatabase({ migrated: false });
after(async () => {
  await rm(root, { recursive: true, force: true });
  await db.close();
});
const migrations = join(root, "migrations");
await mkdir(migrations);
await symlink(fileURLToPath(new URL("../../package.json", import.meta.url)), join(root, "package.json"));
await writeFile(
  join(root, "drizzle.config.ts"),
  'export default { dialect: "postgresql", schema: "./schema.ts", out: "./migrations" };\n',
);

/** Writes a schema with the table `tag`. */
async function schema(columns: string, extra = ""): Promise<void> {
  await writeFile(
    join(root, "schema.ts"),
    `import { bigint, integer, pgTable, text, unique } from "drizzle-orm/pg-core";
     export const tag = pgTable("tag", { id: integer("id").primaryKey(), ${columns} }, (t) => [${extra}]);
     export const unused = [bigint, unique];\n`,
  );
}

const sql = (label: string, file: string): Promise<string> => readFile(join(migrations, label, file), "utf8");

async function catalogue(): Promise<string[]> {
  const client = new Client(parseDatabaseUrl(db.ownerUrl));
  await client.connect();
  try {
    return await readCatalogue(client);
  } finally {
    await client.end();
  }
}

/** Applies the newest migration and takes it back: what was there before is there again. Then applies it for good. */
async function provesReversible(): Promise<void> {
  const before = await catalogue();
  await upgrade(db.ownerUrl, undefined, migrations);
  const { length } = await readMigrations(migrations);
  await downgrade(db.ownerUrl, length - 1, migrations);
  assert.deepEqual(await catalogue(), before);
  await upgrade(db.ownerUrl, undefined, migrations);
}

test("writeRevision() writes the first migration and its way back", async () => {
  await schema('name: text("name").notNull()');
  const [created = "", ...others] = await schemaDifference(root);
  assert.match(created, /^CREATE TABLE "tag" \(\n\t"id" integer PRIMARY KEY,\n\t"name" text NOT NULL\n\);$/);
  assert.deepEqual(others, []);
  assert.deepEqual(await readMigrations(migrations), [], "nothing is written");
  const written = await writeRevision({ message: "Init database!", autogenerate: true, root });
  assert.equal(written?.label, "0001_init_database");
  assert.match(await sql("0001_init_database", "migration.sql"), /^CREATE TABLE "tag" \(/);
  assert.equal(await sql("0001_init_database", "down.sql"), 'DROP TABLE "tag";\n');
  await provesReversible();
});

test("schemaDifference() and writeRevision() find nothing when schema and migrations agree", async () => {
  assert.deepEqual(await schemaDifference(root), []);
  assert.equal(await writeRevision({ message: "Nothing", autogenerate: true, root }), null);
  assert.equal((await readMigrations(migrations)).length, 1);
});

test("writeRevision() numbers the next one and takes an added column away again", async () => {
  await schema(
    'name: text("name").notNull(), colour: text("colour"), rank: integer("rank")',
    'unique("tag_both").on(t.name, t.rank)',
  );
  const written = await writeRevision({ message: "Add colour & rank", autogenerate: true, root });
  assert.equal(written?.label, "0002_add_colour_rank");
  const down = await sql("0002_add_colour_rank", "down.sql");
  assert.ok(down.indexOf("DROP CONSTRAINT") < down.indexOf("DROP COLUMN"), `the constraint goes first:\n${down}`);
  await provesReversible();
});

test("writeRevision() asks about what may be a rename, and renames back what it is told to rename", async () => {
  await schema(
    'name: text("name").notNull(), hue: text("hue"), rank: integer("rank")',
    'unique("tag_both").on(t.name, t.rank)',
  );
  await assert.rejects(writeRevision({ message: "Hue", autogenerate: true, root }), (error) => {
    assert.ok(isTidemarkError(error, "migration"));
    assert.match(error.message, /may be a rename: .*"hue".*--hints-file/);
    return true;
  });
  assert.deepEqual(await schemaDifference(root), ["-- column public.tag.hue: new, or another one renamed"]);
  const hintsFile = join(root, "hints.json");
  const hint = { type: "rename", kind: "column", from: ["public", "tag", "colour"], to: ["public", "tag", "hue"] };
  await writeFile(hintsFile, JSON.stringify([hint]));
  const written = await writeRevision({ message: "Hue", autogenerate: true, root, hintsFile });
  assert.deepEqual(written?.up, ['ALTER TABLE "tag" RENAME COLUMN "colour" TO "hue";']);
  assert.deepEqual(written?.down, ['ALTER TABLE "tag" RENAME COLUMN "hue" TO "colour";']);
  await provesReversible();
});

test("writeRevision() drops a column of a constraint in an order that Postgres takes, and says that data goes", async () => {
  await schema('name: text("name").notNull(), hue: text("hue")');
  const written = await writeRevision({ message: "Drop rank", autogenerate: true, root });
  assert.match(written?.up[0] ?? "", /DROP CONSTRAINT "tag_both"/);
  await upgrade(db.ownerUrl, undefined, migrations);
  assert.match(
    await sql("0004_drop_rank", "down.sql"),
    /^-- irreversible: DROP COLUMN "rank"\nALTER TABLE "tag" ADD COLUMN/,
  );
  await assert.rejects(downgrade(db.ownerUrl, 3, migrations), /cannot be taken back: DROP COLUMN "rank"/);
});

test("writeRevision() without a difference writes empty files for what the schema cannot say", async () => {
  const written = await writeRevision({ message: "Vacuum often", autogenerate: false, root });
  assert.equal(written?.label, "0005_vacuum_often");
  assert.equal(await sql("0005_vacuum_often", "migration.sql"), "-- Vacuum often\n");
  assert.equal(await sql("0005_vacuum_often", "down.sql"), "-- Takes back: Vacuum often\n");
  await provesReversible();
  assert.deepEqual(await schemaDifference(root), [], "and the chain of snapshots goes on");
});

test("writeRevision() refuses a message without a name in it", async () => {
  await assert.rejects(writeRevision({ message: "…", autogenerate: true, root }), (error) =>
    isTidemarkError(error, "bad-argument"),
  );
});

test("schemaDifference() finds nothing between this project's schema and its migrations", async () => {
  assert.deepEqual(await schemaDifference(), []);
});

test("drizzle-kit finds nothing in a migrated database that the schema does not have, but the view", async (t) => {
  const migrated = await openTestDatabase();
  t.after(() => migrated.close());
  const program = fileURLToPath(new URL("../../node_modules/drizzle-kit/bin.cjs", import.meta.url));
  const project = fileURLToPath(new URL("../../", import.meta.url));
  const args = ["--dialect", "postgresql", "--schema", "src/store/schema*.ts", "--schemaFilter", "public"];
  // explains only: for real it would drop what it does not know
  const { stdout } = spawnSync(
    process.execPath,
    [program, "push", "--explain", "--output", "json", "--url", migrated.ownerUrl.reveal(), ...args],
    { cwd: project, encoding: "utf8" },
  );
  const said = JSON.parse(stdout) as { status: string; statements: { type: string; view?: { name: string } }[] };
  assert.equal(said.status, "ok", stdout);
  assert.deepEqual(
    said.statements.map(({ type, view }) => `${type} ${view?.name}`),
    ["drop_view metric_document"],
  );
});
