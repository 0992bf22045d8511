// The event stream over HTTP: from the NOTIFY of a transaction to an open page, its limits and its end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi, startApi } from "../../../test/helpers/api-server.ts";
import { fillHistory, type TestHistory } from "../../../test/helpers/filled-history.ts";
import { StreamEvent } from "../contract/stream.ts";

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
      for (const event of parts) if (event.startsWith("event: ")) yield event;
    }
  })();
  return async () => {
    const { value, done } = await lines.next();
    if (done === true) return null;
    const [, type = "", data = ""] = /^event: (\w+)\ndata: (.+)$/.exec(value) ?? assert.fail(value);
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
