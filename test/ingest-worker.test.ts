// The worker as it runs: what is added becomes readable, what fails says why, what is stolen or stopped loses nothing.
import assert from "node:assert/strict";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { isTidemarkError } from "../src/errors.ts";
import type { IngestDeps } from "../src/ingest/git-source.ts";
import { importHistory } from "../src/ingest/import-history.ts";
import { startWorker, type Worker } from "../src/ingest/worker.ts";
import type { OrganizationStore } from "../src/store/database.ts";
import { takeDueLease } from "../src/store/due-work.ts";
import { readRepository, type StoredRepository } from "../src/store/repository.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { requestSync } from "../src/workspace/sync-repository.ts";
import { git, HistoryBuilder, makeBare, type Mark } from "./helpers/git-history.ts";
import { type GitServer, type GitServerFault, startGitServer } from "./helpers/git-server.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { buildRandomHistory } from "./helpers/random-history.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

let bench: IngestBench;
let server: GitServer;
let fault: GitServerFault | null = null;

before(async () => {
  bench = await openIngestBench();
  server = await startGitServer({ root: bench.folder, fault: () => fault });
  await buildRandomHistory(join(bench.folder, "random.git"), { seed: 5, commits: 60 });
});
after(async () => {
  await server.close();
  await bench.close();
});

interface RepositoryRow {
  readonly state: string;
  readonly problem: string | null;
  readonly version: number;
}

/** Resolves once the repository is as it should be; looks whenever Postgres tells of a change. */
async function until(repository: RepositoryId, isSo: (row: RepositoryRow) => boolean): Promise<RepositoryRow> {
  const done = Promise.withResolvers<RepositoryRow>();
  const look = async (): Promise<void> => {
    const [row] = await bench.database.database.owner.query<RepositoryRow>(
      "SELECT state, problem, version FROM git_repository WHERE id = $1",
      [repository],
    );
    if (row !== undefined && isSo(row)) done.resolve(row);
  };
  const tell = (): void => void look().catch(done.reject);
  const stop = await bench.database.database.listen({ changed: tell, missed: tell });
  tell();
  const late = setTimeout(() => done.reject(new Error(`repository ${repository}: not within a minute`)), 60_000);
  try {
    return await done.promise;
  } finally {
    clearTimeout(late);
    await stop();
  }
}

async function withWorker<T>(work: (worker: Worker) => Promise<T>): Promise<T> {
  const worker = await startWorker(bench.deps);
  try {
    return await work(worker);
  } finally {
    await worker.stop();
  }
}

const isSettled = ({ state }: RepositoryRow): boolean => state === "ready" || state === "failed";

async function eventsOf(repository: RepositoryId): Promise<unknown[]> {
  return bench.store.query(
    `SELECT task, state, attempts, due_at > now() AS later FROM event
     WHERE organization_id = $1 AND repository_id = $2 ORDER BY id`,
    [repository],
  );
}

test("startWorker() imports what is added while it runs, of two organisations side by side", async () => {
  const other = await bench.database.makeOrganization();
  const url = `${server.url}/random.git`;
  await withWorker(async () => {
    const [mine, theirs] = await Promise.all([
      addRepository(bench.deps, bench.organization, { url }),
      addRepository(bench.deps, other, { url }),
    ]);
    const rows = await Promise.all([until(mine, isSettled), until(theirs, isSettled)]);
    assert.deepEqual(
      rows.map(({ state, problem }) => [state, problem]),
      [
        ["ready", null],
        ["ready", null],
      ],
    );
    const store = bench.database.database.worker.in(other);
    assert.deepEqual(await readStoredHistory(bench.store, mine), await readStoredHistory(store, theirs));
    const stolen = await readStoredHistory(store, mine);
    assert.deepEqual([stolen.commits, stolen.versions, stolen.columns], [[], [], []], "nothing of the other's is seen");
    await requestSync(bench.deps, bench.organization, mine);
    await until(mine, (row) => row.state === "ready");
  });
});

