// Looks at a repository of a provider whose API tells for nothing whether anything has changed: Git is asked when it has.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { pollDue } from "../src/ingest/poller.ts";
import { Secret } from "../src/secrets.ts";
import { accountCalls } from "../src/workspace/account-calls.ts";
import { testKeyring } from "./helpers/fake-provider.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { ProviderSimulator } from "./helpers/provider-simulator/simulator.ts";

const bench = await openIngestBench();
after(() => bench.close());
const { database } = bench.database;
const { owner } = database;
const root = join(bench.folder, "github");
mkdirSync(root);
const simulator = await ProviderSimulator.start({ kind: "github", root });
after(() => simulator.close());

const keyring = testKeyring();
const deps = { database, allow: bench.deps.allow, log: bench.deps.log, keyring, pollSeconds: 300, random: () => 0 };

const ada = simulator.addAccount("ada");
const made = simulator.addRepository("ada/metrics");
simulator.push("ada/metrics", { files: { "metrics.json": '{"loss":1}' } });
const id = await bench.add({ url: `${simulator.url}/ada/metrics.git` });
const token = simulator.addToken(ada);
const userId = randomUUID();
await owner.query(`INSERT INTO "user" (id, name, email) VALUES ($1, 'Ada', $1)`, [userId]);
const account = await accountCalls({ database, keyring, allow: bench.deps.allow, now: Date.now }).connect(
  { organizationId: bench.organization, userId, isAdmin: true },
  { kind: "github", server: simulator.url, login: "ada", token: Secret.of(token.text) },
);
await owner.query(
  `UPDATE git_repository SET git_account_id = $2, provider = 'github', provider_id = $3, provider_name = 'ada/metrics'
   WHERE id = $1`,
  [id, account, String(made.id)],
);

/** Has it looked at. @returns how often the API and Git were asked */
async function look(): Promise<{ readonly api: number; readonly git: number }> {
  const before = { api: simulator.questions.length, git: simulator.git.requests.length };
  await owner.query("UPDATE git_repository SET poll_due_at = now() - interval '1 second'");
  assert.equal(await pollDue(deps), 1);
  return { api: simulator.questions.length - before.api, git: simulator.git.requests.length - before.git };
}

async function waiting(): Promise<number> {
  return (await owner.query("SELECT FROM event WHERE state <> 'done'")).length;
}

test("Git is not asked while the provider says that nothing has changed, and is when something has", async () => {
  const first = await look();
  assert.equal(first.api, 2);
  assert.ok(first.git > 0, "nothing was known to compare with");
  assert.deepEqual(await look(), { api: 2, git: 0 });
  assert.equal(await waiting(), 0);
  simulator.push("ada/metrics", { files: { "metrics.json": '{"loss":2}' } });
  assert.ok((await look()).git > 0);
  assert.equal(await waiting(), 1);
  assert.deepEqual(await look(), { api: 2, git: 0 });
  await owner.query("UPDATE event SET state = 'done'");
});

test("Git is asked where the API gives no answer, and nobody where it asks to be left alone", async () => {
  simulator.fault = () => ({ kind: "page" });
  assert.ok((await look()).git > 0);
  simulator.fault = () => ({ kind: "status", status: 429, headers: { "retry-after": "600" } });
  const limited = await look();
  assert.deepEqual([limited.git, limited.api > 0], [0, true]);
  await owner.query("UPDATE git_repository SET poll_due_at = now() - interval '1 second'");
  assert.equal(await pollDue(deps), 0, "the account waits");
});
