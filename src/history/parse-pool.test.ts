// Tests of the thread that parses: what it dies of, what that does to other files, and what is left of it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { promisify } from "node:util";
import type { Sha } from "../domain/model.ts";
import { type CommitTime, type Outcome, ParsePool, type PoolOptions, type TaskOrigin } from "./parse-pool.ts";
import type { FlatReading } from "./parse-task.ts";
import { ParseThread } from "./parse-thread.ts";

/** Ten times what the next file may wait for a thread: a watchdog, not a figure. */
const WATCHDOG_MS = 2_000;
const FAILING = new URL("../../test/helpers/failing-parser.ts", import.meta.url).href;
const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 0);
const GOOD = '{"a":1}';

const pools: ParsePool[] = [];
after(async () => {
  for (const pool of pools) await pool.close();
});

function poolOf(options: PoolOptions = {}): ParsePool {
  const pool = new ParsePool({ parser: FAILING, fileMs: 1_000, ...options });
  pools.push(pool);
  return pool;
}

let blobs = 0;

function read(pool: ParsePool, text: string, about: Partial<TaskOrigin> = {}): Promise<Outcome<FlatReading>> {
  const file = { bytes: new TextEncoder().encode(text), path: "m.json", series: "m.json" };
  const origin = { asker: pool, oid: String(blobs++) as Sha, time: null, files: null, ...about };
  return pool.run({ kind: "read", ...file, identity: null, identityIsChosen: false, withFiles: false }, origin);
}

function told(outcome: Outcome<FlatReading>): unknown {
  return "failure" in outcome ? outcome.failure : [...(outcome.answer.values ?? [])];
}

/** What this process still has of threads: their ends of channels, handles of theirs. */
function threadResources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort/.test(name));
}

for (const [what, failure] of [
  ["loop", "too-slow"],
  ["heap", "too-much-memory"],
  ["throw", "crashed"],
  ["exit", "crashed"],
] as const) {
  test(`ParsePool gives up a file that does "${what}", and has the ones behind it read (P16)`, async () => {
    const pool = poolOf(what === "loop" ? {} : { fileMs: 30_000 });
    const before = read(pool, GOOD);
    const bad = read(pool, what);
    const behind = [read(pool, GOOD), read(pool, GOOD)];
    assert.deepEqual(told(await before), [1]);
    assert.equal(told(await bad), failure);
    const died = performance.now();
    assert.deepEqual((await Promise.all(behind)).map(told), [[1], [1]]);
    assert.ok(performance.now() - died < WATCHDOG_MS, `${performance.now() - died} ms`);
    assert.deepEqual(told(await read(pool, GOOD)), [1]);
    await pool.close();
    assert.equal(pool.threads, 0);
    assert.deepEqual(threadResources(), []);
  });
}

test("ParsePool does not take a file for slow whose thread a busy machine lets wait, but not for ever", async () => {
  const pool = poolOf({ fileMs: 200 });
  assert.deepEqual(told(await read(pool, "wait 900 ")), []);
  assert.equal(told(await read(pool, "wait 60000 ")), "too-slow");
  assert.deepEqual(told(await read(pool, GOOD)), [1]);
});

test("ParsePool begins a blob that ended a thread once more, and never a third time", async () => {
  const pool = poolOf();
  const oid = "f".repeat(40) as Sha;
  assert.equal(told(await read(pool, "exit", { oid })), "crashed");
  assert.equal(told(await read(pool, "exit", { oid })), "crashed");
  const { threads } = pool; // a spare, where the machine was busy
  const third = read(pool, GOOD, { oid });
  assert.equal(pool.threads, threads, "no thread is started for it");
  assert.equal(told(await third), "crashed");
  assert.deepEqual(told(await read(pool, GOOD)), [1]);
});

test("ParsePool reads a blob that failed once because of its neighbour", async () => {
  const pool = poolOf();
  const oid = "e".repeat(40) as Sha;
  const bad = read(pool, "exit");
  const [first, second] = [read(pool, GOOD, { oid }), read(pool, "exit")];
  assert.deepEqual(told(await first), [1]);
  assert.deepEqual([told(await bad), told(await second)], ["crashed", "crashed"]);
  assert.deepEqual(told(await read(pool, GOOD, { oid })), [1], "it was never to blame");
});

test("ParsePool reads no more files of a commit whose files took too long, and goes on with others", async () => {
  const pool = poolOf({ fileMs: 30_000, commitMs: 250 });
  const time: CommitTime = { spentMs: 0 };
  const own = ["busy 150", "busy 150", "busy 150", GOOD].map((text) => read(pool, text, { time }));
  const other = read(pool, GOOD, { time: { spentMs: 0 } });
  assert.deepEqual((await Promise.all(own)).map(told), [[], [], "commit-too-slow", "commit-too-slow"]);
  assert.deepEqual(told(await other), [1]);
});

test("ParsePool counts what a file took that was given up", async () => {
  const pool = poolOf({ commitMs: 1_000 });
  const time: CommitTime = { spentMs: 0 };
  assert.deepEqual((await Promise.all([read(pool, "loop", { time }), read(pool, GOOD, { time })])).map(told), [
    "too-slow",
    "commit-too-slow",
  ]);
});

