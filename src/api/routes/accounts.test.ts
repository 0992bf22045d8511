// Accounts over HTTP: who may use them, and that a token goes in and never comes out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi } from "../../../test/helpers/api-server.ts";
import { fakeRepository, fakeServers, testKeyring } from "../../../test/helpers/fake-provider.ts";
import { PUBLIC_ONLY } from "../../outbound.ts";
import { accountCalls, type AccountCalls } from "../../workspace/account-calls.ts";
import { ProblemError } from "../client.ts";
import * as contract from "../contract/accounts.ts";

const TOKEN = "canary-token-5b1d0c7e2f";
const servers = fakeServers();
servers.tokens.set(TOKEN, {});
servers.repositories.push(fakeRepository("ada/one"), fakeRepository("ada/two"), fakeRepository("ada/three"));

let calls: AccountCalls | null = null;
const bound = (): AccountCalls => calls ?? assert.fail("the database is open by now");
const { db, server } = await openApi({
  accounts: {
    list: (...asked) => bound().list(...asked),
    connect: (...asked) => bound().connect(...asked),
    change: (...asked) => bound().change(...asked),
    remove: (...asked) => bound().remove(...asked),
    repositories: (...asked) => bound().repositories(...asked),
  },
});
const { providerOf } = servers;
const rest = { keyring: testKeyring(), allow: PUBLIC_ONLY, now: () => Date.now(), providerOf };
calls = accountCalls({ database: db.database, ...rest });
const organization = await db.makeOrganization();
const ada = await server.signIn(organization);
const body = { kind: "github", token: TOKEN } as const;

async function rejected(work: Promise<unknown>): Promise<readonly [number, string]> {
  const error = await work.then(
    () => assert.fail("it was answered"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ProblemError, String(error));
  assert.ok(!JSON.stringify(error.problem).includes("canary"));
  return [error.problem.status, error.problem.code];
}

test("an account is connected, listed, shared, asked for repositories and removed", async () => {
  const made = await ada.client.call(contract.connectAccount, { body });
  assert.deepEqual([made.login, made.own, made.shared, made.state], ["ada", true, false, "active"]);
  const { accounts, providers } = await ada.client.call(contract.listAccounts, {});
  assert.deepEqual(accounts, [made]);
  assert.deepEqual(
    providers
      .map(({ kind, needsLogin, takesLogin }) => [kind, needsLogin, takesLogin])
      .filter(([, , takes]) => takes === true),
    [
      ["bitbucket", false, true],
      ["plain", true, true],
    ],
  );
  const params = { account: made.id };
  const shared = await ada.client.call(contract.changeAccount, { params, body: { shared: true, token: TOKEN } });
  assert.equal(shared.shared, true);
  const page = await ada.client.call(contract.listAccountRepositories, { params, query: { search: "ada" } });
  assert.deepEqual([page.repositories.map(({ name }) => name), page.nextCursor], [["ada/one", "ada/two"], "2"]);
  const next = await ada.client.call(contract.listAccountRepositories, { params, query: { cursor: "2" } });
  assert.deepEqual(next, { repositories: [{ ...fakeRepository("ada/three"), followedAs: null }], nextCursor: null });
  assert.deepEqual(await ada.client.call(contract.removeAccount, { params, query: {} }), { repositories: [] });
  assert.deepEqual((await ada.client.call(contract.listAccounts, {})).accounts, []);
});

test("a viewer has no accounts, a member her own and the shared ones, nobody those of another team", async () => {
  const viewer = await server.signIn(organization, "viewer");
  const member = await server.signIn(organization, "member");
  const stranger = await server.signIn(await db.makeOrganization());
  const { id } = await ada.client.call(contract.connectAccount, { body });
  const params = { account: id };
  assert.deepEqual(await rejected(viewer.client.call(contract.listAccounts, {})), [403, "not-allowed"]);
  assert.deepEqual(await rejected(viewer.client.call(contract.connectAccount, { body })), [403, "not-allowed"]);
  for (const person of [member, stranger]) {
    assert.deepEqual((await person.client.call(contract.listAccounts, {})).accounts, []);
    const asked = [
      () => person.client.call(contract.listAccountRepositories, { params, query: {} }),
      () => person.client.call(contract.changeAccount, { params, body: { shared: false } }),
      () => person.client.call(contract.removeAccount, { params, query: {} }),
    ];
    for (const ask of asked) assert.deepEqual(await rejected(ask()), [404, "account-not-found"]);
  }
  await ada.client.call(contract.changeAccount, { params, body: { shared: true } });
  assert.equal((await member.client.call(contract.listAccounts, {})).accounts.length, 1);
  assert.deepEqual((await stranger.client.call(contract.listAccounts, {})).accounts, []);
  assert.deepEqual(await rejected(member.client.call(contract.removeAccount, { params, query: {} })), [
    403,
    "not-allowed",
  ]);
  const sharing = member.client.call(contract.connectAccount, { body: { ...body, shared: true } });
  assert.deepEqual(await rejected(sharing), [403, "not-allowed"]);
});

test("no answer holds a token, whatever is asked wrongly, and no browser keeps the answers", async () => {
  const post = (text: string): Promise<Response> =>
    ada.fetch("/api/v1/accounts", { method: "POST", body: text, headers: { "content-type": "application/json" } });
  const bodies: readonly object[] = [
    { kind: "github", token: TOKEN },
    { kind: "github", token: `${TOKEN} and more` },
    { kind: "github", token: `${TOKEN}x` },
    { kind: "canary", token: TOKEN },
    { kind: "plain", token: TOKEN, server: `https://ada:${TOKEN}@host/x` },
    { kind: "plain", token: TOKEN, login: "a:b", server: "https://192.0.43.8" },
    { kind: "github", token: [TOKEN] },
    { kind: "github", token: TOKEN.padEnd(4_097, "x") },
    { kind: "github", token: TOKEN, [TOKEN]: 1 },
    { kind: "github", token: TOKEN, organization_id: "1" },
  ];
  const statuses: number[] = [];
  for (const each of bodies) {
    const answer = await post(JSON.stringify(each));
    statuses.push(answer.status);
    const text = await answer.text();
    assert.ok(!text.includes(TOKEN), text);
    assert.equal(answer.headers.get("cache-control"), "no-store");
  }
  assert.deepEqual(statuses, [201, 400, 422, 400, 400, 400, 400, 400, 400, 400]);
  const list = await ada.fetch("/api/v1/accounts");
  assert.deepEqual([list.headers.get("cache-control"), list.headers.get("etag")], ["no-store", null]);
});
