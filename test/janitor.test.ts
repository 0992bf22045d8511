// Mirrors are caches with limits: full ones are fetched anew, limits are told once with their figures, and when the disk
// fills up those used least recently go, never one in work.
import assert from "node:assert/strict";
import { existsSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { type DiskSpace, relieveDisk } from "../src/ingest/janitor.ts";
import { answerEvents } from "../src/ingest/answer-events.ts";
import { takeDueLease } from "../src/store/due-work.ts";
import { takeIdleLease, releaseLease } from "../src/store/lease.ts";
import { requestSync } from "../src/workspace/sync-repository.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedCheck } from "./helpers/pushed-check.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { serve } from "./helpers/served-history.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

const bench = await openIngestBench();
const server = await serve(bench.folder);
after(() => bench.close());

const mirrorOf = (id: RepositoryId): string => join(bench.deps.mirrors, `${id}.git`);

/** A file of one commit that a pack cannot make small, in bytes. */
const FILE_BYTES = 60_000;

function noise(seed: number): string {
  const digits = Array.from({ length: FILE_BYTES / 20 }, (_, n) => Math.sin(n * 7 + seed * 1_000 + 1));
  return JSON.stringify(Object.fromEntries(digits.map((value, n) => [`n${n}`, value])));
}

async function follow(name: string, commits: number): Promise<{ pushed: PushedRepository; id: RepositoryId }> {
  const pushed = new PushedRepository(join(bench.folder, `${name}.git`));
  pushed.grow("main", commits);
  return { pushed, id: await bench.add({ url: `${server.url}/${name}.git` }) };
}

/** Has a repository brought up to date under these limits. */
async function syncWithin(id: RepositoryId, limits: Partial<typeof bench.deps>): Promise<string> {
  await requestSync(bench.deps, bench.organization, id);
  for (;;) {
    const lease = await takeDueLease(bench.database.database.system, "bench");
    if (lease === null) break;
    await answerEvents({ ...bench.deps, ...limits }, lease, new AbortController().signal);
  }
  const { repository } = await readStoredHistory(bench.store, id);
  return `${String(repository["state"])}: ${String(repository["problem"])}`;
}

test("a repository larger than its quota says so once, with figure and limit, and goes well under a larger one", async () => {
  const { pushed, id } = await follow("large", 3);
  pushed.commit("main", { files: { "metrics.json": noise(1) }, message: `m\n\n${noise(2)}` });
  const told = await syncWithin(id, { mirrorQuotaBytes: 20_000 });
  assert.match(
    told,
    /^failed: Cannot keep a mirror of ".*large\.git": found more: git was stopped at 20,000 bytes, wanted at most 19 KiB/,
  );
  assert.match(told, /as TIDEMARK_MIRROR_QUOTA says\. Once it fits, ask for its new commits\.$/);
  assert.equal(told.match(/MIRROR_QUOTA/g)?.length, 1);
  assert.equal(await syncWithin(id, {}), "ready: null");
  await new PushedCheck(bench, pushed, id).synced();
  const [row] = await bench.database.database.owner.query<{ bytes: number }>(
    "SELECT mirror_bytes::integer AS bytes FROM git_repository WHERE id = $1",
    [id],
  );
  assert.ok((row?.bytes ?? 0) > 20_000, `${row?.bytes} bytes`);
});

test("a mirror that files have filled is fetched anew, without them, and the history goes on", async () => {
  const { pushed, id } = await follow("filled", 2);
  for (let n = 0; n < 6; n += 1) pushed.commit("main", { files: { "metrics.json": noise(10 + n) } });
  assert.equal(await syncWithin(id, {}), "ready: null");
  const quota = 150_000; // six files are more, one and all commits are less
  for (let n = 0; n < 3; n += 1) {
    pushed.commit("main", { files: { "metrics.json": noise(20 + n) } });
    assert.equal(await syncWithin(id, { mirrorQuotaBytes: quota }), "ready: null", `push ${n}`);
  }
  await new PushedCheck(bench, pushed, id).synced();
});

test("the mirrors of an organisation together keep to its quota, in words on the one that met it", async () => {
  const first = await follow("first", 2);
  const second = await follow("second", 2);
  first.pushed.commit("main", { message: `m\n\n${noise(3)}` });
  assert.equal(await syncWithin(first.id, {}), "ready: null");
  second.pushed.commit("main");
  const told = await syncWithin(second.id, { organizationQuotaBytes: 30_000 });
  assert.match(
    told,
    /^failed: Cannot keep a mirror of ".*second\.git": found (?:more: git was stopped at [\d,]+ bytes|\d+ KiB|no room for it), wanted at most \d+ KiB: all mirrors/,
  );
  assert.match(told, /all mirrors of the organisation may hold 29 KiB together\. Once it fits, /);
  assert.equal(await syncWithin(second.id, {}), "ready: null");
  await new PushedCheck(bench, second.pushed, second.id).synced();
});

/** A disk whose free room grows by 10 with each mirror that is gone. */
function disk(free: number): (folder: string) => Promise<DiskSpace> {
  const there = (): number => readdirSync(bench.deps.mirrors).length;
  const before = there();
  return () => Promise.resolve({ free: free + 10 * (before - there()), total: 1_000 });
}

/** Later than any mirror was used. */
const tomorrow = (): number => Date.now() + 86_400_000;

test("relieveDisk() drops those used least recently until there is room, and all of them come back", async () => {
  const ids: RepositoryId[] = [];
  const repositories = [];
  for (const name of ["a", "b", "c"]) {
    const followed = await follow(name, 3);
    repositories.push(followed);
    ids.push(followed.id);
  }
  // c, a, b
  for (const [index, age] of [2, 1, 3].entries()) {
    const at = new Date(1_600_000_000_000 - age * 1_000);
    utimesSync(join(mirrorOf(ids[index] as RepositoryId), "tidemark-use.json"), at, at);
  }
  const [a, b, c] = ids as [RepositoryId, RepositoryId, RepositoryId];
  assert.deepEqual(await relieveDisk(bench.deps, { measure: disk(50), clock: tomorrow }), [], "there is room");
  assert.deepEqual(await relieveDisk(bench.deps, { measure: disk(80 - 1), clock: tomorrow }), [], "and still");
  assert.deepEqual(await relieveDisk(bench.deps, { measure: disk(49), clock: () => 1_599_999_999_000 }), [], "in use");
  // 45 of 1,000: too little; 100 is enough, which six mirrors give; those of the tests above are younger
  const dropped = await relieveDisk(bench.deps, { measure: disk(45), clock: tomorrow });
  assert.deepEqual(dropped.slice(0, 3), [c, a, b]);
  assert.deepEqual(
    dropped.filter((id) => existsSync(mirrorOf(id))),
    [],
  );
  for (const { pushed, id } of repositories) {
    pushed.commit("main");
    assert.equal(await syncWithin(id, {}), "ready: null");
    await new PushedCheck(bench, pushed, id).synced();
  }
});

test("relieveDisk() leaves the mirror of a repository in work alone", async () => {
  const { id } = await follow("busy", 2);
  const old = new Date(1_500_000_000_000);
  utimesSync(join(mirrorOf(id), "tidemark-use.json"), old, old);
  const { system } = bench.database.database;
  const lease = await takeIdleLease(system, "somebody", id);
  assert.ok(lease !== null);
  assert.equal(await takeIdleLease(system, "else", id), null);
  await relieveDisk(bench.deps, { measure: disk(1), clock: tomorrow });
  assert.ok(existsSync(mirrorOf(id)));
  await bench.store.write((tx) => releaseLease(tx, lease));
  assert.deepEqual(await relieveDisk(bench.deps, { measure: disk(1), clock: tomorrow }), [id]);
  assert.equal(existsSync(mirrorOf(id)), false);
});
