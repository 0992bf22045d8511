// D11: changes come fast and the listening connection is cut again and again: no page stays older than it may; and a
// listener that hangs in a transaction, so that notifications pile up, is told to the operator.
import assert from "node:assert/strict";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { type Listener, StreamHub } from "../src/api/stream-hub.ts";
import type { RepositoryId } from "../src/domain/model.ts";
import { createLog } from "../src/log.ts";
import { listenForChanges } from "../src/store/change-listener.ts";
import { parseDatabaseUrl } from "../src/store/connection.ts";
import { startEmbeddedPostgres } from "../src/store/embedded-postgres.ts";
import { takeIdleLease } from "../src/store/lease.ts";
import { readPulse } from "../src/store/repository-page.ts";
import { insertRepository, raiseVersion } from "../src/store/repository.ts";
import { openTestDatabase, quietLog } from "./helpers/test-database.ts";
import { withClient } from "./helpers/with-client.ts";

const CUTS = 20;
/** Changes a second. */
const RATE = 50;
/** What a page may be behind, in ms, and the watchdog. */
const BEHIND_MS = 2_000;
const WATCHDOG_MS = 10 * BEHIND_MS;

const db = await openTestDatabase();
after(() => db.close());

test(`an open page is never older than its version and ${BEHIND_MS} ms while the listener is cut ${CUTS} times`, async (t) => {
  const { database } = db;
  const organizationId = await db.makeOrganization();
  const store = database.worker.in(organizationId);
  const added = { name: "r", kind: "folder", address: "/nowhere" } as const;
  const id = (await database.web.in(organizationId).write((tx) => insertRepository(tx, added))) as RepositoryId;
  const lease = await takeIdleLease(database.system, "test", id);
  assert.ok(lease !== null);

  /** when each version was there; when a page saw it, or a later one */
  const committed = new Map<number, number>();
  const seen: { version: number; at: number }[] = [];
  const hub = new StreamHub(
    (organization, repository, known) => readPulse(database.web.in(organization), repository, known),
    quietLog,
  );
  const page: Listener = {
    organizationId,
    repositoryId: id,
    session: "page",
    heard: null,
    send: (text) => {
      const version = /"version":(\d+)/.exec(text)?.[1];
      if (version !== undefined) seen.push({ version: Number(version), at: performance.now() });
    },
    end: () => undefined,
  };
  const stop = await database.listen({ changed: (repository) => hub.changed(repository), missed: () => hub.missed() });
  const close = await hub.open(page);

  const cutter = new Client(parseDatabaseUrl(db.adminUrl));
  await cutter.connect();
  let cuts = 0;
  const cut = async (): Promise<void> => {
    const { rowCount } = await cutter.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'tidemark listener'`,
    );
    cuts += rowCount ?? 0;
  };
  let version = 0;
  /** what the machine itself needs for a change just now, in ms: it may be busy with other tests */
  let slowest = 0;
  const raise = async (): Promise<void> => {
    const from = performance.now();
    await store.write((tx) => raiseVersion(tx, lease));
    const [row] = await store.query<{ version: number }>(
      "SELECT version::integer AS version FROM git_repository WHERE organization_id = $1 AND id = $2",
      [id],
    );
    version = row?.version ?? 0;
    committed.set(version, performance.now());
    slowest = Math.max(slowest, performance.now() - from);
  };
  // a pace, not a pause: what is late is not waited for
  const began = performance.now();
  const isCutOften = (): boolean => cuts >= CUTS;
  for (let number = 0; !isCutOften(); number += 1) {
    await raise();
    if (number % 10 === 9) await cut();
    await wait(Math.max(0, began + (number * 1_000) / RATE - performance.now()));
  }
  await raise();
  const limit = performance.now() + WATCHDOG_MS;
  while ((seen.at(-1)?.version ?? 0) < version) {
    assert.ok(performance.now() < limit, `the page stays at ${seen.at(-1)?.version} of ${version}`);
    await wait(1);
  }
  close?.();
  hub.close();
  await cutter.end();
  await stop();

  let worst = 0;
  for (const [number, at] of committed) {
    const told = seen.find((each) => each.version >= number);
    assert.ok(told !== undefined);
    worst = Math.max(worst, told.at - at);
  }
  const rate = (committed.size / (performance.now() - began)) * 1_000;
  t.diagnostic(`${committed.size} changes, ${rate.toFixed(0)}/s, ${cuts} cuts: at most ${worst.toFixed(0)} ms behind`);
  assert.ok(worst < BEHIND_MS + 2 * slowest, `${worst} ms behind, where a change took ${slowest} ms at most`);
});

test("a listener that hangs in a transaction is told in the log, once, before the queue is full", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-notify-"));
  await chmod(folder, 0o711); // Postgres' account passes through when root runs the tests
  const dataFolder = join(folder, "data");
  t.after(() => rm(folder, { recursive: true, force: true }));
  const options = { dataFolder, purpose: "test", log: quietLog };
  const first = await startEmbeddedPostgres(options);
  // the least there is: half a megabyte
  await withClient(first.adminUrl, async (client) => {
    await client.query("ALTER SYSTEM SET max_notify_queue_pages = 64");
  });
  await first.stop();
  const postgres = await startEmbeddedPostgres(options);

  let told: readonly string[] = [];
  const heard = Promise.withResolvers<void>();
  const destination = {
    write: (line: string) => {
      if (/queue of notifications fills up/.test(line)) told = [...told, line];
      if (told.length > 0) heard.resolve();
    },
  };
  const log = createLog({ level: "error", destination });
  let changes = 0;
  const listener = { changed: () => void (changes += 1), missed: () => undefined };
  const hasHeard = (): boolean => changes > 0;
  const stop = await listenForChanges(postgres.webUrl, listener, { log, name: "tidemark listener", heartbeatMs: 5 });
  const hanging = new Client(parseDatabaseUrl(postgres.ownerUrl));
  await hanging.connect();
  await hanging.query("SET idle_in_transaction_session_timeout = 0; LISTEN tidemark");
  await hanging.query("BEGIN; SELECT 1");
  const busy = new Client(parseDatabaseUrl(postgres.ownerUrl));
  await busy.connect();
  const fill = async (): Promise<void> => {
    for (let n = 0; n < 12; n += 1) await busy.query("SELECT pg_notify('tidemark', repeat('x', 7900))");
  };
  await fill();
  const watchdog = setTimeout(() => heard.reject(new Error("no alarm")), 60_000);
  await heard.promise;
  clearTimeout(watchdog);
  const [line = ""] = told;
  assert.match(line, /sits in a transaction; find it in pg_stat_activity/);
  // that one goes on, the queue empties, and our own listener has heard all the while
  await hanging.end();
  await busy.query("SELECT pg_notify('tidemark', '1 2')");
  const limit = performance.now() + 60_000;
  while (!hasHeard()) {
    assert.ok(performance.now() < limit, "our listener heard nothing");
    await wait(1);
  }
  assert.equal(told.length, 1);
  await busy.end();
  await stop();
  await postgres.stop();
});
