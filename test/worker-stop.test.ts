// `tidemark worker` told to stop in the midst of an import, and of a fetch that never ends: it is gone within ten seconds.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { RepositoryId } from "../src/domain/model.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { type GitServer, type GitServerFault, startGitServer } from "./helpers/git-server.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { startWorkerProcess, type WorkerProcess } from "./helpers/tidemark-process.ts";
import { urlsOf } from "./helpers/test-database.ts";

/** Far more than are imported before somebody has seen that the import is under way. */
const COMMITS = 6_000;
/** How long ago the first commit was, in seconds: no branch is too old to be followed. */
const YOUNG_S = 100_000;
/** What a stop may take, in ms. Git and Postgres need a few hundred of it. */
const STOP_MS = 10_000;
/** Ten times what it takes on a busy machine, in ms. */
const WATCHDOG_MS = 120_000;
const LOOK_MS = 20;

let bench: IngestBench;
let server: GitServer;
let fault: GitServerFault | null = null;
before(async () => {
  bench = await openIngestBench();
  server = await startGitServer({ root: bench.folder, fault: () => fault });
  await build("long", COMMITS);
  for (const name of ["hang", "stall"]) await build(name, 100);
});
after(async () => {
  await server.close();
  await bench.close();
});

async function build(name: string, commits: number): Promise<void> {
  const builder = new HistoryBuilder(join(bench.folder, `${name}.git`));
  const from = Math.floor(Date.now() / 1_000) - YOUNG_S;
  for (let n = 0; n < commits; n += 1) builder.commit({ files: { "metrics.json": `{"n":${n}}` }, at: from + n });
  await builder.finish();
}

function startWorker(settings: Readonly<Record<string, string>> = {}): Promise<WorkerProcess> {
  const env = {
    ...urlsOf(bench.database),
    TIDEMARK_DATA: join(bench.folder, "data"),
    TIDEMARK_ALLOW_HTTP: "1",
    TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${server.port}`,
    TIDEMARK_POLL_SECONDS: "0",
    ...settings,
  };
  return startWorkerProcess([], { env });
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + WATCHDOG_MS;
  while (!(await isSo())) {
    assert.ok(performance.now() < end, `never: ${what}`);
    await wait(LOOK_MS);
  }
}

/** Tells it to stop. @returns how long that took, in ms */
async function stop(worker: WorkerProcess): Promise<number> {
  const from = performance.now();
  const { code } = await worker.stop("SIGTERM");
  assert.equal(code, 0);
  return performance.now() - from;
}

interface Left {
  readonly state: string;
  readonly holder: string | null;
  readonly event: string;
  readonly attempts: number;
}

async function leftOf(id: RepositoryId): Promise<Left | undefined> {
  const [row] = await bench.store.query<Left>(
    `SELECT r.state, r.lease_holder AS holder, e.state AS event, e.attempts FROM git_repository r
     JOIN event e ON e.organization_id = r.organization_id AND e.repository_id = r.id
     WHERE r.organization_id = $1 AND r.id = $2`,
    [id],
  );
  return row;
}

/** The position down to which an import has written commits for good; null when it has not, or is over. */
async function writtenTo(id: RepositoryId): Promise<number | null> {
  const [row] = await bench.store.query<{ position: number | null }>(
    `SELECT (import_state->>'writtenTo')::int AS position FROM git_repository
     WHERE organization_id = $1 AND id = $2`,
    [id],
  );
  return row?.position ?? null;
}

test("tidemark worker that is told to stop in the midst of an import is gone within 10 s; another goes on where it was", async (t) => {
  const id = await addRepository(bench.deps, bench.organization, { folder: join(bench.folder, "long.git") });
  const first = await startWorker();
  await until("some are stored", async () => (await writtenTo(id)) !== null);
  const ms = await stop(first);
  t.diagnostic(`gone after ${Math.round(ms)} ms`);
  assert.ok(ms < STOP_MS, `${ms} ms`);
  const left = await leftOf(id);
  const reached = await writtenTo(id);
  assert.deepEqual([left?.state, left?.holder, left?.attempts], ["importing", null, 0]);
  assert.ok(left?.event === "running" || left?.event === "due", left?.event);
  assert.ok(reached !== null && reached > 0, `down to ${reached}`);
  const second = await startWorker();
  const seen: (number | null)[] = [];
  await until("it is imported", async () => {
    seen.push(await writtenTo(id));
    return (await leftOf(id))?.state === "ready";
  });
  await stop(second);
  assert.deepEqual(
    seen.filter((position, at) => (position === null ? at < seen.length - 2 : position > reached)),
    [],
    "nothing is begun with anew",
  );
  const all = await bench.store.query("SELECT FROM git_commit WHERE organization_id = $1 AND repository_id = $2", [id]);
  assert.equal(all.length, COMMITS);
});

for (const [title, how] of [
  ["a server that says nothing", { kind: "hang" }],
  ["a server that stops in the middle", { kind: "stall", afterBytes: 2_000 }],
] as const) {
  test(`tidemark worker that waits for ${title} is gone within 10 s when it is told to stop`, async (t) => {
    fault = how;
    const known = server.requests.length;
    const id = await addRepository(bench.deps, bench.organization, { url: `${server.url}/${how.kind}.git` });
    const first = await startWorker();
    const asks = ({ method }: { method: string }): boolean => how.kind === "hang" || method === "POST";
    await until("it asks", () => server.requests.slice(known).some(asks));
    const ms = await stop(first);
    t.diagnostic(`gone after ${Math.round(ms)} ms`);
    assert.ok(ms < STOP_MS, `${ms} ms`);
    const left = await leftOf(id);
    assert.deepEqual([left?.holder, left?.attempts], [null, 0], "the lease is given back, and no attempt is used up");
    fault = null;
    const second = await startWorker();
    await until("it is imported", async () => (await leftOf(id))?.state === "ready");
    await stop(second);
  });
}

test("tidemark worker on a machine of its own says at its start that it needs the server's address, where webhooks are made", async () => {
  const says = async (): Promise<string> => (await (await startWorker()).stop()).err;
  const asked = /"setting":"TIDEMARK_URL".*this worker makes no webhooks/g;
  assert.doesNotMatch(await says(), asked, "no account makes webhooks");
  await bench.database.database.owner.query(
    `INSERT INTO git_account (organization_id, user_id, kind, base_url, login, name, token)
     SELECT organization_id, user_id, 'github', 'https://github.com', 'ada', 'ada', '' FROM membership LIMIT 1`,
  );
  assert.equal((await says()).match(asked)?.length, 1);
  const told = await startWorker({ TIDEMARK_URL: "https://tidemark.example.org" });
  assert.doesNotMatch((await told.stop()).err, asked);
  await bench.database.database.owner.query("DELETE FROM git_account");
});
