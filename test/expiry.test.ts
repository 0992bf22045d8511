// The worker removes what no branch has reached for 30 days, and what only that had; a branch that comes back is read.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { isTidemarkError } from "../src/errors.ts";
import { expireHistory, keptSince } from "../src/ingest/expire-history.ts";
import { startWorker } from "../src/ingest/worker.ts";
import { releaseLease, takeExpiredLease } from "../src/store/lease.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedCheck } from "./helpers/pushed-check.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";
import { within } from "./helpers/until.ts";

const DAY_MS = 86_400_000;

let bench: IngestBench;

before(async () => {
  bench = await openIngestBench();
});
after(() => bench.close());

/** A repository whose branch `dev` had a file, keys and values of its own, and was deleted. */
async function withDeletedBranch(name: string): Promise<{ pushed: PushedRepository; id: RepositoryId; head: string }> {
  const pushed = new PushedRepository(join(bench.folder, name));
  pushed.commit("main");
  pushed.move("dev", pushed.head("main"));
  pushed.commit("dev", { files: { "metrics.json": '{"loss":0.1,"only":{"here":1}}' } });
  const head = pushed.commit("dev", { files: { "eval/metrics.json": '{"score":0.9}' } });
  const id = await bench.add({ folder: pushed.folder });
  pushed.remove("dev");
  pushed.commit("main");
  await bench.sync(id);
  return { pushed, id, head };
}

const columnsOf = (columns: readonly unknown[]): unknown[] => (columns as { key: string }[]).map(({ key }) => key);

/** Resolves once a repository's version has risen. */
async function untilChanged(id: RepositoryId, work: () => Promise<void>): Promise<void> {
  const changed = Promise.withResolvers<void>();
  const stop = await bench.database.database.listen({
    changed: (repository) => repository === id && changed.resolve(),
    missed: () => changed.reject(new Error("the listener missed something")),
  });
  await work();
  await within("a change", changed.promise);
  await stop();
}

test("startWorker() removes what was left 30 days ago; a branch that comes back is read again", async () => {
  const { pushed, id, head } = await withDeletedBranch("worker.git");
  const kept = await readStoredHistory(bench.store, id);
  assert.equal(kept.commits.length, 4);
  assert.deepEqual(columnsOf(kept.columns), ["score", "loss", "only.here"]);

  const soon = await startWorker({ ...bench.deps, now: () => Date.now() + 29 * DAY_MS });
  await soon.stop();
  assert.deepEqual(await readStoredHistory(bench.store, id), kept, "29 days are not 30");

  let stop = (): Promise<void> => Promise.resolve();
  await untilChanged(id, async () => {
    const worker = await startWorker({ ...bench.deps, now: () => Date.now() + 31 * DAY_MS });
    stop = () => worker.stop();
  });
  await stop();
  const left = await readStoredHistory(bench.store, id);
  assert.deepEqual([...left.branches.keys()], ["main"]);
  assert.deepEqual(
    left.commits.map(({ position, line }) => [position, line]),
    [
      [0, "main"],
      [3, "main"],
    ],
  );
  assert.deepEqual(
    left.versions.map(({ path }) => path),
    ["metrics.json", "metrics.json"],
  );
  // the shape that was numbered last stays, used or not: its number never means another
  assert.deepEqual(left.shapes, ["loss", "loss\nonly.here"]);
  assert.deepEqual(columnsOf(left.columns), ["loss"]);

  pushed.move("dev", head);
  await bench.sync(id);
  const check = new PushedCheck(bench, pushed, id);
  const again = await check.synced();
  assert.equal(again.commits.length, 4);
  assert.deepEqual(columnsOf(again.columns), ["score", "loss", "only.here"]);
});

test("expireHistory() removes nothing once its lease is stolen, or while it is told to stop", async () => {
  const { id } = await withDeletedBranch("stolen.git");
  const kept = await readStoredHistory(bench.store, id);
  const { owner, system } = bench.database.database;
  const time = keptSince(Date.now() + 31 * DAY_MS);
  const lease = await takeExpiredLease(system, "slow", time);
  assert.ok(lease !== null);
  assert.equal(await takeExpiredLease(system, "other", time), null, "one worker at a time");
  await assert.rejects(expireHistory(bench.deps, lease, time, AbortSignal.abort(new Error("stopped"))), /stopped/);
  await owner.query("UPDATE git_repository SET lease_token = lease_token + 1 WHERE id = $1", [id]);
  const stolen = expireHistory(bench.deps, lease, time, new AbortController().signal);
  await assert.rejects(stolen, (error) => isTidemarkError(error, "lease-lost"));
  assert.deepEqual(await readStoredHistory(bench.store, id), kept);
  await bench.store.write((tx) => releaseLease(tx, { ...lease, token: lease.token + 1 }));
});

test("expireHistory() gives the line of a branch that goes to another that has its commits", async () => {
  const pushed = new PushedRepository(join(bench.folder, "shared.git"));
  pushed.commit("main");
  const id = await bench.add({ folder: pushed.folder });
  const check = new PushedCheck(bench, pushed, id);
  await check.synced();
  pushed.commit("first", { parents: [pushed.head("main")] });
  await bench.sync(id);
  pushed.commit("second", { parents: [pushed.head("first")] });
  await bench.sync(id);
  await check.synced();
  pushed.remove("first");
  await bench.sync(id);
  await check.synced();
  await check.daysGoBy(23);
  pushed.remove("second");
  await bench.sync(id);
  const deleted = await check.synced();
  assert.deepEqual(
    deleted.commits.map(({ line }) => line),
    ["main", "first", "second"],
  );
  const later = await check.daysGoBy(8);
  assert.deepEqual(
    later.commits.map(({ line }) => line),
    ["main", "second", "second"],
  );
  assert.equal((await check.daysGoBy(23)).commits.length, 1);
});
