// What the archive's store makes of a server that fails: the right bytes, or an error that says what is the matter.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { ObjectStore } from "../src/archive/object-store.ts";
import { S3Store } from "../src/archive/s3-store.ts";
import type { S3Place } from "../src/archive-place.ts";
import { PUBLIC_ONLY } from "../src/outbound.ts";
import { type FakeS3, type Fault, startFakeS3 } from "./helpers/fake-s3.ts";
import { failureOf, listed, localFile, noise } from "./helpers/object-store-suite.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const NEVER = new AbortController().signal;
const KEY = "values/bucket=1/one.parquet";
const MIB = 1024 * 1024;
const folder = temporaryFolder();
const small = localFile(folder, noise(20_000, 1));
const other = localFile(folder, noise(20_000, 2));
const large = localFile(folder, noise(7 * MIB, 3));
/** The larger file goes in two parts, and comes in two pieces. */
const PARTS = { partsAbove: 6 * MIB, partBytes: 5 * MIB, pieceBytes: 6 * MIB };

let fake: FakeS3;
let store: ObjectStore;
let copies = 0;
const copy = (): string => join(folder, `copy-${(copies += 1)}`);
const open = (more: Partial<S3Place> = {}, wallMs = 5_000): ObjectStore =>
  new S3Store(fake.place(more), PUBLIC_ONLY, { ...PARTS, wallMs });
const asked = (expression: RegExp): number => fake.asked.filter((each) => expression.test(each)).length;

beforeEach(async () => {
  fake = await startFakeS3();
  store = open();
});
afterEach(async () => {
  await fake.close();
});

const status = (code: string, number: number): Fault => ({ kind: "status", status: number, code });
const CUT_1K = { kind: "cut", at: 1_000 } as const;
const CUT_5M = { kind: "cut", at: 5_000_000 } as const;

/** What passes by itself, before what was asked for is done and after. */
const PASSING: Readonly<Record<string, Fault>> = {
  "500": status("InternalError", 500),
  "503 SlowDown": status("SlowDown", 503),
  "429": status("TooManyRequestsException", 429),
  "an answer lost after success": { kind: "lost" },
  "a connection that ends at byte 1,000": { kind: "hang-up", at: 1_000 },
};

for (const [name, fault] of Object.entries(PASSING)) {
  test(`put() goes on after ${name}: the object is there, whole, once`, async () => {
    fake.fail(/^PUT/, fault);
    const outcome = await store.put(KEY, small, NEVER);
    assert.equal(outcome, fault.kind === "lost" ? "there" : "written");
    assert.equal((await store.download(KEY, copy(), NEVER)).sha256, small.sha256);
    assert.equal(fake.objects.size, 1);
  });

  // the SDK waits long where it is told to slow down
  if (name === "429") continue;

  test(`put() of a large file goes on after ${name} at every step, and leaves no upload`, async () => {
    for (const step of [/^HEAD/, /^POST .*uploads/, /^PUT .*uploadId/, /^POST .*uploadId/]) fake.fail(step, fault);
    const outcome = await store.put(KEY, large, NEVER);
    // an answer lost at the last step: it was ours that is there
    assert.equal(outcome, fault.kind === "lost" ? "there" : "written");
    assert.equal((await store.download(KEY, copy(), NEVER)).sha256, large.sha256);
    // one whose beginning was lost is left to the bucket's own rule
    assert.ok(fake.uploads.size <= (fault.kind === "lost" ? 1 : 0));
  });

  if (name === "503 SlowDown") continue;

  test(`head(), list(), remove() and now() go on after ${name}`, async () => {
    await store.put(KEY, small, NEVER);
    const once = fault.kind === "hang-up" ? ({ kind: "cut", at: 0 } as const) : fault;
    for (const step of [/^HEAD p/, /^GET .*list-type/, /^POST .*delete/, /^HEAD $/]) fake.fail(step, once);
    assert.equal((await store.head(KEY, NEVER))?.bytes, small.bytes);
    assert.deepEqual(
      (await listed(store, "")).map(({ key }) => key),
      [KEY],
    );
    await store.remove([KEY], NEVER);
    assert.equal(fake.objects.size, 0);
    assert.ok(Math.abs((await store.now(NEVER)).getTime() - Date.now()) < 10_000);
  });

  test(`put() tells of ${name} four times that the store does not answer`, async () => {
    fake.fail(/^PUT/, fault, fault, fault, fault);
    const { code, message } = await failureOf(store.put(KEY, small, NEVER));
    assert.equal(code, "archive-store-unreachable");
    assert.ok(message.includes(`s3://fake-bucket/p/${KEY}`), message);
    assert.equal(asked(/^PUT/), 4);
  });
}

