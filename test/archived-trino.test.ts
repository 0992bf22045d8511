// Pages of an archived history over a real Trino are those of one that never was archived: the same rows are brought, whichever
// engine reads the objects.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { ddlStatements } from "../src/archive/ddl.ts";
import { EngineArchive } from "../src/archive/engine-archive.ts";
import { TrinoClient } from "../src/archive/trino-client.ts";
import { TrinoEngine } from "../src/archive/trino-engine.ts";
import { readColumnBlame } from "../src/reads/column-changes.ts";
import { readColumnSeries } from "../src/reads/column-series.ts";
import { readCommit } from "../src/reads/commit-detail.ts";
import { readCommitPage } from "../src/reads/commit-page.ts";
import { createReads, type Reads } from "../src/reads/reads.ts";
import { archiveNow } from "./helpers/archived-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { wholeText } from "./helpers/plain-page.ts";
import { buildRandomHistory } from "./helpers/random-history.ts";
import { SlowLists, SORTED_FILES } from "./helpers/slow-list.ts";
import { findTrino, overFolder, patient, startTrino } from "./helpers/trino-server.ts";

const SEED = 91_000;
const COMMITS = 60;

const isLong = process.env["TIDEMARK_TEST_ROUNDS"] !== undefined;
const program = isLong ? findTrino() : null;
const none = isLong
  ? "no Trino with a Java for it: .ci/make-trino fetches one"
  : "a minute long, a part of test:long: test/trino.test.ts has the single questions";
if (program === null) test("pages over a real Trino", { skip: none }, () => undefined);
else await tryPages(program);

async function tryPages(found: NonNullable<typeof program>): Promise<void> {
  const bench = await openIngestBench();
  after(() => bench.close());
  const { organization } = bench;
  const { database } = bench.database;

  test("pages over a real Trino are those of a history that was never archived", async (t) => {
    const shape = { seed: SEED, commits: COMMITS, files: SORTED_FILES };
    const { folder } = await buildRandomHistory(join(bench.folder, "trino.git"), shape);
    const repository = await bench.add({ folder });
    const slow = new SlowLists(folder);
    const columns = slow.columns();
    const [first = ""] = columns;
    const answers = async (reads: Reads): Promise<Record<string, unknown>> => {
      const page = async (query: object): Promise<unknown> => {
        const asked = { columns, limit: 100, ...query };
        const text = await wholeText(() => readCommitPage(reads, organization, repository, asked));
        const { commits, total } = JSON.parse(text) as { readonly commits: unknown; readonly total: unknown };
        return { commits, total };
      };
      const told: Record<string, unknown> = { line: await page({}), all: await page({ view: "all" }) };
      for (const column of columns) {
        for (const order of ["asc", "desc"]) {
          told[`${column} ${order}`] = await page({ view: "all", sort: [column], order: [order], limit: 20 });
        }
      }
      told["filtered"] = await page({ view: "all", where: `not missing(${JSON.stringify(first)})` });
      const series = { columns, branch: ["main"], points: 50 };
      told["series"] = (await readColumnSeries(reads, organization, repository, series)).lines;
      told["changes"] = await readColumnBlame(reads, organization, repository, first, { limit: 100 });
      const oldest = [...slow.commits.keys()].at(-1) ?? "";
      told["commit"] = (await readCommit(reads, organization, repository, oldest)).answer;
      return told;
    };
    const expected = await answers(createReads(database));
    const archiveFolder = join(bench.folder, "archive");
    const place = { organizationId: organization, repositoryId: repository };
    const { objects } = await archiveNow(database, place, { keep: 1, folder: archiveFolder });
    const trino = await startTrino(found, join(bench.folder, "trino"), { lake: overFolder(objects.place) });
    t.after(() => trino.close());
    const server = { url: trino.url, user: "tidemark", catalog: "lake", schema: "archive", password: null };
    const client = new TrinoClient(server);
    const never = new AbortController().signal;
    await client.run("CREATE SCHEMA archive", () => undefined, never);
    for (const sql of ddlStatements("trino", { place: "local:///", objects: null })) {
      await client.run(sql, () => undefined, never);
    }
    const engine = patient(new TrinoEngine({ store: objects, server, location: "local:///" }));
    const told = await answers(createReads(database, { archive: new EngineArchive(database, engine) }));
    for (const [name, answer] of Object.entries(expected)) assert.deepEqual(told[name], answer, name);
  });
}
