// Tests of refreshing at a bearable pace.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { createRefresher, MIN_PAUSE_MS, PAUSE_PER_REFRESH } from "./refresher.ts";

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("createRefresher() refreshes at once, then once for all that was asked meanwhile, after a pause", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let runs = 0;
  const refresher = createRefresher(
    () => Promise.resolve(runs++),
    () => 0,
  );
  refresher.ask();
  refresher.ask();
  refresher.ask();
  await settled();
  assert.equal(runs, 1);
  mock.timers.tick(MIN_PAUSE_MS - 1);
  assert.equal(runs, 1);
  mock.timers.tick(1);
  assert.equal(runs, 2);
  await settled();
  mock.timers.tick(MIN_PAUSE_MS);
  assert.equal(runs, 2, "nothing was asked any more");
  refresher.ask();
  assert.equal(runs, 3);
  refresher.stop();
  mock.timers.reset();
});

test("createRefresher() pauses longer after a slow refresh, goes on after a failed one, and stops", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let [now, runs] = [0, 0];
  const slow = (): Promise<void> => {
    runs += 1;
    now += 2_000;
    return Promise.reject(new Error("no answer"));
  };
  const refresher = createRefresher(slow, () => now);
  refresher.ask();
  refresher.ask();
  await settled();
  mock.timers.tick(2_000 * PAUSE_PER_REFRESH - 1);
  assert.equal(runs, 1);
  mock.timers.tick(1);
  assert.equal(runs, 2);
  refresher.ask();
  refresher.stop();
  await settled();
  mock.timers.tick(60_000);
  assert.equal(runs, 2);
  mock.timers.reset();
});
