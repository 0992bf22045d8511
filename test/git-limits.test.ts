// Servers that ask Git to come back later, by 429 or by 403, with an account and without: whoever was told so waits.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { pollDue, startPoller } from "../src/ingest/poller.ts";
import { Secret } from "../src/secrets.ts";
import { readProvided } from "../src/store/repository-provider.ts";
import { accountCalls } from "../src/workspace/account-calls.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { type GitServerFault, startGitServer } from "./helpers/git-server.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { testKeyring } from "./helpers/test-webhook.ts";
import { until } from "./helpers/until.ts";

let fault: GitServerFault | null = null;
/** the number of the last request that is answered; the others wait in vain */
let lastAnswered = Infinity;
const bench = await openIngestBench();
const { owner } = bench.database.database;
Object.assign(bench.deps, { keyring: testKeyring, now: () => Date.now() });
const server = await startGitServer({
  root: bench.folder,
  fault: (_, number) => (number > lastAnswered ? { kind: "hang" } : fault),
});
const [person] = await owner.query<{ id: string }>(
  `INSERT INTO "user" (id, name, email) VALUES ('limits', 'Ada', 'ada@example.org') RETURNING id`,
);
const account = await accountCalls({
  ...bench.deps,
  database: bench.database.database,
  keyring: testKeyring,
  now: Date.now,
}).connect(
  { organizationId: bench.organization, userId: person?.id ?? "", isAdmin: true },
  { kind: "plain", server: server.url, login: "ada", token: Secret.of("correct horse battery") },
);
after(async () => {
  await server.close();
  await bench.close();
});
afterEach(async () => {
  fault = null;
  lastAnswered = Infinity;
  await owner.query("DELETE FROM git_host");
  await owner.query("UPDATE git_account SET limited_until = NULL");
});

async function followed(name: string, by: string | null): Promise<RepositoryId> {
  new PushedRepository(join(bench.folder, `${name}.git`)).commit("main");
  const id = await bench.add({ url: `${server.url}/${name}.git` });
  await owner.query("UPDATE git_repository SET git_account_id = $2 WHERE id = $1", [id, by]);
  return id;
}

/** Seconds from now until when the server, and the account, are left alone. */
async function pauses(): Promise<{ readonly host: number | null; readonly account: number | null }> {
  const [row] = await owner.query<{ host: number | null; account: number | null }>(
    `SELECT (SELECT extract(epoch FROM max(paused_until) - now())::float8 FROM git_host) AS host,
      (SELECT extract(epoch FROM limited_until - now())::float8 FROM git_account WHERE id = $1) AS account`,
    [account],
  );
  return row ?? { host: null, account: null };
}

/** Has the poller look at one repository. */
async function look(id: RepositoryId): Promise<void> {
  await owner.query("UPDATE git_repository SET poll_due_at = 'infinity' WHERE id <> $1", [id]);
  await owner.query("UPDATE git_repository SET poll_due_at = now() - interval '1 second' WHERE id = $1", [id]);
  await pollDue({ ...bench.deps, pollSeconds: 300 });
}

const about = (seconds: number | null, wanted: number): void =>
  assert.ok(seconds !== null && seconds > wanted - 20 && seconds <= wanted, `${seconds} s, not ${wanted}`);

const inAMinute = (): string => String(Math.ceil(Date.now() / 1_000) + 60);
const LIMITS: readonly { readonly name: string; readonly fault: () => GitServerFault; readonly seconds: number }[] = [
  {
    name: "429 with Retry-After",
    fault: () => ({ kind: "status", status: 429, headers: { "retry-after": "45" } }),
    seconds: 45,
  },
  {
    name: "403 with Retry-After",
    fault: () => ({ kind: "status", status: 403, headers: { "retry-after": "45" } }),
    seconds: 45,
  },
  {
    name: "403 with a used-up x-ratelimit-remaining",
    fault: () => ({
      kind: "status",
      status: 403,
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": inAMinute() },
    }),
    seconds: 61,
  },
  {
    name: "403 whose text speaks of a rate limit",
    fault: () => ({ kind: "status", status: 403, text: "You have exceeded a secondary rate limit." }),
    seconds: 60,
  },
];

