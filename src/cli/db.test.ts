// `tidemark db` as a person sees it.
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openTestDatabase } from "../../test/helpers/test-database.ts";
import { readConfig } from "../config.ts";
import { asOwner } from "../store/migrate.ts";
import { readMigrations } from "../store/migrations.ts";
import type { Effects, Output } from "./effects.ts";
import { runProgram } from "./program.ts";

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

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line on the test's database. */
async function run(...argv: readonly string[]): Promise<Said> {
  const said = { out: "", err: "" };
  const output = (name: "out" | "err"): Output => ({
    write: (text) => {
      said[name] += text;
    },
    isTerminal: false,
    width: 80,
    colour: false,
  });
  const effects: Effects = {
    out: output("out"),
    err: output("err"),
    now: () => 0,
    cwd,
    cacheFolder: cwd,
    hasDesktop: false,
    stop: new Promise(() => {}),
    signal: new AbortController().signal,
  };
  const env = { DATABASE_URL: db.ownerUrl.reveal(), TIDEMARK_DATA: join(cwd, "nothing") };
  const code = await runProgram(["db", ...argv], effects, () => readConfig(env, cwd));
  return { code, ...said };
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

test("tidemark db current makes no database where there is none", async () => {
  const { code, out } = await run("current", "--data", "here");
  assert.deepEqual([code, out], [0, `The database is empty: 0 of ${known.length} migrations applied.\n`]);
  assert.deepEqual(await readdir(cwd), []);
});
