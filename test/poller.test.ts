// Looks at the refs of repositories: what they find, what they ask for, how often, and what no webhook had told of.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { RepositoryId } from "../src/domain/model.ts";
import type { PollDeps } from "../src/ingest/poll-repository.ts";
import { pollDue, startPoller } from "../src/ingest/poller.ts";
import { explainMissed } from "../src/store/missed-change.ts";
import { takeDuePoll } from "../src/store/poll.ts";
import { type GitServer, type GitServerFault, startGitServer } from "./helpers/git-server.ts";
import { type IngestBench, openIngestBench } from "./helpers/ingest-bench.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { until } from "./helpers/until.ts";

const MINUTE = 60_000;

let bench: IngestBench;
let server: GitServer;
let fault: GitServerFault | null = null;
let made = 0;
/** how far the poller's clock is ahead */
let ahead = 0;

const deps = (changes: Partial<PollDeps> = {}): PollDeps => ({
  database: bench.database.database,
  allow: bench.deps.allow,
  log: bench.deps.log,
  now: () => Date.now() + ahead,
  pollSeconds: 300,
  random: () => 0,
  ...changes,
});

before(async () => {
  bench = await openIngestBench();
  server = await startGitServer({ root: bench.folder, fault: () => fault });
});
after(async () => {
  await server.close();
  await bench.close();
});
beforeEach(async () => {
  fault = null;
  await query("UPDATE git_repository SET poll_due_at = 'infinity'");
  await query("DELETE FROM git_host");
});

function query<Row extends object>(text: string, ...values: readonly (string | number | null)[]): Promise<Row[]> {
  return bench.database.database.owner.query<Row>(text, values);
}

interface Followed {
  readonly id: RepositoryId;
  readonly pushed: PushedRepository;
}

/** A remote with one branch, imported and looked at once. */
async function follow(): Promise<Followed> {
  made += 1;
  const file = `polled-${made}.git`;
  const pushed = new PushedRepository(join(bench.folder, file));
  pushed.commit("main");
  const id = await bench.add({ url: `${server.url}/${file}` });
  await look(id);
  return { id, pushed };
}

/** Lets time go by until a repository's look is due, and has that made. */
async function look(id: RepositoryId, changes: Partial<PollDeps> = {}): Promise<void> {
  await query("UPDATE git_repository SET poll_due_at = '2000-01-01T00:00:00Z' WHERE id = $1", id);
  assert.equal(await pollDue(deps(changes)), 1);
}

interface Events {
  readonly source: string;
  readonly reason: string | null;
  readonly state: string;
  readonly missed: boolean;
  readonly named: readonly { readonly ref: string }[] | null;
}

/** Its events that are not done, without those that a worker answers now. */
function waiting(id: RepositoryId): Promise<Events[]> {
  return query<Events>(
    "SELECT source, reason, state, missed, named FROM event WHERE repository_id = $1 AND state <> 'done' ORDER BY id",
    id,
  );
}

async function row(id: RepositoryId): Promise<Record<string, unknown>> {
  const [found] = await query<Record<string, unknown>>("SELECT * FROM git_repository WHERE id = $1", id);
  return found ?? {};
}

async function dueIn(id: RepositoryId): Promise<number> {
  const at = (await row(id))["poll_due_at"] as Date;
  return Math.round((at.getTime() - Date.now() - ahead) / MINUTE);
}

async function hook(id: RepositoryId, state = "active"): Promise<void> {
  const insert = `INSERT INTO webhook (organization_id, hook_id, kind, repository_id, secret, state)
    VALUES ($1, 'hook of ' || $2::bigint, 'github', $2, '', $3)`;
  await query(insert, bench.organization, id, state);
}

/** A delivery that a worker has led to the repository. */
async function delivered(id: RepositoryId, named: readonly object[]): Promise<void> {
  const insert = `INSERT INTO event (organization_id, repository_id, source, state, named)
    VALUES ($1, $2, 'webhook', 'done', $3)`;
  await query(insert, bench.organization, id, JSON.stringify(named));
  await query("UPDATE git_repository SET webhook_at = now() WHERE id = $1", id);
}

test("a look at what was imported asks for nothing, and one after a push asks for the new commits once", async () => {
  const { id, pushed } = await follow();
  assert.deepEqual(await waiting(id), []);
  assert.equal(await dueIn(id), 5);
  const old = pushed.head("main");
  const head = pushed.commit("main");
  await look(id);
  await look(id);
  const named = [{ ref: "refs/heads/main", before: old, after: head }];
  assert.deepEqual(await waiting(id), [{ source: "poll", reason: null, state: "due", missed: false, named }]);
  await bench.work();
  await look(id);
  assert.deepEqual(await waiting(id), []);
});

