// Tests that what somebody asks for once more does not wait for the next attempt of its repository.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { openTestDatabase, type TestDatabase } from "../../test/helpers/test-database.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { hostFailed } from "./back-off.ts";
import type { OrganizationStore } from "./database.ts";
import { insertDeliveries } from "./delivery.ts";
import { EARLY_ATTEMPT_S, findDueWork } from "./due-work.ts";
import { insertEvent, reviveEvent } from "./event.ts";
import { adoptFailing, setAccountToken } from "./git-account.ts";
import { insertRepository } from "./repository.ts";
import { readStoredHealth } from "./repository-health.ts";
import { moveRepository } from "./repository-provider.ts";
import { insertWebhook } from "./webhook.ts";

let db: TestDatabase;
let organization: OrganizationId;
let store: OrganizationStore;
let repository: RepositoryId;
let event: string;

before(async () => {
  db = await openTestDatabase();
});
after(() => db.close());

/** A repository that failed a minute ago and is tried again in an hour, with an event that a look at it gave up. */
beforeEach(async () => {
  await db.database.owner.query("DELETE FROM git_host");
  organization = await db.makeOrganization();
  store = db.database.worker.in(organization);
  [repository, event] = await store.write(async (tx) => {
    const address = "https://again.example/tides";
    const id = (await insertRepository(tx, { name: "tides", kind: "remote", address })) as RepositoryId;
    return [id, await insertEvent(tx, id, "sync", "poll")] as const;
  });
  await change("state = 'failed', synced_at = now(), failures = 5, retry_at = now() + interval '1 hour'");
  await change("leased_at = now() - interval '1 minute'");
  await changeEvent("state = 'dead', finished_at = now(), created_at = now() - interval '1 day'");
});

const change = (set: string): Promise<unknown> =>
  db.database.owner.query(`UPDATE git_repository SET ${set} WHERE id = $1`, [repository]);

const changeEvent = (set: string): Promise<unknown> =>
  db.database.owner.query(`UPDATE event SET ${set} WHERE id = $1`, [event]);

async function isFound(): Promise<boolean> {
  return (await findDueWork(db.database.system, 100)).some(({ repositoryId }) => repositoryId === repository);
}

test("reviveEvent() has the repository tried at once, whatever its event came from", async () => {
  assert.equal(await isFound(), false);
  assert.equal(await store.write((tx) => reviveEvent(tx, repository, event)), true);
  assert.equal(await isFound(), true);
  const health = await readStoredHealth(store, repository);
  assert.ok((health?.retryAt?.getTime() ?? Infinity) <= Date.now(), "its page says so");
});

test("reviveEvent() has a server tried that pauses, and not twice for the same wish", async () => {
  const failing = { isFirst: true, isTrial: false, share: 1 };
  for (let count = 0; count < 3; count += 1)
    await hostFailed(db.database.system, "https://again.example/tides", failing);
  const tried = (when: string): Promise<unknown> => db.database.owner.query(`UPDATE git_host SET tried_at = ${when}`);
  await tried("now() - interval '11 seconds'");
  assert.equal(await isFound(), false);
  await store.write((tx) => reviveEvent(tx, repository, event));
  assert.equal(await isFound(), true);
  await tried("now() - interval '11 seconds'");
  await changeEvent("revived_at = now() - interval '1 minute'");
  assert.equal(await isFound(), false);
});

test("a delivery that was given up and comes once more has its repository tried, as a new one would", async () => {
  const webhookId = await store.write((tx) =>
    insertWebhook(tx, { hookId: "again", kind: "github", repositoryId: repository }),
  );
  const sent = { eventName: "push", contentType: null, body: Buffer.from("{}") };
  const send = (): Promise<number> =>
    insertDeliveries(db.database.deliveries.in(organization), [
      { webhookId, repositoryId: repository, deliveryId: "one", ...sent },
    ]);
  const read = "UPDATE event SET named = '[]' WHERE webhook_id = $1";
  await send();
  await db.database.owner.query(
    "UPDATE event SET state = 'dead', created_at = now() - interval '1 day' WHERE webhook_id = $1",
    [webhookId],
  );
  assert.equal(await send(), 1);
  await db.database.owner.query(read, [webhookId]);
  assert.equal(await isFound(), true);
  const health = await readStoredHealth(store, repository);
  assert.ok((health?.retryAt?.getTime() ?? Infinity) <= Date.now() + EARLY_ATTEMPT_S * 1_000);
  await change("leased_at = clock_timestamp()");
  assert.equal(await isFound(), false, "it was tried since");
});

test("a new token, a new account and a new address have a failing repository tried at once", async () => {
  const { owner } = db.database;
  const user = `u-${organization}`;
  await owner.query(`INSERT INTO "user" (id, name, email) VALUES ($1, 'Ada', $1 || '@example.org')`, [user]);
  const [account] = await owner.query<{ id: string }>(
    `INSERT INTO git_account (organization_id, user_id, kind, base_url, login, name, token)
     VALUES ($1, $2, 'plain', 'https://again.example', 'ada', 'x', '') RETURNING id::text`,
    [organization, user],
  );
  const id = account?.id ?? "";
  const wait = (): Promise<unknown> => change("retry_at = now() + interval '1 hour', state = 'failed'");
  assert.equal(await store.write((tx) => adoptFailing(tx, id, "https://again.example")), 1);
  assert.equal(await isFound(), true, "an account was connected");

  await wait();
  assert.equal(await isFound(), false);
  const checked = { login: "ada", subject: null, scopes: [], missingScopes: [], expiresAt: null, checkedAt: null };
  await store.write((tx) => setAccountToken(tx, id, Buffer.from("sealed"), checked));
  assert.equal(await isFound(), true, "its token was replaced");

  await wait();
  await store.write((tx) => moveRepository(tx, repository, { name: "moved", address: "https://again.example/moved" }));
  assert.equal(await isFound(), true, "it has another address");
});
