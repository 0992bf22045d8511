// Tests of worker-slots.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { freeSlots, type RunningJob, SLICE_MS } from "./worker-slots.ts";

const NOW = 1_000_000;
const job = (task: RunningJob["task"], age = 0): RunningJob => ({ task, startedAt: NOW - age });
const slots = (workers: number, ...jobs: readonly RunningJob[]) => freeSlots(jobs, workers, NOW);

test("freeSlots() never lets imports take all places", () => {
  assert.deepEqual(slots(2), { all: 2, imports: 1 });
  assert.deepEqual(slots(2, job("import")), { all: 1, imports: 0 });
  assert.deepEqual(slots(2, job("sync")), { all: 1, imports: 1 });
  assert.deepEqual(slots(2, job("sync"), job("import")), { all: 0, imports: 0 });
  assert.deepEqual(slots(8, job("import"), job("import")), { all: 6, imports: 2 });
});

test("freeSlots() leaves new commits a place beside the import of a single worker", () => {
  assert.deepEqual(slots(1), { all: 1, imports: 1 });
  assert.deepEqual(slots(1, job("import")), { all: 1, imports: 0 });
  assert.deepEqual(slots(1, job("sync")), { all: 0, imports: 0 });
  assert.deepEqual(slots(1, job("import"), job("sync")), { all: 0, imports: 0 });
});

test("freeSlots() lets others begin beside what has taken longer than a slice", () => {
  const slow = job("sync", SLICE_MS);
  assert.deepEqual(slots(2, slow, slow), { all: 2, imports: 1 });
  assert.deepEqual(slots(2, job("import", SLICE_MS)), { all: 2, imports: 1 });
  assert.deepEqual(slots(2, job("import", SLICE_MS - 1)), { all: 1, imports: 0 });
});

test("freeSlots() ends somewhere: so many imports, and so many repositories", () => {
  const imports = Array.from({ length: 4 }, () => job("import", SLICE_MS));
  assert.deepEqual(slots(2, ...imports), { all: 2, imports: 0 });
  const syncs = Array.from({ length: 6 }, () => job("sync", SLICE_MS));
  assert.deepEqual(slots(2, ...syncs), { all: 0, imports: 0 });
  assert.deepEqual(slots(2, ...syncs.slice(1)), { all: 1, imports: 1 });
});
