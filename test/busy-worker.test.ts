// A worker with much to do: floods for one repository and for many, a slow server beside others.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { startWorker } from "../src/ingest/worker.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { copyRepository } from "../bench/repository-copies.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { until, within } from "./helpers/until.ts";

const LONG = process.env["TIDEMARK_TEST_ROUNDS"] !== undefined;
/** More than are read at once, so that a run could begin between two parts. */
const DELIVERIES = LONG ? 10_000 : 4_500;
const REPOSITORIES = LONG ? 5_000 : 40;
/** Ten times what a quiet machine takes, in ms. */
const END_MS = LONG ? 900_000 : 60_000;

let bench: IngestBench;
let server: GitServer;
const hanging = new Set<string>();

before(async () => {
  bench = await openIngestBench();
  const fault = ({ target }: { target: string }) =>
    [...hanging].some((name) => target.includes(name)) ? ({ kind: "hang" } as const) : null;
  server = await startGitServer({ root: bench.folder, fault });
  for (const name of ["one", "slow", "slow-too", "quick"]) {
    const builder = new HistoryBuilder(join(bench.folder, `${name}.git`));
    for (let n = 0; n < 3; n += 1) builder.commit({ files: { "metrics.json": `{"n":${n}}` } });
    await builder.finish();
  }
});
after(async () => {
  await server.close();
  await bench.close();
});

/** As many deliveries of one webhook as it likes, read by nobody yet. */
async function flood(organization: OrganizationId, repository: RepositoryId, count: number): Promise<void> {
  const [hook] = await bench.database.database.owner.query<{ id: string }>(
    `INSERT INTO webhook (organization_id, hook_id, kind, repository_id, secret) VALUES ($1, $2, 'signed', $3, '')
     RETURNING id::text`,
    [organization, `hook-${organization}-${repository}`, repository],
  );
  await bench.database.database.owner.query(
    `INSERT INTO event (organization_id, repository_id, source, webhook_id, delivery_id, event_name, body)
     SELECT $1, $2, 'webhook', $3, n::text, '', '' FROM generate_series(1, $4::int) n`,
    [organization, repository, hook?.id ?? "", count],
  );
}

/** Resolves once no event of some organisations waits. */
async function drained(organizations: readonly OrganizationId[]): Promise<void> {
  const done = Promise.withResolvers<void>();
  const waiting = "SELECT FROM event WHERE organization_id = ANY($1) AND state IN ('due', 'running', 'failed') LIMIT 1";
  const look = async (): Promise<void> => {
    if ((await bench.database.database.owner.query(waiting, [organizations])).length === 0) done.resolve();
  };
  const tell = (): void => void look().catch(done.reject);
  const stop = await bench.database.database.listen({ changed: tell, missed: tell });
  const timer = setInterval(tell, 500);
  try {
    await within("its end", done.promise, END_MS);
  } finally {
    clearInterval(timer);
    await stop();
  }
}

/** Many imported repositories of an organisation. */
async function makeMany(organization: OrganizationId, copies: number): Promise<void> {
  const folder = join(bench.folder, "one.git");
  const repository = await addRepository(bench.deps, organization, { folder });
  await bench.work();
  const links = join(bench.folder, `many-${organization}`);
  await copyRepository(bench.database.database, { organization, folder, repository, links, copies });
}

/** Two deliveries about each repository of an organisation, read by nobody yet, at one webhook of all. */
async function floodAll(organization: OrganizationId): Promise<void> {
  await bench.database.database.owner.query(
    `WITH hook AS (
       INSERT INTO webhook (organization_id, hook_id, kind, secret) VALUES ($1, 'hook of ' || $1::bigint, 'signed', '')
       RETURNING id)
     INSERT INTO event (organization_id, repository_id, source, webhook_id, delivery_id, event_name, body)
     SELECT r.organization_id, r.id, 'webhook', hook.id, r.id || ' ' || n, '', ''
     FROM git_repository r, hook, generate_series(1, 2) n WHERE r.organization_id = $1`,
    [organization],
  );
}

