// Tests of progress.ts, with a clock of their own.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImportProgress } from "../store/repository.ts";
import { MIN_WRITE_INTERVAL_MS, ProgressReporter } from "./progress.ts";

/** A clock that is moved by hand, and what was written at which time. */
function bench(): {
  reporter: ProgressReporter;
  written: { at: number; progress: ImportProgress }[];
  pass: (ms: number) => Promise<void>;
  fail: (error: Error) => void;
  failed: unknown[];
} {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  let failure: Error | null = null;
  const written: { at: number; progress: ImportProgress }[] = [];
  const failed: unknown[] = [];
  const reporter = new ProgressReporter({
    now: () => now,
    schedule: (run, waitMs) => {
      const timer = { at: now + waitMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    write: async (progress) => {
      if (failure !== null) throw failure;
      written.push({ at: now, progress });
    },
    onFailed: (error) => failed.push(error),
  });
  const pass = async (ms: number): Promise<void> => {
    for (const end = now + ms; now < end; now++) {
      const due = timers.filter((timer) => timer.at <= now);
      timers = timers.filter((timer) => timer.at > now);
      for (const timer of due) timer.run();
      for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    }
  };
  return { reporter, written, pass, failed, fail: (error) => void (failure = error) };
}

test("update() is written at most every 250 ms, the newest state last", async () => {
  const { reporter, written, pass } = bench();
  for (let done = 1; done <= 1000; done++) {
    reporter.update({ phase: "writing", commitsDone: done, commitsTotal: 1000 });
    await pass(1);
  }
  await pass(MIN_WRITE_INTERVAL_MS * 2);
  const gaps = written.slice(1).map(({ at }, index) => at - (written[index]?.at ?? 0));
  assert.ok(written.length >= 4 && written.length <= 6, `${written.length} writes`);
  assert.ok(Math.min(...gaps) >= MIN_WRITE_INTERVAL_MS, `gaps ${gaps.join(", ")}`);
  assert.equal(written.at(-1)?.progress.commitsDone, 1000);
});

test("current() gives the rate of the last seconds and the seconds left", async () => {
  const { reporter, pass } = bench();
  reporter.update({ phase: "writing", commitsDone: 0, commitsTotal: 10_000 });
  for (let done = 100; done <= 1000; done += 100) {
    await pass(100);
    reporter.update({ commitsDone: done });
  }
  assert.equal(reporter.current().rate, 1000);
  assert.equal(reporter.current().secondsLeft, 9);
});

test("current() forgets the rate when another phase begins", async () => {
  const { reporter, pass } = bench();
  reporter.update({ phase: "reading", commitsDone: 0, commitsTotal: 100 });
  await pass(100);
  reporter.update({ commitsDone: 50 });
  assert.notEqual(reporter.current().rate, null);
  assert.equal(reporter.current().secondsLeft, null, "all is still to be written");
  reporter.update({ phase: "writing", commitsDone: 0 });
  assert.equal(reporter.current().rate, null);
  assert.equal(reporter.current().secondsLeft, null);
});

test("stop() lets nothing be written any more", async () => {
  const { reporter, written, pass } = bench();
  reporter.update({ phase: "reading" });
  await reporter.stop();
  reporter.update({ phase: "writing" });
  await pass(1000);
  assert.deepEqual(written, []);
});

test("a write that fails is told once, and no other is tried", async () => {
  const { reporter, failed, pass, fail } = bench();
  const error = new Error("lost");
  fail(error);
  reporter.update({ phase: "reading" });
  await pass(10);
  reporter.update({ phase: "writing" });
  await pass(1000);
  assert.deepEqual(failed, [error]);
});