test("ParsePool does not take its own busy loop for a slow file", async () => {
  const pool = poolOf();
  await read(pool, GOOD);
  const outcome = read(pool, GOOD);
  await new Promise((resolve) => setImmediate(resolve));
  for (const end = performance.now() + 1_500; performance.now() < end; ) continue;
  assert.deepEqual(told(await outcome), [1]);
});

test("cancel() rejects what an asker waits for, ends the thread that is at it, and leaves others alone", async () => {
  const pool = poolOf({ fileMs: 60_000 });
  const asker = {};
  const cancelled = [read(pool, "loop", { asker }), read(pool, GOOD, { asker })];
  pool.cancel(asker, new Error("no longer wanted"));
  for (const each of cancelled) await assert.rejects(each, /no longer wanted/);
  assert.equal(pool.threads, 0);
  const mixed = [read(pool, GOOD, { asker }), read(pool, GOOD)];
  pool.cancel(asker, new Error("no longer wanted"));
  await assert.rejects(mixed[0] as Promise<unknown>, /no longer wanted/);
  assert.deepEqual(told(await (mixed[1] as Promise<Outcome<FlatReading>>)), [1]);
});

test("close() settles when nothing is left of threads that were given up a moment before either", async () => {
  const pool = poolOf({ fileMs: 60_000 });
  const asker = {};
  await read(pool, GOOD);
  const loop = read(pool, "loop", { asker });
  pool.cancel(asker, new Error("no longer wanted"));
  await assert.rejects(loop, /no longer wanted/);
  await pool.close();
  assert.deepEqual(threadResources(), []);
});

test("ParsePool rejects what it is asked for when no thread can be started", async () => {
  const pool = poolOf({ parser: new URL("./no-such-module.ts", import.meta.url).href });
  const [first, second] = [read(pool, GOOD), read(pool, GOOD)];
  await assert.rejects(first, /no-such-module/);
  await assert.rejects(second, /no-such-module/);
});

test("ParsePool ends its threads when nobody has asked for anything for a while", async () => {
  const pool = poolOf({ idleMs: 1 });
  assert.deepEqual(told(await read(pool, GOOD)), [1]);
  for (const end = performance.now() + 10 * WATCHDOG_MS; pool.threads > 0 && performance.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(pool.threads, 0);
  assert.deepEqual(told(await read(pool, GOOD)), [1]);
});

test("ParsePool starts a spare while a file is slow, so that the next one need not wait", async () => {
  const pool = poolOf({ fileMs: 10_000 });
  await read(pool, GOOD);
  assert.equal(pool.threads, 1);
  await read(pool, "busy 1000");
  assert.equal(pool.threads, 2);
});

test("ParseThread takes 64 tasks ahead, or 4 MB", async () => {
  const thread = new ParseThread({ onAnswer: () => {}, onSlow: () => {}, onEnd: () => {} }, null, 10_000);
  const job = (size: number) => ({
    task: { kind: "sample" as const, bytes: new Uint8Array(size), path: "m.json", sample: 1 },
    files: null,
  });
  assert.ok(thread.hasRoomFor(job(5_000_000)), "a file of any size, when there is nothing else");
  for (let given = 0; given < 64; given++) {
    assert.ok(thread.hasRoomFor(job(1_000)));
    thread.give(job(1_000));
  }
  assert.ok(!thread.hasRoomFor(job(1_000)));
  thread.end(null);
  await thread.ended;
  const other = new ParseThread({ onAnswer: () => {}, onSlow: () => {}, onEnd: () => {} }, null, 10_000);
  other.give(job(3_000_000));
  assert.ok(other.hasRoomFor(job(1_000_000)));
  assert.ok(!other.hasRoomFor(job(1_000_001)));
  other.end(null);
  await other.ended;
});

test("threads without work hold up no process, nor does the spare", async () => {
  const address = new URL("./parse-pool.ts", import.meta.url).href;
  const program = `
    const { ParsePool } = await import(${JSON.stringify(address)});
    const pool = new ParsePool({ parser: ${JSON.stringify(FAILING)} });
    const task = { kind: "sample", bytes: new TextEncoder().encode("busy 400"), path: "m.json", sample: 1 };
    const outcome = await pool.run(task, { asker: {}, oid: null, time: null, files: null });
    console.log(JSON.stringify(outcome), pool.threads);`;
  const args = ["--input-type=module", "-e", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 10 * WATCHDOG_MS });
  assert.equal(stdout.trim(), '{"answer":null} 2');
});

test("ParsePool leaves no memory behind after 200 threads that it ended (P16)", { skip: ROUNDS === 0 }, async () => {
  const pool = poolOf();
  for (let kill = 0; kill < 20; kill++) await read(pool, "exit");
  const before = process.memoryUsage().rss;
  for (let kill = 0; kill < 200; kill++) {
    const isLoop = kill % 20 === 0;
    assert.equal(told(await read(pool, isLoop ? "loop" : "exit")), isLoop ? "too-slow" : "crashed");
  }
  const grown = process.memoryUsage().rss - before;
  assert.ok(grown < 50 * 2 ** 20, `${grown} bytes`);
});
