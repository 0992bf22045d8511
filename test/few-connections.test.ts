// A login that may open few connections: a command that needs more ends in words and by itself, and never loops.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { CommandContext } from "../src/cli/context.ts";
import { EXIT } from "../src/cli/effects.ts";
import { follow, type Opened } from "../src/cli/on-installation.ts";
import { type IngestDeps } from "../src/ingest/git-source.ts";
import { startWorker } from "../src/ingest/worker.ts";
import { createLog } from "../src/log.ts";
import { createReads } from "../src/reads/reads.ts";
import { Secret } from "../src/secrets.ts";
import { openDatabase } from "../src/store/database.ts";
import { isTidemarkError } from "../src/errors.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { runTidemark } from "./helpers/tidemark-process.ts";
import { withClient } from "./helpers/with-client.ts";
import { until } from "./helpers/until.ts";

const PASSWORD = "few-connections-only-for-tests";

let bench: IngestBench;
const logins: string[] = [];

before(async () => {
  bench = await openIngestBench();
  const builder = new HistoryBuilder(join(bench.folder, "r.git"));
  for (let n = 0; n < 30; n += 1) builder.commit({ files: { "metrics.json": `{"n":${n}}` } });
  await builder.finish();
});
after(async () => {
  await withClient(bench.database.adminUrl, async (client) => {
    for (const login of logins) await client.query(`DROP OWNED BY ${login}; DROP ROLE ${login}`);
  });
  await bench.close();
});

/** Makes a login that may take a role over so many connections. @returns its address */
async function loginOf(role: "tidemark_web" | "tidemark_worker", limit: number): Promise<string> {
  const name = `few_${process.pid}_${logins.length}`;
  await withClient(bench.database.adminUrl, async (client) => {
    await client.query(`CREATE ROLE ${name} LOGIN PASSWORD '${PASSWORD}' CONNECTION LIMIT ${limit} IN ROLE ${role}`);
  });
  logins.push(name);
  const url = new URL(bench.database.workerUrl.reveal());
  url.username = name;
  url.password = PASSWORD;
  return url.href;
}

const WORDS =
  /^tidemark: (?:r(?:-\d+)?: )?Cannot use the database "few_\d+_\d+@[^"]+": found its answer: too many connections for role "few_\d+_\d+", wanted room for our connections \(max_connections, or the CONNECTION LIMIT of a role or database\)\.$/m;

for (const role of ["tidemark_web", "tidemark_worker"] as const) {
  for (const limit of [0, 1, 2, 3]) {
    test(`tidemark repository add and sync end by themselves where ${role}'s login may open ${limit} connections`, async () => {
      const url = await loginOf(role, limit);
      const env = {
        DATABASE_URL: bench.database.ownerUrl.reveal(),
        TIDEMARK_WEB_DATABASE_URL: role === "tidemark_web" ? url : bench.database.webUrl.reveal(),
        TIDEMARK_WORKER_DATABASE_URL: role === "tidemark_worker" ? url : bench.database.workerUrl.reveal(),
        TIDEMARK_DATA: join(bench.folder, `data-${role}-${limit}`),
      };
      const address = join(bench.folder, "r.git");
      for (const words of [
        ["add", address],
        ["sync", "r"],
        ["remove", "r"],
      ]) {
        const { code, err } = await runTidemark(["repository", ...words], { env });
        assert.ok(code === 0 || code === 1, `${words[0]}: ${code}, ${err}`);
        if (code === 0) continue;
        if (/no such repository|none of this name/.test(err)) continue; // it could not be added
        assert.match(err, WORDS);
        assert.ok(err.split("\n").length < 12, err);
      }
      await bench.database.database.owner.query("DELETE FROM git_repository");
    });
  }
}

test("a worker that cannot look for work several times in a row says what keeps it", async () => {
  const workerUrl = Secret.of(await loginOf("tidemark_worker", 1));
  const { ownerUrl, webUrl } = bench.database;
  const told: string[] = [];
  const log = createLog({ level: "error", destination: { write: (line) => void told.push(line) } });
  const database = await openDatabase({ ownerUrl, webUrl, workerUrl, log });
  await withClient(workerUrl, async () => {
    const deps: IngestDeps = { ...bench.deps, database, log };
    const worker = await startWorker(deps);
    try {
      assert.equal(worker.trouble(), null);
      await until("it has trouble", () => worker.trouble() !== null);
      const trouble = worker.trouble();
      assert.ok(isTidemarkError(trouble, "database-busy"), String(trouble));
      assert.match(trouble.message, /too many connections for role/);
      assert.equal(told.filter((line) => line.includes("cannot look for work")).length, 1, "an outage is told once");
    } finally {
      await worker.stop();
    }
  });
  await database.close();
});

test("follow() ends with what keeps its own worker from working, unless another one is at it", async () => {
  const repository = await addRepository(bench.deps, bench.organization, { folder: join(bench.folder, "r.git") });
  const kept = new Error("kept from working");
  const stop = new AbortController();
  let looks = 0;
  const trouble = (): Error => {
    if (++looks === 3) stop.abort();
    return kept;
  };
  const silent = { write: () => undefined, show: () => undefined, end: () => undefined };
  const { database } = bench.database;
  const owner = { organizationId: bench.organization };
  const reads = createReads(database);
  const opened = { database, owner, reads, line: silent, trouble, refused: new Map() } as unknown as Opened;
  const effects = { out: silent, err: silent, signal: stop.signal, now: Date.now };
  const context = { effects } as unknown as CommandContext;
  await assert.rejects(follow(context, opened, repository, {}), kept);
  await database.owner.query("UPDATE git_repository SET state = 'importing' WHERE id = $1", [repository]);
  assert.equal(await follow(context, opened, repository, {}), EXIT.stopped, "it waited until it was told to stop");
});
