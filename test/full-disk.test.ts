// G17: the disk of the mirrors is full: no partial rows, words, room given back at once, and the worker's own next attempt succeeds.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { RepositoryId } from "../src/domain/model.ts";
import { startWorker } from "../src/ingest/worker.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { seededRandom } from "./helpers/seeded-random.ts";
import { serve } from "./helpers/served-history.ts";
import { readStoredHistory, type StoredHistory } from "./helpers/stored-history.ts";

const SMALL = "size=2m";
const LARGE = "size=64m";
/** Bytes of noise in each commit's message: ten of them are more than the small disk. */
const NOISE_BYTES = 400_000;
/** Ten times what the next attempt takes, in ms. */
const WATCHDOG_MS = 60_000;

const bench = await openIngestBench();
const disk = join(bench.folder, "disk");
mkdirSync(disk);
const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", SMALL, "tmpfs", disk]).status === 0;
after(async () => {
  if (isMounted) spawnSync("umount", ["--lazy", disk]);
  await bench.close();
});

/** Waits until the worker, by itself, has brought a repository into a state. */
async function untilState(id: RepositoryId, state: string): Promise<StoredHistory> {
  const limit = performance.now() + WATCHDOG_MS;
  for (;;) {
    const history = await readStoredHistory(bench.store, id);
    if (history.repository["state"] === state) return history;
    assert.ok(performance.now() < limit, JSON.stringify(history.repository));
    await wait(50);
  }
}

test("an import onto a full disk ends in words, leaves room, and goes well once there is enough", {
  skip: isMounted ? false : "this account may not mount a small disk (root may)",
}, async () => {
  const builder = new HistoryBuilder(join(bench.folder, "large.git"));
  const random = seededRandom(11);
  for (let n = 0; n < 10; n += 1) {
    const noise = Buffer.from(Array.from({ length: NOISE_BYTES }, () => 33 + random(90)));
    builder.commit({ files: { "metrics.json": `{"n":${n}}` }, message: Buffer.concat([Buffer.from("n\n\n"), noise]) });
  }
  await builder.finish();
  const server = await serve(bench.folder);
  // the shortest wait before another attempt
  const deps = { ...bench.deps, mirrors: join(disk, "mirrors"), random: () => 0 };
  const worker = await startWorker(deps);
  after(() => worker.stop());
  const id = await addRepository(deps, bench.organization, { url: `${server.url}/large.git` });
  const broken = await untilState(id, "failed");
  assert.match(String(broken.repository["problem"]), /found a full disk, wanted room for the mirror/);
  assert.deepEqual([broken.commits, broken.versions, broken.branches.size], [[], [], 0]);
  const left = (): string[] =>
    readdirSync(disk, { recursive: true })
      .map(String)
      .filter((name) => /\.lock$|tmp_|(^|\/)new-/.test(name));
  assert.deepEqual(left(), [], "nothing half-written keeps it full");
  const { bavail, blocks } = statfsSync(disk);
  assert.ok(bavail > blocks / 2, `${bavail} of ${blocks} blocks are free`);
  assert.equal(spawnSync("mount", ["-o", `remount,${LARGE}`, disk]).status, 0);
  const whole = await untilState(id, "ready");
  const read = whole.commits.map(({ files }) => files.get("metrics.json")?.values?.get("n"));
  assert.deepEqual(read, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(left(), []);
});
