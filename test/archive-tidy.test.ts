// Objects that are written anew: lines of today, commits that are gone, few large ones in place of many small ones.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { archiveRepository } from "../src/archive/archive-run.ts";
import { bucketOf } from "../src/archive/bucket.ts";
import { tidyArchive } from "../src/archive/compaction.ts";
import { verifyArchive } from "../src/archive/verify-archive.ts";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { markSegmentsStale, readSegments } from "../src/store/archive-manifest.ts";
import { readArchiveUse } from "../src/store/archive-object.ts";
import { putArchived, readArchivedBetween } from "../src/store/archived-commit.ts";
import { testArchiver } from "./helpers/archived-history.ts";
import { archivedRows } from "./helpers/archived-rows.ts";
import { fillHistory } from "./helpers/filled-history.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

const db = await openTestDatabase();
const { database } = db;
after(() => db.close());
const { signal } = new AbortController();
const folder = temporaryFolder();

async function fill(organization: OrganizationId, name: string, commits = 60): Promise<RepositoryId> {
  return fillHistory(database, organization, {
    name,
    commits: Array.from({ length: commits }, (_, position) => ({
      parents: position === 0 ? [] : [position - 1],
      files: { "m.json": { document: { loss: 1 / (position + 1), note: `${name} ${position % 7}`, same: 1 } } },
    })),
    branches: [{ name: "main", head: commits - 1 }],
  });
}

/** Archives in several runs, each of a few commits. */
async function archiveInSteps(organizationId: OrganizationId, repositoryId: RepositoryId, keeps: readonly number[]) {
  const place = { organizationId, repositoryId };
  for (const keep of keeps) await archiveRepository(testArchiver(database, { keep, folder }), place, signal);
  return database.worker.in(organizationId);
}

const VALUES = "SELECT CAST(column_id AS INTEGER), CAST(position AS INTEGER), num, text, kind FROM {} ORDER BY 1, 2";
const COMMITS =
  "SELECT CAST(position AS INTEGER), sha, parents, subject, files, CAST(line AS INTEGER) FROM {} ORDER BY 1";

async function problems(repository: RepositoryId): Promise<string[]> {
  const found: string[] = [];
  const deps = testArchiver(database, { keep: 1, folder });
  for await (const { object, problem } of verifyArchive(deps, repository, signal)) {
    if (problem !== null) found.push(`${object.key}: ${problem}`);
  }
  return found;
}

test("small neighbours become one object, which holds the same", async () => {
  const organization = await db.makeOrganization();
  const id = await fill(organization, "neighbours");
  const store = await archiveInSteps(organization, id, [50, 40, 30, 20]);
  const before = await archivedRows(store, id, { folder, kind: "values", sql: VALUES });
  const commits = await archivedRows(store, id, { folder, kind: "commits", sql: COMMITS });
  // the columns of all four are the same, and so is their object
  assert.equal((await readArchiveUse(store, id)).objects, 9);
  const deps = testArchiver(database, { keep: 20, folder });
  assert.equal(await tidyArchive(deps, signal, { smallBytes: 1e9, maxSmall: 3 }), 1);
  assert.deepEqual(
    (await readSegments(store, id)).map(({ kind, first, last }) => [kind, first, last]),
    [
      ["columns", 0, 39],
      ["commits", 0, 39],
      ["values", 0, 39],
    ],
  );
  assert.deepEqual(await archivedRows(store, id, { folder, kind: "values", sql: VALUES }), before);
  assert.deepEqual(await archivedRows(store, id, { folder, kind: "commits", sql: COMMITS }), commits);
  assert.equal(before.length, 40 * 3);
  assert.deepEqual(await problems(id), []);
  // it is one now: there is nothing more to do, also with what follows
  assert.equal(await tidyArchive(deps, signal, { smallBytes: 1e9, maxSmall: 3 }), 0);
  await archiveInSteps(organization, id, [10]);
  assert.deepEqual(
    (await readSegments(store, id)).filter(({ kind }) => kind === "values").map(({ first, last }) => [first, last]),
    [
      [0, 39],
      [40, 49],
    ],
  );
});

test("small repositories of one team and bucket share an object", async () => {
  const organization = await db.makeOrganization();
  const byBucket = new Map<number, RepositoryId>();
  let pair: [RepositoryId, RepositoryId] | null = null;
  for (let i = 0; pair === null; i++) {
    const id = await fill(organization, `small ${i}`, 12);
    const other = byBucket.get(bucketOf(Number(id)));
    if (other !== undefined) pair = [other, id];
    byBucket.set(bucketOf(Number(id)), id);
  }
  const [a, b] = pair;
  const store = await archiveInSteps(organization, a, [2]);
  await archiveInSteps(organization, b, [2]);
  const before = [];
  for (const id of pair) before.push(await archivedRows(store, id, { folder, kind: "values", sql: VALUES }));
  const deps = testArchiver(database, { keep: 2, folder });
  assert.ok((await tidyArchive(deps, signal, { smallBytes: 1e9, maxSmall: 1 })) > 0);
  const keys = async (id: RepositoryId) => (await readSegments(store, id)).map(({ key }) => key);
  assert.deepEqual(await keys(a), await keys(b));
  for (const [index, id] of pair.entries()) {
    assert.deepEqual(await archivedRows(store, id, { folder, kind: "values", sql: VALUES }), before[index]);
    assert.deepEqual(await problems(id), []);
  }
});

test("a line that changed its owner is in the object after a rewrite, and a commit that is gone is not", async () => {
  const organization = await db.makeOrganization();
  const id = await fill(organization, "rewritten");
  const store = await archiveInSteps(organization, id, [40, 20]);
  const change = async (position: number, how: "line" | "gone") =>
    store.write(async (tx) => {
      const [chunk] = await readArchivedBetween(tx, id, position, position);
      assert.ok(chunk !== undefined);
      chunk.lines[position] = 7;
      const shas = chunk.shas.map((sha, index) => (how === "gone" && index === position ? null : sha));
      await putArchived(tx, id, [{ ...chunk, shas }], 40);
      await markSegmentsStale(tx, id, [position]);
    });
  const deps = testArchiver(database, { keep: 20, folder });
  await change(25, "line");
  const keysOf = async (kind: string) =>
    (await readSegments(store, id)).filter((each) => each.kind === kind).map(({ key }) => key);
  const values = await keysOf("values");
  assert.equal((await readArchiveUse(store, id)).stale, 1);
  assert.equal(await tidyArchive(deps, signal, { smallBytes: 0, maxSmall: 99 }), 1);
  assert.equal((await readArchiveUse(store, id)).stale, 0);
  assert.deepEqual(await keysOf("values"), values, "values know nothing of lines");
  const lines = "SELECT CAST(line AS INTEGER) FROM {} WHERE position IN (24, 25) ORDER BY position";
  assert.deepEqual(await archivedRows(store, id, { folder, kind: "commits", sql: lines }), [[1], [7]]);
  await change(3, "gone");
  assert.equal(await tidyArchive(deps, signal, { smallBytes: 0, maxSmall: 99 }), 1);
  const positions = "SELECT DISTINCT CAST(position AS INTEGER) FROM {} WHERE position < 6 ORDER BY 1";
  for (const kind of ["commits", "values"] as const) {
    assert.deepEqual(await archivedRows(store, id, { folder, kind, sql: positions }), [[0], [1], [2], [4], [5]]);
  }
  assert.deepEqual(await problems(id), []);
});
