// Deliveries are read by the worker: which repository each is about, what it names, and what asks for nothing.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { asksProvider } from "../src/ingest/provider-news.ts";
import { routeDeliveries } from "../src/ingest/route-delivery.ts";
import { insertDeliveries } from "../src/store/delivery.ts";
import { waitingEvents } from "../src/store/event.ts";
import { readEvent } from "../src/store/event-page.ts";
import { BODY_DAYS, EVENT_DAYS, expireEvents } from "../src/store/event-expiry.ts";
import { takeDueLease } from "../src/store/due-work.ts";
import { deleteWebhook } from "../src/store/webhook.ts";
import { openTestDatabase, quietLog } from "./helpers/test-database.ts";
import { makeTestWebhook, type TestWebhook } from "./helpers/test-webhook.ts";

const db = await openTestDatabase();
after(() => db.close());
const deps = { database: db.database, log: quietLog };
const { owner } = db.database;

const AFTER = "a".repeat(40);

async function makeRepository(organization: OrganizationId, name: string, facts = ""): Promise<RepositoryId> {
  const [row] = await owner.query<{ id: RepositoryId }>(
    `INSERT INTO git_repository (organization_id, name, kind, address) VALUES ($1, $2, 'remote', $3) RETURNING id::text`,
    [organization, name, `https://github.com/ada/${name}`],
  );
  assert.ok(row !== undefined);
  if (facts !== "") await owner.query(`UPDATE git_repository SET ${facts} WHERE id = $1`, [row.id]);
  return row.id;
}

/** Stores a delivery as the receiver does. @returns its id */
async function deliver(
  webhook: TestWebhook,
  eventName: string,
  payload: unknown,
  repositoryId: RepositoryId | null = null,
): Promise<string> {
  const deliveryId = randomBytes(8).toString("hex");
  const body = Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  const sent = { webhookId: webhook.id, repositoryId, deliveryId, eventName, contentType: "application/json", body };
  await insertDeliveries(db.database.deliveries.in(webhook.organizationId), [sent]);
  const [row] = await owner.query<{ id: string }>("SELECT id::text FROM event WHERE delivery_id = $1", [deliveryId]);
  assert.ok(row !== undefined);
  return row.id;
}

interface Routed {
  readonly repository: string | null;
  readonly state: string;
  readonly named: unknown;
  readonly error: string | null;
}

async function eventOf(id: string): Promise<Routed> {
  const [row] = await owner.query<Routed>(
    "SELECT repository_id::text AS repository, state, named, error FROM event WHERE id = $1",
    [id],
  );
  assert.ok(row !== undefined);
  return row;
}

function pushOf(id: number | null, name: string) {
  const repository = { id, full_name: `ada/${name}`, clone_url: `https://github.com/ada/${name}.git` };
  return { ref: "refs/heads/main", before: "0".repeat(40), after: AFTER, repository };
}

const NAMED = [{ ref: "refs/heads/main", before: null, after: AFTER }];

test("a delivery is no work before it is read, and names its refs then; its webhook is known to work", async () => {
  const organization = await db.makeOrganization();
  const repository = await makeRepository(organization, "own");
  const webhook = await makeTestWebhook(db.database, organization, { repository });
  const id = await deliver(webhook, "push", pushOf(1, "whatever"), repository);
  assert.deepEqual(await waitingEvents(db.database.worker.in(organization), repository), []);
  assert.equal(await takeDueLease(db.database.system, "test"), null);
  assert.equal(await routeDeliveries(deps), false);
  assert.deepEqual(await eventOf(id), { repository, state: "due", named: NAMED, error: null });
  const waiting = await waitingEvents(db.database.worker.in(organization), repository);
  assert.deepEqual(
    waiting.map(({ named, source, task }) => ({ named, source, task })),
    [{ named: NAMED, source: "webhook", task: "sync" }],
  );
  const [state] = await owner.query<{ state: string; webhook: boolean; repository: boolean }>(
    `SELECT w.state, w.received_at IS NOT NULL AS webhook, r.webhook_at IS NOT NULL AS repository
     FROM webhook w JOIN git_repository r ON r.id = w.repository_id WHERE w.id = $1`,
    [webhook.id],
  );
  assert.deepEqual(state, { state: "active", webhook: true, repository: true });
  await owner.query("DELETE FROM event WHERE id = $1", [id]);
});