test("put() goes on after a connection that ends at byte 5,000,000 of a part", async () => {
  fake.fail(/^PUT .*uploadId/, { kind: "hang-up", at: 5_000_000 });
  assert.equal(await store.put(KEY, large, NEVER), "written");
  assert.equal((await store.download(KEY, copy(), NEVER)).sha256, large.sha256);
});

test("put() gives up its upload where a part cannot be written, and nothing is there", async () => {
  fake.fail(/^PUT .*uploadId/, status("AccessDenied", 403));
  assert.equal((await failureOf(store.put(KEY, large, NEVER))).code, "archive-store-unfit");
  assert.deepEqual([fake.uploads.size, fake.objects.size, asked(/^PUT/)], [0, 0, 1]);
});

test("put() tries again after 409, in parts from the start, and tells of the fourth", async () => {
  const conflict = status("ConditionalRequestConflict", 409);
  fake.fail(/^PUT/, conflict);
  assert.equal(await store.put(KEY, small, NEVER), "written");
  fake.fail(/^POST .*uploadId/, conflict);
  assert.equal(await store.put(`${KEY}2`, large, NEVER), "written");
  assert.deepEqual([asked(/^POST .*uploads/), fake.uploads.size], [2, 0]);
  fake.fail(/^PUT/, conflict, conflict, conflict, conflict);
  assert.equal((await failureOf(store.put(`${KEY}3`, small, NEVER))).code, "archive-store-unreachable");
});

test("put() takes 412 for its own object by size and SHA-256, for another one by neither", async () => {
  assert.equal(await store.put(KEY, small, NEVER), "written");
  assert.equal(await store.put(KEY, small, NEVER), "there");
  assert.equal((await failureOf(store.put(KEY, other, NEVER))).code, "archive-object-differs");
  assert.equal((await failureOf(store.put(KEY, large, NEVER))).code, "archive-object-differs");
  assert.equal((await store.download(KEY, copy(), NEVER)).sha256, small.sha256);
  // gone between the refusal and the look at it
  fake.fail(/^PUT/, status("PreconditionFailed", 412));
  assert.equal(await store.put(`${KEY}2`, small, NEVER), "written");
  // older servers' number
  fake.fail(/^PUT/, status("NotModified", 304));
  assert.equal(await store.put(KEY, small, NEVER), "there");
});

test("download() asks again for a piece that was cut, at byte 1,000 and 5,000,000", async () => {
  await store.put(KEY, large, NEVER);
  fake.fail(/^GET/, CUT_1K, CUT_5M, CUT_1K);
  const to = copy();
  assert.deepEqual(await store.download(KEY, to, NEVER), { bytes: large.bytes, sha256: large.sha256 });
  assert.ok(readFileSync(to).equals(readFileSync(large.path)));
  assert.equal(asked(/^GET/), 5);
});

test("download() gives up after a piece that was cut four times, and leaves no file", async () => {
  await store.put(KEY, large, NEVER);
  fake.fail(/^GET/, CUT_5M, CUT_1K, CUT_5M, CUT_1K);
  const to = copy();
  const { code, message } = await failureOf(store.download(KEY, to, NEVER));
  assert.equal(code, "archive-store-unreachable");
  assert.match(message, /found an answer that cannot be read|found no connection, or one that broke off/);
  assert.deepEqual([existsSync(to), asked(/^GET/)], [false, 4]);
});

test("download() takes no other object's rest for that of the one it began with", async () => {
  await store.put(KEY, large, NEVER);
  const kept = fake.objects.get(`p/${KEY}`);
  assert.ok(kept);
  const { asked: requests } = fake;
  const push = requests.push.bind(requests);
  requests.push = (said) => {
    const isSecond = said.startsWith("GET") && requests.some((each) => each.startsWith("GET"));
    if (isSecond) fake.objects.set(`p/${KEY}`, { ...kept, content: noise(large.bytes, 9) });
    return push(said);
  };
  const to = copy();
  const { code, message } = await failureOf(store.download(KEY, to, NEVER));
  assert.equal(code, "archive-object-differs");
  assert.match(message, /another object in its place/);
  assert.ok(!existsSync(to));
});

test("download() takes no whole for a part", async () => {
  await store.put(KEY, large, NEVER);
  fake.habits.ignoresRanges = true;
  const { code, message } = await failureOf(store.download(KEY, copy(), NEVER));
  assert.equal(code, "archive-store-unfit");
  assert.match(message, /found another part than was asked for/);
});

