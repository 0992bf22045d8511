// The event stream over HTTP: from the NOTIFY of a transaction to an open page, its limits and its end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi, startApi } from "../../../test/helpers/api-server.ts";
import { fillHistory, type TestHistory } from "../../../test/helpers/filled-history.ts";
import { StreamEvent } from "../contract/stream.ts";
import { STREAM_LIMITS } from "../stream-hub.ts";

const history: TestHistory = {
  name: "r",
  commits: [{ parents: [], files: { "m.json": { document: { x: 1 } } } }],
  branches: [{ name: "main", head: 0 }],
};

const { db, server } = await openApi({ config: { streamLimits: { pauseMs: 0 } } });
const organization = await db.makeOrganization();
await fillHistory(db.database, organization, history);

/** The events of an answer, one by one; null at its end. */
function eventsOf(answer: Response): () => Promise<StreamEvent | null> {
  const lines = (async function* () {
    let rest = "";
    for await (const part of (answer.body ?? assert.fail()).pipeThrough(new TextDecoderStream())) {
      const parts = (rest + part).split("\n\n");
      rest = parts.pop() ?? "";
      for (const event of parts) if (event.startsWith("id: ")) yield event;
    }
  })();
  return async () => {
    const { value, done } = await lines.next();
    if (done === true) return null;
    const [, type = "", data = ""] = /^id: \d+-\d+-\d+\nevent: (\w+)\ndata: (.+)$/.exec(value) ?? assert.fail(value);
    const event = StreamEvent.parse(JSON.parse(data));
    assert.equal(event.type, type);
    return event;
  };
}

test("GET …/stream tells how it is, then what a transaction changed", async () => {
  const ada = await server.signIn(organization);
  const abort = new AbortController();
  const answer = await ada.fetch("/api/v1/repositories/r/stream", { signal: abort.signal });
  assert.equal(answer.status, 200);
  const next = eventsOf(answer);
  const first = await next();
  assert.equal(first?.type, "progress");
  await fillHistory(db.database, organization, history);
  const told = [await next(), await next()];
  assert.deepEqual(
    told.map((event) => event?.type),
    ["progress", "synced"],
  );
  assert.equal(told[1]?.version, (first?.version ?? 0) + 1);
  const fail =
    "UPDATE git_repository SET state = 'failed', problem = 'no such host' WHERE name = 'r' AND organization_id = $1 RETURNING pg_notify('tidemark', id || ' ' || version)";
  await db.database.owner.query(fail, [organization]);
  const failed = await next();
  assert.deepEqual(failed, { type: "failed", problem: "no such host", version: told[1]?.version });
  abort.abort();
});

test("GET …/stream resumes: a page that comes back is told how many commits and warnings it has missed", async () => {
  const commit = { parents: [], files: { "m.json": { document: { x: 1 } } } };
  const branches = [{ name: "main", head: 0 }];
  await fillHistory(db.database, organization, { name: "back", commits: [commit], branches });
  const ada = await server.signIn(organization);
  const abort = new AbortController();
  const open = (headers: Record<string, string>) =>
    ada.fetch("/api/v1/repositories/back/stream", { signal: abort.signal, headers });
  const first = await open({});
  const reader = (first.body ?? assert.fail()).pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  while (!heard.includes("\nevent: progress")) heard += (await reader.read()).value ?? assert.fail();
  const [, id = ""] = /^id: (.+)$/m.exec(heard) ?? assert.fail(heard);
  await reader.cancel();
  await fillHistory(db.database, organization, {
    name: "back",
    commits: [
      commit,
      { parents: [0], files: { "m.json": { document: { x: 2 } } } },
      { parents: [1], files: { "m.json": { problem: { reason: "not-text", message: "no JSON" } } } },
    ],
    branches: [{ name: "main", head: 2 }],
  });
  const next = eventsOf(await open({ "last-event-id": id }));
  const told = [await next(), await next(), await next()];
  assert.equal(told[0]?.type, "progress");
  const version = told[0]?.version ?? 0;
  assert.deepEqual(told.slice(1), [
    { type: "synced", commits: 2, version },
    { type: "warnings", warnings: 1, version },
  ]);
  abort.abort();
});

test("GET …/stream says something every heartbeat, and ends when its reader is a member no longer", async () => {
  const own = await startApi(db, { config: { streamLimits: { heartbeatMs: 5, checkMs: 20 } } });
  const eve = await own.signIn(organization, "member");
  const answer = await eve.fetch("/api/v1/repositories/r/stream");
  const reader = (answer.body ?? assert.fail()).pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while ((text.match(/^:$/gm) ?? []).length < 3) text += (await reader.read()).value ?? assert.fail("it ended");
  await db.database.owner.query("DELETE FROM membership WHERE user_id = $1", [eve.userId]);
  while (!(await reader.read()).done);
  await own.close();
  assert.deepEqual([STREAM_LIMITS.heartbeatMs, STREAM_LIMITS.checkMs], [15_000, 60_000]);
});

test("GET …/stream is 503 where the server has as many as it bears", async () => {
  const own = await startApi(db, { config: { streamLimits: { perProcess: 2 } } });
  const [ada, bob] = [await own.signIn(organization), await own.signIn(organization)];
  const abort = new AbortController();
  const open = (person: typeof ada) => person.fetch("/api/v1/repositories/r/stream", { signal: abort.signal });
  const statuses = [(await open(ada)).status, (await open(bob)).status, (await open(ada)).status];
  assert.deepEqual(statuses, [200, 200, 503]);
  assert.equal(STREAM_LIMITS.perProcess, 2_000);
  abort.abort();
  await own.close();
});

test("GET …/stream counts a session's streams and frees those that are closed", async () => {
  const ada = await server.signIn(organization);
  const aborts = [1, 2, 3].map(() => new AbortController());
  const open = (signal: AbortSignal) => ada.fetch("/api/v1/repositories/r/stream", { signal });
  const answers = await Promise.all(aborts.map(({ signal }) => open(signal)));
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [200, 200, 200],
  );
  assert.equal((await open(AbortSignal.timeout(60_000))).status, 429);
  aborts[0]?.abort();
  // the server hears of it when the connection closes; a watchdog of ten seconds
  let status = 429;
  for (const end = performance.now() + 10_000; status === 429 && performance.now() < end; ) {
    const again = await open(aborts[1]?.signal ?? AbortSignal.abort());
    status = again.status;
    if (status === 429) await again.bytes();
  }
  assert.equal(status, 200);
  for (const abort of aborts) abort.abort();
});

test("GET …/stream ends when the repository is removed and when the server stops", async () => {
  const own = await startApi(db, { config: { streamLimits: { pauseMs: 0 } } });
  const ada = await own.signIn(organization);
  await fillHistory(db.database, organization, { ...history, name: "gone" });
  const gone = eventsOf(await ada.fetch("/api/v1/repositories/gone/stream"));
  const kept = eventsOf(await ada.fetch("/api/v1/repositories/r/stream"));
  assert.deepEqual([(await gone())?.type, (await kept())?.type], ["progress", "progress"]);
  await db.database.owner.query(
    "WITH gone AS (DELETE FROM git_repository WHERE organization_id = $1 AND name = 'gone' RETURNING id) SELECT pg_notify('tidemark', id || ' 1') FROM gone",
    [organization],
  );
  assert.equal(await gone(), null);
  await own.close();
  assert.equal(await kept(), null);
});

test("GET …/stream answers HEAD without holding the connection", async () => {
  const ada = await server.signIn(organization);
  const answer = await ada.fetch("/api/v1/repositories/r/stream", { method: "HEAD" });
  assert.equal(answer.status, 404);
});
