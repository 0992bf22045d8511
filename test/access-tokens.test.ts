// Access tokens of Bitbucket, each of one repository and of nobody: one beside the other, and one after the other.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { isTidemarkError } from "../src/errors.ts";
import { Secret } from "../src/secrets.ts";
import { accountCalls } from "../src/workspace/account-calls.ts";
import { testKeyring } from "./helpers/fake-provider.ts";
import { ProviderSimulator } from "./helpers/provider-simulator/simulator.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

const db = await openTestDatabase();
const root = join(temporaryFolder(), "git");
mkdirSync(root);
const simulator = await ProviderSimulator.start({ kind: "bitbucket", root });
after(async () => {
  await simulator.close();
  await db.close();
});
const person = { organizationId: await db.makeOrganization(), userId: randomUUID(), isAdmin: true };
await db.database.owner.query(`INSERT INTO "user" (id, name, email) VALUES ($1, 'Ada', $1)`, [person.userId]);
const allow = { http: true, loopback: true, entries: [] };
const accounts = accountCalls({ database: db.database, keyring: testKeyring(), allow, now: Date.now });
const accessToken = (): string => simulator.addToken(null, { scopes: ["repository", "webhook"] }).text;
const connect = (token: string): Promise<string> =>
  accounts.connect(person, { kind: "bitbucket", server: simulator.url, login: "", token: Secret.of(token) });

test("a second access token stands beside the first, the same one again is the same account", async () => {
  const [first, second] = [accessToken(), accessToken()];
  const ids = [await connect(first), await connect(second)];
  assert.equal(new Set(ids).size, 2);
  assert.equal(await connect(first), ids[0]);
  assert.equal((await accounts.list(person)).length, 2);
  assert.deepEqual(
    (await accounts.list(person)).map(({ state, name, tokenPage }) => [state, name, tokenPage]),
    ids.map(() => ["active", "Access token", null]),
  );
});

test("an access token is followed by the next one in the same account, and by none that another account has", async () => {
  const [old, next, other] = [accessToken(), accessToken(), accessToken()];
  const id = await connect(old);
  const beside = await connect(other);
  await accounts.change(person, id, { token: Secret.of(next) });
  assert.equal(await connect(next), id);
  await assert.rejects(accounts.change(person, beside, { token: Secret.of(next) }), (error: unknown) => {
    assert.ok(isTidemarkError(error, "bad-argument"));
    assert.match(error.message, /found a token that another account has, wanted one of its own/);
    return true;
  });
});
