// A live worker whose connections are all cut, or whose mirror vanishes, at chosen points of its work: it goes on by itself.
import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { RepositoryId } from "../src/domain/model.ts";
import { answerEvents } from "../src/ingest/answer-events.ts";
import { startWorker } from "../src/ingest/worker.ts";
import type { Database, OrganizationStore, Transaction } from "../src/store/database.ts";
import { takeDueLease } from "../src/store/due-work.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { requestSync } from "../src/workspace/sync-repository.ts";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedCheck } from "./helpers/pushed-check.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { withClient } from "./helpers/with-client.ts";

const COMMITS = 12;
const BATCH_COMMITS = 5;
/** Ten times what it takes on a busy machine, waits before the next attempt included, in ms. */
const WATCHDOG_MS = 300_000;
const LOOK_MS = 50;

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

/** Cuts off every connection to the test's database. */
async function cutAll(): Promise<void> {
  await withClient(bench.database.adminUrl, async (client) => {
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
  });
}

/** The same database, in which something may happen before each transaction of the worker is committed. */
function disturbed(database: Database, disturb: (number: number, tx: Transaction) => Promise<void> | void): Database {
  let count = 0;
  const store = (inner: OrganizationStore): OrganizationStore => ({
    ...inner,
    write: (work, options) => {
      const number = count++;
      return inner.write(async (tx) => {
        const done = await work(tx);
        await disturb(number, tx);
        return done;
      }, options);
    },
  });
  return { ...database, worker: { in: (organization) => store(database.worker.in(organization)) } };
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + WATCHDOG_MS;
  // the looks' own connections are cut as well
  while (!(await isSo().catch(() => false))) {
    assert.ok(performance.now() < end, `never: ${what}`);
    await wait(LOOK_MS);
  }
}

/** Whether nothing waits, nobody works on it, and it is readable. */
async function isDone(id: RepositoryId): Promise<boolean> {
  const rows = await bench.database.database.owner.query(
    `SELECT FROM git_repository r WHERE id = $1 AND state = 'ready' AND lease_holder IS NULL AND NOT EXISTS (
       SELECT FROM event e WHERE e.repository_id = r.id AND e.state IN ('due', 'running', 'failed'))`,
    [id],
  );
  return rows.length === 1;
}

const mirrorOf = (id: RepositoryId | null): string => join(bench.deps.mirrors, `${id}.git`);

/** Transactions, from 0, that are cut: of an import and of the syncs behind it. */
const CUTS = new Set([0, 2, 3, 5, 8, 13]);

test("a worker whose connections are all cut again and again goes on by itself, and loses nothing", async (t) => {
  const pushed = new PushedRepository(join(bench.folder, "cut.git"));
  pushed.grow("main", COMMITS);
  let cuts = 0;
  const database = disturbed(bench.deps.database, async (number) => {
    if (!CUTS.has(number)) return;
    cuts += 1;
    await cutAll();
  });
  const worker = await startWorker({ ...bench.deps, database, batchCommits: BATCH_COMMITS, random: () => 0 });
  try {
    const id = await addRepository(bench.deps, bench.organization, { url: `${server.url}/cut.git` });
    const check = new PushedCheck(bench, pushed, id);
    await until("it is imported", () => isDone(id));
    await check.synced();
    for (let round = 0; cuts < CUTS.size; round += 1) {
      assert.ok(round < 20, `only ${cuts} transactions were cut`);
      pushed.commit("main");
      await requestSync(bench.deps, bench.organization, id);
      await until("it is in step", () => isDone(id));
      await check.synced();
    }
    t.diagnostic(`${cuts} times`);
    assert.equal(worker.trouble(), null);
  } finally {
    await worker.stop();
  }
});

test("a worker whose mirror vanishes between its runs and in the midst of them fetches it again by itself", async () => {
  const pushed = new PushedRepository(join(bench.folder, "vanishing.git"));
  pushed.grow("main", COMMITS);
  let id: RepositoryId | null = null;
  /** transactions that see the mirror until it vanishes in the midst of a run */
  let left = 3;
  let vanished = 0;
  const isThere = (): boolean => existsSync(mirrorOf(id));
  const vanish = (): void => {
    assert.ok(isThere());
    rmSync(mirrorOf(id), { recursive: true });
    vanished += 1;
  };
  const database = disturbed(bench.deps.database, () => {
    if (left > 0 && isThere() && --left === 0) vanish();
  });
  const worker = await startWorker({ ...bench.deps, database, batchCommits: BATCH_COMMITS, random: () => 0 });
  try {
    id = await addRepository(bench.deps, bench.organization, { url: `${server.url}/vanishing.git` });
    const imported = id;
    const check = new PushedCheck(bench, pushed, imported);
    await until("it is imported", () => isDone(imported));
    await check.synced();
    for (const inTheMidst of [false, true]) {
      if (inTheMidst) left = 1;
      else vanish();
      pushed.commit("main");
      await requestSync(bench.deps, bench.organization, imported);
      await until("it is in step", () => isDone(imported));
      await check.synced();
    }
    assert.equal(vanished, 3);
  } finally {
    await worker.stop();
  }
});

test("a mirror that vanishes when its history is stored leaves that as it is: nothing failed, and nothing has to be done again", async () => {
  const pushed = new PushedRepository(join(bench.folder, "stored.git"));
  pushed.grow("main", COMMITS);
  let vanished = 0;
  const id = await addRepository(bench.deps, bench.organization, { url: `${server.url}/stored.git` });
  const waiting = `SELECT FROM event WHERE organization_id = $1 AND repository_id = $2 AND state <> 'done'`;
  const database = disturbed(bench.deps.database, async (_number, tx) => {
    if (vanished > 0 || (await tx.query(waiting, [id])).length > 0) return;
    rmSync(mirrorOf(id), { recursive: true });
    vanished += 1;
  });
  const lease = (await takeDueLease(bench.deps.database.system, "test")) ?? assert.fail("nothing is due");
  await answerEvents({ ...bench.deps, database, batchCommits: BATCH_COMMITS }, lease, new AbortController().signal);
  assert.equal(vanished, 1);
  assert.ok(await isDone(id), "it is ready");
  const check = new PushedCheck(bench, pushed, id);
  await check.synced();
  pushed.commit("main");
  await bench.sync(id);
  await check.synced();
});
