// What readers see of a server that dies: nothing, while another one can answer.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createReads, type Reads, anythingChanged, repositoryChanged } from "../src/reads/reads.ts";
import { byScore } from "../src/store/rendezvous.ts";
import { openStandbyLab, untilSo } from "./helpers/standby-lab.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { change, makeToldRepositories, shownByPage, type ToldRepository } from "./helpers/told-versions.ts";

const IDS = ["replica-1", "replica-2", "replica-3"];
const CONNECTIONS = 32;
const lab = await openStandbyLab(temporaryFolder(), IDS.length);
after(() => lab.close());
await lab.untilUp();
const repositories = await makeToldRepositories(lab.database, await lab.makeOrganization(), 24);
const { database } = lab;
const reads: Reads = createReads(database);
after(
  await database.listen({
    changed: (repository, version) => repositoryChanged(reads, repository, version),
    missed: () => anythingChanged(reads),
  }),
);
await lab.untilEven();

const readsOf = (): Map<string, number> =>
  new Map(database.replicas.figures().replicas.map(({ id, reads: count }) => [id, count]));

/** Many readers ask for pages until they are told to stop; each looks that no repository goes back. */
function crowd(): { stop(): Promise<{ pages: number; failures: unknown[]; older: number }> } {
  const over = new AbortController();
  const seen = { pages: 0, failures: [] as unknown[], older: 0 };
  const reader = async (place: number): Promise<void> => {
    const versions = new Map<string, number>();
    for (let turn = place; !over.signal.aborted; turn++) {
      const repository = repositories[turn % repositories.length] as ToldRepository;
      try {
        const version = await shownByPage(reads, repository);
        if (version < (versions.get(repository.id) ?? 0)) seen.older += 1;
        versions.set(repository.id, version);
        seen.pages += 1;
      } catch (error) {
        seen.failures.push(error);
      }
    }
  };
  const readers = Array.from({ length: CONNECTIONS }, (_, place) => reader(place));
  return {
    stop: async () => {
      over.abort();
      await Promise.all(readers);
      return seen;
    },
  };
}

const untilMorePages = async (count: number): Promise<void> => {
  const total = (): number => [...readsOf().values()].reduce((sum, each) => sum + each, 0);
  const wanted = total() + count;
  await untilSo("more pages", () => total() >= wanted);
};

test("a replica that is killed under 32 readers: no request fails, and only its repositories move", async () => {
  const victim = "replica-1";
  const pid = await lab.pidOf(victim);
  const readers = crowd();
  await untilMorePages(200);
  process.kill(pid, "SIGKILL");
  await untilSo("found dead", () => database.replicas.figures().replicas.some(({ id, up }) => id === victim && !up));
  await untilMorePages(200);
  const { pages, failures, older } = await readers.stop();
  assert.deepEqual([failures, older], [[], 0]);
  assert.ok(pages > 400);

  // those of the others stayed where they were, and its own went to each one's next
  await untilSo("out", () => database.replicas.figures().replicas.some(({ id, up }) => id === victim && !up));
  for (const repository of repositories) {
    const order = byScore(IDS, repository.id);
    const wanted = order[0] === victim ? order[1] : order[0];
    const before = readsOf();
    await shownByPage(reads, repository);
    const moved = IDS.filter((id) => (readsOf().get(id) ?? 0) > (before.get(id) ?? 0));
    if (database.replicas.figures().replicas.every(({ up }) => up)) break; // it is back already
    assert.deepEqual(moved, [wanted]);
  }
  await lab.untilUp();
  assert.notEqual(await lab.pidOf(victim), pid);
});

test("a replica that hangs fails no request either", async () => {
  const readers = crowd();
  await untilMorePages(100);
  const thaw = await lab.freeze("replica-2");
  try {
    await untilSo("out", () => database.replicas.figures().replicas.some(({ id, up }) => id === "replica-2" && !up));
    await untilMorePages(100);
    const { failures, older } = await readers.stop();
    assert.deepEqual([failures, older], [[], 0]);
  } finally {
    thaw();
  }
  await lab.untilUp();
});

test("while the primary is down pages go on, none is older than one seen before, and all is well when it is back", async () => {
  const first = repositories[0] as ToldRepository;
  const before = await change(database, first);
  await untilSo("shown", async () => (await shownByPage(reads, first)) === before);
  await lab.untilEven();
  const readers = crowd();
  await untilMorePages(100);
  const pid = await lab.pidOf(null);
  const thaw = await lab.freeze(null); // it is not brought back before it is killed
  await untilSo("down", () => !database.replicas.figures().primaryUp);
  const age = database.replicas.ageMs();
  assert.ok(age !== null && age > 0, "and it is told how old the rows are");
  await untilMorePages(200);
  await assert.rejects(
    Promise.race([
      change(database, first),
      new Promise((_, reject) => {
        setTimeout(() => reject(new Error("no answer")), 200).unref();
      }),
    ]),
  );
  process.kill(pid, "SIGKILL");
  thaw();
  // a process of the old one may answer a last time
  await untilSo("another one", async () => ![0, pid].includes(await lab.pidOf(null)));
  await untilSo("back", () => database.replicas.figures().primaryUp);
  await untilMorePages(100);
  const { failures, older } = await readers.stop();
  assert.deepEqual([failures, older], [[], 0]);
  assert.equal(database.replicas.ageMs(), null);
  const now = await change(database, first);
  assert.ok(now > before);
  await untilSo("shown", async () => (await shownByPage(reads, first)) === now);
  await lab.untilUp();
});
