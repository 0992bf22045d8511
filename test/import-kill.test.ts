// kill -9 at any point of an import: started again, it ends with the rows of an import that nobody interrupted.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { startWorker } from "../src/ingest/worker.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { git } from "./helpers/git-history.ts";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import type { ImportProcessOrder } from "./helpers/import-process.ts";
import { type IngestBench, openIngestBench, TEST_NOW } from "./helpers/ingest-bench.ts";
import { buildRandomHistory } from "./helpers/random-history.ts";
import { pick, seededRandom } from "./helpers/seeded-random.ts";
import { readStoredHistory, type StoredHistory } from "./helpers/stored-history.ts";
import { within } from "./helpers/until.ts";

const POINTS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 6);
const SEED = 4_711;
const COMMITS = 130;
const BATCH_COMMITS = 25;
/** Transactions of one such import: its state, the newest commits, the skeleton, six batches, the end. */
const TRANSACTIONS = 10;

let bench: IngestBench;
let server: GitServer;
let url: string;
let expected: StoredHistory;

before(async () => {
  bench = await openIngestBench();
  server = await startGitServer({ root: bench.folder });
  await buildRandomHistory(join(bench.folder, "x.git"), { seed: SEED, commits: COMMITS });
  url = `${server.url}/x.git`;
  expected = await readStoredHistory(bench.store, await bench.add({ url }));
  assert.equal(expected.repository["state"], "ready", String(expected.repository["problem"]));
});
after(async () => {
  await server.close();
  await bench.close();
});

/** Runs a worker in another process until it has killed itself. @returns whether it did so, and was not done before */
async function workUntilKilled(kill: ImportProcessOrder["kill"]): Promise<void> {
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
  const child = spawn(process.execPath, [join(import.meta.dirname, "helpers/import-process.ts")], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, TIDEMARK_TEST_IMPORT: JSON.stringify(order) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [, signal] = (await within("its end", once(child, "exit"))) as [number | null, string | null];
  assert.equal(signal, "SIGKILL");
}

/** A worker in this process takes over what the dead one held and ends it. */
async function finish(organization: OrganizationId, repository: RepositoryId): Promise<StoredHistory> {
  const store = bench.database.database.worker.in(organization);
  const settled = Promise.withResolvers<void>();
  const look = async (): Promise<void> => {
    const [row] = await store.query<{ waiting: number }>(
      "SELECT count(*) AS waiting FROM event WHERE organization_id = $1 AND state IN ('due', 'running', 'failed')",
    );
    if (row?.waiting === 0) settled.resolve();
  };
  const listener = {
    changed: () => void look().catch(settled.reject),
    missed: () => void look().catch(settled.reject),
  };
  const stopListening = await bench.database.database.listen(listener);
  const worker = await startWorker({ ...bench.deps, batchCommits: BATCH_COMMITS });
  await look();
  await within("the end of all work", settled.promise, 120_000);
  await worker.stop();
  await stopListening();
  return readStoredHistory(store, repository);
}

async function addElsewhere(): Promise<{ organization: OrganizationId; repository: RepositoryId }> {
  const organization = await bench.database.makeOrganization();
  return { organization, repository: await addRepository(bench.deps, organization, { url }) };
}

const random = seededRandom(SEED);
for (let point = 0; point < POINTS; point += 1) {
  // two of three at a transaction, the third while git is at work or wherever it happens to be
  const where = pick(random, ["begin", "end", "committed"] as const);
  const kill = point % 3 === 2 ? { afterMs: random(700) } : { transaction: random(TRANSACTIONS), where };
  test(`importHistory() goes on after kill -9, point ${point}: ${JSON.stringify(kill)}`, async () => {
    const { organization, repository } = await addElsewhere();
    await workUntilKilled(kill);
    const mirrorIsLost = random(4) === 0;
    if (mirrorIsLost) await rm(bench.deps.mirrors, { recursive: true, force: true });
    assert.deepEqual(await finish(organization, repository), expected);
  });
}

test("importHistory() starts anew when the recorded tips are gone, here and at the remote", async () => {
  const { organization, repository } = await addElsewhere();
  await workUntilKilled({ transaction: 5, where: "committed" });
  await rm(bench.deps.mirrors, { recursive: true, force: true });
  const folder = join(bench.folder, "x.git");
  const main = git(folder, "rev-parse", "refs/heads/main");
  git(folder, "update-ref", "refs/heads/main", `${main}~3`);
  for (const ref of git(folder, "for-each-ref", "--format=%(refname)", "refs/heads").split("\n")) {
    if (ref !== "refs/heads/main") git(folder, "update-ref", "-d", ref);
  }
  git(folder, "reflog", "expire", "--expire=now", "--all");
  git(folder, "gc", "--quiet", "--prune=now");
  const stored = await finish(organization, repository);
  assert.equal(stored.repository["state"], "ready");
  assert.deepEqual(
    new Set(stored.commits.map(({ sha }) => sha)),
    new Set(git(folder, "rev-list", "main").split("\n")),
    "only what there is now",
  );
});
