// Tries the cache with a store that counts what is downloaded, and that can be made to give other bytes.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { countingStore } from "../../test/helpers/counting-store.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { objectKey } from "./bucket.ts";
import { ObjectCache, ObjectsInPlace } from "./object-cache.ts";
import type { ManifestObject } from "./query-engine.ts";

const root = temporaryFolder();
const never = new AbortController().signal;
let folders = 0;

/** Objects of 1,000 bytes each in a store of their own, and a cache for it. */
function setUp(count: number, maxBytes?: number) {
  folders += 1;
  const place = join(root, `store-${folders}`);
  const objects = Array.from({ length: count }, (_, number): ManifestObject => {
    const content = Buffer.alloc(1_000, `${folders}-${number}|`);
    const sha256 = createHash("sha256").update(content).digest("hex");
    const key = objectKey("values", 1, sha256);
    mkdirSync(dirname(join(place, key)), { recursive: true });
    writeFileSync(join(place, key), content);
    return { kind: "values", key, bytes: content.length, sha256, bucket: 1 };
  });
  const store = countingStore(place);
  const folder = join(root, `cache-${folders}`);
  return { place, objects, store, folder, cache: new ObjectCache(store, folder, maxBytes) };
}

test("ObjectCache downloads an object once for fifty questions that come together", async () => {
  const { objects, store, cache, folder } = setUp(1);
  const held = await Promise.all(Array.from({ length: 50 }, () => cache.hold(objects, never)));
  assert.equal(store.downloads.length, 1);
  for (const one of held) assert.equal(readFileSync(one.paths[0] ?? "").length, 1_000);
  assert.deepEqual(readdirSync(folder), [`${objects[0]?.sha256}.parquet`]);
});

test("ObjectCache goes on for the others when one who waits leaves, and stops when all have left", async () => {
  const { objects, store, cache, folder } = setUp(1);
  let arrive = (): void => undefined;
  store.onDownload = (bytes) => new Promise((resolve) => (arrive = () => resolve(bytes)));
  const [first, second] = [new AbortController(), new AbortController()];
  const left = cache.hold(objects, first.signal);
  const stayed = cache.hold(objects, second.signal);
  while (store.downloads.length === 0) await setImmediate();
  first.abort(new Error("gone"));
  await assert.rejects(left, /gone/);
  arrive();
  (await stayed).release();
  assert.equal(store.downloads.length, 1);

  const other = setUp(1);
  other.store.onDownload = (bytes) => new Promise((resolve) => (arrive = () => resolve(bytes)));
  const alone = new AbortController();
  const given = other.cache.hold(other.objects, alone.signal);
  while (other.store.downloads.length === 0) await setImmediate();
  alone.abort(new Error("gone too"));
  await assert.rejects(given, /gone too/);
  arrive();
  await setImmediate();
  assert.deepEqual(
    readdirSync(other.folder).filter((name) => name.endsWith(".parquet")),
    [],
  );
  other.store.onDownload = (bytes) => bytes;
  assert.equal((await other.cache.hold(other.objects, never)).paths.length, 1);
  assert.equal(existsSync(folder), true);
});

test("ObjectCache fetches once more what arrived otherwise, and then names the object", async () => {
  const cut = setUp(1);
  cut.store.onDownload = (bytes, count) => (count === 1 ? bytes.subarray(0, 10) : bytes);
  (await cut.cache.hold(cut.objects, never)).release();
  assert.equal(cut.store.downloads.length, 2);

  const flipped = setUp(1);
  flipped.store.onDownload = (bytes) => {
    bytes[7] = (bytes[7] ?? 0) ^ 1;
    return bytes;
  };
  await assert.rejects(flipped.cache.hold(flipped.objects, never), (error: { code: string; message: string }) => {
    assert.equal(error.code, "archive-object-damaged");
    assert.match(error.message, new RegExp(`${flipped.objects[0]?.key}.*the checksum`));
    return true;
  });
  assert.equal(flipped.store.downloads.length, 2);
  assert.deepEqual(readdirSync(flipped.folder), [], "nothing of it stays");
});

