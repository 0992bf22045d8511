// Events over HTTP: listed by pages, with what came, and run again by who may.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi } from "../../../test/helpers/api-server.ts";
import { fillHistory } from "../../../test/helpers/filled-history.ts";
import { buryEvents, completeEvents, insertEvent } from "../../store/event.ts";
import { takeDueLease } from "../../store/due-work.ts";
import { ProblemError } from "../client.ts";
import * as events from "../contract/events.ts";
import { until } from "../../../test/helpers/until.ts";

const { db, server } = await openApi();
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
const params = { repository: "o/r" };
const commits = [{ parents: [], files: {} }];
const history = { commits, branches: [{ name: "main", head: 0 }] };
const id = await fillHistory(db.database, organization, { ...history, name: "o/r" });
const otherId = await fillHistory(db.database, organization, { ...history, name: "o/other" });
const store = db.database.worker.in(organization);

const list = events.listEvents.answer;

async function problem(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail("it was answered"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ProblemError, String(error));
  return `${error.problem.status} ${error.problem.code}: ${error.message}`;
}

const added = await store.write(async (tx) => {
  const ids: string[] = [];
  for (let n = 0; n < 7; n++) ids.push(await insertEvent(tx, id, n === 0 ? "import" : "sync"));
  await insertEvent(tx, otherId, "sync");
  await completeEvents(tx, ids.slice(0, 3), { commits: 5, files: 7 });
  await buryEvents(tx, ids.slice(3, 4), "Cannot fetch from it: found nothing.");
  return ids;
});
const [done = "", dead = "", due = ""] = [added[2], added[3], added[4]];

