// Tests of adding, asking for new commits and removing, on a real Postgres with real git.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { HistoryBuilder, makeBare } from "../../test/helpers/git-history.ts";
import { openTestDatabase, type TestDatabase } from "../../test/helpers/test-database.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { type EgressAllowance, PUBLIC_ONLY } from "../outbound.ts";
import { type Database } from "../store/database.ts";
import { takeDueLease } from "../store/due-work.ts";
import { keepLease } from "../store/lease.ts";
import { addRepository } from "./add-repository.ts";
import { removeRepository } from "./remove-repository.ts";
import { requestSync } from "./sync-repository.ts";

const LOOPBACK: EgressAllowance = { http: true, loopback: true, entries: [] };

let database_: TestDatabase;
let database: Database;
let organization: OrganizationId;
let folder: string;
let deps: { database: Database; allow: EgressAllowance };

before(async () => {
  database_ = await openTestDatabase();
  database = database_.database;
  organization = await database_.makeOrganization();
  folder = await mkdtemp(join(tmpdir(), "tidemark-workspace-"));
  deps = { database, allow: LOOPBACK };
});
after(async () => {
  await database_.close();
  await rm(folder, { recursive: true, force: true });
});

async function rowOf(id: RepositoryId, of = organization): Promise<Record<string, unknown> | undefined> {
  const [row] = await database.web
    .in(of)
    .query<Record<string, unknown>>(
      "SELECT name, kind, address, state, version FROM git_repository WHERE organization_id = $1 AND id = $2",
      [id],
    );
  return row;
}

async function eventsOf(id: RepositoryId): Promise<unknown[]> {
  return database.web
    .in(organization)
    .query("SELECT source, state FROM event WHERE organization_id = $1 AND repository_id = $2 ORDER BY id", [id]);
}

test("addRepository() stores a URL under owner and name, with an import that is due", async () => {
  const id = await addRepository(deps, organization, { url: "http://127.0.0.1:1/ada/engine.git" });
  assert.deepEqual(await rowOf(id), {
    name: "ada/engine",
    kind: "remote",
    address: "http://127.0.0.1:1/ada/engine.git",
    state: "waiting",
    version: 0,
  });
  assert.deepEqual(await eventsOf(id), [{ source: "import", state: "due" }]);
});

test("addRepository() counts up when a name is taken", async () => {
  const first = await addRepository(deps, organization, { url: "http://127.0.0.1:1/x/same.git" });
  const second = await addRepository(deps, organization, { url: "http://127.0.0.1:2/x/same.git" });
  const third = await addRepository(deps, organization, { url: "http://127.0.0.1:3/x/same.git" });
  assert.deepEqual(
    [(await rowOf(first))?.["name"], (await rowOf(second))?.["name"], (await rowOf(third))?.["name"]],
    ["x/same", "x/same-2", "x/same-3"],
  );
});

test("addRepository() refuses an address that is there already, and names it", async () => {
  await addRepository(deps, organization, { url: "http://127.0.0.1:1/x/once.git" });
  await assert.rejects(
    addRepository(deps, organization, { url: "http://127.0.0.1:1/x/once.git" }),
    (error) =>
      isTidemarkError(error, "repository-exists") &&
      error.message.includes('"http://127.0.0.1:1/x/once.git"') &&
      error.message.includes('named "x/once"'),
  );
});

test("addRepository() lets another organisation follow the same address under the same name", async () => {
  const url = "http://127.0.0.1:1/x/shared.git";
  const mine = await addRepository(deps, organization, { url });
  const other = await database_.makeOrganization();
  const theirs = await addRepository(deps, other, { url });
  assert.notEqual(mine, theirs);
  assert.equal((await rowOf(theirs, other))?.["name"], "x/shared");
  assert.equal(await rowOf(theirs), undefined);
});

test("addRepository() gives two people who add at once two names", async () => {
  const urls = Array.from({ length: 6 }, (_, index) => `http://127.0.0.1:${index + 10}/x/race.git`);
  const ids = await Promise.all(urls.map((url) => addRepository(deps, organization, { url })));
  const names = await Promise.all(ids.map(async (id) => (await rowOf(id))?.["name"]));
  assert.deepEqual(new Set(names), new Set(["x/race", "x/race-2", "x/race-3", "x/race-4", "x/race-5", "x/race-6"]));
});

