// Tests of the archiver that goes on by itself: what is due is archived, and a store that is not fit is never written to.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { archiveIn, testArchiver } from "../../test/helpers/archived-history.ts";
import { fillHistory } from "../../test/helpers/filled-history.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { openTestDatabase, quietLog } from "../../test/helpers/test-database.ts";
import { until } from "../../test/helpers/until.ts";
import { TidemarkError } from "../errors.ts";
import { readArchiveState } from "../store/archive-run.ts";
import { startArchiver } from "./archiver.ts";

const db = await openTestDatabase();
const { database } = db;
after(() => db.close());
const folder = temporaryFolder();

async function fill(name: string, { database: own, ...more } = db) {
  const organizationId = await more.makeOrganization();
  const repositoryId = await fillHistory(own, organizationId, {
    name,
    commits: Array.from({ length: 50 }, (_, position) => ({
      parents: position === 0 ? [] : [position - 1],
      files: { "m.json": { document: { loss: position } } },
    })),
    branches: [{ name: "main", head: 49 }],
  });
  return { store: own.worker.in(organizationId), repositoryId };
}

test("every repository that is due is archived, and the look after that is an hour later", async () => {
  const [a, b] = [await fill("a"), await fill("b")];
  const archivedTo = async ({ store, repositoryId }: typeof a) =>
    (await readArchiveState(store, repositoryId))?.archivedTo;
  const now = Date.now() + 60_000;
  const archiver = startArchiver(testArchiver(database, { keep: 40, folder: join(folder, "due"), now }));
  try {
    await until("both are archived", async () => (await archivedTo(a)) === 9 && (await archivedTo(b)) === 9);
  } finally {
    await archiver.stop();
  }
  const [row] = await a.store.query<{ due: Date }>(
    "SELECT archive_due_at AS due FROM git_repository WHERE organization_id = $1 AND id = $2",
    [a.repositoryId],
  );
  assert.equal(row?.due.getTime(), now + 3_600_000);
});

test("a place that holds nothing of what was archived is never written to", async () => {
  const { store, repositoryId } = await fill("elsewhere");
  const told: string[] = [];
  const log = { ...quietLog, error: (_: object, text: string) => told.push(text) } as unknown as typeof quietLog;
  const elsewhere = join(folder, "elsewhere");
  const archiver = startArchiver(testArchiver(database, { keep: 40, folder: elsewhere }, { log }));
  try {
    await until("it was told", () => told.length > 0);
  } finally {
    await archiver.stop();
  }
  assert.deepEqual(told, ["the archiver cannot go on; it tries again"]);
  assert.equal((await readArchiveState(store, repositoryId))?.archivedTo, null);
});

test("a store that would let one object replace another is never written to", async () => {
  const own = await openTestDatabase(); // nothing is archived in it, which would be looked for first
  after(() => own.close());
  const { store, repositoryId } = await fill("unfit", own);
  const objects = archiveIn(join(folder, "unfit"));
  let probes = 0;
  const parts = { attempt: "use the store", value: "x", found: "a second write", wanted: "none" };
  const probe = (): Promise<void> => {
    probes += 1;
    return Promise.reject(new TidemarkError("archive-store-unfit", parts));
  };
  let writes = 0;
  const put: typeof objects.put = () => {
    writes += 1;
    return Promise.resolve("written");
  };
  const deps = testArchiver(own.database, { keep: 40, folder }, { objects: Object.assign(objects, { probe, put }) });
  const archiver = startArchiver(deps);
  try {
    await until("it was tried", () => probes > 0);
  } finally {
    await archiver.stop();
  }
  assert.equal(writes, 0);
  assert.equal((await readArchiveState(store, repositoryId))?.archivedTo, null);
});