for (const { name, fault: each, seconds } of LIMITS) {
  const file = name.replaceAll(/\W+/g, "-");

  test(`${name} with an account: that account waits, its server does not, and no event is used up`, async () => {
    const id = await followed(`${file}-account`, account);
    fault = each();
    await bench.sync(id);
    const { host, account: waits } = await pauses();
    assert.equal(host, null);
    about(waits, seconds);
    const [event] = await owner.query<{ state: string; attempts: number }>(
      "SELECT state, attempts FROM event WHERE repository_id = $1 ORDER BY id DESC LIMIT 1",
      [id],
    );
    assert.deepEqual(event, { state: "failed", attempts: 0 });
    const asked = server.requests.length;
    await bench.work();
    assert.equal(server.requests.length, asked, "it is left alone");
    await owner.query("UPDATE git_account SET limited_until = NULL");
    await look(id);
    const looked = await pauses();
    assert.equal(looked.host, null);
    about(looked.account, seconds);
  });

  test(`${name} without an account: its server waits, also when a look is told so`, async () => {
    const id = await followed(file, null);
    fault = each();
    await bench.sync(id);
    about((await pauses()).host, seconds);
    await owner.query("DELETE FROM git_host");
    await look(id);
    about((await pauses()).host, seconds);
  });
}

test("a server that was asked too much by nobody's account is asked by an account all the same", async () => {
  const [open, own] = [await followed("by-nobody", null), await followed("by-account", account)];
  fault = { kind: "status", status: 429, headers: { "retry-after": "45" } };
  await bench.sync(open);
  about((await pauses()).host, 45);
  fault = null;
  const asked = (): number => server.requests.length;
  let before = asked();
  await look(open);
  await bench.sync(open);
  assert.equal(asked(), before, "nobody's repository waits");
  await bench.sync(own);
  assert.ok(asked() > before);
  before = asked();
  await look(own);
  assert.ok(asked() > before);
  about((await pauses()).host, 45);
  await owner.query("DELETE FROM git_host");
  before = asked();
  await bench.work();
  assert.ok(asked() > before, "once that is over");
});

test("a repository that is added while its account is to wait is read by that account, which waits on", async () => {
  const by = { person: { organizationId: bench.organization, userId: person?.id ?? "", isAdmin: true }, account: null };
  const adding = { ...bench.deps, database: bench.database.database, keyring: testKeyring, now: Date.now };
  for (const status of [403, 429]) {
    new PushedRepository(join(bench.folder, `added-${status}.git`)).commit("main");
    fault = { kind: "status", status, headers: { "retry-after": "45" } };
    for (const name of [`added-${status}`, `added-${status}-later`]) {
      const id = await addRepository(adding, bench.organization, { url: `${server.url}/${name}.git`, by });
      await bench.work();
      assert.equal((await readProvided(bench.store, id))?.accountId, account, `${status}`);
      const { host, account: waits } = await pauses();
      assert.equal(host, null);
      about(waits, 45);
    }
    await owner.query("UPDATE git_account SET limited_until = NULL");
  }
});

test("403 that speaks of nothing is a refusal, which nobody waits for", async () => {
  const id = await followed("closed", account);
  fault = { kind: "status", status: 403, headers: { "x-ratelimit-remaining": "12" } };
  await bench.sync(id);
  assert.deepEqual(await pauses(), { host: null, account: null });
  const [row] = await owner.query<{ problem: string }>("SELECT problem FROM git_repository WHERE id = $1", [id]);
  assert.match(row?.problem ?? "", /found no access, or no such repository/);
});

test("a poller that is told to stop waits for no server that is asked how long it wants to be left alone", async () => {
  const id = await followed("stopped-while-asking", null);
  await owner.query("UPDATE git_repository SET poll_due_at = 'infinity' WHERE id <> $1", [id]);
  await owner.query("UPDATE git_repository SET poll_due_at = now() - interval '1 second' WHERE id = $1", [id]);
  for (const status of [403, 429]) {
    await owner.query("UPDATE git_repository SET poll_due_at = now() - interval '1 second' WHERE id = $1", [id]);
    const asked = server.requests.length;
    fault = { kind: "status", status };
    lastAnswered = asked;
    const poller = startPoller({ ...bench.deps, pollSeconds: 300 });
    await until("the server is asked why it refused Git", () => server.requests.length > asked + 1);
    const begun = performance.now();
    await poller.stop();
    assert.ok(performance.now() - begun < 5_000, "it would be waited for ten seconds");
    const [row] = await owner.query("SELECT poll_failures FROM git_repository WHERE id = $1", [id]);
    assert.deepEqual([row, await pauses()], [{ poll_failures: 0 }, { host: null, account: null }]);
  }
});
