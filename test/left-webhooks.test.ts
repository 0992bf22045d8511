// Webhooks of repositories that are removed while their provider cannot be asked: removed there as soon as it can.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { isTidemarkError } from "../src/errors.ts";
import { followProvider, type FollowProviderDeps } from "../src/ingest/follow-provider.ts";
import { askProviders } from "../src/ingest/provider-watch.ts";
import { Secret } from "../src/secrets.ts";
import { findWebhook, readWebhookOf } from "../src/store/webhook.ts";
import { accountCalls } from "../src/workspace/account-calls.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { removeRepository } from "../src/workspace/remove-repository.ts";
import { webhookCalls } from "../src/workspace/webhook-calls.ts";
import { testKeyring } from "./helpers/fake-provider.ts";
import { ProviderSimulator } from "./helpers/provider-simulator/simulator.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase, quietLog } from "./helpers/test-database.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const db = await openTestDatabase();
const root = join(temporaryFolder(), "git");
mkdirSync(root);
let now = Date.UTC(2027, 0, 10);
const simulator = await ProviderSimulator.start({ kind: "github", root, now: () => now });
after(async () => {
  await simulator.close();
  await db.close();
});
const token = simulator.addToken(simulator.addAccount("ada")).text;
const allow = { http: true, loopback: true, entries: [] };
const keyring = testKeyring();
const organizationId = await db.makeOrganization();
const person = { organizationId, userId: randomUUID(), isAdmin: true };
await db.database.owner.query(`INSERT INTO "user" (id, name, email) VALUES ($1, 'Ada', $1)`, [person.userId]);
const accounts = accountCalls({ database: db.database, keyring, allow, now: () => now });
const connect = (): Promise<string> =>
  accounts.connect(person, { kind: "github", server: simulator.url, login: "", token: Secret.of(token) });
const account = await connect();
const deps: FollowProviderDeps = {
  database: db.database,
  log: quietLog,
  keyring,
  call: { allow, now: () => now },
  originFor: () => "https://tidemark.example.org",
};
const store = db.database.worker.in(organizationId);

async function followed(name: string): Promise<RepositoryId> {
  simulator.addRepository(name, { isPrivate: true });
  const by = { person, account: null };
  const adding = { database: db.database, allow, keyring, now: () => now };
  const id = await addRepository(adding, organizationId, { url: `${simulator.url}/${name}`, by });
  await followProvider(deps, organizationId, id);
  assert.equal(hooks(name), 1);
  return id;
}

const hooks = (name: string): number => simulator.repository(name).hooks.length;
const remove = (id: RepositoryId): Promise<string | null> =>
  removeRepository({ database: db.database, mirrors: null, webhooks: deps }, organizationId, id);
const left = async (): Promise<number> => (await db.database.owner.query("SELECT FROM left_webhook")).length;

async function later(ms: number): Promise<void> {
  now += ms;
  await askProviders(deps);
}

test("a webhook is removed when the provider that asked for a pause may be asked again, and not asked before", async () => {
  const id = await followed("ada/limited");
  const hookId = (await readWebhookOf(store, id))?.hookId ?? assert.fail("it has none");
  simulator.fault = () => ({ kind: "status", status: 429, headers: { "retry-after": "600" } });
  assert.match((await remove(id)) ?? "", /takes no more questions/);
  simulator.fault = null;
  assert.equal(await findWebhook(db.database.deliveries, hookId), null, "its calls are refused from now on");
  assert.equal(hooks("ada/limited"), 1);
  const asked = simulator.questions.length;
  await later(9 * MINUTE_MS);
  assert.equal(simulator.questions.length, asked);
  await later(2 * MINUTE_MS);
  assert.deepEqual([hooks("ada/limited"), await left()], [0, 0]);
});

test("a provider that is down is asked again ever more rarely, until it has removed the webhook", async () => {
  const id = await followed("ada/down");
  simulator.fault = () => ({ kind: "status", status: 502 });
  assert.notEqual(await remove(id), null);
  const asked = simulator.questions.length;
  for (let minute = 0; minute < 24 * 60; minute += 5) await later(5 * MINUTE_MS);
  const tries = simulator.questions.length - asked;
  assert.ok(tries >= 5 && tries <= 20, `${tries} tries in a day`);
  simulator.fault = null;
  await later(DAY_MS);
  assert.deepEqual([hooks("ada/down"), await left()], [0, 0]);
});

test("a token that may not remove it is given up after a month, and a new one is tried at once", async () => {
  const ids = [await followed("ada/kept"), await followed("ada/let")];
  simulator.fault = (question) => (question.includes("/hooks") ? { kind: "status", status: 403 } : null);
  for (const id of ids) assert.notEqual(await remove(id), null);
  await later(DAY_MS);
  assert.equal(await left(), 2);
  const kept = `/${simulator.repository("ada/kept").id}/hooks`;
  simulator.fault = (question) => (question.includes(kept) ? { kind: "status", status: 403 } : null);
  await accounts.change(person, account, { token: Secret.of(token) });
  await askProviders(deps);
  assert.deepEqual([hooks("ada/let"), await left()], [0, 1]);
  for (let day = 0; day < 33; day += 1) await later(DAY_MS);
  assert.deepEqual([hooks("ada/kept"), await left()], [1, 0]);
});

test("a removal that is pending is told with its account and with its repository, and keeps the account until it is done", async () => {
  const id = await followed("ada/last");
  const calls = webhookCalls({ ...deps, database: db.database });
  simulator.fault = () => ({ kind: "status", status: 502 });
  await calls.remove(organizationId, id);
  const nextAt = new Date(now + 5 * MINUTE_MS).toISOString();
  const told = await calls.read(organizationId, id);
  assert.deepEqual(told, { webhook: null, left: { since: new Date(now).toISOString(), nextAt } });
  assert.deepEqual((await accounts.list(person))[0]?.leftWebhooks, { count: 1, nextAt });
  await assert.rejects(accounts.remove(person, account), (error: unknown) => {
    assert.ok(isTidemarkError(error, "webhook-left"), String(error));
    assert.match(
      error.message,
      /^Cannot remove the account "ada": found that the webhook of ada\/last is still at GitHub \(.*\), wanted another try later, or to leave it there\.$/,
    );
    return true;
  });
  assert.deepEqual([(await accounts.list(person)).length, hooks("ada/last"), await left()], [1, 1, 1]);
  simulator.fault = null;
  assert.deepEqual(await accounts.remove(person, account), ["ada/last"]);
  assert.deepEqual([(await accounts.list(person)).length, hooks("ada/last"), await left()], [0, 0, 0]);
});

test("an account is removed at once where the webhook may stay at its provider", async () => {
  const again = await connect();
  const id = await followed("ada/stays");
  simulator.fault = () => ({ kind: "status", status: 502 });
  await remove(id);
  await accounts.remove(person, again, { leave: true });
  assert.deepEqual([hooks("ada/stays"), await left()], [1, 0]);
});
