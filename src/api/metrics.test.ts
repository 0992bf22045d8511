// What operators are told: figures, and whether the process can answer.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openApi, startApi } from "../../test/helpers/api-server.ts";
import { fillHistory } from "../../test/helpers/filled-history.ts";
import { quietLog } from "../../test/helpers/test-database.ts";
import { bareServer } from "./bare-server.ts";
import { listen } from "./server.ts";
import { TIME_LIMITS } from "./time-limits.ts";

const { db, server } = await openApi();
const PATH = "/api/v1/repositories/nova/commits?limit=5";

/** @returns the samples of the page cache, without their common beginning */
function pageCacheOf(text: string): Record<string, number> {
  const samples = text.matchAll(/^tidemark_page_cache_(\w+) (\S+)$/gm);
  return Object.fromEntries([...samples].map(([, name = "", value]) => [name, Number(value)]));
}

test("/metrics tells hits, misses, size and age of the pages kept, in Prometheus' text format", async () => {
  const organization = await db.makeOrganization();
  const commits = [{ parents: [], files: { "m.json": { document: { acc: 1 } } } }];
  await fillHistory(db.database, organization, { name: "nova", commits, branches: [{ name: "main", head: 0 }] });
  const ada = await server.signIn(organization);
  const etag = (await ada.fetch(PATH)).headers.get("etag") ?? "";
  const { length } = Buffer.from(await (await ada.fetch(PATH)).arrayBuffer());
  assert.equal((await ada.fetch(PATH, { headers: { "if-none-match": etag } })).status, 304);

  const answer = await fetch(`${server.url}/metrics`);
  assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  const { bytes = 0, oldest_seconds: age = -1, ...counts } = pageCacheOf(text);
  assert.deepEqual(counts, { hits_total: 1, misses_total: 1, shared_total: 0, not_modified_total: 1, entries: 1 });
  assert.ok(bytes >= length && bytes < length + 2_000, `${bytes} of a page of ${length}`);
  assert.ok(age >= 0 && age < 600, `${age}`);
  assert.match(text, /^# TYPE tidemark_page_cache_hits_total counter$/m);
  assert.match(text, /^# TYPE tidemark_page_cache_bytes gauge$/m);
  assert.match(text, /^process_resident_memory_bytes \d+$/m);
  for (const name of ["positions", "bytes", "objects", "last_run_seconds", "failed_runs"])
    assert.match(text, new RegExp(`^tidemark_archive_${name} 0$`, "m"));
  assert.equal(pageCacheOf(await (await fetch(`${server.url}/metrics`)).text())["hits_total"], 1, "asked twice");
});

test("/readyz says whether Postgres answers", async () => {
  const answer = await fetch(`${server.url}/readyz`);
  assert.deepEqual([answer.status, await answer.json()], [200, { status: "ready" }]);
  const people = { ...db.database.people, query: () => Promise.reject(new Error("no connection")) };
  const alone = await startApi(db, { database: { ...db.database, people } });
  after(() => alone.close());
  const late = await fetch(`${alone.url}/readyz`);
  assert.deepEqual([late.status, await late.json()], [503, { status: "not ready" }]);
});

test("a server that a proxy may lead to has neither, and another one for operators has both and nothing else", async () => {
  const operators = bareServer(quietLog, false, TIME_LIMITS);
  const config = { publicUrl: "https://tidemark.example.org" };
  const behind = await startApi(db, { config, operators });
  const alone = await startApi(db, { config });
  const { url } = await listen(operators, { port: 0 });
  after(() => Promise.all([behind.close(), alone.close(), operators.close()]));
  for (const path of ["/metrics", "/readyz"]) {
    for (const each of [behind, alone]) assert.equal((await fetch(each.url + path)).status, 404);
    assert.equal((await fetch(url + path)).status, 200);
  }
  assert.equal((await fetch(`${url}/api/v1/session`)).status, 404);
});