test("startWorker() gives up on what is no repository, in the error's own words", async () => {
  await withWorker(async () => {
    fault = { kind: "body", text: "<html>no git here</html>" };
    const repository = await addRepository(bench.deps, bench.organization, { url: `${server.url}/no.git` });
    const row = await until(repository, isSettled);
    fault = null;
    assert.equal(row.state, "failed");
    assert.match(row.problem ?? "", /^Cannot .*no\.git": found .*, wanted .*\.$/);
    assert.deepEqual(await eventsOf(repository), [{ task: "import", state: "dead", attempts: 1, later: false }]);
  });
});

test("startWorker() tries again what may heal, and a person who asks need not wait", async () => {
  await withWorker(async () => {
    fault = { kind: "status", status: 503 };
    await buildRandomHistory(join(bench.folder, "heals.git"), { seed: 6, commits: 20 });
    const repository = await addRepository(bench.deps, bench.organization, { url: `${server.url}/heals.git` });
    const failed = await until(repository, isSettled);
    assert.equal(failed.state, "failed");
    assert.deepEqual(await eventsOf(repository), [{ task: "import", state: "failed", attempts: 1, later: true }]);
    fault = null;
    await requestSync(bench.deps, bench.organization, repository);
    assert.deepEqual(await until(repository, ({ state }) => state === "ready"), {
      state: "ready",
      problem: null,
      version: 3,
    });
    assert.deepEqual(await eventsOf(repository), [
      { task: "import", state: "done", attempts: 1, later: true },
      { task: "sync", state: "done", attempts: 0, later: false },
    ]);
  });
});

test("startWorker() finds nothing wrong with an empty repository, and imports it once it is not", async () => {
  await withWorker(async () => {
    const folder = join(bench.folder, "empty.git");
    makeBare(folder);
    const repository = await addRepository(bench.deps, bench.organization, { folder });
    const { state, problem } = await until(repository, isSettled);
    assert.deepEqual([state, problem], ["ready", null]);
    assert.deepEqual(await eventsOf(repository), [{ task: "import", state: "done", attempts: 0, later: false }]);
    git(folder, "update-ref", "refs/heads/main", git(folder, "commit-tree", "-m", "first", git(folder, "mktree")));
    await requestSync(bench.deps, bench.organization, repository);
    const done = { attempts: 0, later: false, state: "done" };
    const both = [
      { task: "import", ...done },
      { task: "sync", ...done },
    ];
    while (!isDeepStrictEqual(await eventsOf(repository), both)) await until(repository, isSettled);
    const stored = await readStoredHistory(bench.store, repository);
    assert.deepEqual(
      stored.commits.map(({ subject }) => subject),
      ["first"],
    );
  });
});

test("stop() leaves an import where it goes on, with its lease given back", async () => {
  const repository = await addRepository(bench.deps, bench.organization, { folder: join(bench.folder, "random.git") });
  await withWorker(async () => {
    // on a busy machine it may be over before anybody looks
    await until(repository, ({ state }) => state === "importing" || state === "ready");
  });
  const [row] = await bench.store.query<{ holder: string | null }>(
    "SELECT lease_holder AS holder FROM git_repository WHERE organization_id = $1 AND id = $2",
    [repository],
  );
  assert.equal(row?.holder, null);
  await withWorker(async () => {
    assert.equal((await until(repository, isSettled)).state, "ready");
  });
});

test("startWorker() removes the mirrors of repositories that are gone, and no others", async () => {
  const { mirrors } = bench.deps;
  const kept = (await readdir(mirrors)).toSorted();
  assert.ok(kept.length > 0);
  await mkdir(join(mirrors, "999999.git"));
  await buildRandomHistory(join(bench.folder, "stray.git"), { seed: 7, commits: 5 });
  await withWorker(async () => {
    const repository = await addRepository(bench.deps, bench.organization, { url: `${server.url}/stray.git` });
    await until(repository, isSettled);
  });
  const left = (await readdir(mirrors)).toSorted();
  assert.ok(!left.includes("999999.git"));
  assert.ok(kept.every((name) => left.includes(name)));
});

/** The database of a worker that is frozen for longer than its lease lasts before its n-th transaction. */
function stolenBefore(deps: IngestDeps, repository: RepositoryId, number: number): IngestDeps {
  let count = 0;
  const { database } = deps;
  const store = (organization: OrganizationId): OrganizationStore => {
    const inner = database.worker.in(organization);
    return {
      ...inner,
      write: async (work, options) => {
        if (options?.durable !== false && count++ === number) {
          const steal = "UPDATE git_repository SET lease_holder = 'thief', lease_token = lease_token + 1 WHERE id = $1";
          await database.owner.query(steal, [repository]);
        }
        return inner.write(work, options);
      },
    };
  };
  return { ...deps, batchCommits: 20, database: { ...database, worker: { in: store } } };
}

for (const number of [0, 1, 2, 3, 5]) {
  test(`importHistory() commits nothing more once its lease is stolen, before transaction ${number}`, async () => {
    const organization = await bench.database.makeOrganization();
    await bench.database.database.owner.query("UPDATE event SET state = 'done'");
    const id = await addRepository(bench.deps, organization, { folder: join(bench.folder, "random.git") });
    const store = bench.database.database.worker.in(organization);
    const lease = await takeDueLease(bench.database.database.system, "slow");
    assert.ok(lease !== null);
    const repository = (await readRepository(store, id)) as StoredRepository;
    const deps = stolenBefore(bench.deps, id, number);
    const work = { lease, repository, events: [], signal: new AbortController().signal };
    await assert.rejects(importHistory(deps, work), (error) => isTidemarkError(error, "lease-lost"));
    const left = await readStoredHistory(store, id);
    const batches = Math.max(0, number - 3);
    assert.equal(left.commits.length >= 20 * batches, true);
    assert.equal(left.repository["state"], number === 0 ? "waiting" : "importing");
    assert.equal(left.skeletonRows > 0, number > 2);
    await assert.rejects(importHistory(bench.deps, work), (error) => isTidemarkError(error, "lease-lost"));
    assert.deepEqual(await readStoredHistory(store, id), left, "an old token changes nothing");
  });
}

test("syncRepository() has the history read once more when a push declares new metric files", async () => {
  const folder = join(bench.folder, "declares.git");
  const builder = new HistoryBuilder(folder);
  for (let number = 0; number < 5; number += 1) {
    builder.commit({ files: { "out/figures.json": `{"n":${number}}`, "metrics.json": `{"m":${number}}` } });
  }
  const declares = builder.commit({ branch: "later", files: { "out/figures.json": '{"n":9}' }, parents: [5 as Mark] });
  const declared = builder.commit({ branch: "later", files: { "dvc.yaml": "metrics:\n- out/figures.json\n" } });
  const shaOf = await builder.finish();
  git(folder, "update-ref", "-d", "refs/heads/later");
  const id = await bench.add({ folder });
  const undeclared = await readStoredHistory(bench.store, id);
  assert.equal(undeclared.commits.length, 5);
  assert.ok(undeclared.commits.every(({ files }) => files.size === 1));
  git(folder, "update-ref", "refs/heads/main", shaOf(declared));
  await bench.sync(id);
  const stored = await readStoredHistory(bench.store, id);
  assert.equal(stored.repository["state"], "ready", String(stored.repository["problem"]));
  assert.equal(stored.commits[5]?.sha, shaOf(declares));
  assert.deepEqual(
    stored.commits.map(({ files }) => files.get("out/figures.json")?.values?.get("n")),
    [0, 1, 2, 3, 4, 9, 9],
  );
  assert.deepEqual(
    stored.commits.slice(0, 5).map(({ sha, position }) => [sha, position]),
    undeclared.commits.map(({ sha, position }) => [sha, position]),
    "positions stay",
  );
});
