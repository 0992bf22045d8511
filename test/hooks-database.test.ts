// Deliveries while Postgres hangs, is busy or is killed: refused in time, and what was acknowledged is there.
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { DeliveryReceiver } from "../src/ingest/receive-delivery.ts";
import { openDatabase } from "../src/store/database.ts";
import { startEmbeddedPostgres } from "../src/store/embedded-postgres.ts";
import { ensureLocalOrganization } from "../src/store/first-run.ts";
import { upgrade } from "../src/store/migrate.ts";
import { signalProcess } from "./helpers/signal-process.ts";
import { startApi } from "./helpers/api-server.ts";
import { seededRandom } from "./helpers/seeded-random.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { quietLog, type TestDatabase } from "./helpers/test-database.ts";
import { makeTestWebhook, signedHeaders, testKeyring } from "./helpers/test-webhook.ts";
import { withClient } from "./helpers/with-client.ts";
import { until } from "./helpers/until.ts";

const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 2);
const SEED = Number(process.env["TIDEMARK_TEST_SEED"] ?? 20261128);
const SENDERS = 8;

const folder = temporaryFolder();
chmodSync(folder, 0o711); // Postgres may run as another account
const postgres = await startEmbeddedPostgres({ dataFolder: join(folder, "data"), purpose: "tests", log: quietLog });
const { ownerUrl, webUrl, workerUrl } = postgres;
await upgrade(ownerUrl);
const database = await openDatabase({ ownerUrl, webUrl, workerUrl, log: quietLog });
const { organizationId } = await ensureLocalOrganization(database);
const receiver = new DeliveryReceiver({ database, keyring: testKeyring, now: Date.now, wake: () => undefined });
const server = await startApi({ database } as TestDatabase, { receiver });
const hook = await makeTestWebhook(database, organizationId, { kind: "signed" });
after(async () => {
  await server.close();
  await database.close();
  await postgres.stop();
});

/** Sends a delivery. @returns the status, 0 when there was no answer, and how long it took in ms */
async function send(delivery: string): Promise<{ readonly status: number; readonly ms: number }> {
  const start = performance.now();
  const headers = signedHeaders(hook, "x", { delivery });
  const status = await fetch(server.url + hook.path, { method: "POST", headers, body: Buffer.from("x") }).then(
    async (answer) => {
      await answer.arrayBuffer();
      if (answer.status === 503) assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
      return answer.status;
    },
    () => 0,
  );
  return { status, ms: performance.now() - start };
}

async function stored(): Promise<Set<string>> {
  return withClient(ownerUrl, async (client) => {
    const { rows } = await client.query<{ id: string }>("SELECT delivery_id AS id FROM event");
    return new Set(rows.map(({ id }) => id));
  });
}

/** The processes that serve our connections. */
async function backends(): Promise<number[]> {
  return withClient(postgres.adminUrl, async (client) => {
    const question = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'tidemark%'";
    return (await client.query<{ pid: number }>(question)).rows.map(({ pid }) => pid);
  });
}

test("a database that does not answer: 503 within two seconds, and all goes on when it does again", async () => {
  assert.equal((await send("before")).status, 202);
  // and the one that would make further connections
  const stopped = [await postmaster(), ...(await backends())];
  for (const pid of stopped) process.kill(pid, "SIGSTOP");
  try {
    for (const id of ["hanging 1", "hanging 2"]) {
      const { status, ms } = await send(id);
      assert.equal(status, 503);
      assert.ok(ms < 2_000, `${ms} ms`);
    }
  } finally {
    for (const pid of stopped) signalProcess(pid, "SIGCONT");
  }
  assert.equal((await send("afterwards")).status, 202);
});

test("a table that is locked: 503 within two seconds", async () => {
  await withClient(ownerUrl, async (client) => {
    await client.query("BEGIN; LOCK TABLE event IN ACCESS EXCLUSIVE MODE");
    const { status, ms } = await send("locked");
    assert.equal(status, 503);
    assert.ok(ms < 2_000, `${ms} ms`);
    await client.query("ROLLBACK");
  });
  assert.equal((await send("unlocked")).status, 202);
});

/** What has each delivery wait after its INSERT and before its COMMIT, for as long as somebody holds the lock. */
const HOLD = `
  CREATE FUNCTION hold_commit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;
  CREATE CONSTRAINT TRIGGER hold_commit AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION hold_commit();`;

test("a delivery whose backend is killed between INSERT and COMMIT is not acknowledged, and is none", async () => {
  await withClient(ownerUrl, (client) => client.query(HOLD));
  const held = await withClient(ownerUrl, async (client) => {
    await client.query("SELECT pg_advisory_lock(4711)");
    const sent = send("never committed");
    const waiting = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted";
    for (const end = performance.now() + 10_000; ; ) {
      const [row] = (await client.query<{ pid: number }>(waiting)).rows;
      if (row === undefined) assert.ok(performance.now() < end, "it never came so far");
      else {
        process.kill(row.pid, "SIGKILL");
        return sent;
      }
    }
  });
  assert.equal(held.status, 503);
  for (const end = performance.now() + 60_000; ; ) {
    try {
      await withClient(ownerUrl, (client) => client.query("DROP FUNCTION hold_commit CASCADE"));
      break;
    } catch (error) {
      assert.ok(performance.now() < end, String(error)); // Postgres starts all its processes anew
    }
  }
  assert.equal((await stored()).has("never committed"), false);
  let again = 0;
  while (again !== 202) again = (await send("never committed")).status;
  assert.equal((await stored()).has("never committed"), true);
});

/** Sends deliveries one after the other until it is told to stop. @returns those that were acknowledged */
async function sendOn(sender: string, signal: AbortSignal): Promise<string[]> {
  const taken: string[] = [];
  for (let number = 0; !signal.aborted; number++) {
    const id = `${sender}.${number}`;
    const { status, ms } = await send(id);
    assert.ok(status === 202 || status === 503, `status ${status}`);
    assert.ok(ms < 5_000, `${ms} ms`);
    if (status === 202) taken.push(id);
  }
  return taken;
}

async function postmaster(): Promise<number> {
  const pid = await withClient(postgres.adminUrl, async (client) => {
    const { rows } = await client.query<{ pid: string }>(
      "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid",
    );
    return Number(rows[0]?.pid);
  });
  assert.ok(pid > 1);
  return pid;
}

test(`what was acknowledged is there, although Postgres is killed ${ROUNDS} times, seed ${SEED}`, async () => {
  const random = seededRandom(SEED);
  const stop = new AbortController();
  const senders = Array.from({ length: SENDERS }, (_, index) => sendOn(`s${index}`, stop.signal));
  for (let round = 0; round < ROUNDS; round++) {
    const victims = [await postmaster(), ...(await backends())];
    await wait(50 + random(400)); // it is killed while deliveries go on
    for (const pid of victims) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // a connection that has ended meanwhile
      }
    }
    const isBack = async (): Promise<boolean> => (await send(`round ${round} ${performance.now()}`)).status === 202;
    await until("a delivery is taken again", isBack);
  }
  stop.abort();
  const taken = (await Promise.all(senders)).flat();
  const rows = await stored();
  assert.ok(taken.length > SENDERS * ROUNDS, `${taken.length} were acknowledged`);
  assert.deepEqual(
    taken.filter((id) => !rows.has(id)),
    [],
  );
});
