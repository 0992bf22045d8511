// `tidemark db` as a person sees it.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { commandIn, type Said } from "../../test/helpers/log-command.ts";
import { openTestDatabase } from "../../test/helpers/test-database.ts";
import { asOwner, readSchemaState } from "../store/migrate.ts";
import { readMigrations } from "../store/migrations.ts";

const db = await openTestDatabase({ migrated: false });
const cwd = await mkdtemp(join(tmpdir(), "tidemark-db-"));
after(async () => {
  await db.close();
  await rm(cwd, { recursive: true, force: true });
});
const known = await readMigrations();
const newest = known.at(-1);
assert.ok(newest !== undefined);
const head = `The database is at migration ${newest.number} (${newest.name}), the newest.\n`;

/** Runs a command line on the test's database. */
function run(...argv: readonly string[]): Promise<Said> {
  return runWith({ DATABASE_URL: db.ownerUrl.reveal() }, argv);
}

const command = commandIn(cwd);

function runWith(settings: Readonly<Record<string, string>>, argv: readonly string[]): Promise<Said> {
  const env = { ...settings, TIDEMARK_DATA: join(cwd, "nothing") };
  return command(["db", ...argv], { outIsTerminal: false, now: () => 0, env });
}

const applied = known.map(({ label }) => `Applied ${label}\n`).join("");

test("tidemark db current and history tell of an empty database", async () => {
  const empty = `The database is empty: 0 of ${known.length} migrations applied.\n`;
  assert.deepEqual(await run("current"), { code: 0, out: empty, err: "" });
  const { out } = await run("history");
  assert.match(out, /^0001 {2}init_database +not applied\n/);
});

test("tidemark db check fails on a database that is behind", async () => {
  const { code, out } = await run("check");
  assert.equal(code, 1);
  assert.match(out, /^Schema and migrations agree\.\nThe database is empty: .* Run: tidemark db upgrade\n$/);
});

test("tidemark db upgrade goes to a number, then to head, and says where it stands", async () => {
  const first = await run("upgrade", "1");
  const place = `The database is at migration 1 of ${known.length} (init_database).\n`;
  assert.deepEqual(first, { code: 0, out: `Applied 0001_init_database\n${place}`, err: "" });
  const rest = await run("upgrade");
  assert.deepEqual(rest, { code: 0, out: applied.replace("Applied 0001_init_database\n", "") + head, err: "" });
  assert.deepEqual(await run("upgrade", "head"), { code: 0, out: head, err: "" });
});

test("tidemark db history says when each was applied", async () => {
  const { out } = await run("history");
  assert.match(out, /^0001 {2}init_database +applied \d{4}-\d\d-\d\d \d\d:\d\d UTC\n/);
});

test("tidemark db check passes on what the migrations make, and names what is foreign", async () => {
  const good = "Schema and migrations agree.\nThe database is what the migrations make.\n";
  assert.deepEqual(await run("check"), { code: 0, out: good, err: "" });
  await asOwner(db.ownerUrl, (client) => client.query("CREATE INDEX by_hand ON git_commit (subject)"));
  const { code, out } = await run("check");
  assert.equal(code, 1);
  assert.match(out, /\n {2}\+ index CREATE INDEX by_hand ON public\.git_commit USING btree \(subject\)\n$/);
});

test("tidemark db downgrade takes back to a number, and everything to 0", async () => {
  const { code, out } = await run("downgrade", "0");
  assert.equal(code, 0);
  const back = known.toReversed().map(({ label }) => `Took back ${label}\n`);
  assert.ok(out.startsWith(back.join("")), out);
  const next = "The next start of this version of Tidemark applies again what was taken back.\n";
  assert.ok(out.endsWith(`0 of ${known.length} migrations applied.\n${next}`), out);
});

const wrong: readonly (readonly [readonly string[], RegExp])[] = [
  [
    ["upgrade", "99"],
    /^tidemark: Cannot go to migration "99": found no such migration, wanted a number from 0 to \d+\.\n$/,
  ],
  [["upgrade", "newest"], /^tidemark: Cannot go to migration "newest": found no number, wanted .*, or head\.\n$/],
  [
    ["downgrade"],
    /^tidemark: Cannot run "tidemark db downgrade": found no <to> behind it, wanted tidemark db downgrade <to>\.\n/,
  ],
  [
    ["revision"],
    /^tidemark: Cannot run "tidemark db revision": found an option missing, wanted -m, --message <text>\.\n/,
  ],
  [["revision", "-m", "!"], /^tidemark: Cannot name the migration "!": found no letter or digit/],
];

for (const [argv, message] of wrong) {
  test(`tidemark db ${argv.join(" ")} is called the wrong way`, async () => {
    const { code, err } = await run(...argv);
    assert.equal(code, 2);
    assert.match(err, message);
  });
}

test("tidemark db current says that a newer Tidemark made the database", async (t) => {
  const other = await openTestDatabase();
  t.after(() => other.close());
  const number = known.length + 1;
  await asOwner(other.ownerUrl, (client) =>
    client.query("INSERT INTO migrations.migration VALUES ($1, 'add_teams', 'x')", [number]),
  );
  const { out } = await runWith({ DATABASE_URL: other.ownerUrl.reveal() }, ["current"]);
  const told = `The database is at migration ${number} (add_teams), which a newer Tidemark made: this one knows ${known.length}.\n`;
  assert.equal(out, told);
});

test("tidemark db asks the database of DATABASE_URL, whatever --data says", async () => {
  const [current, upgraded] = [await run("current", "--data", "here"), await run("upgrade", "--data", "here")];
  assert.deepEqual(current, {
    code: 0,
    out: `The database is empty: 0 of ${known.length} migrations applied.\n`,
    err: "",
  });
  assert.deepEqual(upgraded, { code: 0, out: applied + head, err: "" });
  assert.deepEqual((await readSchemaState(db.ownerUrl)).applied.length, known.length);
  assert.deepEqual(await readdir(cwd), []);
});

const notThere = `There is no database in ${join(cwd, "here")} yet: tidemark serve makes one, tidemark db upgrade an empty one.\n`;
const notApplied = known.map(({ label }) => `${label.slice(0, 4)}  `);
const looking: readonly (readonly [readonly string[], number, RegExp])[] = [
  [["current"], 0, /^/],
  [["history"], 0, new RegExp(`^(?:${notApplied.join("|")})(?:.*not applied\n)`)],
  [["check"], 1, /^Schema and migrations agree\.\n/],
  [["check", "--write-catalogue"], 1, /^Schema and migrations agree\.\n/],
  [["downgrade", "0"], 1, /^/],
];

for (const [argv, exit, before] of looking) {
  test(`tidemark db ${argv.join(" ")} makes no database where there is none, and says so`, async () => {
    const { code, out, err } = await runWith({}, [...argv, "--data", "here"]);
    assert.deepEqual([code, err], [exit, ""]);
    assert.match(out, before);
    assert.ok(out.endsWith(notThere), out);
    assert.deepEqual(await readdir(cwd), []);
  });
}

test("tidemark db current makes no database in a folder without one", async () => {
  await mkdir(join(cwd, "here"));
  const { code, out } = await runWith({}, ["current", "--data", "here"]);
  assert.deepEqual([code, out], [0, notThere]);
  assert.deepEqual(await readdir(join(cwd, "here")), []);
});

test("tidemark db current says what stands against a data folder that is none", async () => {
  await writeFile(join(cwd, "file"), "");
  const { code, out, err } = await runWith({}, ["current", "--data", "file"]);
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /^tidemark: Cannot use the data folder ".*file": found a file where a folder has to be/);
});
