// A run over a store that fails: the right rows in the archive, or none, and the next run archives them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import { archiveRepository } from "../src/archive/archive-run.ts";
import { S3Store } from "../src/archive/s3-store.ts";
import { verifyArchive } from "../src/archive/verify-archive.ts";
import { isTidemarkError } from "../src/errors.ts";
import { PUBLIC_ONLY } from "../src/outbound.ts";
import { readSegments } from "../src/store/archive-manifest.ts";
import { testArchiver } from "./helpers/archived-history.ts";
import { type FakeS3, type Fault, startFakeS3 } from "./helpers/fake-s3.ts";
import { fillHistory } from "./helpers/filled-history.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

const db = await openTestDatabase();
const { database } = db;
after(() => db.close());
const folder = temporaryFolder();
const { signal } = new AbortController();
let fake: FakeS3;
let made = 0;
beforeEach(async () => {
  fake = await startFakeS3();
});
afterEach(() => fake.close());

async function openCase() {
  const organizationId = await db.makeOrganization();
  const repositoryId = await fillHistory(database, organizationId, {
    name: `faults ${(made += 1)}`,
    commits: Array.from({ length: 50 }, (_, position) => ({
      parents: position === 0 ? [] : [position - 1],
      files: { "m.json": { document: { loss: 1 / (position + 1), note: `run ${position}` } } },
    })),
    branches: [{ name: "main", head: 49 }],
  });
  const objects = new S3Store(fake.place({}), PUBLIC_ONLY, { wallMs: 5_000 });
  const deps = testArchiver(database, { keep: 40, folder: join(folder, `case-${made}`) }, { objects });
  const place = { organizationId, repositoryId };
  return { deps, place, store: database.worker.in(organizationId) };
}

type Case = Awaited<ReturnType<typeof openCase>>;

async function assertArchived({ deps, place, store }: Case): Promise<void> {
  assert.deepEqual(
    (await readSegments(store, place.repositoryId)).map(({ last }) => last),
    [9, 9, 9],
  );
  for await (const { problem } of verifyArchive(deps, place.repositoryId, signal)) assert.equal(problem, null);
}

/** What passes by itself: the run goes on. */
const PASSING: readonly (readonly [RegExp, Fault])[] = [
  [/^PUT/, { kind: "status", status: 503, code: "SlowDown" }],
  [/^PUT/, { kind: "lost" }],
  [/^GET/, { kind: "status", status: 500, code: "InternalError" }],
  [/^GET/, { kind: "cut", at: 500 }],
];
for (const [what, fault] of PASSING) {
  test(`a run goes on after ${what} met ${JSON.stringify(fault)}`, async () => {
    const each = await openCase();
    fake.fail(what, fault);
    assert.equal((await archiveRepository(each.deps, each.place, signal, true)).length, 1);
    await assertArchived(each);
  });
}

test("a flipped bit on the way back is no archived commit; the next run is", async () => {
  const each = await openCase();
  fake.fail(/^GET.*values/, { kind: "flipped" });
  await assert.rejects(archiveRepository(each.deps, each.place, signal, true), (error) =>
    isTidemarkError(error, "archive-object-damaged"),
  );
  assert.deepEqual(await readSegments(each.store, each.place.repositoryId), []);
  await archiveRepository(each.deps, each.place, signal, true);
  await assertArchived(each);
});

test("an object that goes before it is verified is no archived commit; the next run is", async () => {
  const each = await openCase();
  const step = (name: string): void => {
    if (name !== "verify") return;
    for (const key of fake.objects.keys()) if (key.includes("commits/")) fake.objects.delete(key);
  };
  await assert.rejects(archiveRepository({ ...each.deps, step }, each.place, signal, true), (error) =>
    isTidemarkError(error, "archive-object-missing"),
  );
  assert.deepEqual(await readSegments(each.store, each.place.repositoryId), []);
  await archiveRepository(each.deps, each.place, signal, true);
  await assertArchived(each);
});

test("a store that is away stops the run with its name, and leaves everything as it was", async () => {
  const each = await openCase();
  await fake.close();
  await assert.rejects(archiveRepository(each.deps, each.place, signal, true), (error) =>
    isTidemarkError(error, "archive-store-unreachable"),
  );
  assert.deepEqual(await readSegments(each.store, each.place.repositoryId), []);
  fake = await startFakeS3();
});
