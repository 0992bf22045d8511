// Tests of due-work.ts and back-off.ts: who is served next, and who is left out.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { openTestDatabase, type TestDatabase } from "../../test/helpers/test-database.ts";
import { failRepository, hostAnswered, hostFailed, hostLimited } from "./back-off.ts";
import { type DueWork, findDueWork, takeDueLease, takeDueWork } from "./due-work.ts";
import { insertEvent } from "./event.ts";
import { setAccountLimit } from "./git-account.ts";
import { type Lease, releaseLease } from "./lease.ts";
import { insertRepository } from "./repository.ts";

const FIRST = { isFirst: true, isTrial: false, share: 1 };
const AGAIN = { isFirst: false, isTrial: false, share: 1 };
const TRIAL = { isFirst: false, isTrial: true, share: 1 };

let db: TestDatabase;
let made = 0;

before(async () => {
  db = await openTestDatabase();
});
after(() => db.close());
beforeEach(async () => {
  await db.database.owner.query("UPDATE event SET state = 'done'");
  await db.database.owner.query("UPDATE git_repository SET lease_until = NULL");
  await db.database.owner.query("DELETE FROM git_host");
});

interface Options {
  /** imported already; default true */
  readonly synced?: boolean;
  readonly host?: string;
}

/** A repository with an event that is due. */
async function makeDue(organization: OrganizationId, { synced = true, host }: Options = {}): Promise<RepositoryId> {
  made += 1;
  const address = `https://${host ?? `host-${made}.example`}/r${made}`;
  const id = await db.database.web.in(organization).write(async (tx) => {
    const repository = (await insertRepository(tx, { name: `r${made}`, kind: "remote", address })) as RepositoryId;
    await insertEvent(tx, repository, synced ? "sync" : "import", "poll");
    return repository;
  });
  if (synced) await db.database.owner.query("UPDATE git_repository SET synced_at = now() WHERE id = $1", [id]);
  return id;
}

async function found(): Promise<RepositoryId[]> {
  return (await findDueWork(db.database.system, 100)).map(({ repositoryId }) => repositoryId);
}

async function take(work: DueWork | undefined, holder = "one"): Promise<Lease | null> {
  assert.ok(work !== undefined);
  return takeDueWork(db.database.system, holder, work);
}

async function takeNext(): Promise<RepositoryId | undefined> {
  return (await takeDueLease(db.database.system, "one"))?.repositoryId;
}

async function giveBack(repository: RepositoryId | undefined): Promise<void> {
  await db.database.owner.query("UPDATE git_repository SET lease_until = NULL WHERE id = $1", [repository ?? ""]);
}

test("findDueWork() gives new commits before imports, however long these have waited", async () => {
  const organization = await db.makeOrganization();
  const imported = await makeDue(organization, { synced: false });
  const pushed = await makeDue(organization);
  const work = await findDueWork(db.database.system, 100);
  assert.deepEqual(
    work.map(({ repositoryId, task }) => [repositoryId, task]),
    [
      [pushed, "sync"],
      [imported, "import"],
    ],
  );
});

test("findDueWork() serves organisations in turn, and in each the repository that was served longest ago", async () => {
  const [busy, quiet] = [await db.makeOrganization(), await db.makeOrganization()];
  const many = [await makeDue(busy), await makeDue(busy), await makeDue(busy)];
  const one = await makeDue(quiet);
  const served: (RepositoryId | undefined)[] = [];
  for (let turn = 0; turn < 6; turn += 1) {
    const next = await takeNext();
    served.push(next);
    await giveBack(next);
  }
  // all of it stays due: each turn is the other organisation's
  assert.deepEqual(served, [many[0], one, many[1], one, many[2], one]);
});

test("findDueWork() serves first who has fewer leases in force", async () => {
  const [busy, quiet] = [await db.makeOrganization(), await db.makeOrganization()];
  await makeDue(busy);
  assert.ok(await takeNext());
  await makeDue(busy);
  const one = await makeDue(quiet);
  await db.database.owner.query("UPDATE git_repository SET leased_at = now() + interval '1 hour' WHERE id = $1", [one]);
  assert.equal(await takeNext(), one);
});

test("takeDueWork() takes two imports of an organisation at once, of all workers, and no third", async () => {
  const organization = await db.makeOrganization();
  for (let count = 0; count < 4; count += 1) await makeDue(organization, { synced: false });
  const candidates = await findDueWork(db.database.system, 100);
  assert.equal(candidates.length, 2, "no more are offered");
  const others: DueWork[] = (
    await db.database.owner.query<{ id: RepositoryId }>(
      "SELECT id::text FROM git_repository WHERE organization_id = $1",
      [organization],
    )
  ).map(({ id }) => ({ organizationId: organization, repositoryId: id, task: "import", trial: null }));
  const leases = await Promise.all(others.map((each, index) => take(each, `worker ${index}`)));
  assert.equal(leases.filter((lease) => lease !== null).length, 2);
  const other = await db.makeOrganization();
  const theirs = await makeDue(other, { synced: false });
  assert.deepEqual(await found(), [theirs], "another organisation does not wait for them");
});

