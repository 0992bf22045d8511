// D4: sixteen writers while Postgres, or one of its processes, is killed: every event that was acknowledged is stored, and
// none is further back than somebody was told.
import assert from "node:assert/strict";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { isTidemarkError } from "../src/errors.ts";
import { type Database, openDatabase } from "../src/store/database.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../src/store/embedded-postgres.ts";
import { beginEvents, buryEvents, completeEvents, insertEvent, retryEvents } from "../src/store/event.ts";
import { ensureLocalOrganization } from "../src/store/first-run.ts";
import { upgrade } from "../src/store/migrate.ts";
import { insertRepository } from "../src/store/repository.ts";
import { pick, seededRandom } from "./helpers/seeded-random.ts";
import { quietLog } from "./helpers/test-database.ts";

const WRITERS = 16;
const ROUNDS = process.env["TIDEMARK_TEST_ROUNDS"] === undefined ? 1 : 20;
const SEED = Number(process.env["TIDEMARK_TEST_SEED"] ?? 20_261);
/** Ten times what a start with recovery takes on a busy machine, in ms. */
const WATCHDOG_MS = 120_000;
/** How often it is looked, in ms. */
const LOOK_MS = 2;
/** Writes of all writers before and after a kill. */
const BEFORE = 60;
const AFTER = 40;

