// The catalogue of columns after single pushes: kept up by what is new, it is what reading the whole history gives.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { insertEvent } from "../src/store/event.ts";
import { checkColumns, unordered } from "./helpers/column-oracle.ts";
import { git, HistoryBuilder, type Mark } from "./helpers/git-history.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { pick, type Random, seededRandom } from "./helpers/seeded-random.ts";
import { readStoredHistory, type StoredHistory } from "./helpers/stored-history.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 1);
const COMMITS = 260;
const KEYS = ["loss", "score", "name", "zeta", "alpha_ms", "flag", "nested", "mixed", "marks"];
const PATHS = ["metrics.json", "b/metrics.json"];

let bench: IngestBench;

before(async () => {
  bench = await openIngestBench();
});
after(() => bench.close());

/** Values that change a column's kind now and then, and its best; a key is missing now and then. */
function randomValue(random: Random, key: string): unknown {
  const odd = random(12);
  if (odd === 0) return "a text";
  if (odd === 1) return null;
  if (odd === 2) return random(2) === 0;
  if (odd === 3) return "12.5";
  if (odd === 4 || key === "marks") return pick(random, ["N/A", "-", "None", "", null, random(4), random(8) === 0]);
  if (key === "name") return pick(random, ["a", "b"]);
  if (key === "flag") return random(2) === 0;
  if (key === "mixed") return pick(random, ["x", 1, true, "7"]);
  return random(1_000) / 8;
}

function randomDocument(random: Random): string {
  const keys = KEYS.filter(() => random(6) > 0);
  for (let at = keys.length - 1; at > 0; at -= 1) {
    const other = random(at + 1);
    [keys[at], keys[other]] = [keys[other] as string, keys[at] as string];
  }
  const document = Object.fromEntries(
    keys.map((key) => {
      const value = randomValue(random, key);
      return [key, key === "nested" && value !== null ? { deep: value, runs: [{ id: "r", ms: value }] } : value];
    }),
  );
  return random(15) === 0 ? "{ not JSON" : JSON.stringify(document);
}

/** A line with some commits on the side. @returns ids, oldest first */
async function build(folder: string, random: Random): Promise<string[]> {
  const builder = new HistoryBuilder(folder);
  const marks: Mark[] = [];
  for (let number = 0; number < COMMITS; number += 1) {
    const files = Object.fromEntries(
      PATHS.filter(() => random(3) === 0).map((path) => [path, random(20) === 0 ? null : randomDocument(random)]),
    );
    const parents = random(10) === 0 ? marks.slice(-3, -2) : marks.slice(-1);
    marks.push(builder.commit({ branch: null, parents, files }));
  }
  const shaOf = await builder.finish();
  return marks.map((mark) => shaOf(mark));
}

async function readAgain(repository: RepositoryId): Promise<void> {
  await bench.store.write((tx) => insertEvent(tx, repository, "import"));
  await bench.work();
}

for (let round = 0; round < ROUNDS; round += 1) {
  const seed = 77_000 + round;
  test(`catalogueChange() keeps the columns as a whole reading gives them, seed ${seed}`, async () => {
    const random = seededRandom(seed);
    const folder = join(bench.folder, `columns-${seed}.git`);
    const shas = await build(folder, random);
    git(folder, "update-ref", "-d", "refs/tidemark-test/loose");
    const push = (number: number, branch = "main"): string =>
      git(folder, "update-ref", `refs/heads/${branch}`, shas[number] as string);
    let upTo = 20;
    push(upTo);
    const repository = await bench.add({ folder });
    for (let step = 0; upTo < COMMITS - 1; step += 1) {
      upTo = Math.min(COMMITS - 1, upTo + 1 + random(step < 12 ? 3 : 60));
      push(upTo, random(4) === 0 ? "side" : "main");
      await bench.sync(repository);
      if (step % 4 !== 3 && upTo < COMMITS - 1) continue;
      const kept = await readStoredHistory(bench.store, repository);
      await readAgain(repository);
      const whole = await readStoredHistory(bench.store, repository);
      const told = kept.commits.some(({ unreachable }) => unreachable)
        ? unordered
        : (history: StoredHistory) => history;
      assert.deepEqual(told(kept).columns, told(whole).columns, `columns after commit ${upTo}`);
      assert.deepEqual(told(kept), told(whole));
      checkColumns(kept);
      assert.ok(kept.columns.length > 8);
    }
  });
}