test("findDueWork() leaves out what a delivery asks for that nobody has read", async () => {
  const organization = await db.makeOrganization();
  const id = await makeDue(organization);
  await db.database.owner.query("UPDATE event SET source = 'webhook' WHERE repository_id = $1", [id]);
  assert.deepEqual(await found(), []);
  await db.database.owner.query("UPDATE event SET named = '[]' WHERE repository_id = $1", [id]);
  assert.deepEqual(await found(), [id]);
});

test("a repository that failed waits for its next attempt whatever comes by itself; a person does not", async () => {
  const organization = await db.makeOrganization();
  const id = await makeDue(organization);
  const store = db.database.worker.in(organization);
  const lease = (await takeDueLease(db.database.system, "one")) as Lease;
  await store.write(async (tx) => {
    await failRepository(tx, lease, "no answer", 60_000);
    await releaseLease(tx, lease);
  });
  await store.write((tx) => insertEvent(tx, id, "sync", "poll"));
  assert.deepEqual(await found(), []);
  await store.write((tx) => insertEvent(tx, id, "sync", "person"));
  assert.deepEqual(await found(), [id]);
});

test("a server waits when three of its repositories failed in a row, then one of them alone tries it", async () => {
  const organization = await db.makeOrganization();
  const ids = [];
  for (let count = 0; count < 4; count += 1) ids.push(await makeDue(organization, { host: "down.example:8443" }));
  const elsewhere = await makeDue(organization);
  const { system, owner } = db.database;
  const address = "https://down.example:8443/x";
  for (let attempts = 0; attempts < 5; attempts += 1) await hostFailed(system, address, AGAIN);
  await hostFailed(system, address, FIRST);
  await hostFailed(system, address, FIRST);
  assert.equal((await found()).length, 5, "one broken repository and another are no broken server");
  await hostFailed(system, address, FIRST);
  assert.deepEqual(await found(), [elsewhere]);
  await owner.query("UPDATE git_host SET paused_until = now() - interval '1 second'");
  const candidates = (await findDueWork(system, 100)).filter(({ trial }) => trial !== null);
  assert.deepEqual(
    candidates.map(({ trial }) => trial),
    Array.from({ length: 4 }, () => "down.example:8443"),
  );
  const leases = await Promise.all(candidates.map((each, index) => take(each, `worker ${index}`)));
  assert.equal(leases.filter((lease) => lease !== null).length, 1, "one trial at a time");
  assert.deepEqual(await found(), [elsewhere]);
  await hostAnswered(system, address);
  assert.equal((await found()).length, 4);
});

async function pauseOf(host: string): Promise<number | null> {
  const [row] = await db.database.owner.query<{ seconds: number | null }>(
    "SELECT round(extract(epoch FROM paused_until - now()))::int AS seconds FROM git_host WHERE host = $1",
    [host],
  );
  return row?.seconds ?? null;
}

test("hostFailed() makes each pause twice as long after a trial that fails, up to 15 minutes", async () => {
  const { system, owner } = db.database;
  const pauses: (number | null)[] = [];
  for (let count = 0; count < 9; count += 1) {
    await hostFailed(system, "https://grows.example/x", count < 3 ? FIRST : TRIAL);
    pauses.push(await pauseOf("grows.example"));
  }
  assert.deepEqual(pauses, [null, null, 30, 60, 120, 240, 480, 900, 900]);
  await hostFailed(system, "/srv/folder.git", FIRST);
  assert.equal((await owner.query("SELECT FROM git_host")).length, 1, "a folder has no server");
});

test("hostFailed() takes what fails at the same time for one hiccup", async () => {
  const { system } = db.database;
  for (let repositories = 0; repositories < 20; repositories += 1)
    await hostFailed(system, "https://hiccup.example/x", FIRST);
  for (let attempts = 0; attempts < 20; attempts += 1) await hostFailed(system, "https://hiccup.example/x", AGAIN);
  assert.equal(await pauseOf("hiccup.example"), 30);
});

/** A server that failed and pauses, and two of its repositories with nothing to do. */
async function makePaused(organization: OrganizationId, host: string): Promise<[RepositoryId, RepositoryId]> {
  const ids = [await makeDue(organization, { host }), await makeDue(organization, { host })] as const;
  await db.database.owner.query("UPDATE event SET state = 'done'");
  for (let count = 0; count < 3; count += 1) await hostFailed(db.database.system, `https://${host}/x`, FIRST);
  await passed(host);
  return [...ids];
}

/** The server's pause began a while ago, and lasts. */
async function passed(host: string): Promise<void> {
  await db.database.owner.query(
    "UPDATE git_host SET tried_at = now() - interval '11 seconds', paused_until = now() + interval '10 minutes' WHERE host = $1",
    [host],
  );
}

