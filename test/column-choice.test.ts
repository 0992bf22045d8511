// What people say of a column stays over syncs and reading once more, and the best is the one that all commits have.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { ChoiceChange } from "../src/domain/column-choice.ts";
import type { CatalogueColumn, RepositoryId } from "../src/domain/model.ts";
import { insertEvent } from "../src/store/event.ts";
import { readAllColumns } from "../src/store/metric-column.ts";
import { chooseColumn } from "../src/workspace/choose-column.ts";
import { git, HistoryBuilder, type Mark } from "./helpers/git-history.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { seededRandom } from "./helpers/seeded-random.ts";

const SEED = 11;
const COMMITS = 60;

let bench: IngestBench;
before(async () => {
  bench = await openIngestBench();
});
after(() => bench.close());

/** What each commit has: `loss` is guessed to be better when lower, of `depth` nothing is guessed. */
interface Figures {
  readonly loss: number;
  readonly depth: number;
}

/** A line of commits on no branch. @returns their ids and figures, oldest first */
async function line(folder: string): Promise<{ shas: string[]; figures: Figures[] }> {
  const random = seededRandom(SEED);
  const builder = new HistoryBuilder(folder);
  const marks: Mark[] = [];
  const figures: Figures[] = [];
  for (let n = 0; n < COMMITS; n++) {
    figures.push({ loss: random(40), depth: random(40) });
    const files = { "metrics.json": JSON.stringify(figures.at(-1)) };
    marks.push(builder.commit({ branch: null, parents: marks.slice(-1), files }));
  }
  const shaOf = await builder.finish();
  return { shas: marks.map((mark) => shaOf(mark)), figures };
}

/** The best of the first commits, and the first of these that has it. */
function slowBest(figures: readonly Figures[], key: keyof Figures, goal: "higher" | "lower"): [number, number] {
  const values = figures.map((each) => each[key]);
  const best = goal === "higher" ? Math.max(...values) : Math.min(...values);
  return [best, values.indexOf(best)];
}

test("chooseColumn() is kept by syncs and by reading once more, with the best of all commits", async () => {
  const folder = join(bench.folder, "choice.git");
  const { shas, figures } = await line(folder);
  git(folder, "update-ref", "-d", "refs/tidemark-test/loose");
  const push = (count: number): string => git(folder, "update-ref", "refs/heads/main", shas[count - 1] as string);
  push(10);
  const repository = await bench.add({ folder });
  const choose = (key: string, change: ChoiceChange): Promise<void> =>
    chooseColumn(bench.database, bench.organization, repository, { id: `metrics.json:${key}`, change });
  const column = async (key: string): Promise<CatalogueColumn> =>
    (await readAllColumns(bench.store, repository)).find((each) => each.key === key) ?? assert.fail(key);
  const told = await column("loss");
  assert.deepEqual([told.goal, told.goalFrom], ["lower", "name"]);

  const check = async (count: number, what: string): Promise<void> => {
    for (const key of ["loss", "depth"] as const) {
      const { goal, goalFrom, unit, bestValue, bestPosition } = await column(key);
      assert.deepEqual([goal, goalFrom, unit], ["higher", "confirmed", "m"], `${key} ${what}`);
      assert.deepEqual([bestValue, bestPosition], slowBest(figures.slice(0, count), key, "higher"), `${key} ${what}`);
    }
  };
  await choose("loss", { goal: "higher", unit: "m" });
  await choose("depth", { goal: "higher", unit: "m", alias: "Depth" });
  await check(10, "at once");
  for (const count of [11, 12, 30, 45]) {
    push(count);
    await bench.sync(repository);
    await check(count, `after a sync of ${count}`);
  }
  await readAgain(repository);
  await check(45, "after reading once more");
  push(COMMITS);
  await bench.sync(repository);
  await check(COMMITS, "after a sync behind that");

  await choose("loss", { goal: "guess", unit: "guess" });
  const back = await column("loss");
  assert.deepEqual([back.goal, back.goalFrom, back.unit], [told.goal, told.goalFrom, told.unit]);
  assert.deepEqual([back.bestValue, back.bestPosition], slowBest(figures, "loss", "lower"));
  const whole = await readAllColumns(bench.store, repository);
  await readAgain(repository);
  assert.deepEqual(await readAllColumns(bench.store, repository), whole, "as a whole reading gives it");
});

async function readAgain(repository: RepositoryId): Promise<void> {
  await bench.store.write((tx) => insertEvent(tx, repository, "import"));
  await bench.work();
}