test("a push while a worker is at it asks for another run: that one may have read the branches before", async () => {
  const { id, pushed } = await follow();
  pushed.commit("main");
  await look(id);
  await query("UPDATE event SET state = 'running' WHERE repository_id = $1 AND state = 'due'", id);
  pushed.commit("main");
  await look(id);
  assert.deepEqual(
    (await waiting(id)).map(({ state }) => state),
    ["running", "due"],
  );
});

test("a tag, a new branch and another HEAD are found", async () => {
  const { id, pushed } = await follow();
  for (const change of [
    () => pushed.tag("v1", pushed.head("main")),
    () => pushed.move("other", pushed.head("main")),
    () => pushed.setHead("other"),
  ]) {
    change();
    await look(id);
    assert.equal((await waiting(id)).length, 1, change.toString());
    await bench.work();
    await look(id);
    assert.deepEqual(await waiting(id), []);
  }
});

test("a folder is looked at where it lies, every minute", async () => {
  made += 1;
  const pushed = new PushedRepository(join(bench.folder, `folder-${made}.git`));
  pushed.commit("main");
  const id = await bench.add({ folder: pushed.folder });
  await look(id);
  assert.deepEqual(await waiting(id), []);
  assert.equal(await dueIn(id), 1);
  pushed.commit("main");
  await look(id);
  assert.equal((await waiting(id)).length, 1);
  await bench.work();
});

test("an empty repository is asked for by its first push, not before", async () => {
  const folder = join(bench.folder, "empty.git");
  const pushed = new PushedRepository(folder);
  const id = await bench.add({ folder });
  const count = async () => (await query("SELECT FROM event WHERE repository_id = $1", id)).length;
  assert.equal(await count(), 1, "its import, which found nothing");
  await look(id);
  assert.equal(await count(), 1);
  pushed.commit("main");
  await look(id);
  assert.equal(await count(), 2);
});

test("looks are three times rarer with a webhook that works, and spread so that none is late", async () => {
  const { id } = await follow();
  await hook(id);
  await query("UPDATE git_repository SET webhook_at = now() WHERE id = $1", id);
  await look(id);
  assert.equal(await dueIn(id), 15);
  await look(id, { random: () => 1 });
  assert.equal(await dueIn(id), 12);
  await query("UPDATE git_repository SET missed_at = now() WHERE id = $1", id);
  await look(id);
  assert.equal(await dueIn(id), 5, "a webhook that missed something since its last delivery does not work");
  await query("UPDATE git_repository SET missed_at = NULL, webhook_at = now() - interval '25 hours' WHERE id = $1", id);
  await look(id);
  assert.equal(await dueIn(id), 5);
});

test("all branches are compared once a day, also when nothing seems to have changed", async () => {
  const { id } = await follow();
  const day = "interval '25 hours'";
  await query(`UPDATE git_repository SET compared_at = now() - ${day} WHERE id = $1`, id);
  await look(id);
  assert.deepEqual(await waiting(id), [], "an event of this day is enough");
  await query(`UPDATE event SET created_at = created_at - ${day} WHERE repository_id = $1`, id);
  await look(id);
  const daily = { source: "poll", reason: "comparison", state: "due", missed: false, named: null };
  assert.deepEqual(await waiting(id), [daily]);
  await bench.work();
  await look(id);
  assert.deepEqual(await waiting(id), []);
});

test("several processes share the looks, and what a killed one took is due again", async () => {
  const { id } = await follow();
  await query("UPDATE git_repository SET poll_due_at = '2000-01-01T00:00:00Z' WHERE id = $1", id);
  const take = (at: number) =>
    takeDuePoll(bench.database.database.system, new Date(at), { until: new Date(at + 3 * MINUTE), busyHosts: [] });
  const now = Date.now();
  const taken = await Promise.all([take(now), take(now), take(now)]);
  assert.deepEqual(
    taken.flatMap((due) => due?.id ?? []),
    [id],
  );
  assert.equal(await take(now + MINUTE), null);
  assert.equal((await take(now + 3 * MINUTE))?.id, id);
});