const REFUSED: readonly (readonly [string, "bad-address" | "address-not-allowed"])[] = [
  ["file:///etc", "bad-address"],
  ["http://user:password@127.0.0.1/x", "bad-address"],
  ["https://127.0.0.1/x", "address-not-allowed"],
  ["https://169.254.169.254/latest", "address-not-allowed"],
];
for (const [url, code] of REFUSED) {
  test(`addRepository() refuses ${url} and stores nothing`, async () => {
    const count = async () => (await database.owner.query("SELECT FROM git_repository")).length;
    const rows = await count();
    await assert.rejects(
      addRepository({ database, allow: PUBLIC_ONLY }, organization, { url }),
      (error) => isTidemarkError(error, code) && !error.message.includes("password"),
    );
    assert.equal(await count(), rows);
  });
}

test("addRepository() takes a folder once, from wherever in it", async () => {
  const place = join(folder, "räder & co");
  await mkdir(join(place, "deep"), { recursive: true });
  const builder = new HistoryBuilder(join(place, ".git"));
  builder.commit({ files: { "metrics.json": "{}" } });
  await builder.finish();
  const id = await addRepository(deps, organization, { folder: place });
  const row = await rowOf(id);
  assert.equal(row?.["kind"], "folder");
  assert.equal(row?.["name"], "räder & co");
  await symlink(place, join(folder, "link"));
  for (const other of [join(place, "deep"), join(folder, "link"), join(place, ".git")]) {
    await assert.rejects(addRepository(deps, organization, { folder: other }), (error) =>
      isTidemarkError(error, "repository-exists"),
    );
  }
});

test("addRepository() refuses a folder that holds no repository", async () => {
  await assert.rejects(addRepository(deps, organization, { folder: join(folder, "nowhere") }), (error) =>
    isTidemarkError(error, "not-a-repository"),
  );
});

test("addRepository() counts folders of one name", async () => {
  makeBare(join(folder, "one.git"));
  await mkdir(join(folder, "sub"));
  makeBare(join(folder, "sub", "one.git"));
  const first = await addRepository(deps, organization, { folder: join(folder, "one.git") });
  const second = await addRepository(deps, organization, { folder: join(folder, "sub", "one.git") });
  assert.deepEqual([(await rowOf(first))?.["name"], (await rowOf(second))?.["name"]], ["one", "one-2"]);
});

test("requestSync() stores an event that is due, and knows only the organisation's own repositories", async () => {
  const id = await addRepository(deps, organization, { url: "http://127.0.0.1:1/x/asked.git" });
  const event = await requestSync(deps, organization, id);
  assert.match(event, /^\d+$/);
  assert.deepEqual(await eventsOf(id), [
    { source: "import", state: "due" },
    { source: "person", state: "due" },
  ]);
  const other = await database_.makeOrganization();
  await assert.rejects(requestSync(deps, other, id), (error) => isTidemarkError(error, "repository-not-found"));
});

test("removeRepository() takes the lease from the worker and removes everything", async () => {
  await database.owner.query("UPDATE event SET state = 'done'");
  const id = await addRepository(deps, organization, { url: "http://127.0.0.1:1/x/removed.git" });
  const lease = await takeDueLease(database.system, "worker");
  assert.ok(lease !== null && lease.repositoryId === id);
  const other = await database_.makeOrganization();
  const remove = (of: OrganizationId) => removeRepository({ database, mirrors: folder }, of, id);
  await assert.rejects(remove(other), (error) => isTidemarkError(error, "repository-not-found"));
  await remove(organization);
  assert.equal(await rowOf(id), undefined);
  assert.deepEqual(await eventsOf(id), []);
  await assert.rejects(
    database.worker.in(organization).write((tx) => keepLease(tx, lease)),
    (error) => isTidemarkError(error, "lease-lost"),
  );
  await assert.rejects(remove(organization), (error) => isTidemarkError(error, "repository-not-found"));
});
