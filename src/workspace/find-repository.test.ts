// Tests of adding whatever people paste: which account is asked, what is stored of the provider's answer.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { FAKE_SERVER, fakeRepository, fakeServers, testKeyring } from "../../test/helpers/fake-provider.ts";
import { PRIVATE_SPELLINGS } from "../../test/helpers/private-spellings.ts";
import { openTestDatabase } from "../../test/helpers/test-database.ts";
import { type ErrorCode, isTidemarkError } from "../errors.ts";
import { type EgressAllowance } from "../outbound.ts";
import { Secret } from "../secrets.ts";
import { waitingEvents } from "../store/event.ts";
import { readProvided } from "../store/repository-provider.ts";
import { accountCalls } from "./account-calls.ts";
import type { AccountPerson } from "./account-person.ts";
import { addRepository } from "./add-repository.ts";
import { changeRepository } from "./change-repository.ts";

const db = await openTestDatabase();
after(() => db.close());
const servers = fakeServers();
const allow: EgressAllowance = { http: false, loopback: false, entries: [] };
const deps = {
  database: db.database,
  keyring: testKeyring(),
  allow,
  now: () => Date.UTC(2027, 0, 1),
  providerOf: servers.providerOf,
};
const accounts = accountCalls(deps);
servers.tokens.set("token-of-ada", {});
servers.tokens.set("token-of-bob", { login: "bob", subject: "18" });

async function makePerson(organizationId: AccountPerson["organizationId"], isAdmin = true): Promise<AccountPerson> {
  const userId = randomUUID();
  await db.database.owner.query(`INSERT INTO "user" (id, name, email) VALUES ($1, 'Ada', $1)`, [userId]);
  return { organizationId, userId, isAdmin };
}

async function connected(person: AccountPerson, token = "token-of-ada", shared = false): Promise<string> {
  return accounts.connect(person, { kind: "gitlab", server: FAKE_SERVER, login: "", token: Secret.of(token), shared });
}

function knows(name: string, changes: Parameters<typeof fakeRepository>[1] = {}): void {
  servers.repositories.push(
    fakeRepository(name, { cloneUrl: `${FAKE_SERVER}/${name}.git`, webUrl: `${FAKE_SERVER}/${name}`, ...changes }),
  );
}

async function added(person: AccountPerson, url: string, account: string | null = null) {
  const id = await addRepository(deps, person.organizationId, { url, by: { person, account } });
  return readProvided(db.database.web.in(person.organizationId), id);
}

async function refused(code: ErrorCode, said: RegExp, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(isTidemarkError(error, code), String(error));
    assert.match(error.message, said);
    return true;
  });
}

test("addRepository() finds the repository of a pasted page by the person's account, and keeps what the provider says", async () => {
  const ada = await makePerson(await db.makeOrganization());
  const account = await connected(ada);
  knows("team/tools/engine");
  const row = await added(ada, `${FAKE_SERVER}/team/tools/engine/-/tree/main/results?ref_type=heads`);
  assert.deepEqual(
    { ...row, id: "", checkedAt: null },
    {
      id: "",
      name: "tools/engine",
      address: `${FAKE_SERVER}/team/tools/engine.git`,
      accountId: account,
      provider: "gitlab",
      providerId: "id of team/tools/engine",
      providerName: "team/tools/engine",
      webUrl: `${FAKE_SERVER}/team/tools/engine`,
      visibility: "private",
      archived: false,
      gone: false,
      checkedAt: null,
      missedAt: null,
      webhookUnwanted: false,
    },
  );
  await refused("repository-exists", /named "tools\/engine"/, added(ada, "team/tools/engine"));
});

test("addRepository() takes a bare name to the accounts, and to GitHub where none knows it", async () => {
  const ada = await makePerson(await db.makeOrganization());
  await connected(ada);
  knows("ada/named");
  assert.equal((await added(ada, "ada/named"))?.address, `${FAKE_SERVER}/ada/named.git`);
  // nothing resolves here: what is asked for is told by the refusal
  await refused("host-not-found", /github\.com\/ada\/elsewhere/, added(ada, "ada/elsewhere"));
});