interface Leased {
  readonly id: RepositoryId;
  readonly organization: OrganizationId;
  readonly token: number;
}

/** Every repository, and how often a worker has taken it so far. */
function leased(): Promise<Leased[]> {
  return bench.database.database.owner.query<Leased>(
    "SELECT id::text, organization_id::text AS organization, lease_token AS token FROM git_repository",
  );
}

/** @returns the organisation of each repository, in the order in which they were answered first */
async function answered(organizations: readonly OrganizationId[]): Promise<OrganizationId[]> {
  const rows = await bench.database.database.owner.query<{ organization: OrganizationId }>(
    `SELECT organization_id::text AS organization FROM event
     WHERE organization_id = ANY($1) AND source = 'webhook'
     GROUP BY organization_id, repository_id ORDER BY min(finished_at)`,
    [organizations],
  );
  return rows.map(({ organization }) => organization);
}

test(`${DELIVERIES} deliveries for one repository and ${2 * REPOSITORIES} for ${REPOSITORIES} others: two runs of each at most, organisations in turn`, async () => {
  const others = [await bench.database.makeOrganization(), await bench.database.makeOrganization()] as const;
  const mine = await bench.add({ folder: join(bench.folder, "one.git") });
  for (const other of others) await makeMany(other, REPOSITORIES / 2 - 1);
  const taken = new Map((await leased()).map(({ id, token }) => [id, token]));
  await flood(bench.organization, mine, DELIVERIES);
  for (const other of others) await floodAll(other);
  const worker = await startWorker(bench.deps);
  try {
    await drained([bench.organization, ...others]);
  } finally {
    await worker.stop();
  }
  const rows = await bench.database.database.owner.query<{ state: string; count: number }>(
    "SELECT state, count(*)::int AS count FROM event WHERE source = 'webhook' GROUP BY state",
  );
  assert.deepEqual(rows, [{ state: "done", count: DELIVERIES + 2 * REPOSITORIES }]);
  const often = (await leased()).filter(({ id, token }) => token - (taken.get(id) ?? 0) > 2);
  assert.deepEqual(often, []);
  // one organisation's half is not done before the other has had its share
  const order = await answered(others);
  for (const each of others) {
    const half = order.findIndex((_, index) => shareOf(order.slice(0, index + 1), each) >= REPOSITORIES / 4);
    const theirs = half + 1 - REPOSITORIES / 4;
    assert.ok(theirs >= REPOSITORIES / 8, `${theirs} of the other's when half of one's were answered`);
  }
});

function shareOf(order: readonly OrganizationId[], organization: OrganizationId): number {
  return order.filter((each) => each === organization).length;
}

test("a server that does not answer holds up no other repository", async () => {
  const [slow, tooSlow, quick] = await Promise.all([
    bench.add({ url: `${server.url}/slow.git` }),
    bench.add({ url: `${server.url}/slow-too.git` }),
    bench.add({ folder: join(bench.folder, "quick.git") }),
  ]);
  hanging.add("slow");
  const ask = (id: RepositoryId): Promise<unknown> =>
    bench.store.write((tx) =>
      tx.query("INSERT INTO event (organization_id, repository_id, source) VALUES ($1, $2, 'poll')", [id]),
    );
  await ask(slow);
  await ask(tooSlow);
  const worker = await startWorker(bench.deps);
  await ask(quick);
  const isAnswered = async (): Promise<boolean> => {
    const waiting = "SELECT FROM event WHERE organization_id = $1 AND repository_id = $2 AND state <> 'done'";
    return (await bench.store.query(waiting, [quick])).length === 0;
  };
  const begun = performance.now();
  try {
    await until("the quick one is answered", isAnswered);
  } finally {
    await worker.stop();
  }
  // both places are taken until the slice of the slow ones is over: git would wait for half a minute
  assert.ok(performance.now() - begun < 25_000);
  hanging.clear();
});
