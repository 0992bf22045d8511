// Archived, deleted and restored: every row is as it was, of every format and every odd file.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { restoreRepository } from "../src/archive/restore.ts";
import { readArchiveRuns } from "../src/store/archive-history.ts";
import { readArchiveState } from "../src/store/archive-run.ts";
import { readSegments } from "../src/store/archive-manifest.ts";
import { archiveNow, testArchiver } from "./helpers/archived-history.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { buildRandomHistory } from "./helpers/random-history.ts";
import { ALL_FORMATS } from "./helpers/random-metrics.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

/** In the long run several. */
const SEEDS = [77, 78, 79, 80].slice(0, Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 1));
const folder = temporaryFolder();
const { signal } = new AbortController();
let bench: IngestBench;
before(async () => {
  bench = await openIngestBench();
});
after(() => bench.close());

for (const seed of SEEDS) test(`a history of all formats comes back as it was (seed ${seed})`, () => comesBack(seed));

async function comesBack(seed: number): Promise<void> {
  const history = join(bench.folder, `all-${seed}.git`);
  await buildRandomHistory(history, { seed, commits: 240, files: ALL_FORMATS });
  const repositoryId = await bench.add({ folder: history });
  const { database } = bench.database;
  const { organizationId } = bench.store;
  const place = { organizationId, repositoryId };
  const expected = await readStoredHistory(bench.store, repositoryId);
  assert.equal(expected.repository["state"], "ready", String(expected.repository["problem"]));
  // in two segments, of which the first has left Postgres and the second has not
  await archiveNow(database, place, { keep: 30, folder });
  await archiveNow(database, place, { keep: 5, folder, deletes: false });
  const state = await readArchiveState(bench.store, repositoryId);
  assert.ok((state?.hotFrom ?? 0) > 0 && (state?.archivedTo ?? 0) >= (state?.hotFrom ?? 0));
  const restored = await restoreRepository(testArchiver(database, { keep: 40, folder }), place, signal);
  assert.equal(restored?.commits, state?.hotFrom);
  assert.deepEqual(await readStoredHistory(bench.store, repositoryId), expected);
  assert.deepEqual(await readArchiveState(bench.store, repositoryId), { archivedTo: null, hotFrom: 0, complete: true });
  assert.deepEqual(await readSegments(bench.store, repositoryId), []);
  const runs = await readArchiveRuns(bench.store, repositoryId, 9);
  assert.ok(!runs.some((run) => run.state === "failed"), "nothing is amiss with what was brought back");
}
