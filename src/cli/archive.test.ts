// Tests of `tidemark archive`: what it does and says, from nothing archived to everything back.
import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { HistoryBuilder } from "../../test/helpers/git-history.ts";
import { commandIn, type Said } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { openTestDatabase, urlsOf } from "../../test/helpers/test-database.ts";

const db = await openTestDatabase();
after(() => db.close());
const folder = temporaryFolder();
const archive = join(folder, "archive");
const command = commandIn(folder);

function run(...words: readonly string[]): Promise<Said> {
  const env = {
    ...urlsOf(db),
    TIDEMARK_DATA: join(folder, "data"),
    TIDEMARK_ARCHIVE: archive,
    TIDEMARK_ARCHIVE_KEEP_COMMITS: "40",
    TIDEMARK_ARCHIVE_KEEP_DAYS: "0",
  };
  return command(words, { outIsTerminal: false, width: Number.POSITIVE_INFINITY, now: Date.now, env });
}

before(async () => {
  const history = new HistoryBuilder(join(folder, "losses"));
  for (let i = 0; i < 60; i++) history.commit({ files: { "metrics.json": `{"loss": ${1 / (i + 1)}}` } });
  await history.finish();
  assert.equal((await run("repository", "add", join(folder, "losses"))).code, 0);
});

async function said(...words: readonly string[]): Promise<string> {
  const { code, out, err } = await run("archive", ...words);
  assert.equal(code, 0, err);
  return out;
}

test("status, run, verify, clean and restore: what each of them finds", async () => {
  assert.match(
    await said("status"),
    /losses: nothing archived\n +60 commits in Postgres\n +19 commits may be archived/,
  );
  assert.equal(await said("run"), "losses: 0 commits archived, 0 commits left Postgres\n", "fewer than 500");
  assert.equal(await said("run", "losses", "--now"), "losses: 19 commits archived, 0 commits left Postgres\n");
  const status = await said("status", "--deep");
  assert.match(
    status,
    /archived up to position 18, in 3 objects of [\d,]+ bytes\n +60 commits in Postgres, those from position 0 on in both/,
  );
  assert.match(status, /^0 objects that nobody knows of/m);
  assert.match(await said("verify"), /^3 objects looked at: all are what the manifest says, [\d,]+ bytes\.$/m);
  assert.match(await said("clean"), /nothing to do/);
  const machine = JSON.parse(await said("status", "--json")) as {
    repositories: { archivedTo: number; objects: number }[];
  };
  assert.deepEqual(
    machine.repositories.map(({ archivedTo, objects }) => [archivedTo, objects]),
    [[18, 3]],
  );
  // all are in Postgres still
  assert.equal(await said("restore", "losses"), "losses: 0 commits and 0 file versions are in Postgres again\n");
  assert.match(
    await said("status"),
    /nothing archived[^]*3 objects of [\d,]+ bytes were replaced, and go within a day/,
  );
});

test("status says of the last run that it failed, and why", async () => {
  await db.database.owner.query(
    `INSERT INTO archive_run (organization_id, repository_id, task, state, first_position, last_position, finished_at, problem)
     SELECT organization_id, id, 'archive', 'failed', 0, 8, '2026-11-27T12:00:00Z', 'found no room' FROM git_repository`,
  );
  assert.match(await said("status"), /^ +the last run failed at 2026-11-27T12:00Z: found no room$/m);
});

test("verify names what is damaged and ends with 1", async () => {
  assert.equal((await run("archive", "run", "--now")).code, 0);
  const [object] = await db.database.owner.query<{ key: string }>(
    "SELECT key FROM archive_object WHERE kind = 'commits' AND retired_at IS NULL",
  );
  const path = join(archive, object?.key ?? "");
  await rm(path);
  await writeFile(path, "something else");
  const { code, out, err } = await run("archive", "verify", "losses");
  assert.equal(code, 1);
  assert.match(out, /^3 objects looked at: 1 are not what the manifest says\.$/m);
  assert.match(err, /commits\/bucket=\d+\/[\w-]+\.parquet: it has 14 bytes, not \d+/);
});

test("ddl prints tables for three engines; restore wants a name or --all", async () => {
  assert.match(await said("ddl", "--engine", "duckdb"), /CREATE OR REPLACE VIEW tidemark_values/);
  assert.match(await said("ddl", "--engine", "trino"), /CREATE TABLE tidemark_commits/);
  assert.equal(
    (await said("ddl", "--engine", "trino")).match(/^-- .*\nSELECT/gm)?.length,
    5,
    "questions to start from",
  );
  assert.match(await said("ddl", "--engine", "athena"), /CREATE EXTERNAL TABLE `tidemark_columns`/);
  for (const words of [["ddl", "--engine", "excel"], ["restore"], ["restore", "losses", "--all"]]) {
    assert.equal((await run("archive", ...words)).code, 2, words.join(" "));
  }
});
