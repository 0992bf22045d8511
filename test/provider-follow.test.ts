// Repositories at providers, followed by their number, and their webhooks: over each provider's API, simulated on loopback.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { isTidemarkError } from "../src/errors.ts";
import { askProviders, startProviderWatch } from "../src/ingest/provider-watch.ts";
import { readProvided } from "../src/store/repository-provider.ts";
import { markDeliveryRefused, readWebhookOf } from "../src/store/webhook.ts";
import { setUpWebhook } from "../src/webhook-setup.ts";
import { removeRepository } from "../src/workspace/remove-repository.ts";
import { requestSync } from "../src/workspace/sync-repository.ts";
import { webhookCalls } from "../src/workspace/webhook-calls.ts";
import { until } from "./helpers/until.ts";
import { openTestDatabase, type TestDatabase } from "./helpers/test-database.ts";
import { type FollowedTeam, followTeam, type TeamWorker, workerOf } from "./helpers/followed-team.ts";

const KINDS = ["github", "gitlab", "gitea", "bitbucket"] as const;
const NOW = Date.UTC(2027, 0, 10);

let db: TestDatabase;
let folder: string;
before(async () => {
  db = await openTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "tidemark-provider-"));
});
after(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

const followed = (t: TestContext, kind: (typeof KINDS)[number], scopes?: readonly string[]): Promise<FollowedTeam> =>
  followTeam(t, { db, folder, kind, now: NOW, scopes });

const worker = (team: FollowedTeam): TeamWorker => workerOf(team, folder);

for (const kind of KINDS) {
  test(`followProvider() makes a webhook at ${kind} once, and tells it a new address and a new secret`, async (t) => {
    const team = await followed(t, kind);
    const { provider } = team;
    await team.follow();
    await team.follow();
    const hooks = () => provider.repository("ada/engine").hooks;
    assert.equal(hooks().length, 1);
    const first = (await team.webhook()) ?? assert.fail();
    assert.deepEqual([first.kind, first.state, first.problem], [kind, "active", null]);
    assert.equal(first.url, `https://tidemark.example.org/hooks/${first.hookId}`);
    team.origin = "https://other.example.org";
    await team.follow();
    assert.equal((await team.webhook())?.url, `https://other.example.org/hooks/${first.hookId}`);
    assert.equal(hooks().length, 1, "the same one");
    const secretBefore = hooks()[0]?.secret;
    const turned = await webhookCalls({ ...team.deps, database: db.database }).setUp(
      team.person.organizationId,
      team.id,
      {
        rotate: true,
      },
    );
    assert.notEqual(turned.secret, secretBefore);
    assert.equal(hooks()[0]?.secret, turned.secret);
    assert.equal(turned.webhook.previousUntil, new Date(NOW + 86_400_000).toISOString());
  });

  test(`followProvider() makes again what somebody removed at ${kind}`, async (t) => {
    const team = await followed(t, kind);
    await team.follow();
    team.provider.repository("ada/engine").hooks.length = 0;
    await team.follow();
    assert.equal(team.provider.repository("ada/engine").hooks.length, 1);
  });

  test(`removeRepository() removes the webhook at ${kind} too`, async (t) => {
    const team = await followed(t, kind);
    await team.follow();
    const left = await removeRepository(
      { database: db.database, mirrors: null, webhooks: team.deps },
      team.person.organizationId,
      team.id,
    );
    assert.equal(left, null);
    assert.equal(team.provider.repository("ada/engine").hooks.length, 0);
    assert.equal(await team.webhook(), null);
  });

  test(`followProvider() goes with a repository that is renamed and moved at ${kind}`, async (t) => {
    const team = await followed(t, kind);
    await team.follow();
    team.provider.rename("ada/engine", "ada/motor");
    const renamed = await team.follow();
    assert.deepEqual([renamed.name, renamed.providerName], ["ada/motor", "ada/motor"]);
    assert.match(renamed.address, /\/ada\/motor\.git$/);
    const own = "SELECT reason FROM event WHERE repository_id = $1 AND source = 'schedule'";
    assert.deepEqual(await db.database.owner.query(own, [team.id]), [{ reason: "moved" }]);
    team.provider.addAccount("team");
    team.provider.transfer("ada/motor", "team/motor");
    team.provider.repository("team/motor").permissions.set("ada", "admin");
    const moved = await team.follow();
    assert.deepEqual([moved.name, moved.providerName, moved.gone], ["team/motor", "team/motor", false]);
    assert.equal(team.provider.repository("team/motor").hooks.length, 1, "its webhook went with it");
  });

  test(`followProvider() keeps what ${kind} says of who may see it and whether it is archived`, async (t) => {
    const team = await followed(t, kind);
    team.provider.setPrivate("ada/engine", false);
    if (kind !== "bitbucket") team.provider.archive("ada/engine");
    const row = await team.follow();
    assert.deepEqual([row.visibility, row.archived], ["public", kind !== "bitbucket"]);
  });

  test(`followProvider() takes a repository that is made anew under the old name at ${kind} for another one`, async (t) => {
    const team = await followed(t, kind);
    const first = await team.follow();
    team.provider.remove("ada/engine");
    team.provider.addRepository("ada/engine", { isPrivate: true });
    const gone = await team.follow();
    assert.ok(gone.gone);
    const [row] = await team.store.query<{ state: string; problem: string }>(
      "SELECT state, problem FROM git_repository WHERE organization_id = $1 AND id = $2",
      [team.id],
    );
    assert.equal(row?.state, "failed");
    assert.match(row?.problem ?? "", /deleted at .*another one has its name now: add it anew/);
    const anew = await team.add("ada/engine");
    const other = await readProvided(team.store, anew);
    assert.equal(other?.address, first.address);
    assert.notEqual(other?.providerId, first.providerId);
  });

  test(`followProvider() takes a repository for gone when neither ${kind} nor Git has it`, async (t) => {
    const team = await followed(t, kind);
    await team.follow();
    team.provider.remove("ada/engine");
    assert.ok((await team.follow()).gone);
  });

  test(`setUpWebhook() says at ${kind} that a token may not, and shows what a person does instead`, async (t) => {
    const readOnly = {
      github: ["repo:status"],
      gitlab: ["read_api"],
      gitea: ["read:user", "read:repository"],
    } as const;
    const scopes =
      kind === "bitbucket"
        ? ["read:user:bitbucket", "read:workspace:bitbucket", "read:repository:bitbucket"]
        : readOnly[kind];
    const team = await followed(t, kind, scopes);
    await setUpWebhook(team.store, team.deps, team.id);
    const webhook = await team.webhook();
    assert.equal(webhook?.state, "refused", JSON.stringify(webhook));
    assert.match(webhook?.problem ?? "", /^Cannot /);
    const calls = webhookCalls({ ...team.deps, database: db.database });
    const { webhook: view } = await calls.read(team.person.organizationId, team.id);
    assert.ok((view?.setUp.steps.length ?? 0) > 3 && view?.madeForYou === false);
    assert.ok(view?.setUp.page?.startsWith(`${team.provider.url}/ada/engine/`), view?.setUp.page ?? "none");
  });
}

test("askProviders() asks about new repositories at once, then every day, and again soon where there was no answer", async (t) => {
  await db.database.owner.query("UPDATE git_repository SET provider_checked_at = $1", [new Date(NOW)]);
  const team = await followed(t, "github");
  assert.equal(await askProviders(team.deps), 1);
  assert.equal(await askProviders(team.deps), 0);
  team.now += 86_400_000 + 1;
  team.provider.fault = () => ({ kind: "status", status: 500 });
  assert.ok((await askProviders(team.deps)) > 0);
  while ((await askProviders(team.deps)) > 0);
  team.provider.fault = null;
  team.now += 15 * 60_000 + 1;
  const asked = team.provider.questions.length;
  while ((await askProviders(team.deps)) > 0);
  assert.ok(team.provider.questions.length > asked, "asked again after a quarter of an hour");
});

test("followProvider() has deliveries that failed sent again by GitHub", async (t) => {
  const team = await followed(t, "github");
  await team.follow();
  const hook = team.provider.repository("ada/engine").hooks[0] ?? assert.fail();
  // nobody listens there: every delivery fails
  team.provider.push("ada/engine", { files: { "metrics.json": '{"loss": 0.4}' } });
  await team.provider.settled();
  const failed = hook.deliveries.length;
  team.now += 60_000;
  await team.follow();
  await team.provider.settled();
  assert.ok(hook.deliveries.length > failed, `${failed} before, ${hook.deliveries.length} after`);
});

/** Has a team's worker hear by a delivery that something happened to the repository. @returns what is told of that */
async function toldByDelivery(team: FollowedTeam, work: () => Promise<void>) {
  const event = await requestSync(team.deps, team.person.organizationId, team.id);
  const { owner } = db.database;
  await owner.query(
    "UPDATE event SET source = 'webhook', named = '[]', about_repository = true, event_name = 'repository' WHERE id = $1",
    [event],
  );
  await work();
  const [row] = await owner.query<{ state: string; attempts: number; error: string | null }>(
    "SELECT state, attempts, error FROM event WHERE id = $1",
    [event],
  );
  return row;
}

for (const kind of KINDS) {
  test(`the event of a delivery says what became of the repository at ${kind}, and a rename costs no attempt`, async (t) => {
    const team = await followed(t, kind);
    const { deps, work } = worker(team);
    await team.follow();
    await work();
    team.provider.rename("ada/engine", "ada/turbine");
    assert.deepEqual(await toldByDelivery(team, work), {
      state: "done",
      attempts: 0,
      error: "Renamed to ada/turbine.",
    });
    team.provider.rename("ada/turbine", "ada/rotor");
    await requestSync(deps, team.person.organizationId, team.id);
    await work();
    const events = await team.store.query<{ error: string | null; attempts: number }>(
      "SELECT error, attempts FROM event WHERE organization_id = $1 AND repository_id = $2 ORDER BY id DESC",
      [team.id],
    );
    assert.deepEqual(events[0], { error: "Renamed to ada/rotor.", attempts: 0 }, "found by Git's failure");
    assert.equal((await readProvided(team.store, team.id))?.name, "ada/rotor");
    team.provider.remove("ada/rotor");
    assert.match(
      (await toldByDelivery(team, work))?.error ?? "",
      /^It is not at [\w ]+ any more, or its account may not see it: .* What was read of it stays/,
    );
    assert.ok((await readProvided(team.store, team.id))?.gone);
  });
}

test("a repository whose token was revoked says so, and not that it may not be there", async (t) => {
  const team = await followed(t, "gitlab");
  const { deps, work } = worker(team);
  await work();
  team.token.revoked = true;
  await requestSync(deps, team.person.organizationId, team.id);
  await work();
  const [row] = await team.store.query<{ problem: string }>(
    "SELECT problem FROM git_repository WHERE organization_id = $1 AND id = $2",
    [team.id],
  );
  assert.match(
    row?.problem ?? "",
    /a token that is not taken any more by GitLab, wanted a new token for it, on the Account page/,
  );
});

for (const kind of KINDS) {
  test(`a sync takes nothing from a repository that was made anew under the old name at ${kind}`, async (t) => {
    const team = await followed(t, kind);
    const { organizationId } = team.person;
    const { deps, work } = worker(team);
    const subjects = async (): Promise<string[]> => {
      const rows = await team.store.query<{ subject: string }>(
        "SELECT subject FROM git_commit WHERE organization_id = $1 AND repository_id = $2 ORDER BY position",
        [team.id],
      );
      return rows.map(({ subject }) => subject);
    };
    await team.follow();
    await work();
    // an orphan branch is nothing new: the repository is the one that it was
    team.provider.push("ada/engine", {
      files: { "metrics.json": "{}" },
      branch: "side",
      parent: null,
      message: "orphan",
      at: NOW / 1_000,
    });
    await requestSync(deps, organizationId, team.id);
    await work();
    const known = await subjects();
    assert.equal(known.length, 2);
    team.provider.remove("ada/engine");
    team.provider.addRepository("ada/engine", { isPrivate: true });
    team.provider.push("ada/engine", { files: { "metrics.json": '{"loss": 9}' }, message: "of another repository" });
    await requestSync(deps, organizationId, team.id);
    await work();
    assert.deepEqual(await subjects(), known);
    assert.ok((await readProvided(team.store, team.id))?.gone);
  });
}

for (const kind of KINDS) {
  test(`a sync takes nothing from one that was made anew of the same beginning at ${kind}`, async (t) => {
    const team = await followed(t, kind);
    const { organizationId } = team.person;
    const { deps, work } = worker(team);
    const heads = (): Promise<object[]> =>
      team.store.query("SELECT encode(head, 'hex') FROM git_branch WHERE organization_id = $1 AND repository_id = $2", [
        team.id,
      ]);
    team.provider.push("ada/engine", { files: { "metrics.json": '{"loss": 0.4}' }, message: "second" });
    await team.follow();
    await work();
    const known = await heads();
    team.provider.remove("ada/engine");
    team.provider.addRepository("ada/engine", { isPrivate: true });
    team.provider.push("ada/engine", { files: { "metrics.json": '{"loss": 0.5}' } });
    team.provider.push("ada/engine", { files: { "metrics.json": '{"loss": 9}' }, message: "of another repository" });
    await requestSync(deps, organizationId, team.id);
    await work();
    assert.deepEqual(await heads(), known);
    assert.ok((await readProvided(team.store, team.id))?.gone);
  });
}

test("followProvider() sets a webhook anew that did not tell of a push: its secret may be another one there", async (t) => {
  const team = await followed(t, "gitlab");
  await team.follow();
  const hook = team.provider.repository("ada/engine").hooks[0] ?? assert.fail();
  const { secret } = hook;
  hook.secret = "somebody changed it";
  await team.follow();
  assert.equal(hook.secret, "somebody changed it", "nobody can see that");
  await db.database.owner.query("UPDATE git_repository SET missed = 1, missed_at = $2 WHERE id = $1", [
    team.id,
    new Date(team.now + 1),
  ]);
  team.now += 2;
  await team.follow();
  assert.equal(team.provider.repository("ada/engine").hooks[0]?.secret, secret);
  const missed = async () =>
    (
      await db.database.owner.query<{ missed: number }>("SELECT missed FROM git_repository WHERE id = $1", [team.id])
    )[0];
  assert.deepEqual(await missed(), { missed: 1 }, "until a delivery comes, or the secret is another one");
  await setUpWebhook(team.store, team.deps, team.id, { rotate: true });
  assert.deepEqual(await missed(), { missed: 0 });
  // what was signed with another one says so, and is mended alike
  hook.secret = "somebody changed it again";
  const webhook = (await team.webhook()) ?? assert.fail();
  await team.store.write((tx) => markDeliveryRefused(tx, webhook.id));
  assert.match((await team.webhook())?.problem ?? "", /signed with another secret/);
  assert.equal((await readProvided(team.store, team.id))?.checkedAt, null, "its provider is asked at once");
  await team.follow();
  assert.notEqual(hook.secret, "somebody changed it again");
  assert.equal((await team.webhook())?.problem, null);
});

test("a start under another address has every webhook told of it, and one that was not made before is made", async (t) => {
  const team = await followed(t, "gitea");
  team.origin = null;
  await team.follow();
  assert.equal(await team.webhook(), null, "none that is called under no address");
  for (const origin of ["https://one.example.org", "https://two.example.org"]) {
    team.origin = origin;
    const watch = startProviderWatch(team.deps);
    try {
      await until(`the webhook calls ${origin}`, async () => {
        const [hook] = team.provider.repository("ada/engine").hooks;
        return hook?.url.startsWith(origin) === true && (await team.webhook())?.url?.startsWith(origin) === true;
      });
    } finally {
      await watch.stop();
    }
  }
});

for (const kind of KINDS) {
  test(`a repository that is added while ${kind} asks for a pause is known there and has its webhook once that is over`, async (t) => {
    const team = await followed(t, kind);
    const { provider } = team;
    provider.addRepository("ada/late", { isPrivate: true });
    provider.push("ada/late", { files: { "metrics.json": '{"loss": 0.5}' } });
    await askProviders(team.deps);
    provider.fault = () => ({ kind: "status", status: 429, headers: { "retry-after": "600" } });
    const id = await team.add("ada/late");
    const added = (await readProvided(team.store, id)) ?? assert.fail();
    assert.deepEqual([added.provider, added.providerId, added.accountId !== null], [kind, null, true]);
    await askProviders(team.deps);
    provider.fault = null;
    const asked = provider.questions.length;
    team.now += 590_000;
    await askProviders(team.deps);
    assert.equal(provider.questions.length, asked, "it is left alone until then");
    // the provider may ask for another pause while the webhook is made
    provider.fault = (question) =>
      question.startsWith("POST") ? { kind: "status", status: 429, headers: { "retry-after": "60" } } : null;
    team.now += 11_000;
    await askProviders(team.deps);
    const known = (await readProvided(team.store, id)) ?? assert.fail();
    assert.deepEqual([known.providerName, known.visibility], ["ada/late", "private"]);
    assert.match((await readWebhookOf(team.store, id))?.problem ?? "", /takes no more questions|asked for a pause/);
    provider.fault = null;
    team.now += 61_000;
    await askProviders(team.deps);
    assert.equal(provider.repository("ada/late").hooks.length, 1);
    const webhook = await readWebhookOf(team.store, id);
    assert.deepEqual([webhook?.state, webhook?.problem], ["active", null]);
  });
}

test("followProvider() takes no repository for deleted where Git is asked to wait by 403", async (t) => {
  const team = await followed(t, "github");
  await team.follow();
  team.provider.fault = () => ({ kind: "status", status: 404 });
  team.provider.git.limit = { status: 403, seconds: 90 };
  await assert.rejects(team.follow(), (error: unknown) => {
    assert.ok(isTidemarkError(error, "provider-limited"), String(error));
    assert.equal(error.retryAt, NOW + 90_000);
    return true;
  });
  assert.equal((await readProvided(team.store, team.id))?.gone, false);
});

test("setUpWebhook() without an address of its own says what is missing", async (t) => {
  const team = await followed(t, "gitea");
  team.origin = null;
  await team.follow();
  await setUpWebhook(team.store, team.deps, team.id);
  assert.match((await team.webhook())?.problem ?? "", /TIDEMARK_URL/);
  assert.equal(team.provider.repository("ada/engine").hooks.length, 0);
});

test("webhookCalls() gives a plain sender its lines, with the secret for who sets it up and without for who looks", async (t) => {
  const team = await followed(t, "gitlab");
  const calls = webhookCalls({ ...team.deps, database: db.database });
  const made = await calls.setUp(team.person.organizationId, team.id, { kind: "signed" });
  assert.ok(made.webhook.commands?.curl.includes(made.secret));
  assert.ok(made.webhook.commands?.postReceive?.includes(made.secret));
  const seen = await calls.read(team.person.organizationId, team.id);
  assert.ok(!JSON.stringify(seen).includes(made.secret));
  assert.equal(seen.webhook?.provider, "gitlab", "whoever signs, its server is what it is");
});

test("a webhook that a person removed is not made again by itself, until she wants one", async (t) => {
  const team = await followed(t, "github");
  await team.follow();
  const calls = webhookCalls({ ...team.deps, database: db.database });
  await calls.remove(team.person.organizationId, team.id);
  await team.follow();
  assert.equal(await team.webhook(), null);
  assert.equal(team.provider.repository("ada/engine").hooks.length, 0);
  await calls.setUp(team.person.organizationId, team.id, {});
  await team.follow();
  assert.equal(team.provider.repository("ada/engine").hooks.length, 1);
});

test("webhookCalls() makes a webhook for a whole team, shows and turns its secret, and removes it", async (t) => {
  const team = await followed(t, "github");
  const { organizationId } = team.person;
  const calls = webhookCalls({ ...team.deps, database: db.database }).team;
  const { webhook, secret } = await calls.make(organizationId, "github");
  assert.match(webhook.address ?? "", /^https:\/\/tidemark\.example\.org\/hooks\/[0-9a-f]{32}$/);
  assert.match(webhook.setUp.steps[0] ?? "", /settings of your organization/);
  const signed = await calls.make(organizationId, "signed");
  assert.equal(signed.webhook.commands?.postReceive, null, "Git does not say of which repository it calls");
  assert.match(
    signed.webhook.commands.curl,
    /^body='\{"repository":"https:\/\/git\.example\.org\/owner\/name\.git"\}'; /,
  );
  assert.ok(signed.webhook.commands.curl.includes(signed.secret));
  await calls.remove(organizationId, signed.webhook.id);
  const list = await calls.list(organizationId);
  assert.deepEqual(
    list.map(({ id }) => id),
    [webhook.id],
  );
  assert.ok(!JSON.stringify(list).includes(secret));
  assert.equal((await calls.show(organizationId, webhook.id, false)).secret, secret);
  assert.notEqual((await calls.show(organizationId, webhook.id, true)).secret, secret);
  const other = await db.makeOrganization();
  await assert.rejects(calls.show(other, webhook.id, false), /none with this id/);
  await calls.remove(organizationId, webhook.id);
  assert.deepEqual(await calls.list(organizationId), []);
});
