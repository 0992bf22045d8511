// What events say of the runs that answered them: an import, a sync with nothing new, one with new commits, one that failed.
import assert from "node:assert/strict";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readEventPage } from "../src/reads/events.ts";
import { createReads } from "../src/reads/reads.ts";
import { retryEvent } from "../src/workspace/retry-event.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";

let bench: IngestBench;
before(async () => {
  bench = await openIngestBench();
});
after(() => bench.close());

test("events tell what was read for them, and one that failed succeeds when it is tried again", async () => {
  const folder = join(bench.folder, "pushed.git");
  const pushed = new PushedRepository(folder);
  for (let n = 0; n < 3; n++) pushed.commit("main");
  pushed.commit("main", { files: { "README.md": "no numbers" } });
  const repository = await bench.add({ folder });
  await bench.sync(repository);
  pushed.commit("main");
  await bench.sync(repository);
  await rename(folder, `${folder}.away`);
  await bench.sync(repository);
  const reads = createReads(bench.database.database);
  const list = async () => (await readEventPage(reads, bench.organization, repository, { limit: 10 })).events;
  const told = (await list()).map(({ task, state, attempts, commits, files }) => [
    task,
    state,
    attempts,
    commits,
    files,
  ]);
  assert.deepEqual(told, [
    ["sync", "failed", 1, null, null],
    ["sync", "done", 0, 1, 1],
    ["sync", "done", 0, 0, 0],
    ["import", "done", 0, 4, 3],
  ]);
  const [failed] = await list();
  assert.match(failed?.error ?? "", /^Cannot open the repository .*found no such folder/);

  await rename(`${folder}.away`, folder);
  pushed.commit("main");
  await retryEvent(bench.deps, bench.organization, repository, failed?.id ?? "");
  await bench.work();
  const [mended] = await list();
  assert.deepEqual(
    [mended?.id, mended?.state, mended?.attempts, mended?.error, mended?.commits],
    [failed?.id, "done", 0, null, 1],
  );
});
