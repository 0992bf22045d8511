// What else is asked of a history is answered, too, as if none of it were archived: charts, changes, best values, single
// commits, comparisons, the catalogue, exports.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Archive } from "../src/archive/archive.ts";
import { DuckDBEngine } from "../src/archive/duckdb-engine.ts";
import { EngineArchive } from "../src/archive/engine-archive.ts";
import { readBranchList } from "../src/reads/branches.ts";
import { readColumnBest, readColumnBlame } from "../src/reads/column-changes.ts";
import { readColumn, readColumnCatalogue } from "../src/reads/column-catalogue.ts";
import { readColumnSeries } from "../src/reads/column-series.ts";
import { readComparison } from "../src/reads/commit-comparison.ts";
import { readCommit } from "../src/reads/commit-detail.ts";
import { openExport } from "../src/reads/commit-export.ts";
import { findRawFile } from "../src/reads/raw-file.ts";
import { createReads, type Reads } from "../src/reads/reads.ts";
import { archiveNow } from "./helpers/archived-history.ts";
import { atticOf, moveToAttic } from "./helpers/attic.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { buildRandomHistory } from "./helpers/random-history.ts";
import { pick, type Random, seededRandom } from "./helpers/seeded-random.ts";
import { SlowLists, SORTED_FILES } from "./helpers/slow-list.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 1);
const FIRST_SEED = Number(process.env["TIDEMARK_TEST_SEED"] ?? 81_000);
const COMMITS = 80;

const bench = await openIngestBench();
after(() => bench.close());
const { organization } = bench;
const { database } = bench.database;

interface Question {
  readonly name: string;
  readonly ask: (reads: Reads) => Promise<unknown>;
}

/** Versions rise when rows leave Postgres, cursors name them, and so do the links of pages. */
function plain(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, value: unknown) => {
      if (key === "version" && typeof value === "number") return "any";
      if (key === "nextCursor") return value === null ? null : "any";
      return typeof value === "bigint" ? String(value) : value;
    }),
  );
}

async function said(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return plain(await ask());
  } catch (error) {
    return String(error);
  }
}

function questionsAbout(random: Random, repository: string, slow: SlowLists): Question[] {
  const shas = [...slow.commits.keys()];
  const columns = slow.columns();
  const branches = ["main", "topic-1"];
  const list: Question[] = [];
  const add = (name: string, ask: Question["ask"]): void => void list.push({ name, ask });
  for (const branch of branches) {
    for (const points of [6, 2_000]) {
      add(`series of ${branch} in ${points}`, (reads) =>
        readColumnSeries(reads, organization, repository, { columns, branch: [branch], points }),
      );
    }
  }
  for (let number = 0; number < 16; number += 1) {
    const stretch = { from: pick(random, shas), to: pick(random, shas), commits: pick(random, [undefined, 9, 40]) };
    add(`series between ${JSON.stringify(stretch)}`, (reads) =>
      readColumnSeries(reads, organization, repository, { columns, branch: branches, points: 50, ...stretch }),
    );
  }
  for (const column of columns) {
    const branch = pick(random, branches);
    const blame = (limit: number) => async (reads: Reads) => {
      const pages: unknown[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await readColumnBlame(reads, organization, repository, column, { branch, limit, cursor });
        pages.push(page);
        if (page.nextCursor === null) return pages;
        cursor = page.nextCursor;
      }
    };
    add(`changes of ${column}`, blame(1_000));
    add(`changes of ${column}, 4 at a time`, blame(4));
    add(`best of ${column}`, (reads) => readColumnBest(reads, organization, repository, column, { limit: 12 }));
    add(`best of ${column} on ${branch}`, (reads) =>
      readColumnBest(reads, organization, repository, column, { branch, limit: 5 }),
    );
    add(`column ${column}`, (reads) => readColumn(reads, organization, repository, column));
  }
  for (const sha of shas) add(`commit ${sha}`, (reads) => readCommit(reads, organization, repository, sha));
  for (const sha of shas.filter((_, at) => at % 7 === 0)) {
    const path = columns[0]?.split(":")[0] ?? "";
    add(`raw file of ${sha}`, (reads) => findRawFile(reads, organization, repository, { sha, path }));
  }
  add("commit of a short id", (reads) => readCommit(reads, organization, repository, (shas[0] ?? "").slice(0, 9)));
  add("commit of no id", (reads) => readCommit(reads, organization, repository, "0123"));
  for (let number = 0; number < 12; number += 1) {
    const commits = [pick(random, shas), pick(random, [...shas, "main", "topic-1"]), pick(random, shas).slice(0, 10)];
    const more = { changed: random(2) === 0, limit: 30 };
    add(`compare ${commits.join(" ")}`, (reads) =>
      readComparison(reads, organization, repository, { commits, ...more }),
    );
  }
  add("catalogue", (reads) =>
    readColumnCatalogue(reads, organization, repository, { order: "changes", changed: false, limit: 100 } as never),
  );
  add("branches", (reads) => readBranchList(reads, organization, repository));
  const exported = (query: object) => async (reads: Reads) => {
    const { text, ...head } = await openExport(reads, organization, repository, query as never);
    return { ...head, text: (await Array.fromAsync(text)).join("") };
  };
  for (const format of ["csv", "ndjson"]) {
    add(`export as ${format}`, exported({ format, columns: [] }));
    add(`export of all as ${format}`, exported({ format, columns: [], view: "all" }));
    const sorted = { sort: [columns[0]], order: ["desc"], baseline: pick(random, shas) };
    add(`sorted export as ${format}`, exported({ format, columns: columns.slice(0, 3), ...sorted }));
    const where = `not missing(${JSON.stringify(columns[1])})`;
    add(`filtered export as ${format}`, exported({ format, columns: [], view: "all", where }));
  }
  return list;
}

for (let round = 0; round < ROUNDS; round += 1) {
  const seed = FIRST_SEED + round;
  test(`questions about an archived history are answered as if it never was, seed ${seed}`, async (t) => {
    const random = seededRandom(seed);
    const { folder } = await buildRandomHistory(join(bench.folder, `${seed}.git`), {
      seed,
      commits: COMMITS,
      files: SORTED_FILES,
    });
    const repository = await bench.add({ folder });
    const slow = new SlowLists(folder);
    const questions = questionsAbout(random, repository, slow);
    const expected: unknown[] = [];
    const hot = createReads(database);
    for (const { ask } of questions) expected.push(await said(() => ask(hot)));
    const askAll = async (archive: Archive, what: string): Promise<void> => {
      const reads = createReads(database, { archive });
      for (const [index, { name, ask }] of questions.entries()) {
        try {
          assert.deepEqual(await said(() => ask(reads)), expected[index]);
        } catch (error) {
          t.diagnostic(`${what}: ${name}`);
          throw error;
        }
      }
    };
    const most = slow.commits.size;
    if (round % 2 === 0) {
      const archiveFolder = join(bench.folder, `archive-${seed}`);
      const place = { organizationId: organization, repositoryId: repository };
      const { archivedTo, objects } = await archiveNow(database, place, { keep: 3, folder: archiveFolder });
      const engine = new DuckDBEngine({ store: objects, cacheFolder: join(archiveFolder, "cache") });
      await askAll(new EngineArchive(database, engine), `archived to ${archivedTo} of ${most}`);
      await engine.close();
      return;
    }
    for (const cut of [1 + random(most - 1), most - 2].sort((a, b) => a - b)) {
      await moveToAttic(bench.database, organization, repository, cut);
      await askAll(atticOf(bench.database), `archived below ${cut} of ${most}`);
    }
  });
}
