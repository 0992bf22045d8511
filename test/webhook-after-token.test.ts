// Webhooks that a token was not allowed to make are made by themselves once their account has one that may.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { askProviders } from "../src/ingest/provider-watch.ts";
import { Secret } from "../src/secrets.ts";
import { readProvided } from "../src/store/repository-provider.ts";
import { accountCalls } from "../src/workspace/account-calls.ts";
import { followTeam } from "./helpers/followed-team.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

const db = await openTestDatabase();
after(() => db.close());
const folder = temporaryFolder();
const READ_ONLY = { github: ["repo:status"], gitlab: ["read_api"], gitea: ["read:user", "read:repository"] } as const;

for (const kind of ["github", "gitlab", "gitea"] as const) {
  test(`a token that may replaces one of ${kind} that may not: the webhook is made by the next look`, async (t) => {
    const now = Date.UTC(2027, 0, 10);
    const team = await followTeam(t, { db, folder, kind, now, scopes: READ_ONLY[kind] });
    const { deps, person, provider, store } = team;
    const hooks = (): number => provider.repository("ada/engine").hooks.length;
    const look = async (): Promise<void> => {
      while ((await askProviders(deps)) > 0);
    };
    const calls = accountCalls({
      database: db.database,
      keyring: deps.keyring,
      allow: deps.call.allow,
      now: deps.call.now,
    });
    const full = (): Secret => Secret.of(provider.addToken(team.token.account).text);
    await look();
    assert.deepEqual([(await team.webhook())?.state, hooks()], ["refused", 0]);
    await look();
    assert.equal((await team.webhook())?.state, "refused");
    if (kind === "gitlab") await calls.connect(person, { kind, server: provider.url, login: "", token: full() });
    else {
      const { accountId } = (await readProvided(store, team.id)) ?? assert.fail();
      await calls.change(person, accountId ?? assert.fail(), { token: full() });
    }
    await look();
    const made = await team.webhook();
    assert.deepEqual([made?.state, made?.problem, hooks()], ["active", null, 1]);
  });
}
