// An archive that does not answer, and an import that is stopped half way: nothing is half done, and nothing is lost.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Archive } from "../src/archive/archive.ts";
import { noArchive } from "../src/archive/no-archive.ts";
import { createReads } from "../src/reads/reads.ts";
import { readRepositoryView } from "../src/reads/repository-list.ts";
import type { Database, OrganizationStore } from "../src/store/database.ts";
import { insertEvent } from "../src/store/event.ts";
import { readByOthers } from "../src/store/history-reader.ts";
import { hurryEvents } from "../src/store/poll.ts";
import { removeRepository } from "../src/workspace/remove-repository.ts";
import { daysGoBy, followTwin, marksOf, shownOf, storedOf, type Twin } from "./helpers/archived-twin.ts";
import { moveToAttic } from "./helpers/attic.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";

let whole: IngestBench;
let archived: IngestBench;

before(async () => {
  whole = await openIngestBench();
  archived = await openIngestBench();
});
after(async () => {
  await whole.close();
  await archived.close();
});

/** A history of 30 commits, of which 20 are archived in one of the twins. */
async function twins(name: string): Promise<{ pushed: PushedRepository; a: Twin; b: Twin }> {
  const pushed = new PushedRepository(join(whole.folder, `${name}.git`));
  pushed.grow("main", 30);
  const a = await followTwin(whole, pushed.folder, false);
  const b = await followTwin(archived, pushed.folder, false);
  await moveToAttic(archived.database, archived.organization, b.repository, 20);
  return { pushed, a, b };
}

async function same(a: Twin, b: Twin): Promise<void> {
  assert.deepEqual(await storedOf(b), await storedOf(a));
  assert.deepEqual(await shownOf(b), await shownOf(a));
}

/** What is stored without events, which say how often something was tried. */
async function rowsOf(twin: Twin): Promise<unknown> {
  const { events: _, ...stored } = (await storedOf(twin)) as { events: unknown };
  return stored;
}

/** What people see of commits. */
async function pagesOf(twin: Twin): Promise<unknown> {
  const { branches, pages, tags, warnings, catalogue } = (await shownOf(twin)) as Readonly<Record<string, unknown>>;
  return { branches, pages, tags, warnings, catalogue };
}

function use(archive: Archive): void {
  Object.assign(archived.deps, { archive });
}

/** Has what failed tried again at once. */
async function tryAgain({ bench, repository }: Twin): Promise<void> {
  await bench.database.database.owner.query(
    "UPDATE event SET due_at = now() WHERE repository_id = $1 AND state = 'due'",
    [repository],
  );
  await bench.database.database.owner.query("UPDATE git_repository SET retry_at = NULL WHERE id = $1", [repository]);
  await bench.store.write((tx) => hurryEvents(tx, repository));
  await bench.work();
}

const PROBLEM = "SELECT state, problem FROM git_repository WHERE id = $1";

test("syncRepository() brings new commits in without the archive, unless they stand on archived ones", async () => {
  const { pushed, a, b } = await twins("away");
  use(noArchive);
  pushed.commit("main");
  await whole.sync(a.repository);
  await archived.sync(b.repository);
  const { owner } = archived.database.database;
  assert.deepEqual(await owner.query(PROBLEM, [b.repository]), [{ state: "ready", problem: null }]);
  const kept = await rowsOf(b);

  pushed.commit("old", { parents: [pushed.head("main~25")] });
  await whole.sync(a.repository);
  await archived.sync(b.repository);
  const [told] = await owner.query<{ state: string; problem: string }>(PROBLEM, [b.repository]);
  assert.equal(told?.state, "failed");
  assert.match(told.problem, /^Cannot read older commits from "the archive": found no place of it/);
  assert.deepEqual(await rowsOf(b), kept);

  use(b.archive);
  await tryAgain(b);
  await same(a, b);
});