test("W16: a push that no webhook told of is found and counted, and the delivery that comes a moment later takes it back", async () => {
  const { id, pushed } = await follow();
  await hook(id);
  const old = pushed.head("main");
  const head = pushed.commit("main");
  await look(id);
  assert.deepEqual([(await row(id))["missed"], (await waiting(id))[0]?.missed], [1, true]);
  await delivered(id, [{ ref: "refs/heads/other", before: null, after: head }]);
  assert.equal(
    await bench.store.write((tx) => explainMissed(tx, id)),
    false,
    "one about another branch explains nothing",
  );
  await delivered(id, [{ ref: "refs/heads/main", before: old, after: head }]);
  assert.equal(await bench.store.write((tx) => explainMissed(tx, id)), true);
  const { missed, missed_at: at } = await row(id);
  assert.deepEqual([missed, at], [0, null]);
  await bench.work();
});

test("a push that a delivery told of is not counted, whatever else it told of", async () => {
  const { id, pushed } = await follow();
  await hook(id);
  const head = pushed.commit("main");
  await delivered(id, [
    { ref: "refs/heads/x", before: null, after: head },
    { ref: "refs/heads/main", before: null, after: head },
  ]);
  await look(id);
  assert.deepEqual([(await row(id))["missed"], (await waiting(id))[0]?.missed], [0, false]);
  await bench.work();
});

test("W17: a push of four branches that a server tells nobody of is found in one look", async () => {
  const { id, pushed } = await follow();
  await hook(id);
  await delivered(id, [{ ref: "refs/heads/main", before: null, after: pushed.head("main") }]);
  for (const branch of ["main", "b", "c", "d"]) pushed.commit(branch, { parents: [pushed.head("main")] });
  await look(id);
  assert.equal((await row(id))["missed"], 1);
  assert.equal((await waiting(id))[0]?.named?.length, 4);
  await bench.work();
  const [branches] = await query<{ count: number }>(
    "SELECT count(*)::int AS count FROM git_branch WHERE repository_id = $1 AND state = 'live'",
    id,
  );
  assert.equal(branches?.count, 4);
});

test("after a change that was missed the very next look comes at the quick pace", async () => {
  const { id, pushed } = await follow();
  await hook(id);
  await query("UPDATE git_repository SET webhook_at = now() - interval '1 hour' WHERE id = $1", id);
  await look(id);
  assert.equal(await dueIn(id), 15);
  pushed.commit("main");
  await look(id);
  assert.equal((await row(id))["missed"], 1);
  assert.equal(await dueIn(id), 5);
  await bench.work();
});

test("nothing is missed without a webhook, or where it is known to be broken", async () => {
  for (const state of [null, "missing", "refused"]) {
    const { id, pushed } = await follow();
    if (state !== null) await hook(id, state);
    pushed.commit("main");
    await look(id);
    assert.equal((await row(id))["missed"], 0, String(state));
    await bench.work();
  }
});

test("a server that fails is asked more and more rarely, and people are told after three looks, not before", async () => {
  const { id } = await follow();
  fault = { kind: "status", status: 503 };
  const waits: number[] = [];
  for (let count = 0; count < 5; count += 1) {
    await query("DELETE FROM git_host");
    await look(id);
    waits.push(await dueIn(id));
    assert.equal((await waiting(id)).length, count < 2 ? 0 : 1, `after ${count + 1} looks`);
  }
  assert.deepEqual(waits, [5, 10, 20, 40, 60]);
  assert.match(String((await row(id))["poll_problem"]), /a server that failed \(5xx\)/);
  await bench.work();
  const [told] = await waiting(id);
  assert.deepEqual([(await row(id))["state"], told?.state, told?.reason], ["failed", "failed", "look-failed"]);
  fault = null;
  await look(id);
  await bench.work();
  const { state, poll_failures: failures, poll_problem: problem } = await row(id);
  assert.deepEqual([state, failures, problem], ["ready", 0, null], "it goes on by itself");
});

test("who is refused is asked once more, and then once a day", async () => {
  const { id } = await follow();
  fault = { kind: "status", status: 403 };
  await look(id);
  assert.equal(await dueIn(id), 24 * 60);
  await bench.work();
  const { state, problem } = await row(id);
  assert.equal(state, "failed");
  assert.match(String(problem), /no access/);
  const asked = server.requests.length;
  await look(id);
  assert.ok(server.requests.length > asked);
  assert.equal(await dueIn(id), 24 * 60);
  assert.equal((await waiting(id)).filter((event) => event.state !== "dead").length, 0, "it is told once");
  fault = null;
  await look(id);
  await bench.work();
  assert.equal((await row(id))["state"], "ready");
});