test("a test makes its webhook active, and events of no concern are put aside with a reason", async () => {
  const organization = await db.makeOrganization();
  const repository = await makeRepository(organization, "own");
  const webhook = await makeTestWebhook(db.database, organization, { repository });
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["ping", { zen: "x" }, "A test of the webhook, which works."],
    ["issues", { action: "opened" }, 'Nothing to do: "issues" changes no branch.'],
    ["", "no JSON", "The delivery does not say what happened."],
    ["odd\u0085\u00ad", "{}", 'Nothing to do: "oddU+0085U+00AD" changes no branch.'],
  ];
  for (const [name, payload, reason] of cases) {
    const id = await deliver(webhook, name, payload, repository);
    await routeDeliveries(deps);
    assert.deepEqual(await eventOf(id), { repository, state: "skipped", named: [], error: reason });
  }
  const [row] = await owner.query("SELECT state FROM webhook WHERE id = $1", [webhook.id]);
  assert.deepEqual(row, { state: "active" });
  assert.equal(await takeDueLease(db.database.system, "test"), null);
});

test("a webhook of many repositories leads by number, else by address, to those of its own organisation", async () => {
  const organization = await db.makeOrganization();
  const foreign = await db.makeOrganization();
  const numbered = await makeRepository(organization, "numbered", "provider = 'github', provider_id = '7'");
  const addressed = await makeRepository(organization, "addressed");
  const others = await makeRepository(foreign, "theirs", "provider = 'github', provider_id = '8'");
  await makeRepository(organization, "gone", "provider = 'github', provider_id = '9', gone_at = now()");
  const webhook = await makeTestWebhook(db.database, organization);
  const route = async (payload: unknown, event = "push") => {
    const id = await deliver(webhook, event, payload);
    await routeDeliveries(deps);
    return eventOf(id);
  };
  const due = { state: "due", named: NAMED, error: null };
  assert.deepEqual(await route(pushOf(7, "renamed-meanwhile")), { repository: numbered, ...due });
  assert.deepEqual(await route(pushOf(70, "addressed")), { repository: addressed, ...due });
  const skipped = (error: string) => ({ repository: null, state: "skipped", named: [], error });
  assert.deepEqual(
    await route(pushOf(70, "numbered")),
    skipped('It names "ada/numbered", which nobody follows here.'),
    "made anew",
  );
  assert.deepEqual(await route(pushOf(8, "theirs")), skipped('It names "ada/theirs", which nobody follows here.'));
  assert.deepEqual(await route(pushOf(9, "gone")), skipped('It names "ada/gone", which nobody follows here.'));
  assert.deepEqual(await route({ ref: "refs/heads/main" }), skipped("It does not say which repository it is about."));
  assert.deepEqual(
    await route([]),
    skipped("Its body is no JSON object, so it does not say which repository it is about."),
  );
  assert.deepEqual(await route(""), skipped("Its body is empty, so it does not say which repository it is about."));
  const evil = "x\u0000\ud800\u202e";
  assert.deepEqual(
    await route({ repository: { full_name: evil } }),
    skipped('It names "xU+0000U+D800U+202E", which nobody follows here.'),
  );
  assert.notEqual(others, numbered);
});

