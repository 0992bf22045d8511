// One look at the database for many picks: how long it is good for, and what becomes of a question between two looks.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { DueWork } from "../store/due-work.ts";
import type { SystemReader } from "../store/database.ts";
import { WorkQueue } from "./work-queue.ts";

/** A database whose looks take so long, and that has repositories due once `due` says so. */
function queueOver(
  lookMs: number,
  ids: readonly string[] = ["2"],
): {
  queue: WorkQueue;
  clock: { ms: number };
  due: { now: boolean };
  looks: () => number;
} {
  const clock = { ms: 1_000 };
  const due = { now: false };
  let looks = 0;
  const work = (id: string): DueWork => ({
    organizationId: "1" as OrganizationId,
    repositoryId: id as RepositoryId,
    task: "sync",
    trial: null,
  });
  const system: SystemReader = {
    query: async <Row extends object>() => {
      looks += 1;
      clock.ms += lookMs;
      return (due.now ? ids.map(work) : []) as unknown as Row[];
    },
  };
  return { queue: new WorkQueue(system, () => clock.ms), clock, due, looks: () => looks };
}

const nobody = (): boolean => false;

test("WorkQueue puts a question off while looks rest, and says until when", async () => {
  const { queue, clock, due, looks } = queueOver(10);
  due.now = true;
  assert.equal((await queue.next(true, nobody))?.repositoryId, "2");
  clock.ms += 5;
  assert.equal(await queue.next(true, nobody), null);
  assert.equal(looks(), 1, "a look of 10 ms is followed by a rest of 30");
  assert.equal(queue.putOffMs, 25);
  clock.ms += 25;
  assert.equal((await queue.next(true, nobody))?.repositoryId, "2");
  assert.equal(queue.putOffMs, null);
  assert.equal(looks(), 2);
});

test("WorkQueue picks from what a long look found for as long as looks rest", async () => {
  const { queue, clock, due, looks } = queueOver(200, ["2", "3", "4"]);
  due.now = true;
  assert.equal((await queue.next(true, nobody))?.repositoryId, "2");
  clock.ms += 599;
  assert.equal((await queue.next(true, nobody))?.repositoryId, "3");
  clock.ms += 1;
  assert.equal((await queue.next(true, nobody))?.repositoryId, "2", "a new look");
  assert.equal(looks(), 2);
});

test("WorkQueue says nothing of a rest to who was given something", async () => {
  const { queue, due } = queueOver(10);
  due.now = true;
  assert.equal((await queue.next(true, nobody))?.repositoryId, "2");
  assert.equal(queue.putOffMs, null);
});

test("WorkQueue leaves alone what more is being read about, not for ever, and gives it once it is read", async () => {
  const { queue, clock, due } = queueOver(0);
  due.now = true;
  const flooded = new Set(["2" as RepositoryId]);
  queue.leave(flooded);
  assert.equal(await queue.next(true, nobody), null);
  clock.ms += 4_999;
  queue.leave(flooded);
  assert.equal(await queue.next(true, nobody), null, "since the first time");
  clock.ms += 1;
  assert.equal((await queue.next(true, nobody))?.repositoryId, "2", "it has waited enough");
  queue.leave(new Set());
  queue.leave(flooded);
  assert.equal(await queue.next(true, nobody), null, "another flood");
  queue.leave(new Set());
  assert.equal((await queue.next(true, nobody))?.repositoryId, "2");
});

test("WorkQueue rests after a dear look that found nothing: many wait for what is not to be had now", async () => {
  const { queue, clock, looks } = queueOver(400);
  assert.equal(await queue.next(true, nobody), null);
  clock.ms += 1_199;
  assert.equal(await queue.next(true, nobody), null);
  assert.equal(queue.putOffMs, 1);
  assert.equal(looks(), 1);
});

test("WorkQueue passes over what its worker has not ended with", async () => {
  const { queue, due, looks } = queueOver(0, ["2", "3"]);
  due.now = true;
  assert.equal((await queue.next(true, (id) => id === "2"))?.repositoryId, "3");
  assert.equal(await queue.next(true, () => true), null);
  assert.equal(looks(), 2);
});

test("WorkQueue looks again at once where a cheap look found nothing due", async () => {
  const { queue, due, looks } = queueOver(10);
  assert.equal(await queue.next(true, nobody), null);
  assert.equal(queue.putOffMs, null);
  due.now = true;
  assert.equal((await queue.next(true, nobody))?.repositoryId, "2");
  assert.equal(looks(), 2);
});
