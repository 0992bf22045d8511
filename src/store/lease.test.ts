// Tests of lease.ts, event.ts and repository.ts: who may work on a repository, and what becomes of its events.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { openTestDatabase, type TestDatabase } from "../../test/helpers/test-database.ts";
import { buryEvents, completeEvents, insertEvent, retryEvents, waitingEvents } from "./event.ts";
import { takeDueLease } from "./due-work.ts";
import { endLeasesOf, keepLease, type Lease, leaseHolder, leaseHolders, releaseLease, revokeLease } from "./lease.ts";
import {
  deleteRepository,
  finishSync,
  insertRepository,
  readRepository,
  setProgress,
  setRepositoryState,
} from "./repository.ts";

let test_: TestDatabase;
let made = 0;

before(async () => {
  test_ = await openTestDatabase();
});
after(() => test_.close());

/** A repository with one due event, in an organisation of its own, the only one that is due. */
async function makeDue(): Promise<{ organization: OrganizationId; repository: RepositoryId; event: string }> {
  made += 1;
  const organization = await test_.makeOrganization();
  await test_.database.owner.query("UPDATE event SET state = 'done'");
  return test_.database.web.in(organization).write(async (tx) => {
    const address = `https://example.org/${made}`;
    const repository = (await insertRepository(tx, { name: `r${made}`, kind: "remote", address })) as RepositoryId;
    return { organization, repository, event: await insertEvent(tx, repository, "import") };
  });
}

async function take(holder = "one"): Promise<Lease> {
  const lease = await takeDueLease(test_.database.system, holder);
  assert.ok(lease !== null);
  return lease;
}

const isLost = (error: unknown): boolean => isTidemarkError(error, "lease-lost");

test("takeDueLease() gives each repository to one worker only", async () => {
  const { organization, repository } = await makeDue();
  const leases = await Promise.all(["a", "b", "c", "d"].map((holder) => takeDueLease(test_.database.system, holder)));
  const [lease, ...others] = leases.filter((each) => each !== null);
  assert.deepEqual(others, []);
  assert.deepEqual(lease, { organizationId: organization, repositoryId: repository, token: 1 });
});

test("takeDueLease() waits for an event that is due later", async () => {
  const { organization, event } = await makeDue();
  const store = test_.database.worker.in(organization);
  await store.write((tx) => retryEvents(tx, [event], "no answer", 3_600_000));
  assert.equal(await takeDueLease(test_.database.system, "one"), null);
  assert.deepEqual(await store.query("SELECT state, attempts, error FROM event WHERE organization_id = $1", []), [
    { state: "failed", attempts: 1, error: "no answer" },
  ]);
});

test("takeDueLease() gives a released lease again, under a higher token", async () => {
  const { organization } = await makeDue();
  const first = await take();
  await test_.database.worker.in(organization).write((tx) => releaseLease(tx, first));
  assert.equal((await take()).token, first.token + 1);
});

test("takeDueLease() takes over a lease that has ended, and what the old token writes is rolled back", async () => {
  const { organization, repository } = await makeDue();
  const store = test_.database.worker.in(organization);
  const old = await take("old");
  await test_.database.owner.query(
    "UPDATE git_repository SET lease_until = now() - interval '1 second' WHERE id = $1",
    [repository],
  );
  const lease = await take("new");
  assert.equal(lease.token, old.token + 1);
  const finish = { defaultBranch: "main", notices: [], changed: true };
  for (const write of [
    (by: Lease) => store.write((tx) => keepLease(tx, by)),
    (by: Lease) => store.write((tx) => finishSync(tx, by, finish)),
    (by: Lease) => store.write((tx) => setRepositoryState(tx, by, "failed", "x")),
  ]) {
    await assert.rejects(write(old), isLost);
  }
  await assert.rejects(
    store.write(async (tx) => {
      await completeEvents(
        tx,
        (await waitingEvents(tx, repository)).map(({ id }) => id),
        null,
      );
      await keepLease(tx, old);
    }),
    isLost,
  );
  assert.equal((await waitingEvents(store, repository)).length, 1, "the event waits as before");
  assert.equal((await readRepository(store, repository))?.version, 0);
  await store.write((tx) => finishSync(tx, lease, finish));
  assert.equal((await readRepository(store, repository))?.version, 1);
});

