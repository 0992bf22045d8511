// Archive runs: what leaves Postgres is in the objects, exactly, and in the few bytes that stay.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import type { OrganizationId, RepositoryId, Value } from "../src/domain/model.ts";
import { numberOf } from "../src/domain/value.ts";
import { commitIn, readArchivedBetween } from "../src/store/archived-commit.ts";
import { readSegments } from "../src/store/archive-manifest.ts";
import { readArchiveState } from "../src/store/archive-run.ts";
import { archiveRepository } from "../src/archive/archive-run.ts";
import { deleteArchived } from "../src/archive/late-deletion.ts";
import { archiveNow, testArchiver } from "./helpers/archived-history.ts";
import { fillHistory, shaOf, type TestCommit, type TestHistory } from "./helpers/filled-history.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

const db = await openTestDatabase();
const { database } = db;
const folder = temporaryFolder();
after(() => db.close());

/** Values that are easily lost on the way from JSON through Postgres into Parquet and back. */
const HOSTILE: readonly Value[] = [
  0,
  1,
  -1,
  0.1,
  1e-300,
  5e-324,
  1.7976931348623157e308,
  1e300,
  NaN,
  Infinity,
  -Infinity,
  9007199254740991,
  9007199254740992n,
  9007199254740993n,
  -9007199254740993n,
  10n ** 39n,
  9223372036854775808n,
  "",
  " ",
  "NaN",
  "nan",
  "Infinity",
  "-inf",
  "null",
  "None",
  "N/A",
  "-",
  "--",
  "12",
  "1.10",
  "12 %",
  "12%",
  "1,234.5",
  "1e400",
  "-1e400",
  "1e-400",
  "9007199254740993",
  "true",
  'it\'s "so"',
  "back\\slash",
  "tab\tline\nreturn\r",
  "\u2028",
  "é",
  "e\u0301",
  "\u{1f600}",
  "\ufeffx",
  "'; DROP TABLE x; --",
  "x".repeat(256),
  "\u0001\u001f\u007f",
  "\ud7ff\ue000",
  true,
  false,
  null,
];

function history(
  name: string,
  commits: number,
  more: (position: number) => Partial<TestCommit> = () => ({}),
): TestHistory {
  const list = Array.from({ length: commits }, (_, position): TestCommit => {
    const document = {
      loss: 1 / (position + 1),
      "a.b \"c\" 'd' \u00e9": HOSTILE[position % HOSTILE.length] as Value,
      same: 7,
    };
    const parents = position === 0 ? [] : [position - 1];
    return { parents, files: { "metrics.json": { document } }, ...more(position) };
  });
  return { name, commits: list, branches: [{ name: "main", head: commits - 1 }] };
}