let folder: string;
let postgres: EmbeddedPostgres;
let database: Database;
let organization: OrganizationId;
let repository: RepositoryId;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-kill-"));
  await chmod(folder, 0o711); // Postgres' account passes through when root runs the tests
  postgres = await startEmbeddedPostgres({ dataFolder: join(folder, "data"), purpose: "test", log: quietLog });
  await upgrade(postgres.ownerUrl);
  const { ownerUrl, webUrl, workerUrl } = postgres;
  database = await openDatabase({ ownerUrl, webUrl, workerUrl, log: quietLog });
  organization = (await ensureLocalOrganization(database)).organizationId;
  const added = { name: "r", kind: "folder", address: "/nowhere" } as const;
  repository = (await database.web.in(organization).write((tx) => insertRepository(tx, added))) as RepositoryId;
});
after(async () => {
  await database.close();
  await postgres.stop();
  // what Postgres still removes itself is not waited for
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

/** How far an event is. Those of one number may follow each other in any order. */
const RANK: Readonly<Record<string, number>> = { due: 0, running: 1, failed: 1, done: 2, skipped: 2, dead: 2 };

/** What was acknowledged of an event. */
interface Told {
  rank: number;
  /** the last state, where nothing follows it */
  end: string | null;
  attempts: number;
}

const told = new Map<string, Told>();

/** Adds an event, or moves one that was added on. What is not acknowledged is not noted: it may have happened or not. */
async function writeOnce(random: (below: number) => number, own: string[]): Promise<void> {
  const store = database.worker.in(organization);
  const id = own.length === 0 || random(3) === 0 ? undefined : pick(random, own);
  if (id === undefined) {
    const added = await database.web.in(organization).write((tx) => insertEvent(tx, repository, "sync"));
    told.set(added, { rank: 0, end: null, attempts: 0 });
    own.push(added);
    return;
  }
  const event = told.get(id) as Told;
  if (event.end !== null) return;
  // an unanswered question may have ended it: whatever is tried then changes nothing
  const step = pick(random, ["begin", "retry", "done", "dead"] as const);
  if (step === "begin") await store.write((tx) => beginEvents(tx, [id]));
  else if (step === "retry") await store.write((tx) => retryEvents(tx, [id], "later", 1_000));
  else if (step === "dead") await store.write((tx) => buryEvents(tx, [id], "never"));
  else await store.write((tx) => completeEvents(tx, [id], null));
  const [row] = await store.query<{ state: string; attempts: number }>(
    "SELECT state, attempts FROM event WHERE organization_id = $1 AND id = $2",
    [id],
  );
  assert.ok(row !== undefined, `event ${id} was acknowledged and is gone`);
  const rank = RANK[row.state] as number;
  assert.ok(rank >= event.rank && row.attempts >= event.attempts, `event ${id} went back to ${row.state}`);
  told.set(id, { rank, end: rank === 2 ? row.state : null, attempts: row.attempts });
}

/** Writers that go on whatever happens to the database, until they are stopped. */
class Writers {
  #acknowledged = 0;
  #refused = 0;
  #stopped = false;
  readonly #running: Promise<unknown>;

  constructor(seed: number) {
    this.#running = Promise.all(Array.from({ length: WRITERS }, (_, n) => this.#write(seededRandom(seed + n))));
    this.#running.catch(() => undefined); // whoever waits hears of it
  }

  get refused(): number {
    return this.#refused;
  }

  /** Resolves when so many more writes were acknowledged. */
  async more(count: number): Promise<void> {
    const wanted = this.#acknowledged + count;
    const limit = performance.now() + WATCHDOG_MS;
    const reached = async (): Promise<void> => {
      while (this.#acknowledged < wanted) {
        assert.ok(performance.now() < limit, "the database does not come back");
        await wait(LOOK_MS);
      }
    };
    await Promise.race([reached(), this.#running]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #write(random: (below: number) => number): Promise<void> {
    const own: string[] = [];
    while (!this.#stopped) {
      try {
        await writeOnce(random, own);
        this.#acknowledged += 1;
      } catch (error) {
        if (!isTidemarkError(error, "database-unreachable", "database-busy")) throw error;
        this.#refused += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
}

/** Asks as the owner, again until the server answers. */
async function ask<Row extends object>(sql: string): Promise<Row[]> {
  const limit = performance.now() + WATCHDOG_MS;
  for (;;) {
    try {
      return await database.owner.query<Row>(sql);
    } catch (error) {
      if (!isTidemarkError(error, "database-unreachable") || performance.now() > limit) throw error;
      await wait(LOOK_MS);
    }
  }
}

const KILLS: Readonly<Record<string, (random: (below: number) => number) => Promise<void>>> = {
  "kill -9 of the postmaster": () => {
    process.kill(postgres.pid, "SIGKILL");
    return Promise.resolve();
  },
  "SIGQUIT, its own way of stopping at once": () => {
    process.kill(postgres.pid, "SIGQUIT");
    return Promise.resolve();
  },
  "kill -9 of a backend that writes": async (random) => {
    const sql = "SELECT pid FROM pg_stat_activity WHERE usename IN ('tidemark_web', 'tidemark_worker') ORDER BY pid";
    const pids = await ask<{ pid: number }>(sql);
    if (pids.length > 0) process.kill(pick(random, pids).pid, "SIGKILL");
  },
};

for (const [index, [name, kill]] of Object.entries(KILLS).entries()) {
  test(`${name}, ${ROUNDS} times: acknowledged events are stored, and none went back (seed ${SEED})`, async (t) => {
    const random = seededRandom(SEED + 1_000 * index);
    let refused = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const writers = new Writers(SEED + 100_000 * index + 100 * round);
      await writers.more(BEFORE + random(BEFORE));
      await kill(random);
      await writers.more(AFTER);
      await writers.stop();
      refused += writers.refused;
      const rows = await ask<{ id: string; state: string; attempts: number }>(
        "SELECT id::text, state, attempts FROM event",
      );
      const stored = new Map(rows.map((row) => [row.id, row]));
      const lost = new Set(told.keys()).difference(new Set(stored.keys()));
      assert.deepEqual([...lost], [], `round ${round}: acknowledged and not stored`);
      for (const [id, { rank, end, attempts }] of told) {
        const { state, attempts: now } = stored.get(id) as { state: string; attempts: number };
        const isBack = (RANK[state] as number) < rank || now < attempts || (end !== null && state !== end);
        assert.ok(
          !isBack,
          `round ${round}: event ${id} was ${end ?? rank} after ${attempts}, is ${state} after ${now}`,
        );
      }
    }
    t.diagnostic(`${told.size} events acknowledged so far, ${refused} writes refused`);
  });
}
