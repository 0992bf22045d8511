// How following a repository goes, over HTTP: from rows that say so, one matter after the other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi } from "../../../test/helpers/api-server.ts";
import { fillHistory, shaOf, type TestCommit } from "../../../test/helpers/filled-history.ts";
import type { RepositoryId } from "../../domain/model.ts";
import { getHealth, RepositoryHealth } from "../contract/health.ts";

const { db, server } = await openApi({ config: { pollSeconds: 100 } });
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
const { owner } = db.database;
let made = 0;

/** A repository with one commit and nothing to tell of. */
async function add(commits: readonly TestCommit[] = [{ parents: [], files: {} }]): Promise<RepositoryId> {
  made += 1;
  const branches = [{ name: "main", head: commits.length - 1 }];
  const id = await fillHistory(db.database, organization, { name: `o/r${made}`, commits, branches, kind: "remote" });
  await owner.query(
    `UPDATE git_repository SET address = 'https://git.example.org:8443/o/r' || id, polled_at = now(),
       poll_due_at = now() + interval '1 minute', synced_at = now(), compared_at = now() WHERE id = $1`,
    [id],
  );
  return id;
}

async function change(id: RepositoryId, what: string, ...values: readonly (string | number | null)[]): Promise<void> {
  await owner.query(`UPDATE git_repository SET ${what} WHERE id = $1`, [id, ...values]);
}

async function hook(id: RepositoryId, state: string): Promise<void> {
  const insert = `INSERT INTO webhook (organization_id, hook_id, kind, repository_id, secret, state, received_at)
    VALUES ($1, 'hook of ' || $2::bigint, 'github', $2, '', $3, CASE WHEN $3 = 'active' THEN now() END)`;
  await owner.query(insert, [organization, id, state]);
}

async function healthOf(id: RepositoryId): Promise<RepositoryHealth> {
  return RepositoryHealth.parse(await ada.client.call(getHealth, { params: { repository: id } }));
}

const signsOf = async (id: RepositoryId): Promise<string> => {
  const { tone, signs } = await healthOf(id);
  return `${tone}: ${signs.join(", ")}`;
};

test("GET …/health tells of a repository without a webhook that nothing is wrong, and how often it is looked at", async () => {
  const health = await healthOf(await add());
  assert.deepEqual([health.tone, health.signs], ["good", ["no-webhook"]]);
  assert.equal(health.poll.everySeconds, 100);
  assert.equal(health.webhook, null);
  assert.equal(health.waiting.host, "git.example.org:8443");
  assert.deepEqual(health.missed, { count: 0, at: null });
});

test("GET …/health tells of a webhook in each of its states", async () => {
  const told: Record<string, string> = {};
  for (const state of ["waiting", "active", "missing", "refused"]) {
    const id = await add();
    await hook(id, state);
    told[state] = await signsOf(id);
  }
  assert.deepEqual(told, {
    waiting: "good: webhook-waiting",
    active: "good: ",
    missing: "bad: webhook-missing",
    refused: "bad: webhook-refused",
  });
});

test("GET …/health tells of the team's webhook that delivers of a repository, not of the first", async () => {
  const team = `INSERT INTO webhook (organization_id, hook_id, kind, secret, state, received_at)
    VALUES ($1, 'team ' || $2, $2, '', 'active', $3)`;
  const hour = (hours: number): string => new Date(Date.UTC(2027, 0, 10, hours)).toISOString();
  await owner.query(team, [organization, "signed", hour(3)]);
  await owner.query(team, [organization, "gitlab", hour(1)]);
  await owner.query(team, [organization, "github", hour(2)]);
  await owner.query(team, [organization, "bitbucket", null]);
  const shown = async (provider: string | null): Promise<string | undefined> => {
    const id = await add();
    await change(id, "webhook_at = now(), provider = $2", provider);
    const { webhook } = await healthOf(id);
    assert.equal(webhook?.isShared, true);
    return webhook.kind;
  };
  try {
    const kinds = [await shown("github"), await shown("gitlab"), await shown(null), await shown("bitbucket")];
    assert.deepEqual(kinds, ["github", "gitlab", "signed", "signed"], "of one that has delivered nothing the newest");
  } finally {
    await owner.query("DELETE FROM webhook WHERE repository_id IS NULL");
  }
});

test("GET …/health tells that nothing has arrived yet of a webhook that its provider has and has not used", async () => {
  const id = await add();
  await hook(id, "active");
  await owner.query("UPDATE webhook SET received_at = NULL WHERE repository_id = $1", [id]);
  assert.equal(await signsOf(id), "good: webhook-waiting");
});

