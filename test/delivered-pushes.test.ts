// From a delivery to the commits that it tells of: whatever it says, what is stored is what Git has; floods are one run.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import { DeliveryReceiver } from "../src/ingest/receive-delivery.ts";
import { routeDeliveries } from "../src/ingest/route-delivery.ts";
import { insertDeliveries } from "../src/store/delivery.ts";
import { startApi } from "./helpers/api-server.ts";
import { git } from "./helpers/git-history.ts";
import { openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { readStoredHistory } from "./helpers/stored-history.ts";
import { makeTestWebhook, signedHeaders, type TestWebhook, testKeyring } from "./helpers/test-webhook.ts";

/** 10,000 in the long form. */
const FLOOD = 250 * Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 4);

const bench = await openIngestBench();
const { owner } = bench.database.database;
const receiver = new DeliveryReceiver({
  database: bench.database.database,
  keyring: testKeyring,
  now: Date.now,
  wake: () => undefined,
});
const server = await startApi(bench.database, { receiver });
after(async () => {
  await server.close();
  await bench.close();
});

interface Followed {
  readonly remote: PushedRepository;
  readonly id: RepositoryId;
  readonly webhook: TestWebhook;
}

async function follow(name: string): Promise<Followed> {
  const remote = new PushedRepository(join(bench.folder, `${name}.git`));
  remote.commit("main");
  const id = await bench.add({ folder: remote.folder, name });
  const webhook = await makeTestWebhook(bench.database.database, bench.organization, { repository: id });
  return { remote, id, webhook };
}

async function deliver(webhook: TestWebhook, payload: unknown, event = "push"): Promise<void> {
  const body = JSON.stringify(payload);
  const headers = signedHeaders(webhook, body, { event });
  const answer = await fetch(server.url + webhook.path, { method: "POST", headers, body: Buffer.from(body) });
  assert.equal(answer.status, 202);
}

/** Reads the deliveries and has all that is due answered. @returns how many runs that took */
async function work(): Promise<number> {
  while (await routeDeliveries({ database: bench.database.database, log: bench.deps.log }));
  return bench.work();
}

async function assertStored({ remote, id }: Followed): Promise<void> {
  const { commits, branches } = await readStoredHistory(bench.store, id);
  const wanted = git(remote.folder, "rev-list", "--all").split("\n").toSorted();
  assert.deepEqual(commits.map(({ sha }) => sha).toSorted(), wanted);
  for (const [branch, head] of remote.heads()) assert.equal(branches.get(branch)?.head, head, branch);
}

function statesOf(webhook: TestWebhook): Promise<{ state: string; count: number }[]> {
  return owner.query(
    "SELECT state, count(*)::int AS count FROM event WHERE webhook_id = $1 GROUP BY state ORDER BY state",
    [webhook.id],
  );
}

test("a push that is delivered is stored, and its event is done once the commit is there", async () => {
  const one = await follow("one");
  const before = one.remote.head("main");
  const pushed = one.remote.commit("main");
  await deliver(one.webhook, { ref: "refs/heads/main", before, after: pushed, commits: [] });
  assert.equal(await work(), 1);
  await assertStored(one);
  assert.deepEqual(await statesOf(one.webhook), [{ state: "done", count: 1 }]);
});

test("what a delivery says of commits counts for nothing: stored is what Git has", async () => {
  const lies = await follow("lies");
  const before = lies.remote.head("main");
  const pushed = lies.remote.commit("main");
  const foreign = "f".repeat(40);
  const commits = [{ id: foreign, added: ["metrics.json"], message: "never made" }];
  await deliver(lies.webhook, {
    ref: "refs/heads/main",
    before: foreign,
    after: pushed,
    commits,
    head_commit: { id: foreign },
  });
  await deliver(lies.webhook, { ref: "refs/heads/never-made", before, after: foreign });
  await deliver(lies.webhook, { ref: "refs/heads/main", before, after: pushed, deleted: true, repository: { id: 99 } });
  await work();
  await assertStored(lies);
  const [, ...others] = await statesOf(lies.webhook);
  assert.deepEqual(
    others.map(({ state }) => state).filter((state) => state === "dead"),
    [],
  );
  assert.ok((await statesOf(lies.webhook)).some(({ state, count }) => state === "done" && count >= 2));
});

