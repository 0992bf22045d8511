// Accounts at every kind of server, simulated on loopback: tried, listed, used by Git, lacking rights, and refused.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { gitAuthorization } from "../src/account-access.ts";
import { PROVIDER_KINDS } from "../src/domain/provider-kind.ts";
import { isTidemarkError } from "../src/errors.ts";
import { readRemote } from "../src/git/remote.ts";
import { checkRemote } from "../src/outbound.ts";
import { Secret } from "../src/secrets.ts";
import { accountCalls } from "../src/workspace/account-calls.ts";
import { testKeyring } from "./helpers/fake-provider.ts";
import { TEST_EGRESS } from "./helpers/mirror-of.ts";
import { ProviderSimulator } from "./helpers/provider-simulator/simulator.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

/** A right that a token of ours lacks, by kind of server; a plain one is not asked. */
const LACKING = {
  github: { has: ["admin:repo_hook"], lacks: ["repo"] },
  gitlab: { has: ["read_api", "read_repository"], lacks: ["api"] },
  gitea: { has: ["read:user", "read:repository"], lacks: ["write:repository"] },
  bitbucket: null,
  plain: null,
} as const;

const folder = temporaryFolder();
const db = await openTestDatabase();
after(() => db.close());
const keyring = testKeyring();
const accounts = accountCalls({ database: db.database, keyring, allow: TEST_EGRESS, now: () => Date.now() });

for (const kind of PROVIDER_KINDS) {
  test(`an account at ${kind}: its token is tried, opens what is private to Git, and is said to be refused when it is`, async (t) => {
    const root = join(folder, kind);
    mkdirSync(root);
    const simulator = await ProviderSimulator.start({ kind, root });
    t.after(() => simulator.close());
    const ada = simulator.addAccount("ada", "Ada Lovelace");
    simulator.addRepository("ada/secret", { isPrivate: true });
    simulator.push("ada/secret", { files: { "metrics.json": '{"a":1}' } });
    const token = simulator.addToken(ada);
    const { login } = simulator.accessOf(token);
    const userId = randomUUID();
    await db.database.owner.query(`INSERT INTO "user" (id, name, email) VALUES ($1, 'Ada', $1)`, [userId]);
    const person = { organizationId: await db.makeOrganization(), userId, isAdmin: true };
    const connect = (text: string) =>
      accounts.connect(person, { kind, server: simulator.url, login, token: Secret.of(text) });
    const lacking = LACKING[kind];
    if (lacking !== null) {
      await connect(simulator.addToken(ada, { scopes: lacking.has }).text);
      const [view] = await accounts.list(person);
      assert.deepEqual(
        view?.missing.map(({ scope }) => scope),
        lacking.lacks,
      );
      assert.ok(view?.missing.every(({ purpose }) => purpose.startsWith("to ")) && view.tokenPage?.startsWith("http"));
    }
    const id = await connect(token.text);
    const [view, ...more] = await accounts.list(person);
    assert.deepEqual([view?.id, view?.login, view?.missing, view?.state, more], [id, login, [], "active", []]);
    const address = `${simulator.url}/ada/secret.git`;
    if (view?.offers.repositories === true) {
      const { repositories } = await accounts.repositories(person, { account: id, search: "sec", cursor: null });
      assert.deepEqual(
        repositories.map(({ name, visibility, cloneUrl }) => [name, visibility, new URL(cloneUrl).pathname]),
        [["ada/secret", "private", "/ada/secret.git"]],
      );
    }
    const reader = db.database.worker.in(person.organizationId);
    const remote = await checkRemote(address, TEST_EGRESS);
    const authorization = await gitAuthorization(reader, { keyring }, { accountId: id, address, isPublic: false });
    assert.deepEqual([...(await readRemote(remote, { authorization })).heads.keys()], ["main"]);
    await assert.rejects(readRemote(remote), (error: unknown) => isTidemarkError(error, "access-denied"));
    if (view?.offers.repositories !== true) return;
    token.revoked = true;
    const refused = accounts.repositories(person, { account: id, search: "", cursor: null });
    await assert.rejects(refused, (error: unknown) => isTidemarkError(error, "account-refused"));
    assert.equal((await accounts.list(person))[0]?.state, "refused");
    await assert.rejects(
      gitAuthorization(reader, { keyring }, { accountId: id, address, isPublic: false }),
      (error: unknown) => isTidemarkError(error, "account-refused"),
    );
  });
}