test("what happens to a repository has its provider asked at once, and access that changed that of all", async () => {
  const organization = await db.makeOrganization();
  const checked = "provider = 'github', provider_checked_at = now()";
  const one = await makeRepository(organization, "one", `${checked}, provider_id = '1'`);
  const two = await makeRepository(organization, "two", `${checked}, provider_id = '2'`);
  const far = await makeRepository(organization, "far", "provider = 'gitea', provider_checked_at = now()");
  const webhook = await makeTestWebhook(db.database, organization);
  const unchecked = async () =>
    (
      await owner.query<{ id: string }>(
        "SELECT id::text FROM git_repository WHERE organization_id = $1 AND provider_checked_at IS NULL ORDER BY id",
        [organization],
      )
    ).map(({ id }) => id);
  const renamed = await deliver(webhook, "repository", { action: "renamed", repository: pushOf(1, "new").repository });
  await routeDeliveries(deps);
  assert.deepEqual(await eventOf(renamed), { repository: one, state: "due", named: [], error: null });
  assert.deepEqual(await unchecked(), [one]);
  const askedFirst = async () =>
    (await waitingEvents(db.database.worker.in(organization), one)).map((event) => asksProvider([event]));
  assert.deepEqual(await askedFirst(), [true]);
  await deliver(webhook, "create", { ref: "v1", ref_type: "tag", repository: pushOf(1, "new").repository });
  await routeDeliveries(deps);
  assert.deepEqual(await askedFirst(), [true, false], "a new tag is Git's to bring");
  const access = await deliver(webhook, "installation", { action: "suspend" });
  await routeDeliveries(deps);
  const told = "It tells of access to many repositories: its provider is asked what may still be read.";
  assert.deepEqual(await eventOf(access), { repository: null, state: "done", named: [], error: told });
  assert.deepEqual(await unchecked(), [one, two]);
  assert.notEqual(far, two);
});

test("deliveries of a webhook that was removed are put aside, and go on saying who signed them", async () => {
  const organization = await db.makeOrganization();
  const repository = await makeRepository(organization, "own");
  const webhook = await makeTestWebhook(db.database, organization, { kind: "gitea", repository });
  const id = await deliver(webhook, "push", pushOf(1, "x"), repository);
  const store = db.database.web.in(organization);
  const signer = async () => (await readEvent(store, repository, id))?.webhook;
  assert.equal(await signer(), "gitea");
  assert.equal(await store.write((tx) => deleteWebhook(tx, webhook.id)), true);
  assert.equal(await signer(), "gitea");
  await routeDeliveries(deps);
  const { state, error } = await eventOf(id);
  assert.deepEqual([state, error], ["skipped", "Its webhook was removed before it was read."]);
});

test("workers that read at once read each delivery once, and a flood is read in parts", async () => {
  const organization = await db.makeOrganization();
  const repository = await makeRepository(organization, "flooded", "provider = 'github', provider_id = '5'");
  const webhook = await makeTestWebhook(db.database, organization);
  const body = Buffer.from(JSON.stringify(pushOf(5, "flooded")));
  await owner.query(
    `INSERT INTO event (organization_id, webhook_id, source, delivery_id, event_name, body)
     SELECT $1, $2, 'webhook', n::text, 'push', $3 FROM generate_series(1, 4500) n`,
    [organization, webhook.id, body],
  );
  let rounds = 0;
  for (let more = true; more && rounds < 20; rounds++) {
    const all = await Promise.all([routeDeliveries(deps), routeDeliveries(deps)]);
    more = all.some(Boolean);
  }
  const counts = await owner.query(
    "SELECT state, repository_id::text AS repository, count(*)::int AS count FROM event WHERE organization_id = $1 GROUP BY 1, 2",
    [organization],
  );
  assert.deepEqual(counts, [{ state: "due", repository, count: 4_500 }]);
  assert.ok(rounds >= 2, `${rounds} rounds`);
});