test("GET …/events gives the newest first, page by page, and only this repository's", async () => {
  const all = list.parse(await ada.client.call(events.listEvents, { params, query: {} }));
  assert.deepEqual(
    all.events.map((event) => event.id),
    added.toReversed(),
  );
  assert.deepEqual(
    all.events.map(({ task, state, error, commits: brought, files }) => [task, state, error, brought, files]),
    [
      ...Array.from({ length: 3 }, () => ["sync", "due", null, null, null]),
      ["sync", "dead", "Cannot fetch from it: found nothing.", null, null],
      ["sync", "done", null, 5, 7],
      ["sync", "done", null, 5, 7],
      ["import", "done", null, 5, 7],
    ],
  );
  assert.ok(all.events.every(({ createdAt, dueAt }) => !Number.isNaN(Date.parse(createdAt) + Date.parse(dueAt))));
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = list.parse(await ada.client.call(events.listEvents, { params, query: { limit: 3, cursor } }));
    found.push(...page.events.map((event) => event.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  assert.deepEqual(found, added.toReversed());
});

test("GET …/events refuses a cursor that was changed, or is another repository's", async () => {
  const { nextCursor } = list.parse(await ada.client.call(events.listEvents, { params, query: { limit: 3 } }));
  const cursor = nextCursor ?? assert.fail();
  const elsewhere = { params: { repository: "o/other" }, query: { cursor } };
  assert.match(await problem(ada.client.call(events.listEvents, elsewhere)), /^400 cursor-mismatch/);
  for (let place = 0; place < cursor.length; place++) {
    const changed = cursor.slice(0, place) + (cursor[place] === "A" ? "B" : "A") + cursor.slice(place + 1);
    const call = ada.client.call(events.listEvents, { params, query: { cursor: changed } });
    assert.match(await problem(call), /^400 cursor-mismatch/);
  }
});

test("GET …/events shows only the states and the sources that are asked for, with cursors of their own", async () => {
  const ask = async (query: object) => list.parse(await ada.client.call(events.listEvents, { params, query }));
  const ids = ({ events: found }: { readonly events: readonly { readonly id: string }[] }) =>
    found.map((event) => event.id);
  assert.deepEqual(ids(await ask({ state: ["done", "dead"] })), added.slice(0, 4).toReversed());
  assert.deepEqual(ids(await ask({ state: ["done"], source: ["webhook"] })), []);
  const first = await ask({ state: ["done"], limit: 2 });
  const cursor = first.nextCursor ?? assert.fail();
  assert.deepEqual(ids(await ask({ state: ["done"], limit: 2, cursor })), added.slice(0, 1));
  assert.match(await problem(ask({ cursor })), /^400 cursor-mismatch/);
  assert.match(await problem(ask({ state: ["gone"] })), /^400 bad-argument/);
});

test("GET …/events/{id} shows a delivery with its body, and …/body saves the whole of it", async () => {
  const [hook] = await db.database.owner.query<{ id: string }>(
    "INSERT INTO webhook (organization_id, repository_id, hook_id, kind, secret) VALUES ($1, $2, 'h', 'gitlab', '') RETURNING id::text",
    [organization, otherId],
  );
  const deliver = async (body: Uint8Array | null): Promise<string> => {
    const insert =
      "INSERT INTO event (organization_id, repository_id, source, webhook_id, event_name, content_type, body) VALUES ($1, $2, 'webhook', $3, 'Push Hook', 'application/json', $4) RETURNING id::text";
    const [row] = await db.database.owner.query<{ id: string }>(insert, [organization, otherId, hook?.id ?? "", body]);
    return row?.id ?? "";
  };
  const show = async (event: string) =>
    events.getEvent.answer.parse(await ada.client.call(events.getEvent, { params: { repository: "o/other", event } }));
  const text = '{"ref":"refs/heads/größer"}';
  const id1 = await deliver(Buffer.from(text));
  const shown = await show(id1);
  assert.deepEqual([shown.webhook, shown.eventName, shown.hasBody], ["gitlab", "Push Hook", true]);
  const size = Buffer.byteLength(text);
  assert.deepEqual(shown.body, { contentType: "application/json", size, encoding: "text", data: text, whole: true });
  // 64 KiB end in the middle of a character
  const long = Buffer.from(`a${"ü".repeat(40_000)}`);
  const id2 = await deliver(long);
  const cut = (await show(id2)).body ?? assert.fail();
  assert.deepEqual([cut.size, cut.whole, cut.encoding, cut.data.length], [80_001, false, "text", 32_768]);
  const file = await ada.fetch(`/api/v1/repositories/o%2Fother/events/${id2}/body`);
  assert.deepEqual(Buffer.from(await file.arrayBuffer()), long);
  assert.match(file.headers.get("content-disposition") ?? "", /^attachment; filename="delivery-\d+"/);
  assert.equal(file.headers.get("content-security-policy"), "sandbox; default-src 'none'");
  assert.equal(file.headers.get("x-content-type-options"), "nosniff");
  assert.match(file.headers.get("content-type") ?? "", /^text\/plain/);
  const id3 = await deliver(Buffer.from([0, 255, 1]));
  assert.deepEqual((await show(id3)).body, {
    contentType: "application/json",
    size: 3,
    encoding: "base64",
    data: "AP8B",
    whole: true,
  });
  const id4 = await deliver(null);
  assert.equal((await show(id4)).body, null);
  assert.equal((await ada.fetch(`/api/v1/repositories/o%2Fother/events/${id4}/body`)).status, 404);
  const elsewhere = { params: { repository: "o/r", event: id1 } };
  assert.match(await problem(ada.client.call(events.getEvent, elsewhere)), /^404 event-not-found/);
  assert.equal((await ada.fetch(`/api/v1/repositories/o%2Fr/events/${id1}/body`)).status, 404);
  for (const role of ["member", "viewer"]) {
    const person = await server.signIn(organization, role);
    const asked = { params: { repository: "o/other", event: id1 } };
    assert.match(await problem(person.client.call(events.getEvent, asked)), /^403 not-allowed/, role);
    assert.equal((await person.fetch(`/api/v1/repositories/o%2Fother/events/${id1}/body`)).status, 403, role);
  }
  await db.database.owner.query("DELETE FROM event WHERE organization_id = $1 AND webhook_id = $2", [
    organization,
    hook?.id ?? "",
  ]);
});

test("POST …/events/{id}/retry makes a dead event due again, as a new one, and wakes the worker", async () => {
  await db.database.system.query("UPDATE event SET due_at = due_at + interval '1 day' WHERE state = 'due'", []);
  assert.equal(await takeDueLease(db.database.system, "nobody"), null, "nothing is due");
  const told: string[] = [];
  const stop = await db.database.listen({ changed: (changed) => void told.push(changed), missed: () => undefined });
  const answer = await ada.client.call(events.retryEvent, { params: { ...params, event: dead } });
  const revived = events.RepositoryEvent.parse(answer);
  assert.deepEqual(
    { ...revived, createdAt: "", dueAt: "" },
    {
      id: dead,
      source: "person",
      reason: null,
      task: "sync",
      state: "due",
      attempts: 0,
      createdAt: "",
      dueAt: "",
      finishedAt: null,
      error: null,
      commits: null,
      files: null,
      warnings: null,
      heads: null,
      webhook: null,
      eventName: null,
      deliveryId: null,
      named: null,
      hasBody: false,
      by: null,
    },
  );
  assert.equal((await takeDueLease(db.database.system, "nobody"))?.repositoryId, id, "a worker takes it");
  await until("a worker is told", () => told.length > 0);
  assert.ok(told.includes(id));
  await stop();
});

test("POST …/events/{id}/retry runs again what is done, skipped, or waits for its next attempt, with nothing of before", async () => {
  const again = [added[0] ?? "", added[1] ?? "", added[5] ?? ""];
  const states = ["done", "skipped", "failed"];
  for (const [n, event] of again.entries()) {
    const set =
      "UPDATE event SET state = $3, attempts = 3, commits = 2, heads = '[]', error = 'x', due_at = now() + interval '1 day', finished_at = CASE WHEN $3 = 'failed' THEN NULL ELSE now() END WHERE organization_id = $1 AND id = $2";
    await db.database.owner.query(set, [organization, event, states[n] ?? ""]);
    const {
      state,
      attempts,
      error,
      commits: brought,
      heads,
      finishedAt,
      dueAt,
    } = await ada.client.call(events.retryEvent, { params: { ...params, event } });
    assert.deepEqual(
      [state, attempts, error, brought, heads, finishedAt],
      ["due", 0, null, null, null, null],
      states[n],
    );
    assert.ok(Date.parse(dueAt) <= Date.now());
  }
});

test("GET …/events says who asked, and who had it run again; what a person asked for stays hers", async () => {
  const asked = await store.write(async (tx) => {
    const [byAda, byPoll] = [
      await insertEvent(tx, otherId, "sync", "person", ada.userId),
      await insertEvent(tx, otherId, "sync", "poll"),
    ];
    await buryEvents(tx, [byAda, byPoll], "broken");
    return { byAda, byPoll };
  });
  const eve = await server.signIn(organization);
  await db.database.owner.query(`UPDATE "user" SET name = 'Eve' WHERE id = $1`, [eve.userId]);
  const by = async (event: string): Promise<string | null> =>
    (await ada.client.call(events.getEvent, { params: { repository: "o/other", event } })).by;
  assert.deepEqual([await by(asked.byAda), await by(asked.byPoll)], ["Ada", null]);
  for (const event of Object.values(asked))
    await eve.client.call(events.retryEvent, { params: { repository: "o/other", event } });
  assert.deepEqual([await by(asked.byAda), await by(asked.byPoll)], ["Ada", "Eve"]);
  await db.database.owner.query(`DELETE FROM "user" WHERE id = $1`, [eve.userId]);
  assert.equal(await by(asked.byPoll), null, "who is gone has no name");
});

test("POST …/events/{id}/retry refuses what is due, running, foreign or no id", async () => {
  const retry = (event: string, repository = "o/r") =>
    problem(ada.client.call(events.retryEvent, { params: { repository, event } }));
  assert.match(await retry(due), /^409 event-waiting: .*about to be answered/);
  await db.database.owner.query("UPDATE event SET state = 'running' WHERE id = $1", [due]);
  assert.match(await retry(due), /^409 event-waiting: .*about to be answered/);
  assert.match(await retry(done, "o/other"), /^404 event-not-found/);
  assert.match(await retry("999999999999999999"), /^404 event-not-found/);
  for (const wrong of ["0", "1x", "-1", "9223372036854775808", "1e3"]) assert.match(await retry(wrong), /^400 /, wrong);
});

test("events are for the own team, trying again is for owners and admins", async () => {
  const eve = await server.signIn(await db.makeOrganization("Other"));
  const ask = { params: { repository: id }, query: {} };
  assert.match(await problem(eve.client.call(events.listEvents, ask)), /^404 repository-not-found/);
  const retry = { params: { repository: id, event: due } };
  assert.match(await problem(eve.client.call(events.retryEvent, retry)), /^404 repository-not-found/);
  for (const [role, status] of [
    ["admin", /^409/],
    ["member", /^403/],
    ["viewer", /^403/],
  ] as const) {
    const person = await server.signIn(organization, role);
    assert.match(await problem(person.client.call(events.retryEvent, retry)), status, role);
    assert.equal((await person.client.call(events.listEvents, ask)).events.length, 7, role);
  }
});

test("GET …/events orders by number: the tenth comes before the ninth", async () => {
  const ids = await store.write(async (tx) => {
    const made: string[] = [];
    for (let n = 0; n < 12; n++) made.push(await insertEvent(tx, otherId, "sync"));
    return made;
  });
  const { events: listed } = await ada.client.call(events.listEvents, { params: { repository: "o/other" }, query: {} });
  assert.deepEqual(
    listed.slice(0, 12).map((event) => event.id),
    ids.toReversed(),
  );
});
