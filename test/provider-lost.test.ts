// Repositories that their account may not see any more: they are looked for, and followed on once they are there again.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { eventReasonWords } from "../src/domain/event-reason.ts";
import { askProviders, startProviderWatch } from "../src/ingest/provider-watch.ts";
import { Secret } from "../src/secrets.ts";
import { readProvided } from "../src/store/repository-provider.ts";
import { accountCalls } from "../src/workspace/account-calls.ts";
import { requestSync } from "../src/workspace/sync-repository.ts";
import { type FollowedTeam, followTeam, type TeamWorker, workerOf } from "./helpers/followed-team.ts";
import { until } from "./helpers/until.ts";
import { openTestDatabase, type TestDatabase } from "./helpers/test-database.ts";

const KINDS = ["github", "gitlab", "gitea", "bitbucket"] as const;
const NOW = Date.UTC(2027, 0, 10);
const DAY_MS = 86_400_001;

let db: TestDatabase;
let folder: string;
before(async () => {
  db = await openTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "tidemark-lost-"));
});
after(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

/** A team whose repository is read, and whose account then loses the right to see it. */
async function lost(t: TestContext, kind: (typeof KINDS)[number]): Promise<FollowedTeam & Pick<TeamWorker, "work">> {
  // those of earlier tests are not asked about
  await db.database.owner.query("DELETE FROM git_repository");
  const team = await followTeam(t, { db, folder, kind, now: NOW });
  const worker = workerOf(team, folder);
  await team.follow();
  await worker.work();
  see(team, false);
  assert.ok((await team.follow()).gone);
  return Object.assign(team, { work: worker.work });
}

function see(team: FollowedTeam, may: boolean): void {
  const { permissions } = team.provider.repository("ada/engine");
  if (may) permissions.set("ada", "admin");
  else permissions.delete("ada");
}

async function rowOf(team: FollowedTeam) {
  const [row] = await db.database.owner.query<{ state: string; problem: string | null; gone: boolean }>(
    "SELECT state, problem, gone_at IS NOT NULL AS gone FROM git_repository WHERE id = $1",
    [team.id],
  );
  return row;
}

async function lastEvent(team: FollowedTeam) {
  const [event] = await db.database.owner.query<{ state: string; error: string | null; reason: string | null }>(
    "SELECT state, error, reason FROM event WHERE repository_id = $1 ORDER BY id DESC LIMIT 1",
    [team.id],
  );
  return event;
}

const commits = async (team: FollowedTeam): Promise<number> =>
  (await db.database.owner.query("SELECT FROM git_commit WHERE repository_id = $1", [team.id])).length;

for (const kind of KINDS) {
  test(`a repository that its account may not see at ${kind} for some days is looked for each day, and followed on`, async (t) => {
    const team = await lost(t, kind);
    const problem =
      /^It is not at [\w ]+ any more, or its account may not see it: .* What was read of it stays here, and it is looked for every day\.$/;
    assert.match((await rowOf(team))?.problem ?? "", problem);
    for (const day of [1, 2]) {
      const asked = team.provider.questions.length;
      team.now += DAY_MS;
      assert.equal(await askProviders(team.deps), 1, `day ${day}`);
      assert.equal(await askProviders(team.deps), 0, "once a day");
      assert.ok(team.provider.questions.length > asked);
      assert.ok((await rowOf(team))?.gone);
    }
    see(team, true);
    team.provider.push("ada/engine", { files: { "metrics.json": '{"loss": 0.4}' }, at: Math.floor(team.now / 1_000) });
    team.now += DAY_MS;
    await askProviders(team.deps);
    assert.equal((await rowOf(team))?.gone, false);
    assert.equal((await lastEvent(team))?.reason, "found-again");
    assert.equal(eventReasonWords("found-again"), "it is at its provider again");
    await team.work();
    assert.deepEqual(await rowOf(team), { state: "ready", problem: null, gone: false });
    assert.equal(await commits(team), 2);
  });
}

test("a person who asks for a sync has the provider asked whether a repository is there again", async (t) => {
  const team = await lost(t, "github");
  const { organizationId } = team.person;
  await requestSync(team.deps, organizationId, team.id);
  await team.work();
  const still = await lastEvent(team);
  assert.equal(still?.state, "dead");
  assert.match(still.error ?? "", /^It is not at GitHub any more, or its account may not see it/);
  team.provider.fault = () => ({ kind: "status", status: 500 });
  await requestSync(team.deps, organizationId, team.id);
  await team.work();
  assert.equal((await lastEvent(team))?.state, "failed", "a provider that does not answer now is asked again");
  team.provider.fault = null;
  see(team, true);
  await requestSync(team.deps, organizationId, team.id);
  await team.work();
  assert.deepEqual(await lastEvent(team), { state: "done", error: null, reason: null });
  const said = "SELECT FROM event WHERE repository_id = $1 AND error = 'It is there again.'";
  assert.equal(
    (await db.database.owner.query(said, [team.id])).length,
    1,
    "of the events that are answered the first says it",
  );
  assert.deepEqual(await rowOf(team), { state: "ready", problem: null, gone: false });
});

test("a new token has the provider asked at once about what the one before did not see", async (t) => {
  const team = await lost(t, "gitlab");
  see(team, true);
  assert.equal(await askProviders(team.deps), 0);
  const accounts = accountCalls({ ...team.deps, allow: team.deps.call.allow, now: () => team.now });
  const { login } = team.provider.accessOf(team.token);
  const token = Secret.of(team.token.text);
  await accounts.connect(team.person, { kind: "gitlab", server: team.provider.url, login, token });
  assert.equal(await askProviders(team.deps), 1);
  assert.equal((await rowOf(team))?.gone, false);
});

test("an account that is connected is asked about what was gone without one", async (t) => {
  const team = await lost(t, "gitea");
  const { owner } = db.database;
  await owner.query("UPDATE git_repository SET git_account_id = NULL");
  await owner.query("DELETE FROM webhook");
  await owner.query("DELETE FROM git_account WHERE organization_id = $1", [team.person.organizationId]);
  see(team, true);
  const accounts = accountCalls({ ...team.deps, allow: team.deps.call.allow, now: () => team.now });
  const { login } = team.provider.accessOf(team.token);
  const token = Secret.of(team.token.text);
  await accounts.connect(team.person, { kind: "gitea", server: team.provider.url, login, token });
  await askProviders(team.deps);
  assert.equal((await rowOf(team))?.gone, false);
});

test("a repository of SSH, which no provider is asked about, is looked at once a day", async (t) => {
  const team = await followTeam(t, { db, folder, kind: "github", now: NOW });
  await db.database.owner.query("DELETE FROM git_repository WHERE id <> $1", [team.id]);
  await db.database.owner.query("UPDATE git_repository SET address = 'ssh://git@git.example.org/o/r.git'");
  assert.equal(await askProviders(team.deps), 1);
  team.now += 16 * 60_000;
  assert.equal(await askProviders(team.deps), 0);
  team.now += DAY_MS;
  assert.equal(await askProviders(team.deps), 1);
});

test("a watch that is told to stop waits for no answer of Git", async (t) => {
  const team = await lost(t, "github");
  await db.database.owner.query("UPDATE git_repository SET gone_at = NULL, provider_checked_at = NULL");
  const { git } = team.provider;
  git.isSilent = true;
  const asked = git.requests.length;
  const watch = startProviderWatch(team.deps);
  await until("Git is asked", () => git.requests.length > asked);
  const begun = performance.now();
  await watch.stop();
  assert.ok(performance.now() - begun < 5_000, "it would be waited for a minute");
  assert.equal((await rowOf(team))?.gone, false);
});

test("a repository that was added anew meanwhile stays the one that is followed", async (t) => {
  const team = await lost(t, "github");
  see(team, true);
  const anew = await team.add("ada/engine");
  team.now += DAY_MS;
  while ((await askProviders(team.deps)) > 0);
  assert.equal((await rowOf(team))?.gone, true);
  assert.equal((await readProvided(team.store, anew))?.gone, false);
  await requestSync(team.deps, team.person.organizationId, team.id);
  await team.work();
  assert.match((await lastEvent(team))?.error ?? "", /Another repository has that name or address here/);
});
