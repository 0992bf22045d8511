// Pages that are read while a repository is archived, compacted, deleted and restored are the same at every moment.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { archiveRepository } from "../src/archive/archive-run.ts";
import { tidyArchive } from "../src/archive/compaction.ts";
import { DuckDBEngine } from "../src/archive/duckdb-engine.ts";
import { EngineArchive } from "../src/archive/engine-archive.ts";
import { deleteArchived } from "../src/archive/late-deletion.ts";
import { restoreRepository } from "../src/archive/restore.ts";
import { isTidemarkError } from "../src/errors.ts";
import { readCommitPage } from "../src/reads/commit-page.ts";
import type { CommitPageQuery } from "../src/reads/page-question.ts";
import { anythingChanged, createReads, type Reads, repositoryChanged } from "../src/reads/reads.ts";
import { archiveIn, testArchiver } from "./helpers/archived-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { plainPage } from "./helpers/plain-page.ts";
import { buildRandomHistory } from "./helpers/random-history.ts";
import { SlowLists, SORTED_FILES } from "./helpers/slow-list.ts";

/** Who reads at once; in the long run as many as a busy team. */
const READERS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 3);
const SEED = 91_000;
const DAY_MS = 86_400_000;
const { signal } = new AbortController();
const bench = await openIngestBench();
after(() => bench.close());
const { database } = bench.database;

async function page(reads: Reads, repository: string, query: Partial<CommitPageQuery>): Promise<unknown> {
  const asked = { columns: [], limit: 200, ...query };
  const { text, isWhole } = await readCommitPage(reads, bench.organization, repository, asked);
  // with so many readers the archive may be too slow for a first page, which says so
  return isWhole ? plainPage(text) : null;
}

test(`readers see every commit and value once, whatever the archiver does (seed ${SEED})`, async () => {
  const { folder } = await buildRandomHistory(join(bench.folder, "read.git"), {
    seed: SEED,
    commits: 120,
    files: SORTED_FILES,
  });
  const repository = await bench.add({ folder });
  const columns = new SlowLists(folder).columns().slice(0, 3);
  const questions: Partial<CommitPageQuery>[] = [
    {},
    { view: "all" },
    ...columns.map((column) => ({ view: "all" as const, sort: [column] })),
  ];
  const hot = createReads(database);
  const expected = await Promise.all(questions.map((query) => page(hot, repository, query)));
  const archiveFolder = join(bench.folder, "archive");
  const engine = new DuckDBEngine({ store: archiveIn(archiveFolder), cacheFolder: join(archiveFolder, "cache") });
  const reads = createReads(database, { archive: new EngineArchive(database, engine), pageCacheBytes: 0 });
  const stopListening = await database.listen({
    changed: (id, version) => repositoryChanged(reads, id, version),
    missed: () => anythingChanged(reads),
  });
  const state = { isOver: false, looks: 0 };
  const reader = async (first: number): Promise<void> => {
    for (let index = first; !state.isOver; index++) {
      const place = index % questions.length;
      const told = await page(reads, repository, questions[place] ?? {}).catch((error: unknown) => {
        // rows leave Postgres faster here than anywhere: who reads may be told to ask again, but nothing wrong
        if (isTidemarkError(error, "archive-engine-busy")) return null;
        throw error;
      });
      if (told === null) continue;
      assert.deepEqual(told, expected[place]);
      state.looks += 1;
    }
  };
  const reading = Promise.all(Array.from({ length: READERS }, (_, index) => reader(index)));
  reading.catch(() => undefined); // it is awaited below
  try {
    const place = { organizationId: bench.organization, repositoryId: repository };
    for (const keep of [12, 8, 4, 1]) {
      const deps = testArchiver(database, { keep, folder: archiveFolder }, { deletionRows: 9 });
      await archiveRepository(deps, place, signal, true);
      await tidyArchive(deps, signal, { smallBytes: 1e9, maxSmall: 1 });
      await deleteArchived(deps, place, Date.now() + 2 * DAY_MS, signal);
    }
    const deps = testArchiver(database, { keep: 1, folder: archiveFolder });
    assert.ok((await restoreRepository(deps, place, signal)) !== null);
  } finally {
    state.isOver = true;
    await reading.finally(() => void stopListening());
    await engine.close();
  }
  assert.ok(state.looks >= READERS);
});