test("GET …/health tells that an import compared all branches", async () => {
  const id = await add();
  await change(id, "compared_at = NULL, synced_at = '2100-01-01T00:00:00Z'");
  assert.equal((await healthOf(id)).poll.comparedAt, "2100-01-01T00:00:00.000Z");
});

test("GET …/health tells of changes that no webhook told of, until one does", async () => {
  const id = await add();
  await hook(id, "active");
  await change(id, "webhook_at = now() - interval '2 hours', missed = 3, missed_at = now() - interval '1 hour'");
  const health = await healthOf(id);
  assert.deepEqual([health.tone, health.signs, health.missed.count], ["bad", ["missed"], 3]);
  assert.deepEqual([health.poll.isWebhookWorking, health.poll.everySeconds], [false, 100]);
  await change(id, "webhook_at = now()");
  const later = await healthOf(id);
  assert.deepEqual([later.tone, later.missed.count, later.poll.everySeconds], ["good", 3, 300]);
});

test("GET …/health tells since when a repository fails: since the first failure, not since the last success", async () => {
  const id = await add();
  const at = (day: number): string => `2026-03-0${day}T00:00:00.000Z`;
  await change(id, "synced_at = $2, state = 'failed', problem = 'no answer'", at(2));
  for (const [day, state] of [
    [1, "dead"],
    [3, "done"],
    [4, "dead"],
    [5, "failed"],
  ] as const)
    await owner.query(
      "INSERT INTO event (organization_id, repository_id, source, state, created_at) VALUES ($1, $2, 'poll', $3, $4)",
      [organization, id, state, at(day)],
    );
  assert.equal((await healthOf(id)).failing?.since, at(4));
  await change(id, "poll_failures = 1, poll_failing_since = $2", "2026-03-03T12:00:00Z");
  assert.equal((await healthOf(id)).failing?.since, "2026-03-03T12:00:00.000Z");
  await change(id, "state = 'ready', problem = NULL");
});

test("GET …/health tells of looks that fail once there are several", async () => {
  const id = await add();
  await change(id, "poll_failures = 2, poll_problem = 'no answer', poll_failing_since = now()");
  assert.deepEqual(await signsOf(id), "good: no-webhook");
  await change(id, "poll_failures = 3");
  const health = await healthOf(id);
  assert.deepEqual([health.tone, health.signs[0], health.poll.problem], ["bad", "failing", "no answer"]);
  assert.ok(health.poll.failingSince !== null);
});

test("GET …/health tells of what failed, and when it is tried again", async () => {
  const id = await add();
  await change(id, "state = 'failed', problem = 'Cannot fetch from it.'");
  const event = `INSERT INTO event (organization_id, repository_id, source, state, due_at)
    VALUES ($1, $2, 'poll', 'failed', '2100-01-01T00:00:00Z')`;
  await owner.query(event, [organization, id]);
  const { failing, tone } = await healthOf(id);
  assert.equal(tone, "bad");
  assert.deepEqual([failing?.problem, failing?.nextAt], ["Cannot fetch from it.", "2100-01-01T00:00:00.000Z"]);
});

test("GET …/health tells when a repository is tried that waits: for itself, for its account, for its server", async () => {
  const id = await add();
  const at = (day: number): string => `2100-01-0${day}T00:00:00.000Z`;
  const nextAt = async (): Promise<string | null | undefined> => (await healthOf(id)).failing?.nextAt;
  await change(
    id,
    "address = 'https://waits.example.org/o/r', state = 'failed', problem = 'no answer', retry_at = $2",
    at(2),
  );
  const event = `INSERT INTO event (organization_id, repository_id, source, state, due_at)
    VALUES ($1, $2, 'poll', 'failed', now() - interval '1 hour')`;
  await owner.query(event, [organization, id]);
  assert.equal(await nextAt(), at(2), "what comes by itself waits for the repository");
  const account = `INSERT INTO git_account (organization_id, user_id, kind, base_url, login, name, token, limited_until)
    VALUES ($1, $2, 'gitea', 'https://waits.example.org', 'ada', 'Ada', '', $3) RETURNING id::text`;
  const [row] = await owner.query<{ id: string }>(account, [organization, ada.userId, at(3)]);
  await change(id, "git_account_id = $2", row?.id ?? "");
  assert.equal(await nextAt(), at(3));
  await owner.query("INSERT INTO git_host (host, paused_until) VALUES ('waits.example.org', $1)", [at(4)]);
  assert.equal(await nextAt(), at(3), "who has an account does not wait for what others were told");
  await owner.query("UPDATE git_host SET failures = 3");
  assert.deepEqual([await nextAt(), (await healthOf(id)).poll.nextAt], [at(4), at(4)]);
  await owner.query("DELETE FROM git_host");
  await owner.query("UPDATE git_account SET limited_until = NULL");
  await owner.query("UPDATE event SET source = 'person' WHERE repository_id = $1", [id]);
  assert.ok(Date.parse((await nextAt()) ?? "") < Date.now(), "a person does not wait for it");
});

