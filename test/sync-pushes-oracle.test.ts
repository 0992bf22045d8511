// Generated pushes of every kind, days that go by, and histories that are read once more: after each step what is
// stored and what pages show is what plain git says.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { insertEvent } from "../src/store/event.ts";
import { unordered } from "./helpers/column-oracle.ts";
import { pushSomething } from "./helpers/generated-pushes.ts";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedCheck } from "./helpers/pushed-check.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { pick, seededRandom } from "./helpers/seeded-random.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 1);
const STEPS = process.env["TIDEMARK_TEST_ROUNDS"] === undefined ? 8 : 12;

let bench: IngestBench;
let server: GitServer;

before(async () => {
  bench = await openIngestBench();
  server = await startGitServer({ root: bench.folder });
});
after(async () => {
  await server.close();
  await bench.close();
});

for (let round = 0; round < ROUNDS; round += 1) {
  const seed = 52_000 + round;
  test(`syncRepository() and expireHistory() follow generated pushes and days, seed ${seed}`, async (t) => {
    const random = seededRandom(seed);
    const pushed = new PushedRepository(join(bench.folder, `pushes-${seed}.git`));
    pushed.grow("main", 4);
    const url = `${server.url}/pushes-${seed}.git`;
    const id = await bench.add(round % 2 === 0 ? { folder: pushed.folder } : { url });
    const check = new PushedCheck(bench, pushed, id);
    await check.synced();
    const past: string[] = [];
    for (let step = 0; step < STEPS; step += 1) {
      const done: string[] = [];
      for (let count = 1 + random(3); count > 0; count -= 1) done.push(pushSomething(pushed, random, past));
      t.diagnostic(done.join(", "));
      await bench.syncFully(id);
      await check.synced();
      await check.checkFresh();
      if (random(3) > 0) continue;
      const days = pick(random, [8, 23]);
      t.diagnostic(`${days} days`);
      await check.daysGoBy(days);
    }
    await check.daysGoBy(23);
    await check.daysGoBy(8);
    const kept = await check.check();
    await bench.store.write((tx) => insertEvent(tx, id, "import"));
    await bench.work();
    assert.deepEqual(unordered(await check.check()), unordered(kept), "reading the history once more changes nothing");
  });
}
