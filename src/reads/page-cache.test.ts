// Pages kept between requests.
import assert from "node:assert/strict";
import test from "node:test";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { type PageBody, PageCache, type PagePlace } from "./page-cache.ts";

const LIMIT = 100_000;

function place(repository: number, question = "commits {}", organization = 1): PagePlace {
  return {
    organizationId: String(organization) as OrganizationId,
    repository: String(repository) as RepositoryId,
    question,
  };
}

function page(version: number, bytes = 100): PageBody {
  return { version, body: Buffer.alloc(bytes, version), isWhole: true };
}

/** A cache whose pages are counted, and a clock that tests move on. */
function cacheOf(limit = LIMIT) {
  const clock = { now: 0 };
  const made: string[] = [];
  const cache = new PageCache(limit, () => clock.now);
  const read = (where: PagePlace, version: number, bytes?: number): Promise<PageBody> =>
    cache.read(where, version, async () => {
      made.push(`${where.organizationId} ${where.repository} ${where.question} ${version}`);
      return page(version, bytes);
    });
  return { cache, clock, made, read };
}

test("PageCache keeps a page of a version and question, and gives the very same bytes", async () => {
  const { cache, made, read } = cacheOf();
  const first = await read(place(1), 5);
  const again = await read(place(1), 5);
  assert.equal(again.body, first.body);
  await read(place(1, "series {}"), 5);
  await read(place(2), 5);
  await read(place(1, "commits {}", 2), 5);
  assert.deepEqual(made, ["1 1 commits {} 5", "1 1 series {} 5", "1 2 commits {} 5", "2 1 commits {} 5"]);
  assert.deepEqual([cache.figures().hits, cache.figures().misses], [1, 4]);
});

test("PageCache keeps no page that misses something for now", async () => {
  const { cache, read } = cacheOf();
  let made = 0;
  const make = async (): Promise<PageBody> => ({ ...page(5), isWhole: (made += 1) > 1 });
  assert.equal((await cache.read(place(1), 5, make)).isWhole, false);
  assert.equal(cache.figures().entries, 0);
  assert.equal((await cache.read(place(1), 5, make)).isWhole, true);
  await read(place(1), 5);
  assert.equal(made, 2, "what is whole is kept");
});

test("PageCache makes a page anew for a newer version, and gives a newer one to who knows of an older", async () => {
  const { made, read } = cacheOf();
  await read(place(1), 5);
  assert.equal((await read(place(1), 6)).version, 6);
  assert.equal((await read(place(1), 5)).version, 6, "never one that is older than a page somebody has seen");
  assert.equal(made.length, 2);
});

test("PageCache makes one page for all who wait, and each hears of a failure; the next one tries again", async () => {
  const { cache } = cacheOf();
  const { promise, resolve } = Promise.withResolvers<PageBody>();
  let made = 0;
  const make = (): Promise<PageBody> => {
    made += 1;
    return promise;
  };
  const waiting = Array.from({ length: 50 }, () => cache.read(place(1), 5, make));
  resolve(page(5));
  const pages = await Promise.all(waiting);
  assert.deepEqual([made, new Set(pages.map(({ body }) => body)).size], [1, 1]);
  assert.deepEqual([cache.figures().shared, cache.figures().misses], [49, 1]);

  const failing = Promise.withResolvers<PageBody>();
  const failed = Array.from({ length: 3 }, () => cache.read(place(2), 5, () => failing.promise));
  failing.reject(new Error("no database"));
  for (const each of await Promise.allSettled(failed)) assert.equal(each.status, "rejected");
  assert.equal((await cache.read(place(2), 5, () => Promise.resolve(page(5)))).version, 5);
});

test("PageCache gives nobody a page that was begun before a newer version was known", async () => {
  const { cache } = cacheOf();
  const old = Promise.withResolvers<PageBody>();
  const slow = cache.read(place(1), 5, () => old.promise);
  const newer = cache.read(place(1), 6, () => Promise.resolve(page(6)));
  old.resolve(page(5));
  assert.deepEqual([(await slow).version, (await newer).version], [5, 6]);
  assert.equal((await cache.read(place(1), 6, () => assert.fail("it is kept"))).version, 6);
});

test("PageCache.drop() drops a repository's pages, and those that are being made serve only who waits already", async () => {
  const { cache, made, read } = cacheOf();
  await read(place(1), 5);
  await read(place(2), 5);
  cache.drop("1" as RepositoryId);
  assert.deepEqual([cache.figures().entries, made.length], [1, 2]);
  await read(place(2), 5);
  assert.equal(made.length, 2);

  const begun = Promise.withResolvers<PageBody>();
  const before = cache.read(place(3), 5, () => begun.promise);
  cache.drop("3" as RepositoryId);
  const after = cache.read(place(3), 5, () => Promise.resolve(page(7)));
  assert.equal((await after).version, 7);
  begun.resolve(page(5));
  assert.equal((await before).version, 5);
  assert.equal(
    (await cache.read(place(3), 7, () => assert.fail("it is kept"))).version,
    7,
    "the late one took no place",
  );
});

test("PageCache holds as many bytes as it may, and forgets what was not read for longest", async () => {
  const { cache, made, read } = cacheOf(10_000);
  for (let repository = 1; repository <= 20; repository++) {
    await read(place(repository), 1, 400);
    await read(place(1), 1, 400);
  }
  const { bytes, entries } = cache.figures();
  assert.ok(bytes <= 10_000 && bytes > 8_000, `${bytes}`);
  assert.ok(entries > 5 && entries < 20, `${entries}`);
  made.length = 0;
  await read(place(1), 1);
  assert.deepEqual(made, [], "the one that is always read");
  await read(place(2), 1);
  assert.equal(made.length, 1);
});

test("PageCache gives back what it counted: emptied, it holds nothing", async () => {
  const { cache, read } = cacheOf();
  for (let version = 1; version <= 20; version++)
    for (const repository of [1, 2, 3]) await read(place(repository), version);
  for (const repository of [1, 2, 3]) cache.drop(String(repository) as RepositoryId);
  assert.deepEqual([cache.figures().entries, cache.figures().bytes], [0, 0]);
  await read(place(1), 1);
  cache.clear();
  assert.deepEqual([cache.figures().entries, cache.figures().bytes], [0, 0]);
});

test("PageCache keeps no page that would push out many, and none at all with a limit of 0", async () => {
  const { made, read } = cacheOf(10_000);
  await read(place(1), 1, 2_000);
  await read(place(1), 1, 2_000);
  assert.equal(made.length, 2);
  const none = cacheOf(0);
  await none.read(place(1), 1);
  await none.read(place(1), 1);
  assert.equal(none.made.length, 2);
});

test("PageCache.figures() tells the age of the oldest page", async () => {
  const { cache, clock, read } = cacheOf();
  assert.equal(cache.figures().oldestSeconds, 0);
  await read(place(1), 1);
  clock.now = 3_000;
  await read(place(2), 1);
  clock.now = 5_000;
  assert.equal(cache.figures().oldestSeconds, 5);
  cache.drop("1" as RepositoryId);
  assert.equal(cache.figures().oldestSeconds, 2);
});
