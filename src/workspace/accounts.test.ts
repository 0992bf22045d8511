// Tests of accounts at Git servers: connected once, sealed, of a person or her team, and never shown again.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import {
  fakeRepository,
  fakeServers,
  FAKE_SERVER,
  limitedUntil,
  refusedToken,
  testKeyring,
} from "../../test/helpers/fake-provider.ts";
import { openTestDatabase } from "../../test/helpers/test-database.ts";
import { checkAccount, gitAuthorization, tokenPlace } from "../account-access.ts";
import type { RepositoryId } from "../domain/model.ts";
import { type ErrorCode, isTidemarkError } from "../errors.ts";
import { Keyring } from "../keyring.ts";
import { PUBLIC_ONLY } from "../outbound.ts";
import { Secret } from "../secrets.ts";
import { readAccount, setRepositoryAccount } from "../store/git-account.ts";
import { insertRepository } from "../store/repository.ts";
import { accountCalls } from "./account-calls.ts";
import type { AccountPerson, AccountsDeps } from "./account-person.ts";
import type { NewAccount } from "./connect-account.ts";

const TOKEN = "ghp_canary0123456789abcdefghijklmnop";
const START = Date.UTC(2027, 0, 10);

const db = await openTestDatabase();
after(() => db.close());
let now = START;
const servers = fakeServers();
const deps: AccountsDeps = {
  database: db.database,
  keyring: testKeyring("old"),
  allow: PUBLIC_ONLY,
  now: () => now,
  providerOf: servers.providerOf,
};
const accounts = accountCalls(deps);
const call = { allow: PUBLIC_ONLY, now: () => now };
const use = { keyring: deps.keyring, call, providerOf: servers.providerOf };

async function makePerson(organization: AccountPerson["organizationId"], isAdmin = true): Promise<AccountPerson> {
  const userId = randomUUID();
  await db.database.owner.query(`INSERT INTO "user" (id, name, email) VALUES ($1, 'Ada', $1)`, [userId]);
  return { organizationId: organization, userId, isAdmin };
}

async function team(): Promise<{ ada: AccountPerson; bob: AccountPerson }> {
  const organization = await db.makeOrganization();
  return { ada: await makePerson(organization), bob: await makePerson(organization, false) };
}

function github(token = TOKEN, changes: Partial<NewAccount> = {}): NewAccount {
  return { kind: "github", server: "", login: "", token: Secret.of(token), ...changes };
}

async function refused(code: ErrorCode, said: RegExp, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(isTidemarkError(error, code), String(error));
    assert.match(error.message, said);
    assert.ok(!error.message.includes("canary"), error.message);
    return true;
  });
}

servers.tokens.set(TOKEN, {});

test("an account is connected with what its server says of the token, which is stored sealed", async () => {
  const { ada, bob } = await team();
  const missing = [{ scope: "admin:repo_hook", purpose: "to create webhooks" }];
  servers.tokens.set("tok-canary-2", { missing, expiresAt: START + 86_400_000 });
  const id = await accounts.connect(ada, github(" tok-canary-2\n"));
  const [view, ...more] = await accounts.list(ada);
  assert.deepEqual(more, []);
  assert.deepEqual(
    { ...view, createdAt: null },
    {
      id,
      kind: "github",
      label: "GitHub",
      baseUrl: "https://github.com",
      login: "ada",
      name: "Ada Lovelace",
      own: true,
      userName: "Ada",
      shared: false,
      state: "active",
      problem: null,
      scopes: ["repo"],
      missing,
      tokenPage: "https://github.com/settings/tokens/new?description=Tidemark&scopes=repo,admin:repo_hook",
      offers: { repositories: true, webhooks: view?.offers.webhooks },
      repositories: 0,
      leftWebhooks: null,
      limitedUntil: null,
      expiresAt: "2027-01-11T00:00:00.000Z",
      checkedAt: "2027-01-10T00:00:00.000Z",
      createdAt: null,
    },
  );
  const stored = await readAccount(db.database.web.in(ada.organizationId), id);
  assert.ok(stored !== null && !Buffer.from(stored.token).includes("canary"));
  assert.equal(deps.keyring.open(stored.token, tokenPlace(ada.organizationId, id)).reveal(), "tok-canary-2");
  assert.deepEqual(await accounts.list(bob), [], "it is hers alone");
  await refused("account-not-found", /none with this id/, accounts.remove(bob, id));
  const other = await team();
  await refused(
    "account-not-found",
    /none with this id/,
    accounts.repositories(other.ada, { account: id, search: "", cursor: null }),
  );
});