test("GET …/health tells of what is gone at its provider that alone, and of no look to come", async () => {
  const id = await add();
  await hook(id, "active");
  await owner.query(
    "UPDATE git_branch SET missing_since = '2100-01-01T00:00:00Z', missing_looks = 1 WHERE repository_id = $1",
    [id],
  );
  await change(
    id,
    "gone_at = now(), state = 'failed', problem = 'Deleted there.', poll_due_at = now() - interval '1 day'",
  );
  const { signs, failing, poll, vanished } = await healthOf(id);
  assert.deepEqual([signs, failing?.problem, poll.nextAt, vanished], [["failing"], "Deleted there.", null, null]);
});

test("GET …/health tells of a server and an account that are left alone, and of a token that is refused", async () => {
  const id = await add();
  await change(id, "poll_due_at = now() - interval '1 day', address = 'https://paused.example.org/o/r'");
  assert.equal(await signsOf(id), "bad: poll-late, no-webhook");
  await owner.query(
    "INSERT INTO git_host (host, paused_until) VALUES ('paused.example.org', now() + interval '1 hour')",
  );
  assert.equal(await signsOf(id), "notice: host-paused, no-webhook");
  const account = `INSERT INTO git_account (organization_id, user_id, kind, base_url, login, name, token, limited_until)
    VALUES ($1, $2, 'gitea', 'https://paused.example.org', 'ada', 'Ada', '', now() + interval '1 hour') RETURNING id::text`;
  const [row] = await owner.query<{ id: string }>(account, [organization, ada.userId]);
  await owner.query("DELETE FROM git_host");
  await change(id, "git_account_id = $2", row?.id ?? "");
  const limited = await healthOf(id);
  assert.deepEqual([limited.tone, limited.signs], ["notice", ["account-limited", "no-webhook"]]);
  assert.deepEqual([limited.account?.login, limited.account?.kind], ["ada", "gitea"]);
  await owner.query("UPDATE git_account SET limited_until = NULL, state = 'refused', problem = 'revoked'");
  assert.equal(await signsOf(id), "bad: account-refused, no-webhook");
  assert.equal((await healthOf(id)).poll.nextAt, null, "nobody looks without a token that is taken");
  await change(id, "visibility = 'public', poll_due_at = '2100-01-01T00:00:00Z'");
  assert.equal((await healthOf(id)).poll.nextAt, "2100-01-01T00:00:00.000Z", "as anybody may");
});

test("GET …/health tells of branches that the server lists no more, and when they are looked for again", async () => {
  const id = await add();
  await owner.query(
    "UPDATE git_branch SET missing_since = '2100-01-01T00:00:00Z', missing_looks = 1 WHERE repository_id = $1",
    [id],
  );
  const { tone, vanished } = await healthOf(id);
  assert.equal(tone, "notice");
  assert.deepEqual(vanished, {
    branches: 1,
    names: ["main"],
    live: 1,
    looks: 1,
    looksWanted: 3,
    since: "2100-01-01T00:00:00.000Z",
    nextAt: "2100-01-01T00:10:00.000Z",
  });
});

/** A line of commits in each of which some files have a new version. */
function line(length: number, files: Readonly<Record<string, (commit: number) => number | null>>): TestCommit[] {
  return Array.from({ length }, (_, commit) => ({
    parents: commit === 0 ? [] : [commit - 1],
    files: Object.fromEntries(
      Object.entries(files).flatMap(([path, valueAt]) => {
        const value = valueAt(commit);
        return value === null ? [] : [[path, { document: { loss: value } }]];
      }),
    ),
  }));
}

test("GET …/health tells of metric files that came regularly and have no new version for 50 commits", async () => {
  const id = await add(
    line(120, {
      "live.json": (commit) => commit,
      "stopped.json": (commit) => Math.min(commit, 60),
      "just.json": (commit) => Math.min(commit, 70),
      "rare.json": (commit) => (commit < 30 ? 1 : 2),
      "gone.json": (commit) => (commit < 60 ? commit : null),
      "twice.json": (commit) => (commit < 20 ? 1 : commit < 40 ? 2 : commit < 60 ? 3 : 4),
    }),
  );
  const { tone, signs, silentFiles } = await healthOf(id);
  assert.deepEqual([tone, signs], ["notice", ["silent-files", "no-webhook"]]);
  assert.deepEqual(
    silentFiles.map(({ path, commits, sha }) => [path, commits, sha]),
    [
      ["stopped.json", 59, shaOf(`o/r${made}`, 60)],
      ["twice.json", 59, shaOf(`o/r${made}`, 60)],
    ],
  );
});
