// kill -9 of an archiver that writes segments anew, makes one object of several, or brings a history back: every commit is
// seen exactly once meanwhile, and the next try ends it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { archiveRepository } from "../src/archive/archive-run.ts";
import { tidyArchive } from "../src/archive/compaction.ts";
import { deleteArchived } from "../src/archive/late-deletion.ts";
import { restoreRepository } from "../src/archive/restore.ts";
import { markSegmentsStale, readSegments } from "../src/store/archive-manifest.ts";
import { readArchiveState } from "../src/store/archive-run.ts";
import {
  type ArchiveCase,
  assertClean,
  assertWhole,
  CASE_KEEP,
  makeArchiveCase,
  putPoints,
  storedKeys,
  transactionPoints,
  workUntilKilled,
} from "./helpers/archive-case.ts";
import { testArchiver } from "./helpers/archived-history.ts";
import { type KillPoint, TIDY_LIMITS } from "./helpers/archiver-process.ts";
import { seededRandom, shuffled } from "./helpers/seeded-random.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 3);
const SEED = 2_027;
const DAY_MS = 86_400_000;

const db = await openTestDatabase();
const { database } = db;
after(() => db.close());
const root = temporaryFolder();
const { signal } = new AbortController();

/** A stale segment is written anew, then all are made one: two times five steps, three objects each. */
const TIDY_POINTS: readonly KillPoint[] = [
  ...Array.from({ length: 10 }, (_, step) => ({ step })),
  ...putPoints(6),
  ...transactionPoints(14),
];
/** Versions and commits of four segments, then what is left of the archive. */
const RESTORE_POINTS: readonly KillPoint[] = transactionPoints(16);

/** Of four segments, the second of which has lines of yesterday; two have left Postgres and two have not. */
async function archiveInParts(each: ArchiveCase): Promise<void> {
  const deps = (keep: number) => testArchiver(database, { keep, folder: each.folder });
  for (const keep of [100, 80]) await archiveRepository(deps(keep), each, signal, true);
  await deleteArchived(deps(80), each, Date.now() + 2 * DAY_MS, signal);
  for (const keep of [60, CASE_KEEP]) await archiveRepository(deps(keep), each, signal, true);
  await database.worker.in(each.organizationId).write((tx) => markSegmentsStale(tx, each.repositoryId, [30]));
}

const random = seededRandom(SEED);
/** In the long run all of them. */
function chosen(points: readonly KillPoint[]): readonly KillPoint[] {
  return ROUNDS >= 40 ? points : shuffled(random, points).slice(0, ROUNDS);
}

for (const [index, point] of chosen(TIDY_POINTS).entries()) {
  test(`killed at ${JSON.stringify(point)} of tidying (seed ${SEED}): every commit once, and the next try ends it`, async () => {
    const each = await makeArchiveCase(db, root, `tidied ${index}`);
    await archiveInParts(each);
    await workUntilKilled(db, each, "tidy", point);
    await assertWhole(db, each);
    await tidyArchive(testArchiver(database, { keep: CASE_KEEP, folder: each.folder }), signal, TIDY_LIMITS);
    await assertWhole(db, each);
    const segments = await readSegments(database.worker.in(each.organizationId), each.repositoryId);
    assert.deepEqual(
      segments.map(({ kind, first, last }) => [kind, first, last]),
      ["columns", "commits", "values"].map((kind) => [kind, 0, 79]),
    );
    await assertClean(db, each);
  });
}

for (const [index, point] of chosen(RESTORE_POINTS).entries()) {
  test(`killed at ${JSON.stringify(point)} of a restore (seed ${SEED}): every commit once, and the next try ends it`, async () => {
    const each = await makeArchiveCase(db, root, `restored ${index}`);
    const store = database.worker.in(each.organizationId);
    const before = await readStoredHistory(store, each.repositoryId);
    await archiveInParts(each);
    await workUntilKilled(db, each, "restore", point);
    await assertWhole(db, each);
    await restoreRepository(testArchiver(database, { keep: CASE_KEEP, folder: each.folder }), each, signal);
    assert.deepEqual(await readStoredHistory(store, each.repositoryId), before);
    assert.deepEqual(await readArchiveState(store, each.repositoryId), {
      archivedTo: null,
      hotFrom: 0,
      complete: true,
    });
    await assertClean(db, each);
    assert.deepEqual(await storedKeys(each.folder), []);
  });
}