test("the same account again gets the new token, also under another login; another person's is another", async () => {
  const { ada, bob } = await team();
  const id = await accounts.connect(ada, github());
  await db.database.web.in(ada.organizationId).write(async (tx) => {
    await tx.query("UPDATE git_account SET state = 'refused', problem = 'x' WHERE organization_id = $1", []);
  });
  servers.tokens.set("renamed-canary", { login: "countess" });
  assert.equal(await accounts.connect(ada, github("renamed-canary")), id);
  const [view, ...more] = await accounts.list(ada);
  assert.deepEqual([view?.login, view?.state, view?.problem, more.length], ["countess", "active", null, 0]);
  servers.tokens.set("bobs-canary", { login: "bob", subject: "18" });
  const second = await accounts.connect(ada, github("bobs-canary"));
  assert.notEqual(second, id);
  assert.notEqual(await accounts.connect(bob, github()), id);
  const twice = await Promise.all([accounts.connect(bob, github()), accounts.connect(bob, github())]);
  assert.equal(twice[0], twice[1]);
});

test("what cannot be a token, a login or a server is refused without asking anybody", async () => {
  const { ada, bob } = await team();
  const asked = servers.asked.length;
  const plain: NewAccount = {
    kind: "plain",
    server: `${FAKE_SERVER}/x`,
    login: "ada",
    token: Secret.of("canary pass"),
  };
  await refused("bad-argument", /the token for "GitHub": found nothing/, accounts.connect(ada, github(" \n ")));
  await refused("bad-argument", /found a character that none has/, accounts.connect(ada, github("canary canary")));
  await refused("bad-argument", /found 5000 characters/, accounts.connect(ada, github("canary".padEnd(5_000, "x"))));
  await refused("bad-argument", /found a colon/, accounts.connect(ada, { ...plain, login: "a:b" }));
  await refused("bad-argument", /found a character/, accounts.connect(ada, { ...plain, token: Secret.of("canary\n") }));
  await refused(
    "bad-address",
    /found no address, wanted the address of your server/,
    accounts.connect(ada, { ...plain, server: "" }),
  );
  await refused(
    "bad-address",
    /a login in the address/,
    accounts.connect(ada, { ...plain, server: "https://a:canary@host/x" }),
  );
  for (const server of ["https://127.0.0.1", "10.0.0.1:8080", "http://example.org", "https://169.254.169.254/x"]) {
    await refused("address-not-allowed", /connect an account at/, accounts.connect(ada, { ...plain, server }));
  }
  await refused("not-allowed", /share the account/, accounts.connect(bob, github(TOKEN, { shared: true })));
  assert.equal(servers.asked.length, asked);
  await refused("account-refused", /is not taken/, accounts.connect(ada, github("unknown-canary")));
  assert.deepEqual(await accounts.list(ada), []);
});

test("a server's address is stored in one form, and a page of the public server means the server", async () => {
  const { ada } = await team();
  const forms: readonly (readonly [NewAccount["kind"], string, string])[] = [
    ["github", "github.com/ada/repo", "https://github.com"],
    ["gitea", `${FAKE_SERVER}/git/`, `${FAKE_SERVER}/git`],
    ["gitlab", "192.0.43.8", FAKE_SERVER],
    ["plain", `${FAKE_SERVER}:443/some/repo.git`, FAKE_SERVER],
  ];
  for (const [kind, server, baseUrl] of forms) {
    const id = await accounts.connect(ada, github(TOKEN, { kind, server }));
    assert.equal((await accounts.list(ada)).find((account) => account.id === id)?.baseUrl, baseUrl, server);
  }
});

