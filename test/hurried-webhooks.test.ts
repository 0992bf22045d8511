// Webhooks that are removed while they are made or checked, and deliveries of which more failed than one look sends again.
import assert from "node:assert/strict";
import { after, test, type TestContext } from "node:test";
import { followProvider } from "../src/ingest/follow-provider.ts";
import { askProviders } from "../src/ingest/provider-watch.ts";
import { providerOf } from "../src/providers/registry.ts";
import { setUpWebhook, type WebhookDeps } from "../src/webhook-setup.ts";
import { removeRepository } from "../src/workspace/remove-repository.ts";
import { webhookCalls } from "../src/workspace/webhook-calls.ts";
import { type FollowedTeam, followTeam } from "./helpers/followed-team.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

const db = await openTestDatabase();
after(() => db.close());
const folder = temporaryFolder();
const hookedTeam = (t: TestContext): Promise<FollowedTeam> =>
  followTeam(t, { db, folder, kind: "github", now: Date.UTC(2027, 0, 10) });

const hooks = ({ provider }: FollowedTeam): number => provider.repository("ada/engine").hooks.length;
const left = async (): Promise<number> => (await db.database.owner.query("SELECT FROM left_webhook")).length;
const unhook = ({ deps, person, id }: FollowedTeam): Promise<void> =>
  webhookCalls({ ...deps, database: db.database }).remove(person.organizationId, id);
const remove = ({ deps, person, id }: FollowedTeam): Promise<string | null> =>
  removeRepository({ database: db.database, mirrors: null, webhooks: deps }, person.organizationId, id);

/** Asks providers, and does something once a webhook was looked for or made there. */
function acting(
  deps: WebhookDeps,
  when: "find" | "create",
  act: () => Promise<unknown>,
): Pick<WebhookDeps, "providerOf"> {
  return {
    ...deps,
    providerOf: (kind) => {
      const provider = providerOf(kind);
      const webhooks = provider.webhooks ?? assert.fail(`${kind} has no webhooks`);
      const find: typeof webhooks.find = async (...question) => {
        const found = await webhooks.find(...question);
        if (when === "find") await act();
        return found;
      };
      const create: typeof webhooks.create = async (...question) => {
        const made = await webhooks.create(...question);
        if (when === "create") await act();
        return made;
      };
      return { ...provider, webhooks: { ...webhooks, find, create } };
    },
  };
}

async function followMeanwhile(
  team: FollowedTeam,
  when: "find" | "create",
  act: () => Promise<unknown>,
): Promise<void> {
  await followProvider({ ...team.deps, ...acting(team.deps, when, act) }, team.person.organizationId, team.id);
}

test("a webhook whose repository is removed while it is made does not stay at the provider", async (t) => {
  const team = await hookedTeam(t);
  await followMeanwhile(team, "create", () => remove(team));
  assert.deepEqual([hooks(team), await left()], [0, 0]);
});

test("a webhook made in place of another is not relied on before something arrives", async (t) => {
  const team = await hookedTeam(t);
  await team.follow();
  const { owner } = db.database;
  const due = "2100-01-01T00:00:00Z";
  await owner.query("UPDATE git_repository SET webhook_at = now(), poll_due_at = $2 WHERE id = $1", [team.id, due]);
  const known = async () => {
    const [row] = await owner.query<{ told: boolean; far: boolean }>(
      `SELECT webhook_at IS NOT NULL AS told, poll_due_at > now() AS far FROM git_repository WHERE id = $1`,
      [team.id],
    );
    return row;
  };
  await setUpWebhook(team.store, team.deps, team.id);
  await setUpWebhook(team.store, team.deps, team.id, { rotate: true });
  assert.deepEqual(await known(), { told: true, far: true }, "the same one goes on");
  await setUpWebhook(team.store, team.deps, team.id, { kind: "signed" });
  assert.deepEqual(await known(), { told: false, far: false });
});

test("a webhook that is removed while it is made goes once its provider can be asked", async (t) => {
  const team = await hookedTeam(t);
  await followMeanwhile(team, "create", async () => {
    await unhook(team);
    team.provider.fault = () => ({ kind: "status", status: 502 });
  });
  team.provider.fault = null;
  assert.deepEqual([hooks(team), await left()], [1, 1]);
  team.now += 6 * 60_000;
  await askProviders(team.deps);
  assert.deepEqual([hooks(team), await left()], [0, 0]);
  assert.equal(await team.webhook(), null);
});

test("what one look sends again is gone on with soon, until nothing is left", async (t) => {
  await db.database.owner.query("DELETE FROM git_repository");
  const team = await hookedTeam(t);
  await team.follow();
  const { provider } = team;
  await provider.settled(); // its ping has failed, too, and waits for what never was sent again
  const [hook] = provider.repository("ada/engine").hooks;
  assert.ok(hook !== undefined);
  // nobody answers there: every delivery fails, also when it is sent again
  for (let push = 0; push < 25; push += 1) {
    team.now += 1_000;
    provider.push("ada/engine", { files: { "metrics.json": `{"loss": ${push}}` } });
  }
  await provider.settled();
  const failed = hook.deliveries.filter(({ event }) => event === "push").map(({ guid }) => guid);
  const sent = (): string[] =>
    hook.deliveries.filter(({ event, redelivery }) => event === "push" && redelivery).map(({ guid }) => guid);
  await followProvider(team.deps, team.person.organizationId, team.id, { isAtWork: true });
  assert.deepEqual(sent(), [], "not while a lease is held");
  team.now += 60_000;
  await team.follow();
  await provider.settled();
  assert.deepEqual(sent(), failed.slice(0, 20));
  assert.equal(await askProviders(team.deps), 0, "not at once");
  team.now += 61_000;
  assert.equal(await askProviders(team.deps), 1);
  await provider.settled();
  assert.deepEqual(sent().slice(20, 25), failed.slice(20));
  team.now += 61_000;
  assert.equal(await askProviders(team.deps), 0, "the rest is tried again in a day");
});

test("a webhook that a person removes while it is checked is not made again", async (t) => {
  const team = await hookedTeam(t);
  await team.follow();
  assert.equal(hooks(team), 1);
  await followMeanwhile(team, "find", () => unhook(team));
  assert.deepEqual([hooks(team), await left()], [0, 0]);
  assert.equal(
    await setUpWebhook(team.store, team.deps, team.id),
    null,
    "who does not know of it yet makes none either",
  );
  assert.deepEqual([hooks(team), await team.webhook()], [0, null]);
});