test("lists name the head of a default branch that was forced back to an archived commit, without the archive", async () => {
  const { pushed, a, b } = await twins("back");
  pushed.move("main", pushed.head("main~15"));
  for (const { bench, repository } of [a, b]) await bench.sync(repository);
  await same(a, b);
  const reads = createReads(archived.database.database); // told of no archive
  const view = await readRepositoryView(reads, archived.organization, b.repository);
  assert.deepEqual(view.latest, (await readRepositoryView(a.reads, whole.organization, a.repository)).latest);
  assert.equal(view.latest?.sha, pushed.head("main"));
});

test("expireHistory() leaves everything as it was while the archive is away", async () => {
  const { pushed, a, b } = await twins("kept");
  const old = pushed.head("main");
  for (const move of [`${old}~15`, `${old}~12`]) {
    pushed.move("main", move);
    pushed.commit("main");
    for (const { bench, repository } of [a, b]) await bench.sync(repository);
  }
  await same(a, b);
  use(noArchive);
  await assert.rejects(daysGoBy(b, 31), { code: "archive-store-unreachable" });
  use(b.archive);
  await archived.database.database.owner.query("UPDATE git_repository SET lease_until = now() WHERE id = $1", [
    b.repository,
  ]);
  await daysGoBy(b, 0);
  await daysGoBy(a, 31);
  await same(a, b);
});

/** A database whose worker writes so often, and then fails. */
function failingAfter(database: Database, writes: number): Database {
  let count = 0;
  const failing = (store: OrganizationStore): OrganizationStore => ({
    ...store,
    write: (work, options) => {
      count += 1;
      return count > writes ? Promise.reject(new Error("stopped by the test")) : store.write(work, options);
    },
  });
  return { ...database, worker: { in: (organization) => failing(database.worker.in(organization)) } };
}

for (const writes of [4, 6, 8, 11, 13]) {
  test(`importHistory() that reads archived commits once more goes on after it was stopped, write ${writes}`, async (t) => {
    const { pushed, a, b } = await twins(`stopped-${writes}`);
    pushed.commit("gone");
    for (const { bench, repository } of [a, b]) await bench.sync(repository);
    pushed.remove("gone");
    for (const { bench, repository } of [a, b]) await bench.syncFully(repository);
    const shown = await pagesOf(b);
    await archived.store.write((tx) => insertEvent(tx, b.repository, "import"));
    Object.assign(archived.deps, { batchCommits: 3, database: failingAfter(archived.database.database, writes) });
    await archived.work().catch(() => undefined);
    Object.assign(archived.deps, { database: archived.database.database });
    t.diagnostic(JSON.stringify(await marksOf(b)));
    assert.deepEqual(await pagesOf(b), shown, "while some are in Postgres again and some are not");

    await archived.database.database.owner.query("UPDATE git_repository SET lease_until = now() WHERE id = $1", [
      b.repository,
    ]);
    await tryAgain(b);
    assert.deepEqual(await marksOf(b), { ...(await marksOf(b)), archivedTo: -1, hotFrom: 0 });
    await whole.store.write((tx) => insertEvent(tx, a.repository, "import"));
    await whole.work();
    assert.deepEqual(await rowsOf(b), await rowsOf(a));
    assert.deepEqual(await shownOf(b), await shownOf(a));
  });
}

test("readByOthers() names the adapters of files that only archived commits have", async () => {
  const { b } = await twins("adapters");
  const { owner, system } = archived.database.database;
  await owner.query("UPDATE archived_version SET adapter = 'csv' WHERE repository_id = $1", [b.repository]);
  const others = await readByOthers(system, {});
  const found = others.find(({ repositoryId }) => repositoryId === b.repository);
  assert.deepEqual(found?.adapters.toSorted(), ["csv", "json"]);
});

test("removeRepository() leaves nothing of what is archived", async () => {
  const { b } = await twins("removed");
  await removeRepository(archived.deps, archived.organization, b.repository);
  for (const table of ["archived_commit", "archived_version", "archived_problem", "archive_segment"]) {
    const rows = await archived.database.database.owner.query(`SELECT 1 FROM ${table} WHERE repository_id = $1`, [
      b.repository,
    ]);
    assert.deepEqual(rows, [], table);
  }
});
