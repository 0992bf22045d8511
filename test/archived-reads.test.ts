// Whatever is asked of a history whose old commits are archived is answered as if they were not: byte for byte, but for
// the answer's version, where it says what came from where, and the text of cursors.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { DuckDBEngine } from "../src/archive/duckdb-engine.ts";
import { EngineArchive } from "../src/archive/engine-archive.ts";
import { readCommitPage } from "../src/reads/commit-page.ts";
import type { CommitPageQuery } from "../src/reads/page-question.ts";
import { createReads, type Reads } from "../src/reads/reads.ts";
import { archiveNow } from "./helpers/archived-history.ts";
import { atticOf, moveToAttic } from "./helpers/attic.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { someQuestion } from "./helpers/list-questions.ts";
import { buildRandomHistory } from "./helpers/random-history.ts";
import { plainPage, wholeText } from "./helpers/plain-page.ts";
import { pick, seededRandom } from "./helpers/seeded-random.ts";
import { SlowLists, SORTED_FILES } from "./helpers/slow-list.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 1);
const FIRST_SEED = Number(process.env["TIDEMARK_TEST_SEED"] ?? 71_000);
const COMMITS = 80;
const QUESTIONS = 14;

const bench = await openIngestBench();
after(() => bench.close());

/** All pages of a list, or what is said in their place. @param between is done behind each page */
async function walk(
  reads: Reads,
  repository: string,
  query: Partial<CommitPageQuery>,
  between?: () => Promise<void>,
): Promise<unknown[]> {
  const pages: unknown[] = [];
  for (let cursor: string | undefined; ; ) {
    try {
      const asked = { columns: [], limit: 40, ...query, cursor };
      const text = await wholeText(() => readCommitPage(reads, bench.organization, repository, asked));
      pages.push(plainPage(text));
      cursor = (JSON.parse(text) as { nextCursor: string | null }).nextCursor ?? undefined;
    } catch (error) {
      pages.push(String(error));
      return pages;
    }
    if (cursor === undefined) return pages;
    await between?.();
  }
}

for (let round = 0; round < ROUNDS; round += 1) {
  const seed = FIRST_SEED + round;
  test(`pages of an archived history are those of one that never was, seed ${seed}`, async (t) => {
    const random = seededRandom(seed);
    const shape = { seed, commits: COMMITS, files: SORTED_FILES };
    const { folder } = await buildRandomHistory(join(bench.folder, `${seed}.git`), shape);
    const repository = await bench.add({ folder });
    const slow = new SlowLists(folder);
    const followed = { folder, columns: slow.columns(), slow };
    const starts = Array.from({ length: 6 }, () => ({
      limit: pick(random, [1, 5, 40]),
      "as-of": pick(random, [...slow.commits.keys()]),
    }));
    const lines: Partial<CommitPageQuery>[] = [
      { limit: 7 },
      { limit: 200 },
      { limit: 9, branch: "topic-1" },
      ...starts,
      // no column with a goal: nothing went better
      { went: "better", columns: followed.columns.filter((id) => id.endsWith(":note")) },
    ];
    const lists = Array.from({ length: QUESTIONS }, () => someQuestion(random, followed).query);
    const questions = [...lines, ...lists];
    const hot = createReads(bench.database.database);
    const expected: unknown[][] = [];
    for (const query of questions) expected.push(await walk(hot, repository, query));
    const most = slow.commits.size;
    const ask = async (reads: Reads, what: string): Promise<void> => {
      for (const [index, query] of questions.entries()) {
        const told = await walk(reads, repository, query);
        try {
          assert.deepEqual(told, expected[index]);
        } catch (error) {
          t.diagnostic(`${what}: ${JSON.stringify(query)}`);
          throw error;
        }
      }
    };
    if (round % 2 === 0) {
      const place = { organizationId: bench.organization, repositoryId: repository };
      const keep = 1 + random(8);
      const archiveFolder = join(bench.folder, `archive-${seed}`);
      const { archivedTo, objects } = await archiveNow(bench.database.database, place, { keep, folder: archiveFolder });
      assert.ok(archivedTo > 0);
      const engine = new DuckDBEngine({ store: objects, cacheFolder: join(archiveFolder, "cache") });
      const archive = new EngineArchive(bench.database.database, engine);
      await ask(createReads(bench.database.database, { archive }), `archived to ${archivedTo} of ${slow.commits.size}`);
      await engine.close();
      return;
    }
    for (const cut of [1 + random(most - 1), most - pick(random, [1, 3])].sort((a, b) => a - b)) {
      await moveToAttic(bench.database, bench.organization, repository, cut);
      const reads = createReads(bench.database.database, { archive: atticOf(bench.database) });
      await ask(reads, `archived below ${cut} of ${most}`);
    }
  });
}

test("a list that is walked while its commits are archived and leave Postgres is as long and in the same order (D9)", async (t) => {
  const random = seededRandom(FIRST_SEED);
  const shape = { seed: FIRST_SEED + 500, commits: COMMITS, files: SORTED_FILES };
  const { folder } = await buildRandomHistory(join(bench.folder, "walked.git"), shape);
  const repository = await bench.add({ folder });
  const slow = new SlowLists(folder);
  const followed = { folder, columns: slow.columns(), slow };
  const columns = followed.columns.slice(0, 4);
  const questions: Partial<CommitPageQuery>[] = [
    { columns, limit: 5 },
    { columns, view: "all", limit: 9 },
    ...columns.map((column, at) => ({
      columns,
      view: "all" as const,
      sort: [column],
      order: [at % 2 === 0 ? ("asc" as const) : ("desc" as const)],
      limit: 11,
    })),
    ...Array.from({ length: 3 }, () => ({ ...someQuestion(random, followed).query, limit: 8 })),
  ];
  const hot = createReads(bench.database.database);
  const expected: unknown[][] = [];
  for (const query of questions) expected.push(await walk(hot, repository, query));
  const reads = createReads(bench.database.database, { archive: atticOf(bench.database) });
  let below = 0;
  const leave = async (): Promise<void> => {
    below = Math.min(slow.commits.size - 1, below + 1 + random(3));
    await moveToAttic(bench.database, bench.organization, repository, below);
  };
  for (const [index, query] of questions.entries()) {
    t.diagnostic(`archived below ${below}: ${JSON.stringify(query)}`);
    assert.deepEqual(await walk(reads, repository, query, leave), expected[index]);
  }
  assert.ok(below > COMMITS / 3, "much of it left on the way");
});