test("an account is shared by admins, used by the team, and managed by its person and admins", async () => {
  const { ada, bob } = await team();
  const eve = await makePerson(ada.organizationId);
  const id = await accounts.connect(bob, github());
  await refused("account-not-found", /none/, accounts.change(ada, id, { shared: true }));
  await refused("not-allowed", /share the account "Ada Lovelace"/, accounts.change(bob, id, { shared: true }));
  const hers = await accounts.connect(ada, github(TOKEN, { shared: true }));
  assert.deepEqual(
    (await accounts.list(bob)).map(({ id: each, own, shared }) => [each, own, shared]),
    [
      [id, true, false],
      [hers, false, true],
    ],
  );
  await refused("not-allowed", /another person's account/, accounts.change(bob, hers, { shared: false }));
  await refused("not-allowed", /another person's account/, accounts.change(eve, hers, { token: Secret.of(TOKEN) }));
  await refused("not-allowed", /another person's account/, accounts.remove(bob, hers));
  await accounts.connect(ada, github());
  assert.equal((await accounts.list(bob)).length, 2, "a new token leaves it shared");
  await accounts.change(eve, hers, { shared: false });
  assert.deepEqual(
    (await accounts.list(bob)).map(({ id: each }) => each),
    [id],
  );
});

test("a new token is taken of the same person only", async () => {
  const { ada } = await team();
  const id = await accounts.connect(ada, github());
  servers.tokens.set("mallory-canary", { login: "mallory", subject: "66" });
  const changed = accounts.change(ada, id, { token: Secret.of("mallory-canary") });
  await refused("bad-argument", /found a token of mallory, wanted one of the same person/, changed);
  servers.tokens.set("fresh-canary", { scopes: ["repo", "admin:repo_hook"] });
  await accounts.change(ada, id, { token: Secret.of("fresh-canary") });
  assert.deepEqual((await accounts.list(ada))[0]?.scopes, ["repo", "admin:repo_hook"]);
});

test("an account that is removed leaves its repositories, and says which", async () => {
  const { ada } = await team();
  const store = db.database.web.in(ada.organizationId);
  const id = await accounts.connect(ada, github());
  const repository = await store.write(async (tx) => {
    const made = await insertRepository(tx, {
      name: "secret",
      kind: "remote",
      address: "https://github.com/ada/secret",
    });
    await setRepositoryAccount(tx, made as RepositoryId, id);
    return made;
  });
  assert.equal((await accounts.list(ada))[0]?.repositories, 1);
  assert.deepEqual(await accounts.remove(ada, id), ["secret"]);
  assert.deepEqual(await accounts.list(ada), []);
  const [row] = await store.query("SELECT git_account_id FROM git_repository WHERE organization_id = $1 AND id = $2", [
    repository,
  ]);
  assert.deepEqual(row, { git_account_id: null });
});

test("the repositories of an account are searched, paged, and marked where they are followed", async () => {
  const { ada } = await team();
  const id = await accounts.connect(ada, github());
  for (const name of ["ada/one", "ada/two", "ada/three", "eve/one"]) servers.repositories.push(fakeRepository(name));
  const address = "https://github.com/ada/two";
  await db.database.web
    .in(ada.organizationId)
    .write((tx) => insertRepository(tx, { name: "2", kind: "remote", address }));
  const first = await accounts.repositories(ada, { account: id, search: "ada/", cursor: null });
  assert.deepEqual(
    first.repositories.map(({ name, followedAs }) => [name, followedAs]),
    [
      ["ada/one", null],
      ["ada/two", "2"],
    ],
  );
  await db.database.owner.query("UPDATE git_repository SET gone_at = now() WHERE address = $1", [address]);
  const anew = await accounts.repositories(ada, { account: id, search: "ada/two", cursor: null });
  assert.equal(anew.repositories[0]?.followedAs, null, "one that was made anew in its place is another one");
  const second = await accounts.repositories(ada, { account: id, search: "ada/", cursor: first.next });
  assert.deepEqual([second.repositories.map(({ name }) => name), second.next], [["ada/three"], null]);
  const plain = await accounts.connect(ada, {
    kind: "plain",
    server: FAKE_SERVER,
    login: "ada",
    token: Secret.of("x"),
  });
  const asked = accounts.repositories(ada, { account: plain, search: "", cursor: null });
  await refused("bad-argument", /found a server that has no list of them, wanted the address of the repository/, asked);
});

test("a server that wants to be left alone is not asked until then; a refused token waits for a new one", async () => {
  const { ada } = await team();
  const id = await accounts.connect(ada, github());
  const ask = () => accounts.repositories(ada, { account: id, search: "", cursor: null });
  servers.tokens.set(TOKEN, limitedUntil(START + 60_000));
  await refused("provider-limited", /a limit/, ask());
  const asked = servers.asked.length;
  await refused("provider-limited", /asked for a pause, wanted another try after 00:01 UTC/, ask());
  assert.equal(servers.asked.length, asked);
  assert.deepEqual((await accounts.list(ada))[0]?.state, "limited");
  now = START + 60_001;
  servers.tokens.set(TOKEN, refusedToken());
  await refused("account-refused", /a token that is not taken by GitHub/, ask());
  await refused("account-refused", /is not taken any more by GitHub, wanted a new token for it/, ask());
  assert.deepEqual(
    servers.asked.slice(asked).map(({ what }) => what),
    ["list ", "check"],
    "a refusal is believed at the second time",
  );
  const [view] = await accounts.list(ada);
  assert.deepEqual([view?.state, view?.problem?.includes("is not taken by GitHub")], ["refused", true]);
  servers.tokens.set(TOKEN, {});
  assert.equal(await checkAccount(db.database.worker.in(ada.organizationId), use, id), true);
  assert.equal((await accounts.list(ada))[0]?.state, "active");
  now = START;
});

test("gitAuthorization() gives a token to its own server only, and to nobody when it is not taken", async () => {
  const { ada } = await team();
  const reader = db.database.worker.in(ada.organizationId);
  const id = await accounts.connect(ada, github());
  const of = (address: string, isPublic = false, accountId: string | null = id) =>
    gitAuthorization(reader, deps, { accountId, address, isPublic });
  const basic = `Basic ${Buffer.from(`x-access-token:${TOKEN}`).toString("base64")}`;
  assert.equal((await of("https://github.com/ada/one"))?.reveal(), basic);
  for (const address of [
    "https://github.com:444/a/b",
    "http://github.com/a/b",
    "https://github.com.evil.org/a/b",
    "/srv/a",
  ]) {
    assert.equal(await of(address), null, address);
  }
  assert.equal(await of("https://github.com/a/b", false, null), null);
  assert.equal(await of("https://github.com/a/b", false, "999999"), null);
  servers.tokens.set(TOKEN, refusedToken());
  await refused("account-refused", /GitHub/, checkAccount(reader, use, id).then(String));
  await refused(
    "account-refused",
    /use the account "ada": found a token that is not taken any more by GitHub/,
    of("https://github.com/a/b"),
  );
  assert.equal(await of("https://github.com/a/b", true), null, "anybody may read it");
  servers.tokens.set(TOKEN, {});
});

test("a token that was sealed with a key that is not here is an error of its account alone", async () => {
  const { ada } = await team();
  const id = await accounts.connect(ada, github());
  const other: AccountsDeps = { ...deps, keyring: testKeyring("new") };
  const elsewhere = accountCalls(other);
  const asked = elsewhere.repositories(ada, { account: id, search: "", cursor: null });
  await refused("secret-not-opened", /the key "old", which this installation does not have/, asked);
  assert.deepEqual(
    (await elsewhere.list(ada)).map(({ state }) => state),
    ["sealed"],
  );
  await elsewhere.change(ada, id, { token: Secret.of(TOKEN) });
  assert.deepEqual(
    (await elsewhere.list(ada)).map(({ state }) => state),
    ["active"],
  );
  assert.ok(other.keyring instanceof Keyring);
});
