// Branches that a server lists no more: what stays while they are looked for again, and what says that they are deleted.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { LOOK_APART_MS } from "../src/domain/vanished-branch.ts";
import { readStoredHealth } from "../src/store/repository-health.ts";
import { insertEvent, type NamedRef } from "../src/store/event.ts";
import { type GitServer, startGitServer } from "./helpers/git-server.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedCheck } from "./helpers/pushed-check.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";

let bench: IngestBench;
let server: GitServer;
let made = 0;

before(async () => {
  bench = await openIngestBench();
  server = await startGitServer({ root: bench.folder });
});
after(async () => {
  await server.close();
  await bench.close();
});

interface Followed {
  readonly id: RepositoryId;
  readonly file: string;
  readonly pushed: PushedRepository;
  readonly check: PushedCheck;
}

/** A remote with main, dev and topic, imported. */
async function follow(): Promise<Followed> {
  made += 1;
  const file = `vanished-${made}.git`;
  const pushed = new PushedRepository(join(bench.folder, file));
  pushed.commit("main");
  for (const branch of ["dev", "topic"]) pushed.commit(branch, { parents: [pushed.head("main")] });
  pushed.commit("main");
  const id = await bench.add({ url: `${server.url}/${file}` });
  const check = new PushedCheck(bench, pushed, id);
  await check.synced();
  return { id, file, pushed, check };
}

/** Has the new commits brought in as after polling, or after a delivery that names refs. */
async function look(id: RepositoryId, named: readonly NamedRef[] | null = null): Promise<void> {
  const [{ id: event }] = (await bench.store.write(async (tx) => [
    { id: await insertEvent(tx, id, "sync", "poll") },
  ])) as [{ id: string }];
  if (named !== null) {
    const asDelivery = "UPDATE event SET source = 'webhook', named = $2 WHERE id = $1";
    await bench.database.database.owner.query(asDelivery, [event, JSON.stringify(named)]);
  }
  await bench.work();
}

async function states(id: RepositoryId): Promise<Record<string, string>> {
  const { branches } = await readStoredHistory(bench.store, id);
  return Object.fromEntries([...branches].map(([name, { state }]) => [name, state]));
}

async function dueIn(id: RepositoryId): Promise<number> {
  const [row] = await bench.store.query<{ at: Date }>(
    "SELECT poll_due_at AS at FROM git_repository WHERE organization_id = $1 AND id = $2",
    [id],
  );
  return (row?.at.getTime() ?? Number.NaN) - (bench.deps.now?.() ?? 0);
}

test("the event of a look that did not find branches says so, until they count as deleted", async () => {
  const { id, pushed } = await follow();
  pushed.remove("dev");
  const said = async (): Promise<unknown> => {
    await look(id);
    const [row] = await bench.store.query<{ error: string | null }>(
      "SELECT error FROM event WHERE organization_id = $1 AND repository_id = $2 ORDER BY id DESC LIMIT 1",
      [id],
    );
    return row?.error;
  };
  const words = "Its server does not list dev any more: looked for again before that counts as deleted.";
  assert.equal(await said(), words);
  assert.equal(await said(), words);
  const health = await readStoredHealth(bench.store, id);
  assert.deepEqual([health?.vanishedNames, health?.vanishedLooks, health?.live], [["dev"], 1, 3]);
  bench.later(LOOK_APART_MS);
  assert.equal(await said(), null);
  assert.equal((await readStoredHealth(bench.store, id))?.live, null);
});

test("a branch that is not listed stays as it was until a second look 10 minutes later", async () => {
  const { id, pushed, check } = await follow();
  const head = pushed.head("dev");
  pushed.tag("held", head);
  pushed.remove("dev");
  await look(id);
  assert.deepEqual(await states(id), { main: "live", dev: "live", topic: "live" });
  assert.equal(await dueIn(id), LOOK_APART_MS, "the next look is due when it counts");
  pushed.move("dev", head); // what must be stored meanwhile is what would be there
  await check.synced();
  pushed.remove("dev");
  bench.later(LOOK_APART_MS - 1);
  await look(id);
  assert.equal((await states(id))["dev"], "live");
  bench.later(1);
  await look(id);
  await check.synced();
  assert.equal((await states(id))["dev"], "deleted");
});

