// POST /hooks/<id> over real HTTP: raw bytes, a proof, and one row for each authentic delivery.
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { after, test } from "node:test";
import { HOOK_BODY, openHookServer } from "../../../test/helpers/hook-server.ts";
import { until } from "../../../test/helpers/until.ts";
import {
  makeTestWebhook,
  rotateTestWebhook,
  signedHeaders,
  type TestWebhook,
} from "../../../test/helpers/test-webhook.ts";
import { folderExamples, githubExamples, webhookFolder } from "../../../test/helpers/webhook-payloads.ts";

const hookServer = await openHookServer();
const { db, server, clock, organization, repository, makeRepository, eventsOf, post } = hookServer;
after(() => hookServer.close());

test("a signed delivery is stored as it came and answered with 202 and nothing", async () => {
  const hook = await makeTestWebhook(db.database, organization, { repository });
  const body = Buffer.concat([Buffer.from(HOOK_BODY), Buffer.from([0x00, 0xff, 0xfe])]);
  const before = hookServer.woken();
  const answer = await post(hook.path, signedHeaders(hook, body, { delivery: "d-1" }), body);
  assert.deepEqual([answer.status, await answer.text()], [202, ""]);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.deepEqual(await eventsOf(hook), [{ repository, delivery: "d-1", name: "push", state: "due", body }]);
  assert.equal(hookServer.woken(), before + 1, "the worker is told");
});

test("every kind's delivery is taken, of events that nobody knows too", async () => {
  for (const kind of ["github", "gitlab", "gitea", "bitbucket", "signed"] as const) {
    const hook = await makeTestWebhook(db.database, organization, { kind });
    const answer = await post(hook.path, signedHeaders(hook, HOOK_BODY, { delivery: "d", event: "something:new" }));
    assert.equal(answer.status, 202, kind);
    const [event] = await eventsOf(hook);
    assert.deepEqual([event?.repository, event?.delivery], [null, "d"], kind);
  }
});

test("a delivery that is signed with another secret is told of with its webhook, once", async () => {
  const hook = await makeTestWebhook(db.database, organization, { repository });
  const other = { ...hook, secret: (await makeTestWebhook(db.database, organization)).secret };
  const problem = async (): Promise<unknown> =>
    (await db.database.owner.query("SELECT problem FROM webhook WHERE id = $1", [hook.id]))[0];
  assert.equal((await post(hook.path, signedHeaders(other, HOOK_BODY))).status, 401);
  await until("it is told", async () => JSON.stringify(await problem()).includes("signed with another secret"));
  await db.database.owner.query("UPDATE webhook SET problem = NULL WHERE id = $1", [hook.id]);
  assert.equal((await post(hook.path, signedHeaders(other, HOOK_BODY))).status, 401);
  assert.equal((await post(hook.path, signedHeaders(hook, HOOK_BODY))).status, 202);
  assert.deepEqual(await problem(), { problem: null }, "not with each of them");
});

test("a delivery without the right proof is answered with 401 and leaves nothing", async () => {
  const hook = await makeTestWebhook(db.database, organization);
  const good = signedHeaders(hook, HOOK_BODY);
  const cases: readonly (readonly [string, Record<string, string>, string])[] = [
    ["no proof", { "x-github-event": "push" }, HOOK_BODY],
    ["another body", good, `${HOOK_BODY} `],
    ["the same JSON written another way", good, JSON.stringify({ repository: { id: 7 }, ref: "refs/heads/main" })],
    ["an empty digest", { ...good, "x-hub-signature-256": "sha256=" }, HOOK_BODY],
    ["another secret", signedHeaders({ ...hook, secret: "wrong" }, HOOK_BODY), HOOK_BODY],
    ["another provider's header", signedHeaders({ ...hook, kind: "gitea" }, HOOK_BODY), HOOK_BODY],
  ];
  for (const [name, headers, body] of cases) {
    const answer = await post(hook.path, headers, body);
    assert.equal(answer.status, 401, name);
    assert.equal(answer.headers.get("www-authenticate"), "Webhook-Signature");
    assert.match(await answer.text(), /"code":"signature-refused"/);
  }
  assert.deepEqual(await eventsOf(hook), []);
});

