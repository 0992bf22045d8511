// A process of a killed Postgres may live on, as one that waits for what a killed process held, and no other server starts
// beside it: the supervisor ends it, and brings Postgres back.
import assert from "node:assert/strict";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "pg";
import { quietLog } from "../../test/helpers/test-database.ts";
import { until } from "../../test/helpers/until.ts";
import { withClient } from "../../test/helpers/with-client.ts";
import { parseDatabaseUrl } from "./connection.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";

test("startEmbeddedPostgres() brings a killed Postgres back although one of its processes lives on and does not notice", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-orphan-"));
  await chmod(folder, 0o711); // Postgres' account passes through when root runs the tests
  const postgres = await startEmbeddedPostgres({ dataFolder: join(folder, "data"), purpose: "test", log: quietLog });
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
  process.kill(orphan, "SIGSTOP");
  process.kill(killed, "SIGKILL");
  const gaveUp = postgres.failed.then((error) => assert.fail(`it gave up: ${String(error)}`));
  await Promise.race([until("Postgres is back", () => postgres.pid !== killed && postgres.owned), gaveUp]);
  const answer = await withClient(postgres.ownerUrl, (one) => one.query("SELECT 1 AS one"));
  assert.deepEqual(answer.rows, [{ one: 1 }]);
});
