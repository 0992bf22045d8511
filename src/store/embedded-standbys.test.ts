// Tests the standbys of the embedded Postgres: made, kept over a new start, made anew, and nothing left behind.
import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openStandbyLab, untilSo } from "../../test/helpers/standby-lab.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { quietLog } from "../../test/helpers/test-database.ts";
import { withClient } from "../../test/helpers/with-client.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { startStandbys } from "./embedded-standbys.ts";

const SLOTS = "SELECT slot_name AS slot FROM pg_replication_slots ORDER BY 1";

/** A server alone, as `serve` starts it with so many standbys. */
async function serving(dataFolder: string, count: number) {
  const postgres = await startEmbeddedPostgres({ dataFolder, purpose: "tests", log: quietLog });
  const cluster = () => postgres.cluster;
  const standbys = await startStandbys({ cluster, count, runtimeFolder: tmpdir(), log: quietLog });
  const slots = async (): Promise<string[]> => {
    let found: string[] = [];
    await withClient(postgres.adminUrl, async (client) => {
      found = (await client.query<{ slot: string }>(SLOTS)).rows.map(({ slot }) => slot);
    });
    return found;
  };
  const answering = (id: string): Promise<void> => {
    const url = standbys.replicas.find((each) => each.id === id)?.url;
    return untilSo(`${id} answers`, () =>
      withClient(url ?? postgres.webUrl, async (client) => {
        await client.query("SELECT");
      }).then(
        () => true,
        () => false,
      ),
    );
  };
  return { postgres, standbys, slots, answering };
}

test("standbys go on from their files at a next start, and one that nobody wants leaves neither files nor slot", async () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o711);
  const data = join(folder, "data");
  const first = await serving(data, 2);
  await Promise.all([first.answering("replica-1"), first.answering("replica-2")]);
  assert.deepEqual(await first.slots(), ["tidemark_replica_1", "tidemark_replica_2"]);
  const files = join(data, "standbys", "replica-1", "pg18");
  const settings = readFileSync(join(files, "postgresql.auto.conf"), "utf8");
  assert.match(settings, /hot_standby_feedback = 'off'/);
  assert.equal(statSync(join(files, "postgresql.auto.conf")).mode & 0o777, 0o600, "its password is for its account");
  assert.equal(existsSync(join(files, "tidemark.passwords.json")), false);
  const made = statSync(join(files, "PG_VERSION")).ino;
  await first.standbys.stop();
  assert.deepEqual(await first.slots(), [], "nothing is kept for standbys that do not run");
  await first.postgres.stop();

  const second = await serving(data, 1);
  await second.answering("replica-1");
  assert.equal(statSync(join(files, "PG_VERSION")).ino, made, "the same files");
  assert.deepEqual(await second.slots(), ["tidemark_replica_1"]);
  assert.deepEqual(readdirSync(join(data, "standbys")), ["replica-1"]);
  await second.standbys.stop();
  await second.postgres.stop();
});

test("a standby that is away for too long costs the primary no more than the limit of its log, and is made anew", async () => {
  const lab = await openStandbyLab(temporaryFolder(), 1, { max_slot_wal_keep_size: "64MB", max_wal_size: "64MB" });
  try {
    await lab.untilUp();
    const pid = await lab.pidOf("replica-1");
    // what reads the log for it is gone, and nobody starts another one
    process.kill(pid, "SIGSTOP");
    const [sender] = await lab.at(null, "SELECT pid FROM pg_stat_replication");
    await lab.at(null, `SELECT pg_terminate_backend(${Number(sender?.["pid"])})`);
    await lab.at(null, "CREATE TABLE filler (text text)");
    const fill = "INSERT INTO filler SELECT repeat('x', 1500) FROM generate_series(1, 40000)";
    for (let round = 0; round < 4; round++) await lab.at(null, fill, "CHECKPOINT");
    const [row] = await lab.at(null, "SELECT coalesce(sum(size), 0)::bigint::text AS bytes FROM pg_ls_waldir()");
    const kept = Number(row?.["bytes"]) / 1024 ** 2;
    assert.ok(kept <= 64 + 64 + 5 * 16, `the primary keeps ${kept} MiB of its log`);
    process.kill(pid, "SIGCONT");
    await untilSo("made anew", async () => {
      const now = await lab.pidOf("replica-1");
      return now !== 0 && now !== pid;
    });
    await lab.untilUp();
    await lab.untilEven();
    const states = await lab.at(null, "SELECT active, wal_status FROM pg_replication_slots");
    assert.deepEqual(
      states.map(({ active }) => active),
      [true],
    );
  } finally {
    await lab.close();
  }
});
