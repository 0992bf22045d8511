// Events over HTTP: listed by pages, and tried again by who may.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi } from "../../../test/helpers/api-server.ts";
import { fillHistory } from "../../../test/helpers/filled-history.ts";
import { buryEvents, completeEvents, insertEvent } from "../../store/event.ts";
import { takeDueLease } from "../../store/lease.ts";
import { ProblemError } from "../client.ts";
import * as events from "../contract/events.ts";

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
      eventName: null,
      deliveryId: null,
      named: null,
      hasBody: false,
    },
  );
  assert.equal((await takeDueLease(db.database.system, "nobody"))?.repositoryId, id, "a worker takes it");
  while (told.length === 0) await new Promise((resolve) => void setImmediate(resolve));
  assert.ok(told.includes(id));
  await stop();
});

test("POST …/events/{id}/retry refuses what is done, due, foreign or no id", async () => {
  const retry = (event: string, repository = "o/r") =>
    problem(ada.client.call(events.retryEvent, { params: { repository, event } }));
  assert.match(await retry(done), /^409 event-not-dead: .*that it was answered/);
  assert.match(await retry(due), /^409 event-not-dead: .*about to be answered/);
  assert.match(await retry(done, "o/other"), /^404 event-not-found/);
  assert.match(await retry("999999999999999999"), /^404 event-not-found/);
  for (const wrong of ["0", "1x", "-1", "9223372036854775808", "1e3"]) assert.match(await retry(wrong), /^400 /, wrong);
});

test("events are for the own team, trying again is for owners and admins", async () => {
  const eve = await server.signIn(await db.makeOrganization("Other"));
  const ask = { params: { repository: id }, query: {} };
  assert.match(await problem(eve.client.call(events.listEvents, ask)), /^404 repository-not-found/);
  const retry = { params: { repository: id, event: done } };
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
