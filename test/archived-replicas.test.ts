// An archived history that is read from standbys: they answer for it as for any other, also while the primary is down.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { DuckDBEngine } from "../src/archive/duckdb-engine.ts";
import { EngineArchive } from "../src/archive/engine-archive.ts";
import { readColumnBlame } from "../src/reads/column-changes.ts";
import { readColumnSeries } from "../src/reads/column-series.ts";
import { readCommitPage } from "../src/reads/commit-page.ts";
import type { CommitPageQuery } from "../src/reads/page-question.ts";
import { createReads, type Reads, repositoryChanged } from "../src/reads/reads.ts";
import { readRepositories } from "../src/reads/repository-list.ts";
import { archiveIn, archiveNow } from "./helpers/archived-history.ts";
import { fillHistory } from "./helpers/filled-history.ts";
import { plainPage } from "./helpers/plain-page.ts";
import { openStandbyLab, untilSo } from "./helpers/standby-lab.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const COMMITS = 120;
const LOSS = "m.json:loss";
const QUESTIONS: readonly Partial<CommitPageQuery>[] = [
  {},
  { columns: [LOSS], view: "all" },
  { columns: [LOSS], view: "all", sort: [LOSS] },
  // of files that can be read, of which no column is asked
  { where: "warnings > 0" },
  { where: "warnings = 0", view: "all" },
  { columns: [LOSS], where: "loss < 0.02" },
];

const folder = temporaryFolder();
const lab = await openStandbyLab(folder, 2);
after(() => lab.close());
await lab.untilUp();
const { database } = lab;
const organization = await lab.makeOrganization();
const repository = await fillHistory(database, organization, {
  name: "archived",
  commits: Array.from({ length: COMMITS }, (_, position) => ({
    parents: position === 0 ? [] : [position - 1],
    files: {
      "m.json": {
        document: { loss: 1 / (position + 1), note: `run ${position % 7}` },
        ...(position % 3 === 0 ? { warnings: [{ reason: "replaced-characters", message: "Found U+0000." }] } : {}),
      },
    },
  })),
  branches: [{ name: "main", head: COMMITS - 1 }],
});

async function answers(reads: Reads): Promise<unknown[]> {
  const told: unknown[] = [];
  for (const query of QUESTIONS) {
    const asked = { columns: [], limit: 200, ...query };
    told.push(plainPage((await readCommitPage(reads, organization, repository, asked)).text));
  }
  const series = { columns: [LOSS], branch: ["main"], points: 50 };
  told.push((await readColumnSeries(reads, organization, repository, series)).lines);
  told.push(await readColumnBlame(reads, organization, repository, LOSS, { limit: 100 }));
  return told;
}

const figures = () => database.replicas.figures().replicas;

test("an archived history is read from its standby, and no question is a failure of it", async () => {
  const expected = await answers(createReads(database));
  const warned = expected[3] as { rows: number };
  assert.equal(warned.rows, COMMITS / 3);
  await archiveNow(database, { organizationId: organization, repositoryId: repository }, { keep: 20, folder });
  await lab.untilEven();
  const engine = new DuckDBEngine({ store: archiveIn(folder), cacheFolder: folder });
  after(() => engine.close());
  const reads = createReads(database, { archive: new EngineArchive(database, engine), pageCacheBytes: 0 });
  const stop = await database.listen({
    changed: (id, version) => repositoryChanged(reads, id, version),
    missed: () => undefined,
  });
  after(stop);
  const before = figures().map(({ reads: count }) => count);
  assert.deepEqual(await answers(reads), expected);
  assert.deepEqual(
    figures().map(({ failures }) => failures),
    [0, 0],
  );
  const more = figures().map(({ reads: count }, index) => count - (before[index] ?? 0));
  assert.ok(Math.max(...more) >= expected.length && Math.min(...more) === 0, String(more));

  const thaw = await lab.freeze(null);
  try {
    await untilSo("down", () => !database.replicas.figures().primaryUp);
    assert.deepEqual(await answers(reads), expected);
    assert.ok((await readRepositories(reads, organization)).length > 0);
  } finally {
    thaw();
  }
  await untilSo("back", () => database.replicas.figures().primaryUp);
});
