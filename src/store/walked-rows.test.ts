// Tests that looks for work walk what is due, and not what is stored beside it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openTestDatabase, type TestDatabase } from "../../test/helpers/test-database.ts";
import { walkedRows } from "../../test/helpers/walked-rows.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { organizationsToRead, takeUnread } from "./delivery-route.ts";
import { expireEvents } from "./event-expiry.ts";
import { countMissed } from "./missed-change.ts";
import { hurryEvents, insertPollEvent, putOffRefused, takeDuePoll } from "./poll.ts";
import { readStoredHealth } from "./repository-health.ts";
import { takeUnchecked } from "./repository-provider.ts";
import { deleteWebhook } from "./webhook.ts";

const MANY = 5_000;
const DAY = 86_400_000;

let db: TestDatabase;
/** the first has much of everything, the second a little */
let busy: OrganizationId;
let quiet: OrganizationId;
let repository: RepositoryId;
const now = new Date("2030-01-31T12:00:00Z");
const daysAgo = (days: number): string => new Date(now.getTime() - days * DAY).toISOString();

const run = <Row extends object>(text: string, ...values: readonly string[]): Promise<Row[]> =>
  db.database.owner.query<Row>(text, values);

/** Makes many repositories. @param columns with their values, beside those that each has */
async function fill(organization: OrganizationId, what: string, columns: Record<string, string> = {}): Promise<void> {
  const names = Object.keys(columns).map((name) => `, ${name}`);
  const values = Object.values(columns).map((value) => `, ${value}`);
  await run(
    `INSERT INTO git_repository (organization_id, name, kind, address, poll_due_at, provider_checked_at${names.join("")})
     SELECT $1, $2 || n, 'remote', 'https://git.example/' || $2 || n, '2100-01-01', $3${values.join("")}
     FROM generate_series(1, ${MANY}) n`,
    organization,
    what,
    daysAgo(0),
  );
}

/** Stores many events. @param columns with their values */
async function fillEvents(organization: OrganizationId, columns: Record<string, string>): Promise<void> {
  await run(
    `INSERT INTO event (organization_id, ${Object.keys(columns).join(", ")})
     SELECT $1, ${Object.values(columns).join(", ")} FROM generate_series(1, ${MANY}) n`,
    organization,
  );
}

before(async () => {
  db = await openTestDatabase();
  [busy, quiet] = [await db.makeOrganization(), await db.makeOrganization()];
  await fill(busy, "usual");
  await fill(busy, "gone", { gone_at: "now()" });
  await run("UPDATE git_repository SET poll_due_at = '2020-01-01' WHERE gone_at IS NOT NULL");
  const [first] = await run<{ id: RepositoryId }>("SELECT min(id)::text AS id FROM git_repository");
  repository = first?.id ?? ("" as RepositoryId);
  const done = { repository_id: repository, state: "'done'", source: "'webhook'", named: "'[]'" };
  const at = (days: number): string => `'${daysAgo(days)}'`;
  await fillEvents(busy, { ...done, created_at: at(20), finished_at: at(20) });
  await fillEvents(busy, { ...done, created_at: at(5), finished_at: at(5), body: "'{}'" });
  await fillEvents(busy, { ...done, state: "'dead'", created_at: at(40), finished_at: at(40) });
  await fillEvents(busy, { source: "'webhook'", body: "'{}'", created_at: at(4) });
  const stray = { source: "'webhook'", named: "'[]'", created_at: at(5), finished_at: at(5) };
  await fillEvents(busy, { ...stray, state: "'skipped'" });
  await run("INSERT INTO event (organization_id, source, body) VALUES ($1, 'webhook', '{}')", quiet);
  await db.database.owner.query("ANALYZE event");
  await db.database.owner.query("ANALYZE git_repository");
});
after(() => db.close());

test("organizationsToRead() steps from team to team, and takeUnread() passes over no other's deliveries", async () => {
  const walked = await walkedRows(db.database, null, async (system) => {
    assert.deepEqual(await organizationsToRead(system), [busy, quiet]);
  });
  assert.ok((walked["event"] ?? 0) <= 4, JSON.stringify(walked));
  const own = await walkedRows(db.database, quiet, async (tx) => {
    assert.equal((await takeUnread(tx, { count: 200, bytes: 1_000_000 })).length, 1);
  });
  assert.ok((own["event"] ?? 0) <= 4, JSON.stringify(own));
});