test("releaseLease() leaves a lease alone that is somebody else's by now", async () => {
  const { organization, repository } = await makeDue();
  const store = test_.database.worker.in(organization);
  const old = await take("old");
  await test_.database.owner.query("UPDATE git_repository SET lease_until = now() WHERE id = $1", [repository]);
  await take("new");
  await store.write((tx) => releaseLease(tx, old));
  assert.equal(await leaseHolder(store, repository), "new");
});

test("endLeasesOf() frees what a dead process held, and nothing else", async () => {
  const { organization, repository } = await makeDue();
  const store = test_.database.worker.in(organization);
  await take("m/1:9:100");
  const { system } = test_.database;
  assert.deepEqual(
    (await leaseHolders(system, "m/1:")).filter((holder) => holder === "m/1:9:100"),
    ["m/1:9:100"],
  );
  assert.deepEqual(await leaseHolders(system, "m/2:"), []);
  await endLeasesOf(system, "m/1:10:100");
  assert.equal(await leaseHolder(store, repository), "m/1:9:100");
  await endLeasesOf(system, "m/1:9:100");
  assert.equal(await leaseHolder(store, repository), null);
  assert.equal((await take("again")).repositoryId, repository);
});

test("revokeLease() and deleteRepository() stop whoever works on it", async () => {
  const { organization, repository } = await makeDue();
  const store = test_.database.worker.in(organization);
  const lease = await take();
  await store.write((tx) => revokeLease(tx, repository));
  await assert.rejects(
    store.write((tx) => keepLease(tx, lease)),
    isLost,
  );
  assert.equal(await store.write((tx) => deleteRepository(tx, repository)), true);
  assert.equal(await store.write((tx) => deleteRepository(tx, repository)), false);
  assert.deepEqual(await waitingEvents(store, repository), []);
});

test("completeEvents() and buryEvents() end events once", async () => {
  const { organization, repository, event } = await makeDue();
  const store = test_.database.worker.in(organization);
  const second = await store.write((tx) => insertEvent(tx, repository, "sync"));
  await store.write((tx) => completeEvents(tx, [event], null));
  await store.write((tx) => buryEvents(tx, [event, second], "no such repository"));
  assert.deepEqual(await store.query("SELECT state, error FROM event WHERE organization_id = $1 ORDER BY id", []), [
    { state: "done", error: null },
    { state: "dead", error: "no such repository" },
  ]);
});

test("a lease of one organisation writes nothing through the handle of another", async () => {
  const { repository } = await makeDue();
  const lease = await take();
  const other = test_.database.worker.in(await test_.makeOrganization());
  await assert.rejects(
    other.write((tx) => keepLease(tx, lease)),
    isLost,
  );
  assert.equal(await readRepository(other, repository), null);
  assert.equal(await other.write((tx) => deleteRepository(tx, repository)), false);
});

test("insertEvent() and setProgress() tell who listens, once their transaction is committed", async () => {
  const heard: string[] = [];
  let resolve = (): void => undefined;
  const stop = await test_.database.listen({
    changed: (id, version) => {
      heard.push(`${id} ${version}`);
      resolve();
    },
    missed: () => undefined,
  });
  const { organization, repository } = await makeDue();
  if (heard.length === 0) await new Promise<void>((done) => (resolve = done));
  assert.deepEqual(heard, [`${repository} 0`]);
  const lease = await take();
  const told = new Promise<void>((done) => (resolve = done));
  const progress = { phase: "reading", commitsDone: 1, commitsTotal: 2, filesDone: 0, filesTotal: null } as const;
  await test_.database.worker
    .in(organization)
    .write((tx) => setProgress(tx, lease, { ...progress, rate: null, secondsLeft: null, readable: false }));
  await told;
  assert.equal(heard.at(-1), `${repository} 0`);
  await stop();
});
