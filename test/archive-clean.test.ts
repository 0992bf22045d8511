// What is removed from the archive's store, what never is, and what verifying finds.
import assert from "node:assert/strict";
import { mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { archiveRepository } from "../src/archive/archive-run.ts";
import { findOrphans, removeReplaced } from "../src/archive/clean-archive.ts";
import type { ObjectStore } from "../src/archive/object-store.ts";
import { verifyArchive } from "../src/archive/verify-archive.ts";
import { diskRoomOf } from "../src/archive/work-place.ts";
import { isTidemarkError } from "../src/errors.ts";
import { beginRun, nameKeys } from "../src/store/archive-run.ts";
import { readSegments, retireArchive } from "../src/store/archive-manifest.ts";
import { archiveIn, archiveNow, testArchiver } from "./helpers/archived-history.ts";
import { fillHistory } from "./helpers/filled-history.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

const HOUR_MS = 3_600_000;
const db = await openTestDatabase();
const { database } = db;
after(() => db.close());
const { signal } = new AbortController();
const root = temporaryFolder();

async function archived(name: string) {
  const organizationId = await db.makeOrganization();
  const folder = join(root, name);
  const repositoryId = await fillHistory(database, organizationId, {
    name,
    commits: Array.from({ length: 50 }, (_, position) => ({
      parents: position === 0 ? [] : [position - 1],
      files: { "m.json": { document: { loss: 1 / (position + 1) } } },
    })),
    branches: [{ name: "main", head: 49 }],
  });
  const place = { organizationId, repositoryId };
  await archiveNow(database, place, { keep: 40, folder, deletes: false });
  const store = database.worker.in(organizationId);
  return { ...place, folder, store, deps: testArchiver(database, { keep: 40, folder }) };
}

/** An object that is so many hours old. */
async function putOld(folder: string, key: string, hours: number): Promise<void> {
  const path = join(folder, "objects", key);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "x");
  const time = new Date(Date.now() - hours * HOUR_MS);
  await utimes(path, time, time);
}

async function has(folder: string, key: string): Promise<boolean> {
  return (await archiveIn(folder).head(key, signal)) !== null;
}

test("only what nobody names and what is older than two days is an orphan, and only --delete removes it", async () => {
  const { folder, deps, store, repositoryId } = await archived("orphans");
  for (const { key } of await readSegments(store, repositoryId)) {
    const time = new Date(Date.now() - 99 * HOUR_MS);
    await utimes(join(folder, "objects", key), time, time);
  }
  const [old, young, sent] = ["a", "b", "c"].map((name) => `values/bucket=1/${name.repeat(32)}.parquet`) as [
    string,
    string,
    string,
  ];
  await putOld(folder, old, 49);
  await putOld(folder, young, 47);
  await putOld(folder, sent, 99);
  await store.write(async (tx) => {
    const run = await beginRun(tx, { repositoryId, task: "archive", first: 0, last: 9 });
    await nameKeys(tx, run, { keys: [sent], first: 0, last: 9 });
  });
  const keys = async (removes: boolean) => (await findOrphans(deps, { removes }, signal)).map(({ key }) => key);
  assert.deepEqual(await keys(false), [old]);
  assert.ok(await has(folder, old), "a dry run removes nothing");
  assert.deepEqual(await keys(true), [old]);
  assert.ok(!(await has(folder, old)));
  assert.ok((await has(folder, young)) && (await has(folder, sent)));
  // a week later the run is taken for dead
  const later = { ...deps, now: () => Date.now() + 8 * 24 * HOUR_MS };
  assert.deepEqual(
    (await findOrphans(later, { removes: true }, signal)).map(({ key }) => key),
    [sent],
  );
});

