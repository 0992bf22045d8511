// Webhooks that are removed while they are made or checked: none stays at its provider that nobody here knows.
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