test("a branch that is made, forced and deleted is followed by what each delivery leads to", async () => {
  const moved = await follow("moved");
  const root = moved.remote.head("main");
  const none = "0".repeat(40);
  const first = moved.remote.commit("work", { parents: [root] });
  await deliver(moved.webhook, { ref: "refs/heads/work", before: none, after: first });
  await work();
  await assertStored(moved);
  const forced = moved.remote.commit("work", { parents: [root] });
  await deliver(moved.webhook, { ref: "refs/heads/work", before: first, after: forced, forced: true });
  await work();
  assert.equal((await readStoredHistory(bench.store, moved.id)).branches.get("work")?.head, forced);
  git(moved.remote.folder, "update-ref", "-d", "refs/heads/work");
  await deliver(moved.webhook, { ref: "work", ref_type: "branch" }, "delete");
  await work();
  assert.deepEqual(
    (await statesOf(moved.webhook)).filter(({ state }) => state === "dead"),
    [],
  );
});

test("odd names, tags, refs that are no branches and deliveries of nothing are answered, and the branches are Git's", async () => {
  const odd = await follow("odd");
  const { folder } = odd.remote;
  const root = odd.remote.head("main");
  const none = "0".repeat(40);
  const set = (ref: string, sha: string): void => void git(folder, "update-ref", ref, sha);
  const tip = odd.remote.commit("main");
  for (const name of ['a"b', "\u{1f600}", "--upload-pack=x", "-evil", "it's", "a;b$(id)", "<img/src=x>", "HEAD"]) {
    set(`refs/heads/${name}`, tip);
    await deliver(odd.webhook, { ref: `refs/heads/${name}`, before: none, after: tip });
  }
  set("refs/tags/light", tip);
  git(folder, "-c", "user.name=Ada", "-c", "user.email=a@example.org", "tag", "-a", "-m", "v1", "v1", tip);
  set("refs/pull/1/head", tip);
  set("refs/notes/commits", root);
  for (const ref of ["refs/heads/main", "refs/tags/light", "refs/tags/v1", "refs/pull/1/head", "refs/notes/commits"]) {
    // an annotated tag is told with the tag's own id, which is no commit
    await deliver(odd.webhook, { ref, before: none, after: git(folder, "rev-parse", ref) });
  }
  await deliver(odd.webhook, { ref: "refs/heads/a\nb", before: none, after: tip });
  await deliver(odd.webhook, { ref: "refs/heads/never-there", before: none, after: none });
  await deliver(odd.webhook, { ref: "refs/heads/gone", before: root, after: none, deleted: true });
  await deliver(odd.webhook, { ref: "refs/tags/gone", before: root, after: none, deleted: true });
  await deliver(odd.webhook, {});
  await work();
  assert.deepEqual(await statesOf(odd.webhook), [{ state: "done", count: 18 }]);
  await assertStored(odd);
  const { branches } = await readStoredHistory(bench.store, odd.id);
  assert.deepEqual([...branches.keys()].toSorted(), [...odd.remote.heads().keys()].toSorted());
});

test(`${FLOOD} deliveries about one repository are answered by a run or two, those of events of no concern are put aside`, async () => {
  const flooded = await follow("flooded");
  const before = flooded.remote.head("main");
  const pushed = flooded.remote.commit("main");
  const body = Buffer.from(JSON.stringify({ ref: "refs/heads/main", before, after: pushed }));
  const deliveries = bench.database.database.deliveries.in(bench.organization);
  const sent = (eventName: string, number: number) => ({
    webhookId: flooded.webhook.id,
    repositoryId: flooded.id,
    deliveryId: `${eventName} ${number}`,
    eventName,
    contentType: "application/json",
    body,
  });
  for (let at = 0; at < FLOOD; at += 50) {
    await insertDeliveries(
      deliveries,
      Array.from({ length: 50 }, (_, index) => sent("push", at + index)),
    );
  }
  // on a busy machine what was read last may be answered by a second one
  const runs = await work();
  assert.ok(runs >= 1 && runs <= 2, `${runs} runs`);
  await work();
  await assertStored(flooded);
  assert.deepEqual(await statesOf(flooded.webhook), [{ state: "done", count: FLOOD }]);
  await insertDeliveries(deliveries, [sent("issues", 1), sent("star", 2)]);
  await work();
  assert.deepEqual(await statesOf(flooded.webhook), [
    { state: "done", count: FLOOD },
    { state: "skipped", count: 2 },
  ]);
});