test("addRepository() uses a shared account of the team, and none of another person", async () => {
  const organization = await db.makeOrganization();
  const [ada, bob, eve] = [
    await makePerson(organization),
    await makePerson(organization, false),
    await makePerson(organization),
  ];
  const own = await connected(ada, "token-of-ada");
  const shared = await connected(eve, "token-of-bob", true);
  for (const name of ["ada/one", "ada/two"]) knows(name);
  assert.equal((await added(bob, `${FAKE_SERVER}/ada/one`))?.accountId, shared);
  assert.equal((await added(ada, `${FAKE_SERVER}/ada/two`))?.accountId, own, "her own first");
  knows("ada/three");
  await refused("account-not-found", /./, added(bob, `${FAKE_SERVER}/ada/three`, own));
});

test("addRepository() says of a chosen account what it does not see, and that it is of another server", async () => {
  const ada = await makePerson(await db.makeOrganization());
  const account = await connected(ada);
  await refused("repository-not-found", /none that ada may see/, added(ada, "ada/unseen", account));
  await refused("bad-address", /an address on another server/, added(ada, "https://192.0.43.9/ada/engine", account));
});

test("addRepository() trusts no clone address of a provider that leads elsewhere, and keeps the token at home", async () => {
  const ada = await makePerson(await db.makeOrganization());
  await connected(ada);
  knows("ada/lured", { cloneUrl: "https://127.0.0.1/ada/lured.git", webUrl: "javascript:alert(1)" });
  const row = await added(ada, `${FAKE_SERVER}/ada/lured`);
  assert.equal(row?.address, `${FAKE_SERVER}/ada/lured.git`);
  assert.equal(row?.webUrl, null);
  const elsewhere = [
    "ext::sh -c id",
    "fd::7",
    "file:///etc",
    "/etc",
    "ssh://-oProxyCommand=x/y",
    "-u/bin/sh",
    "--upload-pack=x",
  ];
  const spelled = PRIVATE_SPELLINGS.map((host) => `https://${host}/ada/lured.git`);
  for (const [index, cloneUrl] of [...elsewhere, ...spelled, "", "\u0000"].entries()) {
    const name = `ada/lured-${index}`;
    knows(name, { cloneUrl, webUrl: cloneUrl });
    const lured = await added(ada, `${FAKE_SERVER}/${name}`);
    assert.equal(lured?.address, `${FAKE_SERVER}/${name}.git`, cloneUrl);
    assert.match(lured?.webUrl ?? "https://", /^https:\/\//, "a link for people, or none");
  }
  knows("ada/with-login", { cloneUrl: `${FAKE_SERVER.replace("://", "://ada:word@")}/ada/with-login.git` });
  await refused("bad-address", /found a login in the address/, added(ada, `${FAKE_SERVER}/ada/with-login`));
});

test("addRepository() adds by address what no account sees: anybody may", async () => {
  const ada = await makePerson(await db.makeOrganization());
  await connected(ada);
  servers.open.push("ada/public");
  const row = await added(ada, `${FAKE_SERVER}/ada/public`);
  assert.deepEqual([row?.accountId, row?.provider, row?.providerId], [null, null, null]);
});

test("addRepository() refuses what an account's server says is not there, for the account and for anybody", async () => {
  const ada = await makePerson(await db.makeOrganization());
  const bob = await makePerson(await db.makeOrganization());
  await connected(ada);
  for (const path of ["ada", "ada/nothere", "ada/nothere/-/tree/main"])
    await refused("repository-not-found", /found none that ada may see, wanted/, added(ada, `${FAKE_SERVER}/${path}`));
  const row = await added(bob, `${FAKE_SERVER}/ada/nothere`);
  assert.equal(row?.accountId, null, "without an account there Git is asked");
});

test("addRepository() knows a repository by its number, whatever it is called by now", async () => {
  const ada = await makePerson(await db.makeOrganization());
  await connected(ada);
  knows("ada/before", { id: "77" });
  await added(ada, `${FAKE_SERVER}/ada/before`);
  knows("ada/after", { id: "77" });
  await refused("repository-exists", /named "ada\/before"/, added(ada, `${FAKE_SERVER}/ada/after`));
});

test("changeRepository() lets another account read it, and asks for its new commits and its provider", async () => {
  const organization = await db.makeOrganization();
  const [ada, bob] = [await makePerson(organization), await makePerson(organization)];
  await connected(ada);
  const other = await connected(bob, "token-of-bob");
  knows("ada/changed");
  const row = (await added(ada, `${FAKE_SERVER}/ada/changed`)) ?? assert.fail();
  const change = (person: AccountPerson, id: string | null) =>
    changeRepository({ database: db.database }, organization, row.id, { account: { id, person } });
  await refused("account-not-found", /./, change(ada, other));
  assert.equal(await change(bob, other), true);
  assert.equal(await change(bob, other), false, "once");
  const store = db.database.web.in(organization);
  assert.equal((await readProvided(store, row.id))?.accountId, other);
  assert.equal((await waitingEvents(store, row.id)).filter(({ source }) => source === "person").length, 1);
  const elsewhere = await accounts.connect(ada, {
    kind: "gitea",
    server: "https://192.0.43.7",
    login: "",
    token: Secret.of("token-of-ada"),
  });
  await refused("bad-argument", /the repository's own server/, change(ada, elsewhere));
  assert.equal(await change(ada, null), true);
});

test("addRepository() says where a bare name is when several servers have it, and asks no plain one", async () => {
  const ada = await makePerson(await db.makeOrganization());
  await connected(ada);
  await accounts.connect(ada, {
    kind: "plain",
    server: FAKE_SERVER,
    login: "ada.lovelace",
    token: Secret.of("password-of-ada"),
  });
  await refused("host-not-found", /github\.com\/ada\/nowhere/, added(ada, "ada/nowhere"));
  await accounts.connect(ada, {
    kind: "gitea",
    server: "https://192.0.43.7",
    login: "",
    token: Secret.of("token-of-ada"),
  });
  knows("ada/twice");
  await refused("bad-argument", /one at each of https:\/\/192\.0\.43\.\d, https/, added(ada, "ada/twice"));
});

test("connectAccount() reads from then on what failed at its server for want of one", async () => {
  const organization = await db.makeOrganization();
  const ada = await makePerson(organization);
  const row = (await added(ada, `${FAKE_SERVER}/ada/private`)) ?? assert.fail();
  const fine = (await added(ada, `${FAKE_SERVER}/ada/public`)) ?? assert.fail();
  await db.database.owner.query("UPDATE git_repository SET state = 'failed' WHERE id = $1", [row.id]);
  const account = await connected(ada);
  const store = db.database.web.in(organization);
  assert.equal((await readProvided(store, row.id))?.accountId, account);
  assert.equal((await readProvided(store, fine.id))?.accountId, null, "what can be read is left as it is");
  const own = "SELECT reason FROM event WHERE repository_id = $1 AND source = 'schedule'";
  assert.deepEqual(await db.database.owner.query(own, [row.id]), [{ reason: "account-connected" }]);
});

test("addRepository() has the account that is to wait read what is added by its address, and takes no bare name elsewhere", async () => {
  const ada = await makePerson(await db.makeOrganization());
  const account = await connected(ada);
  await db.database.owner.query("UPDATE git_account SET limited_until = '2027-01-02' WHERE id = $1", [account]);
  for (const chosen of [null, account]) {
    const row = await added(ada, `${FAKE_SERVER}/ada/later-${chosen ?? "any"}`, chosen);
    assert.deepEqual([row?.accountId, row?.provider, row?.providerId], [account, "gitlab", null]);
  }
  const words = /found that GitLab at https:\/\/192\.0\.43\.8 cannot be asked now, wanted the whole address of the one/;
  await refused("bad-argument", words, added(ada, "ada/named-later"));
});

test("addRepository() knows a repository with .git at its address and without as the same", async () => {
  const ada = await makePerson(await db.makeOrganization());
  await added(ada, `${FAKE_SERVER}/ada/twin`);
  await refused("repository-exists", /named "ada\/twin"/, added(ada, `${FAKE_SERVER}/ada/twin.git`));
});