for (const source of ["person", "import", "webhook"] as const)
  test(`a server that pauses is tried at once for what came since (${source}), by that repository alone`, async () => {
    const organization = await db.makeOrganization();
    const host = `early-${source}.example`;
    const [wanted, other] = await makePaused(organization, host);
    const { system, owner } = db.database;
    const store = db.database.worker.in(organization);
    const ask = async (id: RepositoryId): Promise<void> => {
      const event = await store.write((tx) => insertEvent(tx, id, "sync", "person"));
      await owner.query("UPDATE event SET source = $2, named = '[]' WHERE id = $1", [event, source]);
    };
    await store.write((tx) => insertEvent(tx, other, "sync", "poll"));
    assert.deepEqual(await found(), [], "what comes by itself waits");
    await ask(wanted);
    assert.deepEqual(await found(), [wanted]);
    const lease = await takeDueLease(system, "one");
    assert.deepEqual([lease?.repositoryId, lease?.isTrial], [wanted, false]);
    await giveBack(wanted);
    await ask(other);
    assert.deepEqual(await found(), [], "not sooner again");
    await hostFailed(system, `https://${host}/x`, AGAIN);
    assert.equal(await pauseOf(host), 600, "an early trial that fails makes no pause longer");
    await passed(host);
    await owner.query("UPDATE event SET created_at = now() - interval '1 minute'");
    assert.deepEqual(await found(), [], "what it was tried for waits as the others");
    await ask(wanted);
    assert.deepEqual(await found(), [wanted]);
    await hostAnswered(system, `https://${host}/x`);
    assert.deepEqual((await found()).toSorted(), [wanted, other].toSorted());
  });

test("a server that asked for its pause is not tried for anybody", async () => {
  const organization = await db.makeOrganization();
  const [wanted] = await makePaused(organization, "asked.example");
  await hostLimited(db.database.system, "https://asked.example/x", new Date(Date.now() + 600_000));
  await db.database.worker.in(organization).write((tx) => insertEvent(tx, wanted, "sync", "person"));
  for (let count = 0; count < 5; count += 1) await hostFailed(db.database.system, "https://asked.example/x", FIRST);
  assert.deepEqual(await found(), []);
  assert.equal(await pauseOf("asked.example"), 600);
});

test("a repository that waits for its next attempt is tried for a delivery, twice a minute at most", async () => {
  const organization = await db.makeOrganization();
  const id = await makeDue(organization);
  const { owner } = db.database;
  await owner.query("UPDATE event SET state = 'done'");
  const wait = (s: number): Promise<unknown> =>
    owner.query(
      "UPDATE git_repository SET retry_at = now() + interval '1 hour', leased_at = now() - $2 * interval '1 second' WHERE id = $1",
      [id, s],
    );
  await wait(20);
  await db.database.worker.in(organization).write((tx) => insertEvent(tx, id, "sync", "poll"));
  await owner.query("UPDATE event SET source = 'webhook', named = '[]' WHERE repository_id = $1", [id]);
  assert.deepEqual(await found(), []);
  await wait(31);
  assert.deepEqual(await found(), [id]);
  await owner.query("UPDATE event SET created_at = now() - interval '40 seconds' WHERE repository_id = $1", [id]);
  assert.deepEqual(await found(), [], "it was tried since");
});

test("hostLimited() and setAccountLimit() leave out whom a server asked to wait, and nobody else", async () => {
  const organization = await db.makeOrganization();
  const limited = await makeDue(organization, { host: "limits.example" });
  const free = await makeDue(organization);
  const { system, owner } = db.database;
  await hostLimited(system, "https://limits.example/x", new Date(Date.now() + 60_000));
  assert.deepEqual(await found(), [free]);
  await owner.query("UPDATE git_host SET paused_until = now()");
  const lease = (await takeDueLease(system, "one")) as Lease;
  const store = db.database.worker.in(organization);
  const until = new Date(Date.now() + 60_000);
  const [user] = await owner.query<{ id: string }>(
    `INSERT INTO "user" (id, name, email) VALUES ('u-limits', 'Ada', 'limits@example.org') RETURNING id`,
  );
  const [account] = await owner.query<{ id: string }>(
    `INSERT INTO git_account (organization_id, user_id, kind, base_url, login, name, token)
     VALUES ($1, $2, 'plain', 'https://limits.example', 'ada', 'x', '') RETURNING id::text`,
    [organization, user?.id ?? ""],
  );
  await owner.query("UPDATE git_repository SET git_account_id = $2 WHERE id = $1", [
    lease.repositoryId,
    account?.id ?? "",
  ]);
  await store.write((tx) => setAccountLimit(tx, account?.id ?? "", until));
  await giveBack(lease.repositoryId);
  assert.deepEqual(
    await found(),
    [limited, free].filter((id) => id !== lease.repositoryId),
  );
});
