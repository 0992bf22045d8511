// Reads over real standbys: each repository's go to its own, and none shows less than is known.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createReads, type Reads, repositoryChanged } from "../src/reads/reads.ts";
import { byScore } from "../src/store/rendezvous.ts";
import type { Database } from "../src/store/database.ts";
import { openStandbyLab, untilSo } from "./helpers/standby-lab.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { change, makeToldRepositories, shownByPage, shownVersions } from "./helpers/told-versions.ts";

const lab = await openStandbyLab(temporaryFolder(), 2);
after(() => lab.close());
await lab.untilUp();
const IDS = ["replica-1", "replica-2"];
const repositories = await makeToldRepositories(lab.database, await lab.makeOrganization(), 12);
const homeOf = (id: string): string => byScore(IDS, id)[0] ?? "";

/** Reads as a web process makes them: it listens to the primary. */
async function reading(): Promise<{ database: Database; reads: Reads; told: Map<string, number> }> {
  const database = await lab.open();
  const reads = createReads(database);
  const told = new Map<string, number>();
  const stop = await database.listen({
    changed: (repository, version) => {
      told.set(repository, version);
      repositoryChanged(reads, repository, version);
    },
    missed: () => {},
  });
  after(stop);
  await untilSo("both up", () => database.replicas.figures().replicas.every(({ up }) => up));
  return { database, reads, told };
}

const figuresOf = (database: Database, id: string) => {
  const found = database.replicas.figures().replicas.find((each) => each.id === id);
  assert.ok(found !== undefined);
  return found;
};

test("each repository's reads go to the replica of its highest score, all kinds of them", async () => {
  const { database, reads } = await reading();
  await lab.untilEven();
  assert.deepEqual(new Set(repositories.map(({ id }) => homeOf(id))), new Set(IDS), "both have some");
  for (const repository of repositories) {
    const home = homeOf(repository.id);
    const other = IDS.find((id) => id !== home) ?? "";
    const before = [figuresOf(database, home).reads, figuresOf(database, other).reads];
    assert.deepEqual(new Set(Object.values(await shownVersions(reads, repository))), new Set([2]));
    const [own, others] = [figuresOf(database, home).reads, figuresOf(database, other).reads];
    assert.ok(own - (before[0] ?? 0) >= 6, "every kind of question is answered there");
    assert.equal(others, before[1]);
  }
  const { failures, behind } = figuresOf(database, "replica-1");
  assert.deepEqual([failures, behind], [0, 0]);
});

test("while a replica shows old rows, 0 of 1,000 pages are old: the primary answers; then traffic returns", async () => {
  const { database, reads, told } = await reading();
  const paused = repositories.filter(({ id }) => homeOf(id) === "replica-1");
  await lab.at("replica-1", "SELECT pg_wal_replay_pause()");
  const known = new Map<string, number>();
  for (const repository of paused) known.set(repository.id, await change(lab.database, repository));
  await untilSo("told of all", () => [...known].every(([id, version]) => told.get(id) === version));
  const reader = async (of: number): Promise<number> => {
    let stale = 0;
    for (let page = 0; page < 50; page++) {
      const repository = paused[(of + page) % paused.length];
      assert.ok(repository !== undefined);
      if ((await shownByPage(reads, repository)) < (known.get(repository.id) ?? 0)) stale += 1;
    }
    return stale;
  };
  const stale = await Promise.all(Array.from({ length: 20 }, (_, of) => reader(of)));
  assert.equal(
    stale.reduce((sum, each) => sum + each, 0),
    0,
  );
  const behind = figuresOf(database, "replica-1").behind;
  assert.ok(behind > 0, "the replica was asked, and the primary answered in its place");
  for (const repository of paused) {
    const shown = await shownVersions(reads, repository);
    for (const [kind, version] of Object.entries(shown)) assert.equal(version, known.get(repository.id), kind);
  }

  await lab.resume("replica-1");
  await lab.untilEven();
  // one that was paused for long was left out
  await untilSo("back", () => figuresOf(database, "replica-1").up);
  const before = figuresOf(database, "replica-1");
  for (const repository of paused) assert.equal(await shownByPage(reads, repository), known.get(repository.id));
  const now = figuresOf(database, "replica-1");
  assert.equal(now.behind, before.behind);
  assert.equal(now.reads - before.reads, paused.length);
});

test("a replica that is far behind is left out, and is back by itself", async () => {
  const { database, reads } = await reading();
  await lab.at("replica-2", "SELECT pg_wal_replay_pause()");
  await lab.at(null, "CREATE TABLE filler (text text)");
  // more of the log than a replica may be behind; rows of this size are not compressed
  await lab.at(null, "INSERT INTO filler SELECT repeat('x', 1500) FROM generate_series(1, 50000)");
  await untilSo("left out", () => !figuresOf(database, "replica-2").up && figuresOf(database, "replica-1").up);
  assert.ok(figuresOf(database, "replica-2").lagBytes > 64 * 1024 ** 2);
  const before = figuresOf(database, "replica-1").reads;
  for (const repository of repositories) await shownByPage(reads, repository);
  assert.equal(figuresOf(database, "replica-1").reads - before, repositories.length, "the other one has them all");
  await lab.resume("replica-2");
  await untilSo("back", () => figuresOf(database, "replica-2").up);
  const own = repositories.filter(({ id }) => homeOf(id) === "replica-2");
  const there = figuresOf(database, "replica-2").reads;
  for (const repository of own) await shownByPage(reads, repository);
  assert.equal(figuresOf(database, "replica-2").reads - there, own.length);
});

test("what a process wrote, it reads from the primary", async () => {
  const { database, reads } = await reading();
  const [repository] = repositories;
  assert.ok(repository !== undefined);
  database.replicas.wrote(repository.id);
  const before = IDS.map((id) => figuresOf(database, id).reads);
  await shownByPage(reads, repository);
  assert.deepEqual(
    IDS.map((id) => figuresOf(database, id).reads),
    before,
  );
});
