// T27: an exception that holds a statement and a secret, thrown below each route, is answered with an id and nothing else.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startApi } from "../../test/helpers/api-server.ts";
import { openTestDatabase, quietLog } from "../../test/helpers/test-database.ts";
import { makeToken } from "../secrets.ts";
import { Replicas } from "../store/replicas.ts";
import { Problem, type Contract } from "./contract/contract.ts";

const CANARY = "canary-4c1e77";

/** As a driver, a library and a careless hand throw it. */
function broken(): Error {
  const cause = Object.assign(new Error(`duplicate key (token)=(${CANARY})`), { detail: CANARY });
  const message = `select * from "account" where token = '${CANARY}'`;
  return Object.assign(new Error(message, { cause }), { code: "42601", statusCode: 418, expose: true, detail: CANARY });
}

/** Whatever is asked of it fails, at once or when it is waited for. */
function failing(): never {
  const handler: ProxyHandler<() => void> = {
    get: (_target, name) => (name === "then" ? undefined : failing()),
    apply: () => Promise.reject(broken()),
  };
  return new Proxy(() => undefined, handler) as never;
}

const BODIES: Readonly<Record<string, unknown>> = {
  addRepository: { url: "https://example.org/new" },
  nameRows: { path: "metrics.json", array: "", fields: ["a"] },
  signInByLink: { token: makeToken("tdo").reveal() },
  connectAccount: { kind: "github", token: "0123456789012345678901234567890123456789", shared: false },
  makeTeamWebhook: { kind: "github" },
};
const QUERIES: Readonly<Record<string, string>> = {
  previewFiles: "?pattern=a",
  listRows: "?path=a",
  compareCommits: "?commits=main&commits=main",
  exportCommits: "?format=csv",
};
/** What asks for nothing but people and their sessions. */
const ASKS_FOR_PEOPLE = ["getSession", "signInByLink", "signOut"];

/** Every contract that the server answers, by its name. */
async function contracts(serverUrl: string): Promise<[string, Contract][]> {
  const description = (await (await fetch(`${serverUrl}/api/v1/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  const isAnswered = ({ url, method }: Contract): boolean =>
    description.paths[url.replace(/:(\w+)/g, "{$1}").replace("*", "{path}")]?.[method.toLowerCase()] !== undefined;
  const folder = join(import.meta.dirname, "contract");
  const found: [string, Contract][] = [];
  for (const file of readdirSync(folder).filter((name) => !name.includes(".test."))) {
    const module = (await import(join(folder, file))) as Record<string, Partial<Contract> | undefined>;
    for (const [name, value] of Object.entries(module)) {
      if (typeof value?.url !== "string" || typeof value.method !== "string") continue;
      if (isAnswered(value as Contract)) found.push([name, value as Contract]);
    }
  }
  return found;
}

const db = await openTestDatabase();
const organization = await db.makeOrganization();
const real = db.database;
const store = { in: () => failing() };
const replicas = new Replicas({ replicas: [], primary: store.in, look: failing(), log: quietLog, now: () => 0 });
const noRows = {
  ...real,
  replicas,
  web: store,
  worker: store,
  system: failing(),
  owner: failing(),
};
const below = {
  useCases: failing(),
  accounts: failing(),
  webhooks: failing(),
  readRawFile: failing(),
  receiver: failing(),
};
const withoutRows = await startApi(db, { ...below, database: noRows });
const withoutPeople = await startApi(db, { ...below, database: { ...noRows, people: failing() } });
const all = await contracts(withoutRows.url);
after(async () => {
  await withoutRows.close();
  await withoutPeople.close();
  await db.close();
});

async function ask(server: typeof withoutRows, cookie: string, name: string, { method, url }: Contract) {
  const path = url.replace(/:\w+/g, "1111").replace("*", "m.json") + (QUERIES[name] ?? "");
  const isSafe = method === "GET";
  const answer = await fetch(server.url + path, {
    method,
    headers: { cookie, origin: server.url, ...(isSafe ? {} : { "content-type": "application/json" }) },
    ...(isSafe ? {} : { body: JSON.stringify(BODIES[name] ?? {}) }),
  });
  return { answer, text: await answer.text() };
}

function assertSaysNothing(status: number, text: string, headers: Headers): void {
  assert.equal(status, 500, text);
  const problem = Problem.parse(JSON.parse(text));
  const { instance, detail, ...rest } = problem;
  const id = instance.replace("urn:uuid:", "");
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, { type: "urn:tidemark:problem:internal", title: "Internal", status: 500, code: "internal" });
  assert.equal(
    detail,
    `Cannot answer the request: found a failure on our side, noted in the log as ${id}, wanted none.`,
  );
  const said = text + JSON.stringify([...headers]);
  assert.doesNotMatch(said, new RegExp(`${CANARY}|select|account|42601|node:|\\.ts`));
}

for (const [name, contract] of all) {
  test(`${name} says nothing of what broke below it`, async () => {
    const cookie = (await withoutRows.signIn(organization)).cookie;
    const { answer, text } = await ask(withoutRows, cookie, name, contract);
    if (ASKS_FOR_PEOPLE.includes(name)) assert.ok(answer.status < 500, text);
    else assertSaysNothing(answer.status, text, answer.headers);
  });

  test(`${name} says nothing of what broke while its caller was looked up`, async () => {
    const { cookie } = await withoutPeople.signIn(organization);
    const { answer, text } = await ask(withoutPeople, cookie, name, contract);
    assertSaysNothing(answer.status, text, answer.headers);
  });
}

test("a webhook's delivery says nothing of what broke below it", async () => {
  const answer = await fetch(`${withoutRows.url}/hooks/${"0".repeat(32)}`, { method: "POST", body: "{}" });
  assertSaysNothing(answer.status, await answer.text(), answer.headers);
});

test("every contract is asked", () => assert.ok(all.length >= 25, String(all.length)));