test("a web page in the place of an answer is an error, not a repository without branches", async () => {
  const { id } = await follow();
  fault = { kind: "body", text: "<html>Sign in</html>" };
  await look(id);
  assert.match(String((await row(id))["poll_problem"]), /not Git's/);
  assert.deepEqual(await waiting(id), []);
});

test("a repository that was read before gets over a web page for a moment", async () => {
  const { id, pushed } = await follow();
  pushed.commit("main");
  await look(id);
  fault = { kind: "body", text: "<html>We are back soon</html>" };
  await bench.work();
  assert.deepEqual(
    (await waiting(id)).map(({ state }) => state),
    ["failed"],
  );
  const problem = String((await row(id))["problem"]);
  assert.match(problem, /not Git's/);
  assert.doesNotMatch(problem, /Check its address/);
  fault = null;
  await query("UPDATE event SET due_at = now() WHERE state = 'failed'");
  await query("UPDATE git_repository SET retry_at = NULL WHERE id = $1", id);
  await bench.work();
  assert.equal((await row(id))["state"], "ready");
});

test("after a server's pause one look tries it, and its success is all others' as well", async () => {
  const followed = [await follow(), await follow(), await follow()];
  const host = new URL(server.url).host;
  const pause = (since: string): Promise<object[]> =>
    query(
      `INSERT INTO git_host (host, failures, paused_until) VALUES ($1, 3, now() - $2::interval)
       ON CONFLICT (host) DO UPDATE SET failures = 3, paused_until = excluded.paused_until`,
      host,
      since,
    );
  const dueAgain = (): Promise<object[]> =>
    query(
      "UPDATE git_repository SET poll_due_at = '2000-01-01T00:00:00Z' WHERE id = ANY(string_to_array($1, ' ')::bigint[])",
      followed.map(({ id }) => id).join(" "),
    );
  ahead = 0;
  fault = { kind: "status", status: 503 };
  await pause("1 minute");
  await dueAgain();
  assert.equal(await pollDue(deps()), 1, "the others wait for what becomes of the first");
  const [down] = await query<{ failures: number; waits: number }>(
    "SELECT failures, extract(epoch FROM paused_until - now())::float8 AS waits FROM git_host WHERE host = $1",
    host,
  );
  assert.equal(down?.failures, 4);
  assert.ok(down.waits > 40 && down.waits < 80, `${down.waits} s`);
  fault = null;
  await pause("1 minute");
  assert.equal(await pollDue(deps()), 2);
  assert.deepEqual(await query("SELECT FROM git_host"), []);
});

test("what waits for its server or its account is not looked at", async () => {
  const { id } = await follow();
  await query("UPDATE git_repository SET poll_due_at = '2000-01-01T00:00:00Z' WHERE id = $1", id);
  const host = new URL(server.url).host;
  await query("INSERT INTO git_host (host, paused_until) VALUES ($1, now() + interval '1 hour')", host);
  assert.equal(await pollDue(deps()), 0);
  await query("DELETE FROM git_host");
  await query("UPDATE git_repository SET gone_at = now() WHERE id = $1", id);
  assert.equal(await pollDue(deps()), 0);
  await query("UPDATE git_repository SET gone_at = NULL WHERE id = $1", id);
  assert.equal(await pollDue(deps()), 1);
});

test("a branch that vanished is looked for again without anything else happening", async () => {
  const { id, pushed } = await follow();
  pushed.move("b", pushed.commit("main"));
  await look(id);
  await bench.work();
  pushed.remove("b");
  await look(id);
  await bench.work();
  assert.deepEqual(await waiting(id), []);
  bench.later(10 * MINUTE);
  await look(id);
  const again = (await waiting(id)).map(({ reason }) => reason);
  assert.deepEqual(again, ["branch-gone"], "by the worker's clock it is due");
  await bench.work();
  const [branch] = await query<{ state: string }>(
    "SELECT state FROM git_branch WHERE repository_id = $1 AND name = 'b'",
    id,
  );
  assert.equal(branch?.state, "deleted");
});

test("startPoller() does nothing where looks are turned off, and gives up looks under way when it stops", async () => {
  const { id } = await follow();
  await query("UPDATE git_repository SET poll_due_at = '2000-01-01T00:00:00Z' WHERE id = $1", id);
  await startPoller(deps({ pollSeconds: 0 })).stop();
  fault = { kind: "hang" };
  const asked = server.requests.length;
  const poller = startPoller(deps());
  await until("a look has begun", () => server.requests.length > asked);
  await poller.stop();
  const { poll_failures: failures } = await row(id);
  assert.equal(failures, 0);
});