async function rowsOf(key: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const answer = await connection.runAndReadAll(
    sql.replace("{}", `read_parquet('${join(folder, "objects", key)}', hive_partitioning = false)`),
  );
  const rows = answer.getRowsJS();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

async function keysOf(organizationId: OrganizationId, repositoryId: RepositoryId): Promise<Record<string, string>> {
  const segments = await readSegments(database.worker.in(organizationId), repositoryId);
  return Object.fromEntries(segments.map(({ kind, key }) => [kind, key]));
}

test("what is older than the kept ones is in the objects and not in Postgres any more", async () => {
  const organizationId = await db.makeOrganization();
  const repositoryId = await fillHistory(database, organizationId, history("plain", 140));
  const place = { organizationId, repositoryId };
  const { archivedTo } = await archiveNow(database, place, { keep: 40, folder });
  assert.equal(archivedTo, 99);
  const store = database.worker.in(organizationId);
  const marks = await readArchiveState(store, repositoryId);
  assert.deepEqual([marks?.archivedTo, marks?.hotFrom], [99, 100]);
  const hot = await store.query("SELECT position FROM git_commit WHERE organization_id = $1 AND repository_id = $2", [
    repositoryId,
  ]);
  assert.equal(hot.length, 40);
  const [chunk] = await readArchivedBetween(store, repositoryId, 0, 99);
  assert.ok(chunk !== undefined);
  for (const position of [0, 1, 50, 99]) {
    const commit = commitIn(chunk, position);
    assert.deepEqual(
      [commit?.sha, commit?.firstParent, commit?.ordinal, commit?.line, commit?.unreachableSince],
      [shaOf("plain", position), position - 1, position, 1, null],
    );
  }
  assert.equal(commitIn(chunk, 100), null);
  const keys = await keysOf(organizationId, repositoryId);
  const columns = await rowsOf(keys["columns"] ?? "", "SELECT CAST(column_id AS INTEGER), key FROM {} ORDER BY key");
  const hostile = columns.find(([, key]) => String(key).startsWith("a.b"))?.[0];
  const values = await rowsOf(
    keys["values"] ?? "",
    `SELECT CAST(position AS INTEGER), num, text, kind FROM {} WHERE column_id = ${String(hostile)} ORDER BY position`,
  );
  assert.equal(values.length, 100);
  values.forEach(([position, num, text, kind], index) => {
    const value = HOSTILE[index % HOSTILE.length] as Value;
    const wanted =
      typeof value === "boolean"
        ? [Number(value), null, "boolean"]
        : typeof value === "string"
          ? [numberOf(value), value, "text"]
          : value === null
            ? [null, null, "null"]
            : [Number(value), typeof value === "bigint" ? String(value) : null, "number"];
    assert.deepEqual([position, num, text, kind], [index, ...wanted], `value ${String(value)}`);
  });
  const versions = await store.query<{ number: number }>(
    "SELECT number FROM metric_file WHERE organization_id = $1 AND repository_id = $2",
    [repositoryId],
  );
  // those of the 40, and the one that the oldest of them is compared with
  assert.equal(versions.length, 41);
});

test("rows stay beside their copies for a day, and go in batches afterwards", async () => {
  const organizationId = await db.makeOrganization();
  const repositoryId = await fillHistory(database, organizationId, history("a day", 60));
  const place = { organizationId, repositoryId };
  const store = database.worker.in(organizationId);
  const deps = testArchiver(database, { keep: 40, folder });
  const { signal } = new AbortController();
  assert.equal((await archiveRepository(deps, place, signal))[0]?.commits, 20);
  const now = Date.now();
  const hotFrom = async () => (await readArchiveState(store, repositoryId))?.hotFrom;
  assert.equal(await deleteArchived(deps, place, now + 23 * 3_600_000, signal), 0);
  assert.equal(await hotFrom(), 0);
  assert.equal(await deleteArchived(deps, place, now + 25 * 3_600_000, signal), 20);
  assert.equal(await hotFrom(), 20);
  // there is nothing more to archive, nor to remove
  assert.deepEqual(await archiveRepository(deps, place, signal, true), []);
  assert.equal(await deleteArchived(deps, place, now + 99 * 3_600_000, signal), 0);
});

test("what is too little, young, or being imported stays where it is", async () => {
  const organizationId = await db.makeOrganization();
  const repositoryId = await fillHistory(database, organizationId, history("stays", 60));
  const place = { organizationId, repositoryId };
  const { signal } = new AbortController();
  const archive = (keep: { commits: number; days: number; minCommits: number }, now = Date.now()) =>
    archiveRepository(testArchiver(database, { keep: 40, folder, now }, { keep }), place, signal);
  assert.deepEqual(await archive({ commits: 40, days: 0, minCommits: 21 }), []);
  // the youngest was committed at second 1,700,000,059
  const young = 1_700_000_059_000 + 86_400_000;
  assert.deepEqual(await archive({ commits: 40, days: 1, minCommits: 1 }, young - 60_000), []);
  await database.owner.query("UPDATE git_repository SET imported_to = 5 WHERE organization_id = $1", [organizationId]);
  assert.deepEqual(await archive({ commits: 40, days: 0, minCommits: 1 }), []);
  await database.owner.query("UPDATE git_repository SET imported_to = NULL WHERE organization_id = $1", [
    organizationId,
  ]);
  assert.equal((await archive({ commits: 40, days: 1, minCommits: 1 }, young + 60_000))[0]?.last, 19);
});