test("what was replaced goes a day later, not before", async () => {
  const { folder, deps, store, repositoryId } = await archived("replaced");
  const keys = (await readSegments(store, repositoryId)).map(({ key }) => key);
  await store.write((tx) => retireArchive(tx, repositoryId));
  const after23 = { ...deps, now: () => Date.now() + 23 * HOUR_MS };
  await removeReplaced(after23, signal);
  for (const key of keys) assert.ok(await has(folder, key));
  const after25 = { ...deps, now: () => Date.now() + 25 * HOUR_MS };
  assert.ok((await removeReplaced(after25, signal)) >= 3);
  for (const key of keys) assert.ok(!(await has(folder, key)));
});

test("verifying finds a flipped bit and a missing object", async () => {
  const { folder, deps, store, repositoryId } = await archived("verified");
  const problems = async () => {
    const found = new Map<string, string>();
    for await (const { object, problem } of verifyArchive(deps, repositoryId, signal)) {
      if (problem !== null) found.set(object.kind, problem);
    }
    return found;
  };
  assert.deepEqual(await problems(), new Map());
  const segments = await readSegments(store, repositoryId);
  const pathOf = (kind: string) => join(folder, "objects", segments.find((each) => each.kind === kind)?.key ?? "");
  const bytes = await readFile(pathOf("values"));
  bytes[40] = (bytes[40] ?? 0) ^ 4;
  await writeFile(pathOf("values"), bytes);
  await rm(pathOf("commits"));
  const found = await problems();
  assert.match(found.get("values") ?? "", /its SHA-256 is/);
  assert.equal(found.get("commits"), "it is not there");
  assert.equal(found.size, 2);
});

/** A store that gives other bytes than it has. */
function flipping(objects: ObjectStore): ObjectStore {
  const inner = objects.download.bind(objects);
  const download: ObjectStore["download"] = async (key, to, each) => {
    const found = await inner(key, to, each);
    return key.startsWith("values/")
      ? { ...found, sha256: found.sha256.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) }
      : found;
  };
  return Object.assign(objects, { download });
}

test("what is read back is what was sent, or nothing counts", async () => {
  const each = await archived("read back");
  const keep = { keep: 30, folder: each.folder };
  const deps = testArchiver(database, keep, { objects: flipping(archiveIn(each.folder)) });
  await assert.rejects(archiveRepository(deps, each, signal, true), (error) =>
    isTidemarkError(error, "archive-object-damaged"),
  );
  assert.equal((await readSegments(each.store, each.repositoryId)).at(-1)?.last, 9);
  assert.equal((await archiveRepository(testArchiver(database, keep), each, signal, true))[0]?.last, 19);
});

test("what changes while it is archived makes the run begin again", async () => {
  const each = await archived("changed");
  const objects = archiveIn(each.folder);
  const inner = objects.download.bind(objects);
  // all is sent and nothing counts yet
  const download: ObjectStore["download"] = async (...asked) => {
    await database.owner.query(
      "UPDATE git_commit SET subject = 'another' WHERE organization_id = $1 AND repository_id = $2 AND position = 15",
      [each.organizationId, each.repositoryId],
    );
    return inner(...asked);
  };
  const keep = { keep: 30, folder: each.folder };
  const deps = testArchiver(database, keep, { objects: Object.assign(objects, { download }) });
  await assert.rejects(archiveRepository(deps, each, signal, true), (error) =>
    isTidemarkError(error, "lease-lost", "archive-object-damaged"),
  );
  assert.equal((await archiveRepository(testArchiver(database, keep), each, signal, true)).length, 1);
});

test("a disk with less than a tenth, or than 2 GiB, has no room", async () => {
  const GiB = 1024 ** 3;
  const look = (free: number, all: number) => async () => ({ bavail: free, blocks: all, bsize: GiB });
  await assert.rejects(diskRoomOf("/x", look(9, 100))(), (error) => isTidemarkError(error, "limit-exceeded"));
  await assert.rejects(diskRoomOf("/x", look(1, 5))(), (error) => isTidemarkError(error, "limit-exceeded"));
  await diskRoomOf("/x", look(11, 100))();
});
