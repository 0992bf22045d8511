// kill -9 of an archiver at any point: every commit is seen exactly once, and the next run ends what was begun.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { archiveRepository } from "../src/archive/archive-run.ts";
import { tidyArchive } from "../src/archive/compaction.ts";
import { deleteArchived } from "../src/archive/late-deletion.ts";
import { readSegments } from "../src/store/archive-manifest.ts";
import { readArchiveState } from "../src/store/archive-run.ts";
import {
  type ArchiveCase,
  assertClean,
  assertWhole,
  CASE_COMMITS,
  CASE_KEEP,
  makeArchiveCase,
  putPoints,
  storedKeys,
  transactionPoints,
  workUntilKilled,
} from "./helpers/archive-case.ts";
import { testArchiver } from "./helpers/archived-history.ts";
import { DELETION_ROWS, type KillPoint, TIDY_LIMITS } from "./helpers/archiver-process.ts";
import { seededRandom, shuffled } from "./helpers/seeded-random.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 5);
const SEED = 2_026;
const DAY_MS = 86_400_000;

const db = await openTestDatabase();
const { database } = db;
after(() => db.close());
const root = temporaryFolder();
const { signal } = new AbortController();

/** All points of a run: seven steps and more that delete, three objects, and as many transactions as there are. */
const POINTS: readonly KillPoint[] = [
  ...Array.from({ length: 11 }, (_, step) => ({ step })),
  ...putPoints(3),
  ...transactionPoints(14),
];

/** Goes on where the killed one was, and cleans up after it as if a week had passed. */
async function finish(each: ArchiveCase): Promise<void> {
  const { organizationId, repositoryId, folder } = each;
  const deps = testArchiver(database, { keep: CASE_KEEP, folder }, { deletionRows: DELETION_ROWS });
  await archiveRepository(deps, each, signal, true);
  await deleteArchived(deps, each, Date.now() + 2 * DAY_MS, signal);
  await assertWhole(db, each);
  const state = await readArchiveState(database.worker.in(organizationId), repositoryId);
  assert.deepEqual([state?.archivedTo, state?.hotFrom], [CASE_COMMITS - CASE_KEEP - 1, CASE_COMMITS - CASE_KEEP]);
  await assertClean(db, each);
}

const random = seededRandom(SEED);
/** In the long run all of them. */
const chosen = ROUNDS >= 40 ? POINTS : shuffled(random, POINTS).slice(0, ROUNDS);
for (const [index, point] of chosen.entries()) {
  test(`killed at ${JSON.stringify(point)} (seed ${SEED}): every commit once, and the next run ends it`, async () => {
    const each = await makeArchiveCase(db, root, `killed ${index}`);
    await workUntilKilled(db, each, "archive", point);
    await assertWhole(db, each);
    await finish(each);
  });
}

test("two archivers on one repository make one object and one row in the manifest", async () => {
  const each = await makeArchiveCase(db, root, "two");
  const run = async (holder: string) => {
    const deps = testArchiver(database, { keep: CASE_KEEP, folder: each.folder }, { holder });
    return archiveRepository(deps, each, signal, true).then(
      (segments) => segments.length,
      (error: Error) => error.message,
    );
  };
  const ends = await Promise.all([run("one"), run("another")]);
  assert.ok(ends.includes(1), String(ends));
  const other = ends.find((end) => end !== 1);
  if (other !== undefined && other !== 0) assert.match(String(other), /another archiver was there first/);
  const segments = await readSegments(database.worker.in(each.organizationId), each.repositoryId);
  assert.equal(segments.length, 3);
  assert.deepEqual(await storedKeys(each.folder), segments.map(({ key }) => key).toSorted());
  await assertWhole(db, each);
});

test("whoever reads while it is archived, rewritten and deleted sees every commit once", async () => {
  const each = await makeArchiveCase(db, root, "read");
  const reader = { isOver: false };
  const reading = (async () => {
    let looks = 0;
    for (; !reader.isOver; looks++) await assertSnapshot(each);
    return looks;
  })();
  try {
    for (const keep of [100, 80, 60, CASE_KEEP]) {
      const deps = testArchiver(database, { keep, folder: each.folder }, { deletionRows: 7 });
      await archiveRepository(deps, each, signal, true);
      await tidyArchive(deps, signal, TIDY_LIMITS);
      await deleteArchived(deps, each, Date.now() + 2 * DAY_MS, signal);
    }
  } finally {
    reader.isOver = true;
  }
  assert.ok((await reading) > 3);
  await assertWhole(db, each);
});

/** What one snapshot of Postgres names adds up to all commits: rows that are hot, and segments below them. */
async function assertSnapshot({ organizationId, repositoryId }: ArchiveCase): Promise<void> {
  await database.worker.in(organizationId).read(async (reader) => {
    const hotFrom = (await readArchiveState(reader, repositoryId))?.hotFrom ?? 0;
    const [row] = await reader.query<{ count: number; lowest: number }>(
      "SELECT count(*) AS count, min(position) AS lowest FROM git_commit WHERE organization_id = $1 AND repository_id = $2",
      [repositoryId],
    );
    assert.deepEqual([row?.count, row?.lowest], [CASE_COMMITS - hotFrom, hotFrom]);
    const segments = (await readSegments(reader, repositoryId)).filter(({ kind }) => kind === "commits");
    for (const [index, { first }] of segments.entries()) assert.equal(first, (segments[index - 1]?.last ?? -1) + 1);
    assert.ok((segments.at(-1)?.last ?? -1) >= hotFrom - 1);
  });
}
