// Events are answered while somebody holds a snapshot open, which lets nothing that is dead be tidied away, and afterwards.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { startWorker, type Worker } from "../src/ingest/worker.ts";
import { parseDatabaseUrl } from "../src/store/connection.ts";
import { copyRepository } from "../bench/repository-copies.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";

const LONG = process.env["TIDEMARK_TEST_ROUNDS"] !== undefined;
const REPOSITORIES = LONG ? 1_000 : 20;
const EVENTS_EACH = LONG ? 100 : 25;
/** How long the snapshot is held before Postgres cuts its holder off, in ms. */
const HELD_MS = LONG ? 60_000 : 2_000;
/** Ten times what it takes on a busy machine, in ms. */
const WATCHDOG_MS = LONG ? 1_200_000 : 120_000;
/** Each look reads all events. */
const LOOK_MS = LONG ? 1_000 : 50;
/** Once nobody holds a snapshot any more, it is at least so much of the speed before; metrics/ has the speed itself. */
const SHARE = 1 / 3;

let bench: IngestBench;
before(async () => {
  bench = await openIngestBench();
  const folder = join(bench.folder, "one.git");
  const history = new HistoryBuilder(folder);
  for (let n = 0; n < 3; n += 1) history.commit({ files: { "metrics.json": `{"n":${n}}` } });
  await history.finish();
  const repository = await bench.add({ folder });
  const { organization, database } = bench;
  const links = join(bench.folder, "links");
  await copyRepository(database.database, { organization, folder, repository, links, copies: REPOSITORIES - 1 });
});
after(() => bench.close());

/** Says in every repository that there may be something new; there is nothing. */
async function askAll(): Promise<void> {
  await bench.database.database.owner.query(
    `INSERT INTO event (organization_id, repository_id, source)
     SELECT organization_id, id, 'poll' FROM git_repository, generate_series(1, $1::int)`,
    [EVENTS_EACH],
  );
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + WATCHDOG_MS;
  while (!(await isSo())) {
    assert.ok(performance.now() < end, `never: ${what}; ${await states()}`);
    await wait(LOOK_MS);
  }
}

async function states(): Promise<string> {
  const rows = await bench.database.database.owner.query(
    "SELECT state, count(*)::int FROM event GROUP BY 1 ORDER BY 1",
  );
  return JSON.stringify(rows);
}

async function isDrained(): Promise<boolean> {
  const waiting = "SELECT FROM event WHERE state IN ('due', 'running', 'failed') LIMIT 1";
  return (await bench.database.database.owner.query(waiting)).length === 0;
}

/** A connection that took a snapshot and does nothing with it. */
async function holdSnapshot(): Promise<{ readonly cut: Promise<Error>; end(): Promise<void> }> {
  const client = new Client(parseDatabaseUrl(bench.database.workerUrl));
  const cut = Promise.withResolvers<Error>();
  // a connection that is cut off tells it as an event, which would end the process without somebody who hears it
  client.on("error", (error) => cut.resolve(error));
  await client.connect();
  await client.query(`SET idle_in_transaction_session_timeout = ${HELD_MS}`);
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM event LIMIT 1");
  return { cut: cut.promise, end: () => client.end().catch(() => undefined) };
}

/** Has all events answered. @returns how many a second */
async function drain(worker: Worker, when: string): Promise<number> {
  await askAll();
  const from = performance.now();
  worker.wake();
  await until(`all answered ${when}`, isDrained);
  return (REPOSITORIES * EVENTS_EACH * 1_000) / (performance.now() - from);
}

const many = `${REPOSITORIES * EVENTS_EACH} events of ${REPOSITORIES} repositories`;
test(`${many} are answered while a snapshot is held, and as fast as before once its holder was cut off`, async (t) => {
  const worker = await startWorker(bench.deps);
  try {
    const unheld = await drain(worker, "before");
    const holder = await holdSnapshot();
    const during = await drain(worker, "under the snapshot");
    assert.match((await holder.cut).message, /idle.in.transaction timeout/);
    await holder.end();
    const afterwards = await drain(worker, "afterwards");
    t.diagnostic(`events a second: ${[unheld, during, afterwards].map(Math.round).join(", ")}`);
    if (LONG) assert.ok(afterwards >= unheld * SHARE);
    assert.equal(worker.trouble(), null);
  } finally {
    await worker.stop();
  }
});