test("ObjectCache passes on that an object is missing, and says that the disk is full", async () => {
  const { objects, store, cache, folder } = setUp(1);
  store.onDownload = () => null;
  await assert.rejects(cache.hold(objects, never), { code: "archive-object-missing" });
  store.onDownload = () => {
    throw Object.assign(new Error("write failed"), { code: "ENOSPC" });
  };
  await assert.rejects(cache.hold(objects, never), (error: { code: string; message: string }) => {
    assert.equal(error.code, "file-unwritable");
    assert.equal(
      error.message,
      `Cannot keep objects of the archive in "${folder}": found a full disk, wanted a folder with free space.`,
    );
    return true;
  });
});

test("ObjectCache gives up what was used longest ago, and never what is being read", async () => {
  const { objects, store, cache, folder } = setUp(4, 2_500);
  const [a, b, c, d] = objects as [ManifestObject, ManifestObject, ManifestObject, ManifestObject];
  const held = await cache.hold([a], never);
  (await cache.hold([b], never)).release();
  (await cache.hold([c], never)).release();
  const names = (): string[] => readdirSync(folder).sort();
  const fileOf = ({ sha256 }: ManifestObject): string => `${sha256}.parquet`;
  assert.deepEqual(names(), [a, c].map(fileOf).sort(), "b went, a is read");
  // all are read: more than may be is kept until one is not
  const all = await cache.hold([b, c, d], never);
  assert.equal(names().length, 4);
  for (const path of [...held.paths, ...all.paths]) assert.equal(readFileSync(path).length, 1_000);
  held.release();
  held.release();
  while (names().length > 3) await setImmediate();
  assert.ok(!names().includes(fileOf(a)));
  all.release();
  while (names().length > 2) await setImmediate();
  assert.equal(store.downloads.length, 5);
});

test("ObjectCache takes up what an earlier process left, and looks at each copy before its first use", async () => {
  const { objects, store, cache, folder } = setUp(3);
  const [good, cut, wrong] = objects as [ManifestObject, ManifestObject, ManifestObject];
  (await cache.hold(objects, never)).release();
  truncateSync(join(folder, `${cut.sha256}.parquet`), 500);
  writeFileSync(join(folder, `${wrong.sha256}.parquet`), Buffer.alloc(1_000, "x"));
  writeFileSync(join(folder, "1-1.part"), "of a process that was killed");
  utimesSync(join(folder, "1-1.part"), 0, 0);
  writeFileSync(join(folder, "2-1.part"), "of a process that runs");
  store.downloads.length = 0;

  const next = new ObjectCache(store, folder);
  const held = await Promise.all(Array.from({ length: 5 }, () => next.hold(objects, never)));
  assert.deepEqual(store.downloads.sort(), [cut.key, wrong.key].sort());
  for (const { paths } of held) {
    for (const [place, path] of paths.entries()) {
      assert.equal(createHash("sha256").update(readFileSync(path)).digest("hex"), objects[place]?.sha256);
    }
  }
  assert.ok(existsSync(join(folder, "2-1.part")) && !existsSync(join(folder, "1-1.part")));
  assert.equal(await next.recheck([good], never), false);
  // what disappears behind its back is found by the recheck that follows a failed reading
  writeFileSync(join(folder, `${good.sha256}.parquet`), "");
  assert.equal(await next.recheck([good], never), true);
  const again = await next.hold([good], never);
  assert.equal(readFileSync(again.paths[0] ?? "").length, 1_000);
});

test("ObjectsInPlace reads where the objects lie, and names one that is missing, of another size or of other bytes", async () => {
  const { objects, place } = setUp(2);
  const [first, second] = objects as [ManifestObject, ManifestObject];
  const inPlace = new ObjectsInPlace(place);
  assert.deepEqual(
    (await inPlace.hold(objects, never)).paths,
    objects.map(({ key }) => join(place, key)),
  );
  const right = readFileSync(join(place, first.key));
  writeFileSync(join(place, first.key), Buffer.alloc(1_000, "x"));
  await assert.rejects(inPlace.hold([first], never), { code: "archive-object-damaged" });
  await assert.rejects(inPlace.recheck([first], never), { code: "archive-object-damaged" });
  await assert.rejects(new ObjectsInPlace(place).hold([first], never), { code: "archive-object-damaged" });
  writeFileSync(join(place, first.key), right);
  await inPlace.hold([first, first], never);
  truncateSync(join(place, second.key), 3);
  await assert.rejects(new ObjectsInPlace(place).hold([second], never), { code: "archive-object-damaged" });
  const gone = { ...second, key: objectKey("values", 2, second.sha256) };
  await assert.rejects(inPlace.hold([gone], never), { code: "archive-object-missing" });
});