test("download() tells of what arrived: a flipped bit is seen by its SHA-256", async () => {
  await store.put(KEY, small, NEVER);
  fake.fail(/^GET/, { kind: "flipped" });
  const { bytes, sha256 } = await store.download(KEY, copy(), NEVER);
  assert.equal(bytes, small.bytes);
  assert.notEqual(sha256, small.sha256);
});

test("an object that was deleted behind our back is missing, by one request each", async () => {
  await store.put(KEY, small, NEVER);
  fake.objects.clear();
  const to = copy();
  const { code, message } = await failureOf(store.download(KEY, to, NEVER));
  assert.equal(code, "archive-object-missing");
  assert.ok(message.includes(`s3://fake-bucket/p/${KEY}`), message);
  assert.equal(await store.head(KEY, NEVER), null);
  assert.deepEqual([asked(/^GET/), asked(/^HEAD p/)], [0, 2]);
  assert.ok(!existsSync(to));
  // between the look at it and its first piece
  await store.put(KEY, small, NEVER);
  fake.fail(/^GET/, status("NoSuchKey", 404));
  assert.equal((await failureOf(store.download(KEY, to, NEVER))).code, "archive-object-missing");
});

test("403 is never tried again, and says what is wanted", async () => {
  fake.fail(/./, ...Array.from({ length: 6 }, () => status("AccessDenied", 403)));
  const works = [
    () => store.put(KEY, small, NEVER),
    () => store.download(KEY, copy(), NEVER),
    () => store.head(KEY, NEVER),
    () => listed(store, ""),
    () => store.remove([KEY], NEVER),
    () => store.now(NEVER),
  ];
  for (const work of works) {
    const { code, message } = await failureOf(work());
    assert.equal(code, "archive-store-unfit");
    assert.match(message, /found 403.*wanted keys with the rights that docs\/archive\.md names/);
  }
  assert.equal(fake.asked.length, works.length);
});

test("a bucket that is not there is no missing object", async () => {
  store = open({ bucket: "another-bucket" });
  for (const work of [
    () => store.download(KEY, copy(), NEVER),
    () => store.put(KEY, small, NEVER),
    () => listed(store, ""),
  ]) {
    const { code, message } = await failureOf(work());
    assert.equal(code, "archive-store-unfit");
    assert.match(message, /NoSuchBucket|found no such bucket.*TIDEMARK_ARCHIVE/);
  }
});

test("a store whose clock is an hour off is used all the same, and tells its own time", async () => {
  for (const hours of [1, -1]) {
    fake.habits.clockMs = hours * 3_600_000;
    store = open();
    const key = `${KEY}${hours}`;
    assert.equal(await store.put(key, small, NEVER), "written");
    const off = (await store.now(NEVER)).getTime() - Date.now();
    assert.ok(Math.abs(off - fake.habits.clockMs) < 10_000, `${off}`);
    const found = await store.head(key, NEVER);
    assert.ok(Math.abs((found?.writtenAt.getTime() ?? 0) - Date.now() - fake.habits.clockMs) < 10_000);
  }
});

test("a server that says nothing is asked four times, each with its own limit of time", async () => {
  store = open({}, 400); // less, and on a busy machine it is over before the server has heard anything
  const silent = { kind: "silent" } as const;
  fake.fail(/^PUT/, silent, silent);
  assert.equal(await store.put(KEY, small, NEVER), "written");
  fake.fail(/^GET/, silent, silent, silent, silent);
  const { code, message } = await failureOf(store.download(KEY, copy(), NEVER));
  assert.deepEqual([code, asked(/^GET/)], ["archive-store-unreachable", 4]);
  assert.match(message, /no whole answer within/);
});

test("an answer that is no XML of S3's is told of as that", async () => {
  const garbage = { kind: "garbage" } as const;
  fake.fail(/^GET .*list-type/, garbage, garbage, garbage, garbage);
  const { code, message } = await failureOf(listed(store, ""));
  assert.equal(code, "archive-store-unreachable", message);
});

test("list() goes through all pages", async () => {
  fake.habits.pageKeys = 3;
  const keys = Array.from({ length: 10 }, (_, n) => `many/${n}`);
  for (const key of keys) await store.put(key, small, NEVER);
  assert.deepEqual(
    (await listed(store, "many/")).map(({ key }) => key),
    keys,
  );
  assert.equal(asked(/list-type/), 4);
});

test("remove() sends more than a thousand keys in several requests", async () => {
  await store.put("k/1500", small, NEVER);
  await store.remove(
    Array.from({ length: 2_001 }, (_, n) => `k/${n}`),
    NEVER,
  );
  assert.deepEqual([asked(/^POST .*delete/), fake.objects.size], [3, 0]);
});