test("an address that no webhook has is answered with 404, whatever is sent", async () => {
  const hook = await makeTestWebhook(db.database, organization);
  const paths = [`/hooks/${"0".repeat(32)}`, "/hooks/x", `/hooks/${"g".repeat(32)}`, `/hooks/${"a".repeat(200)}`];
  const texts = new Set<string>();
  for (const path of paths) {
    for (const body of ["", HOOK_BODY, "x".repeat(3_000_000)]) {
      const answer = await post(path, signedHeaders(hook, body), body);
      assert.equal(answer.status, 404, path);
      texts.add((await answer.text()).replace(/"instance":"[^"]*"/, ""));
    }
  }
  assert.equal(texts.size, 1, "one answer");
  assert.equal((await fetch(server.url + hook.path)).status, 404, "GET");
  assert.equal((await fetch(server.url + hook.path, { method: "PUT", body: "x" })).status, 403, "PUT");
});

test("a delivery comes from another server: no origin, no session and no JSON is asked for, but the host is", async () => {
  const hook = await makeTestWebhook(db.database, organization, { kind: "signed" });
  for (const [type, body] of [
    ["application/x-www-form-urlencoded", "payload=%7B%7D"],
    ["text/plain", "x"],
    ["no type at all", "x"],
    ["application/json", "no JSON"],
  ] as const) {
    const headers = { ...signedHeaders(hook, body), "content-type": type, origin: "https://git.example.org" };
    assert.equal((await post(hook.path, { ...headers, "sec-fetch-site": "cross-site" }, body)).status, 202, type);
  }
  assert.equal((await post(hook.path, signedHeaders(hook, ""), "")).status, 202, "no body");
  const status = await new Promise((resolve, reject) => {
    const headers = { ...signedHeaders(hook, ""), host: "elsewhere.example.org" };
    httpRequest(server.url + hook.path, { method: "POST", headers }, (answer) => resolve(answer.resume().statusCode))
      .on("error", reject)
      .end();
  });
  assert.equal(status, 421);
  const secret = await fetch(`${server.url}/api/v1/repositories`, { method: "POST", body: "{}" });
  assert.equal(secret.status, 403, "elsewhere the origin counts");
});

test("20 copies at once of one delivery are one row; one that was given up is tried again when it is sent once more", async () => {
  const hook = await makeTestWebhook(db.database, organization, { repository });
  const send = () => post(hook.path, signedHeaders(hook, HOOK_BODY, { delivery: "same" }));
  const copies = await Promise.all(Array.from({ length: 20 }, send));
  assert.deepEqual([...new Set(copies.map(({ status }) => status))], [202]);
  assert.equal((await eventsOf(hook)).length, 1);
  const set = (state: string) =>
    db.database.owner.query(
      "UPDATE event SET state = $2, attempts = 9, error = 'x', named = '[]' WHERE webhook_id = $1",
      [hook.id, state],
    );
  for (const [state, then] of [
    ["done", "done"],
    ["skipped", "skipped"],
    ["running", "running"],
    ["dead", "due"],
  ] as const) {
    await set(state);
    assert.equal((await send()).status, 202);
    assert.deepEqual(
      (await eventsOf(hook)).map((event) => event.state),
      [then],
      state,
    );
  }
  const [row] = await db.database.owner.query("SELECT attempts, error, named FROM event WHERE webhook_id = $1", [
    hook.id,
  ]);
  assert.deepEqual(row, { attempts: 0, error: null, named: null });
});

test("one delivery id at two webhooks is two rows, and deliveries without an id are each their own", async () => {
  const hooks = [await makeTestWebhook(db.database, organization), await makeTestWebhook(db.database, organization)];
  for (const hook of hooks) {
    assert.equal((await post(hook.path, signedHeaders(hook, HOOK_BODY, { delivery: "shared" }))).status, 202);
    assert.equal((await eventsOf(hook)).length, 1);
  }
  const nameless = await makeTestWebhook(db.database, organization, { kind: "signed" });
  for (let i = 0; i < 3; i++) assert.equal((await post(nameless.path, signedHeaders(nameless, HOOK_BODY))).status, 202);
  assert.equal((await eventsOf(nameless)).length, 3);
});

test("a new secret counts within five seconds in a server that knows the old one, which is taken until its time is over", async () => {
  const hook = await makeTestWebhook(db.database, organization);
  const status = async (by: TestWebhook) => (await post(by.path, signedHeaders(by, HOOK_BODY))).status;
  assert.equal(await status(hook), 202);
  const fresh = await rotateTestWebhook(db.database, hook, new Date(clock.now + 60_000));
  clock.now += 5_000;
  assert.deepEqual([await status(fresh), await status(hook)], [202, 202]);
  clock.now += 55_000;
  assert.deepEqual([await status(fresh), await status(hook)], [202, 401]);
});

test("deliveries of a webhook that is gone are refused as those of none, at once or within five seconds", async () => {
  const other = await makeRepository(organization, "soon gone");
  const hook = await makeTestWebhook(db.database, organization, { repository: other });
  assert.equal((await post(hook.path, signedHeaders(hook, HOOK_BODY))).status, 202);
  await db.database.owner.query("DELETE FROM git_repository WHERE id = $1", [other]);
  assert.equal((await post(hook.path, signedHeaders(hook, HOOK_BODY))).status, 404);
  assert.deepEqual(await eventsOf(hook), [], "its events went with its repository");
});

test("a delivery for a webhook of a whole team that was just removed is refused, and nothing of it is stored", async () => {
  const hook = await makeTestWebhook(db.database, organization);
  assert.equal((await post(hook.path, signedHeaders(hook, HOOK_BODY))).status, 202);
  await db.database.owner.query("DELETE FROM webhook WHERE id = $1", [hook.id]);
  const body = `{"more":1}`;
  assert.equal((await post(hook.path, signedHeaders(hook, body, { delivery: "late" }), body)).status, 404);
  assert.equal((await eventsOf(hook)).length, 1);
});

test("deliveries that come at once are stored together, and one whose webhook is gone takes no others with it", async () => {
  const other = await makeRepository(organization, "gone in between");
  const gone = await makeTestWebhook(db.database, organization, { repository: other });
  const stays = await makeTestWebhook(db.database, organization, { repository });
  const elsewhere = await makeTestWebhook(db.database, await db.makeOrganization());
  for (const hook of [gone, stays, elsewhere])
    assert.equal((await post(hook.path, signedHeaders(hook, HOOK_BODY))).status, 202);
  await db.database.owner.query("DELETE FROM git_repository WHERE id = $1", [other]);
  const hooks = Array.from({ length: 60 }, (_, index) => [stays, gone, elsewhere][index % 3] as TestWebhook);
  const send = async (hook: TestWebhook, index: number) => {
    const body = `${index} ${"x".repeat(index)}`;
    for (;;) {
      const { status } = await post(hook.path, signedHeaders(hook, body, { delivery: String(index) }), body);
      if (status !== 503) return status; // a machine that is busy with other tests may say so: its sender tries again
    }
  };
  const statuses = await Promise.all(hooks.map(send));
  assert.deepEqual(
    statuses,
    hooks.map((hook) => (hook === gone ? 404 : 202)),
  );
  for (const hook of [stays, elsewhere]) {
    const stored = new Map(
      (await eventsOf(hook)).slice(1).map(({ delivery, body }) => [Number(delivery), body.toString()]),
    );
    const wanted = hooks.flatMap((each, index) => (each === hook ? [index] : []));
    assert.deepEqual(
      [...stored.keys()].toSorted((a, b) => a - b),
      wanted,
    );
    for (const [index, body] of stored) assert.equal(body, `${index} ${"x".repeat(index)}`);
  }
});

test("a secret that cannot be opened here is our fault, not the sender's", async () => {
  const hook = await makeTestWebhook(db.database, organization);
  await db.database.owner.query("UPDATE webhook SET secret = 'x' WHERE id = $1", [hook.id]);
  const answer = await post(hook.path, signedHeaders(hook, HOOK_BODY));
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("retry-after"), "5");
});

test("every published payload is answered with 202", async () => {
  const folder = webhookFolder();
  const hooks = new Map<string, TestWebhook>();
  const examples = [...githubExamples(), ...(folder === null ? [] : folderExamples(folder))];
  for (const kind of ["github", "gitlab", "gitea", "bitbucket", "signed"] as const) {
    hooks.set(kind, await makeTestWebhook(db.database, organization, { kind }));
  }
  const send = async ({ title, kind, eventName, payload }: (typeof examples)[number]): Promise<void> => {
    const hook = hooks.get(kind ?? "signed");
    assert.ok(hook !== undefined);
    const body = JSON.stringify(payload);
    const answer = await post(hook.path, signedHeaders(hook, body, { delivery: title, event: eventName }), body);
    assert.equal(answer.status, 202, title);
  };
  for (let at = 0; at < examples.length; at += 20) await Promise.all(examples.slice(at, at + 20).map(send));
});