test("a delivery that the database does not take holds up no others", async () => {
  const organization = await db.makeOrganization();
  const repository = await makeRepository(organization, "own");
  const webhook = await makeTestWebhook(db.database, organization, { repository });
  const bad = await deliver(webhook, "push", { ...pushOf(1, "x"), ref: "refs/heads/poison" }, repository);
  const good = await deliver(webhook, "push", pushOf(1, "x"), repository);
  // what no delivery should bring about, brought about
  await owner.query(`ALTER TABLE event ADD CONSTRAINT no_poison CHECK (named::text NOT LIKE '%poison%')`);
  await routeDeliveries(deps);
  await owner.query("ALTER TABLE event DROP CONSTRAINT no_poison");
  assert.equal((await eventOf(good)).state, "due");
  const { state, error } = await eventOf(bad);
  assert.deepEqual([state, error], ["dead", "It could not be read. What happened is in the log."]);
});

test("expireEvents() takes bodies first, then rows; what waits or was given up stays", async () => {
  const organization = await db.makeOrganization();
  const webhook = await makeTestWebhook(db.database, organization);
  const now = Date.now();
  const days = (count: number): Date => new Date(now - count * 86_400_000 - 1);
  const ids: Record<string, string> = {};
  for (const [name, state, age] of [
    ["new", "done", BODY_DAYS - 1],
    ["old", "done", BODY_DAYS],
    ["older", "skipped", EVENT_DAYS],
    ["dead", "dead", 400],
    ["waiting", "failed", null],
  ] as const) {
    ids[name] = await deliver(webhook, "push", "{}");
    const finished = age === null ? null : days(age);
    await owner.query("UPDATE event SET state = $2, named = '[]', finished_at = $3 WHERE id = $1", [
      ids[name],
      state,
      finished,
    ]);
  }
  await expireEvents(db.database.system, now);
  const left = await owner.query<{ id: string; body: boolean }>(
    "SELECT id::text, body IS NOT NULL AS body FROM event WHERE organization_id = $1 ORDER BY id",
    [organization],
  );
  const named = left.map(({ id, body }) => `${Object.keys(ids).find((name) => ids[name] === id)} ${body}`);
  assert.deepEqual(named, ["new true", "old false", "dead true", "waiting true"]);
  assert.deepEqual(await expireEvents(db.database.system, now), { bodies: 0, rows: 0, more: false });
});

test("expireEvents() takes a thousand at a time, and says whether there are more", async () => {
  const organization = await db.makeOrganization();
  await owner.query(
    `INSERT INTO event (organization_id, source, state, named, finished_at)
     SELECT $1, 'poll', 'done', '[]', '2020-01-01' FROM generate_series(1, 1500)`,
    [organization],
  );
  const expired = [
    await expireEvents(db.database.system, Date.now()),
    await expireEvents(db.database.system, Date.now()),
  ];
  assert.deepEqual(expired, [
    { bodies: 0, rows: 1_000, more: true },
    { bodies: 0, rows: 500, more: false },
  ]);
});

test("teams are read in turn, however many deliveries of one wait, and who was read last waits longest", async () => {
  const [busy, quiet] = [await db.makeOrganization(), await db.makeOrganization()];
  const webhook = await makeTestWebhook(db.database, busy);
  const flood = (): Promise<unknown> =>
    owner.query(
      `INSERT INTO event (organization_id, webhook_id, source, event_name, body)
       SELECT $1, $2, 'webhook', 'push', '{}' FROM generate_series(1, 2500)`,
      [busy, webhook.id],
    );
  await flood();
  const id = await deliver(await makeTestWebhook(db.database, quiet), "push", "{}");
  const turn = { last: null };
  assert.equal(await routeDeliveries({ ...deps, turn }), true);
  assert.equal((await eventOf(id)).state, "skipped");
  assert.equal(turn.last, busy);
  assert.equal(await routeDeliveries({ ...deps, turn }), false);

  // the one whose turn it is comes first: with it alone before the limit nobody else would be read
  const order: string[] = [];
  await flood();
  await deliver(await makeTestWebhook(db.database, quiet), "push", "{}");
  const watched = {
    ...db.database,
    worker: { in: (of: OrganizationId) => (order.push(of), db.database.worker.in(of)) },
  };
  await routeDeliveries({ ...deps, database: watched, turn: { last: busy } });
  assert.equal(order[0], quiet);
});
