// A process of a killed Postgres that is in the midst of something lives on for a while, and no other server starts beside
// it: the supervisor waits for that, and brings Postgres back.
import assert from "node:assert/strict";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "pg";
import { until, within } from "../../test/helpers/until.ts";
import { withClient } from "../../test/helpers/with-client.ts";
import { createLog } from "../log.ts";
import { parseDatabaseUrl } from "./connection.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";

test("startEmbeddedPostgres() brings a killed Postgres back although one of its processes lives on for longer than starts are tried", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-orphan-"));
  await chmod(folder, 0o711); // Postgres' account passes through when root runs the tests
  const trying = Promise.withResolvers<void>();
  const write = (line: string): void => {
    if (line.includes("it is tried again")) trying.resolve();
  };
  const log = createLog({ level: "warn", destination: { write } });
  const postgres = await startEmbeddedPostgres({ dataFolder: join(folder, "data"), purpose: "test", log });
  t.after(async () => {
    await postgres.stop(); // first: it writes to the folder
    await rm(folder, { recursive: true, force: true });
  });
  const client = new Client(parseDatabaseUrl(postgres.ownerUrl));
  client.on("error", () => undefined); // it is cut
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const orphan = rows[0]?.pid ?? 0;
  const killed = postgres.pid;
  // as one that reads the disk for seconds: it does not notice
  process.kill(orphan, "SIGSTOP");
  try {
    process.kill(killed, "SIGKILL");
    const gaveUp = postgres.failed.then((error) => assert.fail(`it gave up: ${String(error)}`));
    await within("that it is tried again", Promise.race([trying.promise, gaveUp]));
  } finally {
    process.kill(orphan, "SIGCONT");
  }
  await until("Postgres is back", () => postgres.pid !== killed && postgres.owned);
  const answer = await withClient(postgres.ownerUrl, (one) => one.query("SELECT 1 AS one"));
  assert.deepEqual(answer.rows, [{ one: 1 }]);
});
