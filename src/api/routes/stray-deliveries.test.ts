// What webhooks for all repositories delivered that led to none, over HTTP: listed by pages, with reasons and bodies.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi } from "../../../test/helpers/api-server.ts";
import { quietLog } from "../../../test/helpers/test-database.ts";
import { makeTestWebhook, type TestWebhook } from "../../../test/helpers/test-webhook.ts";
import type { RepositoryId } from "../../domain/model.ts";
import { routeDeliveries } from "../../ingest/route-delivery.ts";
import { insertDeliveries } from "../../store/delivery.ts";
import { ProblemError } from "../client.ts";
import { listEvents } from "../contract/events.ts";
import * as stray from "../contract/stray-deliveries.ts";

const { db, server } = await openApi();
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
const { answer } = stray.listStrayDeliveries;

async function deliver(webhook: TestWebhook, deliveryId: string, body: Uint8Array | string): Promise<void> {
  const sent = { eventName: "push", contentType: "application/json", body: Buffer.from(body) };
  const delivery = { webhookId: webhook.id, repositoryId: null, deliveryId, ...sent };
  await insertDeliveries(db.database.deliveries.in(webhook.organizationId), [delivery]);
}

const pushTo = (name: string): string =>
  JSON.stringify({ ref: "refs/heads/main", after: "a".repeat(40), repository: { full_name: name } });

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail("it was answered"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ProblemError, String(error));
  return `${error.problem.status} ${error.problem.code}`;
}

const team = await makeTestWebhook(db.database, organization);
const params = { webhook: team.id };
const ask = async (query: object = {}, webhook = team.id) =>
  answer.parse(await ada.client.call(stray.listStrayDeliveries, { params: { webhook }, query }));

await db.database.owner.query(
  `INSERT INTO git_repository (organization_id, name, kind, address) VALUES ($1, 'followed', 'remote', $2)`,
  [organization, "https://github.com/ada/followed"],
);
for (let n = 0; n < 5; n++) await deliver(team, `stray ${n}`, pushTo(`ada/r${n}`));
await deliver(team, "led somewhere", pushTo("ada/followed"));
await routeDeliveries({ database: db.database, log: quietLog });
await deliver(team, "not read yet", pushTo("ada/r9"));

test("GET /webhooks/{id}/events tells what led to no repository and why, page by page", async () => {
  const { events } = await ask();
  assert.deepEqual(
    events.map(({ deliveryId, state, error, webhook, hasBody }) => [deliveryId, state, error, webhook, hasBody]),
    [
      ["not read yet", "due", null, "github", true],
      ...[4, 3, 2, 1, 0].map((n) => [
        `stray ${n}`,
        "skipped",
        `It names "ada/r${n}", which nobody follows here.`,
        "github",
        true,
      ]),
    ],
  );
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask({ limit: 4, cursor });
    found.push(...page.events.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  assert.deepEqual(
    found,
    events.map(({ id }) => id),
  );
  assert.equal((await ask({ state: ["skipped"] })).events.length, 5);
  const { nextCursor } = await ask({ state: ["skipped"], limit: 1 });
  assert.equal(await codeOf(ask({ cursor: nextCursor })), "400 cursor-mismatch");
});

test("GET /webhooks/{id}/events/{event} has the body, and …/body the whole of it as a file", async () => {
  const [event] = (await ask({ state: ["skipped"] })).events;
  const at = { params: { ...params, event: event?.id ?? "" } };
  const detail = stray.getStrayDelivery.answer.parse(await ada.client.call(stray.getStrayDelivery, at));
  assert.equal(detail.body?.data, pushTo("ada/r4"));
  const file = await ada.fetch(`/api/v1/webhooks/${team.id}/events/${event?.id ?? ""}/body`);
  assert.equal(await file.text(), pushTo("ada/r4"));
  assert.match(file.headers.get("content-disposition") ?? "", /^attachment; filename="delivery-\d+"/);
  assert.equal(file.headers.get("content-security-policy"), "sandbox; default-src 'none'");
});

test("POST /webhooks/{id}/events/{event}/retry has one read once more: it leads to what is followed by now", async () => {
  const of = async (deliveryId: string) => (await ask()).events.find((each) => each.deliveryId === deliveryId);
  const retry = async (event: string) =>
    stray.retryStrayDelivery.answer.parse(
      await ada.client.call(stray.retryStrayDelivery, { params: { ...params, event } }),
    );
  const [kept, led] = [(await of("stray 0"))?.id ?? "", (await of("stray 1"))?.id ?? ""];
  const revived = await retry(kept);
  assert.deepEqual([revived.id, revived.state, revived.error, revived.finishedAt], [kept, "due", null, null]);
  assert.equal(await codeOf(retry(kept)), "409 event-waiting", "nobody has read it yet");
  await db.database.owner.query(
    `INSERT INTO git_repository (organization_id, name, kind, address) VALUES ($1, 'late', 'remote', $2)`,
    [organization, "https://github.com/ada/r1"],
  );
  await retry(led);
  await routeDeliveries({ database: db.database, log: quietLog });
  assert.equal((await of("stray 0"))?.error, 'It names "ada/r0", which nobody follows here.');
  assert.equal(await of("stray 1"), undefined);
  const { events } = await ada.client.call(listEvents, { params: { repository: "late" }, query: {} });
  assert.deepEqual(
    events.map(({ deliveryId, state, by }) => [deliveryId, state, by]),
    [["stray 1", "due", "Ada"]],
  );
  assert.equal(await codeOf(retry(led)), "404 event-not-found", "it is that repository's now");
  await db.database.owner.query("UPDATE event SET body = NULL WHERE id = $1", [kept]);
  assert.equal(await codeOf(retry(kept)), "404 event-not-found", "there is nothing to read any more");
});

test("nothing is told of another webhook's deliveries, of another team's, or to who may not see bodies", async () => {
  const other = await makeTestWebhook(db.database, organization);
  assert.deepEqual((await ask({}, other.id)).events, []);
  const [event] = (await ask()).events;
  const elsewhere = { params: { webhook: other.id, event: event?.id ?? "" } };
  assert.equal(await codeOf(ada.client.call(stray.getStrayDelivery, elsewhere)), "404 event-not-found");
  assert.equal(await codeOf(ada.client.call(stray.retryStrayDelivery, elsewhere)), "404 event-not-found");
  const [row] = await db.database.owner.query<{ id: RepositoryId }>(
    "SELECT id::text FROM git_repository WHERE organization_id = $1",
    [organization],
  );
  const own = await makeTestWebhook(db.database, organization, { repository: row?.id ?? null });
  assert.equal(await codeOf(ask({}, own.id)), "404 webhook-not-found", "a repository's own is told of on its page");
  const foreign = await server.signIn(await db.makeOrganization());
  const all = { params, query: {} };
  assert.equal(await codeOf(foreign.client.call(stray.listStrayDeliveries, all)), "404 webhook-not-found");
  for (const role of ["member", "viewer"]) {
    const person = await server.signIn(organization, role);
    assert.equal(await codeOf(person.client.call(stray.listStrayDeliveries, all)), "403 not-allowed");
    const again = { params: { ...params, event: event?.id ?? "" } };
    assert.equal(await codeOf(person.client.call(stray.retryStrayDelivery, again)), "403 not-allowed");
  }
});
