// A worker that is frozen for longer than its lease lasts, and woken when another one has done its work: it writes nothing.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { after, before, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { isTidemarkError } from "../src/errors.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import type { ImportProcessOrder } from "./helpers/import-process.ts";
import { type IngestBench, openIngestBench, TEST_NOW } from "./helpers/ingest-bench.ts";
import { buildRandomHistory } from "./helpers/random-history.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

const COMMITS = 90;
const BATCH_COMMITS = 25;
const LOOK_MS = 50;
const MAX_LOOKS = 2_400;

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

function startFreezing(kill: ImportProcessOrder["kill"]): ChildProcess {
  const { ownerUrl, webUrl, workerUrl } = bench.database;
  const order: ImportProcessOrder = {
    ownerUrl: ownerUrl.reveal(),
    webUrl: webUrl.reveal(),
    workerUrl: workerUrl.reveal(),
    mirrors: bench.deps.mirrors,
    now: TEST_NOW,
    batchCommits: BATCH_COMMITS,
    kill,
  };
  return spawn(process.execPath, [join(import.meta.dirname, "helpers/import-process.ts")], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, TIDEMARK_TEST_IMPORT: JSON.stringify(order) },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    if (await isSo()) return;
    await wait(LOOK_MS);
  }
  throw new Error(`never: ${what}`);
}

const isFrozen = ({ pid }: ChildProcess): boolean => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));

async function stateOf(id: RepositoryId): Promise<unknown> {
  const [row] = await bench.store.query("SELECT * FROM git_repository WHERE organization_id = $1 AND id = $2", [id]);
  const events = await bench.store.query(
    "SELECT id, state, attempts, commits, finished_at FROM event WHERE organization_id = $1 AND repository_id = $2 ORDER BY id",
    [id],
  );
  return { row, events, history: await readStoredHistory(bench.store, id) };
}

async function isReady(id: RepositoryId): Promise<boolean> {
  const [row] = await bench.store.query<{ state: string }>(
    "SELECT state FROM git_repository WHERE organization_id = $1 AND id = $2",
    [id],
  );
  return row?.state === "ready";
}

async function endLease(id: RepositoryId): Promise<boolean> {
  const end =
    "UPDATE git_repository SET lease_until = now() - interval '1 second' WHERE organization_id = $1 AND id = $2";
  try {
    await bench.store.write((tx) => tx.query(end, [id]));
    return true;
  } catch (error) {
    if (isTidemarkError(error, "database-busy")) return false;
    throw error;
  }
}

const skip = process.platform === "linux" ? false : "how a process is doing is read from /proc";
for (const [seed, kill] of [
  [1, { transaction: 3, where: "before", freeze: true }],
  [2, { transaction: 5, where: "end", freeze: true }],
  [3, { transaction: 6, where: "before", freeze: true }],
] as const) {
  const title = `a worker frozen ${kill.where === "end" ? "at the end of" : "before"} its transaction ${kill.transaction}`;
  test(`${title} writes nothing when it wakes up and another one has its work`, { skip }, async () => {
    await buildRandomHistory(join(bench.folder, `frozen-${seed}.git`), { seed, commits: COMMITS });
    await buildRandomHistory(join(bench.folder, `next-${seed}.git`), { seed: seed + 100, commits: 5 });
    const expected = await readStoredHistory(
      bench.store,
      await bench.add({ folder: join(bench.folder, `frozen-${seed}.git`) }),
    );
    const id = await addRepository(bench.deps, bench.organization, { url: `${server.url}/frozen-${seed}.git` });
    const sleeper = startFreezing(kill);
    const ended = once(sleeper, "exit");
    try {
      await until("it is frozen", () => isFrozen(sleeper));
      assert.equal(await isReady(id), false, "in the midst of its work");
      // what it has open holds the row until Postgres cuts it off
      await until("its lease has ended", () => endLease(id));
      await until("another worker has done it", async () => {
        await bench.work();
        return isReady(id);
      });
      await bench.work();
      const done = await stateOf(id);
      assert.deepEqual((await readStoredHistory(bench.store, id)).commits, expected.commits);
      sleeper.kill("SIGCONT");
      // it is awake, and has found out, once it has done something else
      const next = await addRepository(bench.deps, bench.organization, {
        folder: join(bench.folder, `next-${seed}.git`),
      });
      await until("the sleeper has worked again", () => isReady(next));
      assert.deepEqual(await stateOf(id), done);
    } finally {
      sleeper.kill("SIGCONT");
      sleeper.kill("SIGKILL");
      await ended;
    }
  });
}
