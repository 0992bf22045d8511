// The best value of the catalogue where a double does not tell integers apart: exact after an import, syncs and a choice.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { readColumn } from "../src/reads/column-catalogue.ts";
import { createReads } from "../src/reads/reads.ts";
import { insertEvent } from "../src/store/event.ts";
import { readAllColumns } from "../src/store/metric-column.ts";
import { chooseColumn } from "../src/workspace/choose-column.ts";
import { git, HistoryBuilder, type Mark } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { pick, seededRandom } from "./helpers/seeded-random.ts";

const COMMITS = 40;
const ID = "metrics.json:score";

const bench = await openIngestBench();
after(() => bench.close());
const reads = createReads(bench.database.database);

test("the best value has all its digits, and is the first that no other of its double is better than", async () => {
  const random = seededRandom(81);
  const values = Array.from({ length: COMMITS }, (_, i) => {
    const near = pick(random, [2n ** 53n, 2n ** 53n, 2n ** 64n, -(2n ** 64n)]) + BigInt(random(4));
    return i < COMMITS / 2 ? near / 2n ** BigInt(pick(random, [0, 0, 30])) : near;
  });
  const folder = join(bench.folder, "exact-best.git");
  const builder = new HistoryBuilder(folder);
  const marks: Mark[] = [];
  for (const value of values) {
    const written = pick(random, [`${value}`, `"${value}"`]);
    const files = { "metrics.json": `{"score": ${written}, "loss": 1}` };
    marks.push(builder.commit({ branch: null, parents: marks.slice(-1), files }));
  }
  const shaOf = await builder.finish();
  git(folder, "update-ref", "-d", "refs/tidemark-test/loose");
  const push = (count: number): string => git(folder, "update-ref", "refs/heads/main", shaOf(marks[count - 1] as Mark));

  push(3);
  const repository = await bench.add({ folder });
  const check = async (count: number, goal: "higher" | "lower", what: string): Promise<void> => {
    const best = values.slice(0, count).reduce((found, value) => {
      return goal === "higher" ? (value > found ? value : found) : value < found ? value : found;
    });
    const first = shaOf(marks[values.indexOf(best)] as Mark);
    const column = await readColumn(reads, bench.organization, repository, ID);
    assert.equal(JSON.stringify(column.best), `{"sha":"${first}","value":${best}}`, `${what} of ${count}`);
  };
  for (const count of [3, 4, 6, 11, 20, 21, 30, COMMITS]) {
    push(count);
    await bench.sync(repository);
    await check(count, "higher", "the highest");
    await chooseColumn(bench.database, bench.organization, repository, { id: ID, change: { goal: "lower" } });
    await check(count, "lower", "the lowest");
    await chooseColumn(bench.database, bench.organization, repository, { id: ID, change: { goal: "guess" } });
  }
  const kept = await readAllColumns(bench.store, repository);
  await bench.store.write((tx) => insertEvent(tx, repository, "import"));
  await bench.work();
  assert.deepEqual(await readAllColumns(bench.store, repository), kept, "as a whole reading gives it");
});