test("commits, lines, reach and tags are right while a branch is missing and when it comes back, also moved", async () => {
  const { id, pushed, check } = await follow();
  const head = pushed.head("dev");
  pushed.tag("on-dev", head);
  pushed.remove("dev");
  pushed.commit("main");
  await look(id);
  pushed.move("dev", head);
  await check.synced(); // as if nothing had been missing, with the new commit
  await look(id);
  await check.synced();
  pushed.remove("dev");
  await look(id);
  pushed.move("dev", head);
  pushed.commit("dev");
  await look(id);
  await check.synced();
  bench.later(LOOK_APART_MS);
  pushed.remove("dev");
  await look(id);
  assert.equal((await states(id))["dev"], "live", "looks before its return do not count");
});

test("a branch stays missing while its mirror is fetched anew, and what is pushed then is read", async () => {
  const { id, pushed, check } = await follow();
  const head = pushed.head("dev");
  pushed.tag("held", head);
  pushed.remove("dev");
  await look(id);
  await rm(join(bench.deps.mirrors, `${id}.git`), { recursive: true });
  pushed.commit("main");
  await look(id);
  pushed.move("dev", head);
  await check.synced();
});

test("a missing default branch stays the default one, unless HEAD names another", async () => {
  const { id, pushed } = await follow();
  const defaultBranch = async (): Promise<unknown> =>
    (await readStoredHistory(bench.store, id)).repository["default_branch"];
  const head = pushed.head("main");
  pushed.remove("main");
  await look(id);
  assert.equal(await defaultBranch(), "main");
  pushed.move("trunk", head);
  pushed.setHead("trunk");
  await look(id);
  assert.equal(await defaultBranch(), "trunk");
  assert.deepEqual(await states(id), { main: "live", dev: "live", topic: "live", trunk: "live" });
});

test("a deletion that a delivery names counts at once, and of no other branch", async () => {
  const { id, pushed } = await follow();
  const named = { ref: "refs/heads/dev", before: pushed.head("dev"), after: null };
  for (let commit = 0; commit < 2; commit += 1) pushed.commit(`more-${commit}`, { parents: [pushed.head("main")] });
  await look(id);
  pushed.remove("dev", "topic");
  await look(id, [named]);
  const { dev, topic } = await states(id);
  assert.deepEqual([dev, topic], ["deleted", "live"]);
});

test("a person's own Sync counts at once", async () => {
  const { id, pushed, check } = await follow();
  pushed.remove("dev");
  await bench.sync(id);
  await check.synced();
});

test("more than half of the branches take three looks, whoever says that they are gone", async () => {
  const { id, pushed, check } = await follow();
  const named = ["dev", "topic"].map((branch) => ({
    ref: `refs/heads/${branch}`,
    before: pushed.head(branch),
    after: null,
  }));
  pushed.remove("dev", "topic");
  await look(id, named);
  await bench.sync(id);
  const live = { main: "live", dev: "live", topic: "live" };
  assert.deepEqual(await states(id), live);
  bench.later(LOOK_APART_MS);
  await look(id);
  assert.deepEqual(await states(id), live);
  bench.later(LOOK_APART_MS);
  await look(id);
  await check.synced();
});

test("a server without any branch loses nothing at first, and all of it is deleted after three looks", async () => {
  const { id, pushed, check } = await follow();
  const heads = pushed.heads();
  for (const [branch, head] of heads) pushed.tag(`held-${branch}`, head);
  pushed.empty();
  await look(id);
  for (const [branch, head] of heads) pushed.move(branch, head);
  await check.synced();
  await look(id);
  await check.synced();
  pushed.empty();
  for (let count = 0; count < 3; count += 1) {
    await look(id);
    bench.later(LOOK_APART_MS);
  }
  await check.synced();
  assert.deepEqual(await states(id), { main: "deleted", dev: "deleted", topic: "deleted" });
});