test("expireEvents() begins at the first that goes", async () => {
  const walked = await walkedRows(db.database, null, async (system) => {
    assert.deepEqual(await expireEvents(system, now.getTime()), { bodies: 0, rows: 0, more: false });
  });
  assert.ok((walked["event"] ?? 0) <= 4, JSON.stringify(walked));
});

test("whether an event waits is known without those that are over", async () => {
  const walked = await walkedRows(db.database, busy, async (tx) => {
    await hurryEvents(tx, repository);
    assert.ok((await readStoredHealth(tx, repository)) !== null);
    assert.ok((await insertPollEvent(tx, repository, null)) !== null);
  });
  assert.ok((walked["event"] ?? 0) <= 4, JSON.stringify(walked));
});

test("takeDuePoll() passes over none that is gone, nor after putOffRefused() those that may not be read", async () => {
  const take = () =>
    walkedRows(db.database, null, async (system) => {
      assert.equal(await takeDuePoll(system, now, { until: new Date(now.getTime() + DAY), busyHosts: [] }), null);
    });
  assert.deepEqual([(await take())["git_repository"]], [0]);
  await run(`INSERT INTO "user" (id, name, email) VALUES ('ada', 'Ada', 'ada@example.org')`);
  await run(
    `INSERT INTO git_account (organization_id, user_id, kind, base_url, login, name, token, state)
     VALUES ($1, 'ada', 'plain', 'https://git.example', 'ada', 'x', '', 'refused')`,
    quiet,
  );
  const account = "(SELECT id FROM git_account)";
  await fill(quiet, "refused", { git_account_id: account });
  await run("UPDATE git_repository SET poll_due_at = '2021-01-01' WHERE git_account_id IS NOT NULL");
  assert.equal((await take())["git_repository"], MANY);
  await putOffRefused(db.database.system, now, new Date(now.getTime() + 300_000));
  assert.deepEqual([(await take())["git_repository"]], [0]);
});

test("takeUnchecked() begins with those that were never asked about, and ends with what it takes", async () => {
  const asked = { now, before: new Date(now.getTime() - DAY), until: now, limit: 4 };
  const none = await walkedRows(db.database, null, async (system) => {
    assert.deepEqual(await takeUnchecked(system, asked), []);
  });
  assert.equal(none["git_repository"], 0, JSON.stringify(none));
  await run("UPDATE git_repository SET provider_checked_at = NULL WHERE id = $1", repository);
  await run(
    "UPDATE git_repository SET provider_checked_at = '2020-01-01' WHERE name LIKE 'usual_' AND id <> $1",
    repository,
  );
  const some = await walkedRows(db.database, null, async (system) => {
    const taken = await takeUnchecked(system, asked);
    assert.equal(taken.length, 4);
    assert.ok(taken.some(({ repositoryId }) => repositoryId === repository));
  });
  assert.ok((some["git_repository"] ?? 0) <= 8, JSON.stringify(some));
});

test("countMissed() looks at what came since the last look, not at all that ever came", async () => {
  await run(
    `INSERT INTO webhook (organization_id, hook_id, kind, repository_id, secret, state)
     VALUES ($1, 'missing', 'github', $2, '', 'active')`,
    busy,
    repository,
  );
  const [poll] = await run<{ id: string }>(
    `INSERT INTO event (organization_id, repository_id, source) VALUES ($1, $2, 'poll') RETURNING id::text`,
    busy,
    repository,
  );
  const found = { event: poll?.id ?? "", since: new Date(now.getTime() - DAY), at: now, refs: [] };
  const walked = await walkedRows(db.database, busy, async (tx) => {
    assert.equal(await countMissed(tx, repository, found), true);
  });
  assert.ok((walked["event"] ?? 0) <= 4, JSON.stringify(walked));
});

test("deleteWebhook() touches nothing that the webhook brought, however much that is", async () => {
  const [webhook] = await run<{ id: string }>(
    `INSERT INTO webhook (organization_id, hook_id, kind, secret) VALUES ($1, 'busy', 'github', '') RETURNING id::text`,
    busy,
  );
  const id = webhook?.id ?? "";
  await fillEvents(busy, { source: "'webhook'", webhook_id: id, state: "'skipped'", named: "'[]'" });
  const walked = await walkedRows(db.database, busy, async (tx) => {
    assert.equal(await deleteWebhook(tx, id), true);
  });
  assert.deepEqual(Object.keys(walked), ["webhook"]);
});
