// T1 and G3 by the API: an address that must not be reached is refused at every door, in one message, and nobody connects.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Problem } from "../src/api/contract/contract.ts";
import type { UseCases } from "../src/api/services.ts";
import { PROVIDER_KINDS } from "../src/domain/provider-kind.ts";
import type { EgressAllowance } from "../src/outbound.ts";
import { accountCalls } from "../src/workspace/account-calls.ts";
import { addRepository } from "../src/workspace/add-repository.ts";
import { startApi, type TestPerson, type TestServer } from "./helpers/api-server.ts";
import { testKeyring } from "./helpers/fake-provider.ts";
import { listenOnLoopback } from "./helpers/loopback-listeners.ts";
import { PRIVATE_SPELLINGS } from "./helpers/private-spellings.ts";
import { openTestDatabase, type TestDatabase } from "./helpers/test-database.ts";

const listeners = await listenOnLoopback(["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1"]);
const { port } = listeners;
/** One server of an operator's own, beside all those that are refused. */
const allow: EgressAllowance = { http: true, loopback: false, entries: [{ target: "127.0.0.2", ports: [port] }] };

let db: TestDatabase;
let server: TestServer;
let person: TestPerson;

before(async () => {
  db = await openTestDatabase();
  const deps = { database: db.database, allow, keyring: testKeyring("test") };
  const useCases = {
    addRepository: (by, { url, account }) =>
      addRepository(deps, by.organizationId, { url, by: { person: by, account } }),
  } satisfies Partial<UseCases> as unknown as UseCases;
  server = await startApi(db, { useCases, accounts: accountCalls({ ...deps, now: () => Date.now() }) });
  person = await server.signIn(await db.makeOrganization());
});
after(async () => {
  await server.close();
  await db.close();
});

async function post(path: string, body: object): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { "content-type": "application/json" };
  const answer = await person.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
}

const doors: Readonly<Record<string, (address: string) => ReturnType<typeof post>>> = {
  "a repository": (address) => post("/api/v1/repositories", { url: `${address}/o/n` }),
  ...Object.fromEntries(
    PROVIDER_KINDS.map((kind) => [
      `an account at ${kind}`,
      (address: string) =>
        post("/api/v1/accounts", { kind, server: address, login: "ada", token: "0123456789abcdef0123" }),
    ]),
  ),
};

for (const [door, knock] of Object.entries(doors)) {
  test(`${door} at an address that must not be reached is refused, however it is written, and nobody connects`, async () => {
    listeners.clear();
    const said = new Set<string>();
    for (const host of PRIVATE_SPELLINGS) {
      for (const address of [`http://${host}:${port}`, `https://${host}:${port}`, `https://${host}`]) {
        const { status, text } = await knock(address);
        const { code, detail } = Problem.parse(JSON.parse(text));
        assert.ok(status >= 400 && status < 500, `${address}: ${text}`);
        assert.ok(["address-not-allowed", "bad-address", "host-not-found"].includes(code), `${address}: ${text}`);
        if (code === "address-not-allowed") said.add(/: found (.*)$/s.exec(detail)?.[1] ?? "");
      }
    }
    assert.deepEqual(listeners.connections, []);
    assert.ok(said.size <= 2, [...said].join("\n"));
    assert.deepEqual(await db.database.owner.query("SELECT FROM git_repository UNION ALL SELECT FROM git_account"), []);
  });
}

test("the doors lead to the one address that is allowed", async () => {
  listeners.clear();
  await doors["an account at gitea"]?.(`http://127.0.0.2:${port}`);
  assert.deepEqual(new Set(listeners.connections), new Set(["127.0.0.2"]));
});
