// T9 with accounts at providers: their tokens and the secrets of the webhooks made with them are used in every way there is,
// refused in some, and shown nowhere: no answer but the one that has to, no log line, file, row, argument or environment.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Contract } from "../src/api/contract/contract.ts";
import { type App, startApp } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import { configureGit } from "../src/git/program.ts";
import { createLog } from "../src/log.ts";
import { ProviderSimulator } from "./helpers/provider-simulator/simulator.ts";
import type { SimulatedToken } from "./helpers/provider-simulator/world.ts";
import { NOBODY, SEES_PROCESSES, SecretSweep, type SeenProcess } from "./helpers/secret-sweep.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { openTestDatabase, type TestDatabase, urlsOf } from "./helpers/test-database.ts";
import { keepingFetch } from "./helpers/unguarded-fetch.ts";
import { until } from "./helpers/until.ts";
import { withClient } from "./helpers/with-client.ts";

type Kind = "github" | "gitlab" | "gitea" | "bitbucket";
/** The long form has all of them; GitLab sends the webhook's secret itself, Bitbucket takes the token beside an address. */
const KINDS: readonly Kind[] =
  process.env["TIDEMARK_TEST_ROUNDS"] === undefined
    ? ["gitlab", "bitbucket"]
    : ["github", "gitlab", "gitea", "bitbucket"];
/** Of the questions to a provider one in so many has the processes of this machine looked at meanwhile. */
const LOOK_ONE_IN = 4;
const NAME = "ada/engine";
const CONTRACTS = join(import.meta.dirname, "../src/api/contract");

const tokenOf = (kind: Kind): string => `canary+${kind}/4b7e90c1d2`;
const tokens = KINDS.map(tokenOf);
/** Of the webhooks: known once they are made. */
const secrets: string[] = [];

const folder = temporaryFolder();
const said: string[] = [];
/** what the server answered, but where a secret was asked for */
const answers: string[] = [];
const seen: { readonly arguments: SeenProcess[]; readonly environment: SeenProcess[] } = {
  arguments: [],
  environment: [],
};
const sweep = (): SecretSweep => new SecretSweep([...tokens, ...secrets]);

let db: TestDatabase;
let app: App;
let cookie = "";

/** Asks as a page of the server does. @param isKept whether nothing secret may be in the answer */
async function ask(method: string, path: string, body?: unknown, isKept = true) {
  const answer = await fetch(app.origin + path, {
    method,
    headers: { cookie, origin: app.origin, ...(method === "GET" ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (isKept) answers.push(`${method} ${path}\n${JSON.stringify([...answer.headers])}\n${text}`);
  return { status: answer.status, text, headers: answer.headers };
}

async function made<T>(method: string, path: string, body: unknown, isKept = true): Promise<T> {
  const { status, text } = await ask(method, path, body, isKept);
  assert.ok(status < 300, `${method} ${path}: ${status} ${text}`);
  return JSON.parse(text) as T;
}

/** One provider, with an account that Ada connects and a repository that she follows. */
class Followed {
  readonly provider: ProviderSimulator;
  readonly kind: Kind;
  readonly token: SimulatedToken;
  account = "";
  id = "";

  constructor(provider: ProviderSimulator) {
    this.provider = provider;
    this.kind = provider.kind as Kind;
    this.token = provider.addToken(provider.addAccount("ada"), { text: tokenOf(this.kind) });
    provider.addRepository(NAME, { isPrivate: true });
    provider.push(NAME, { files: { "metrics.json": '{"loss":1}' } });
    let asked = 0;
    provider.fault = () => {
      asked += 1;
      if (!SEES_PROCESSES || asked % LOOK_ONE_IN > 0) return null;
      const { arguments: words, environment } = sweep().processes();
      seen.arguments.push(...words);
      seen.environment.push(...environment);
      return null;
    };
  }

  get hook() {
    return this.provider.repository(NAME).hooks[0] ?? assert.fail(`${this.kind} has no webhook`);
  }

  async is(condition: string): Promise<void> {
    const statement = `SELECT ${condition} AS so FROM git_repository r WHERE id = $1`;
    await until(`${this.kind}: ${condition}`, async () => {
      const [row] = await db.database.owner.query<{ so: boolean }>(statement, [this.id]);
      return row?.so === true;
    });
  }

  /** Connects, follows, pushes. */
  async follow(): Promise<void> {
    const { provider, kind, token } = this;
    const { login } = provider.accessOf(token);
    const account = { kind, server: provider.url, login };
    const wrong = await ask("POST", "/api/v1/accounts", { ...account, token: `${token.text}wrong` });
    assert.equal(wrong.status, 422, wrong.text);
    this.account = (await made<{ id: string }>("POST", "/api/v1/accounts", { ...account, token: token.text })).id;
    const added = await made<{ id: string }>("POST", "/api/v1/repositories", { url: `${provider.url}/${NAME}` });
    this.id = added.id;
    await this.is(
      "state = 'ready' AND EXISTS (SELECT FROM webhook w WHERE w.repository_id = r.id AND state = 'active')",
    );
    this.#note();
    provider.push(NAME, { files: { "metrics.json": '{"loss":0.5}' } });
    await this.is(
      "EXISTS (SELECT FROM event e WHERE e.repository_id = r.id AND source = 'webhook' AND state = 'done')",
    );
  }

  #note(): void {
    const { secret, signingToken } = this.hook;
    for (const each of [secret, signingToken]) if (each !== null && !secrets.includes(each)) secrets.push(each);
  }

  /** What is refused: deliveries, tokens, answers that repeat what was sent. */
  async fail(): Promise<void> {
    const { url, secret } = this.hook;
    const old = secret ?? assert.fail("no secret");
    const rotated = await made<{ secret: string }>(
      "POST",
      `/api/v1/repositories/${this.id}/webhook`,
      { rotate: true },
      false,
    );
    assert.notEqual(rotated.secret, old);
    this.#note();
    const headers = {
      "x-gitlab-token": `${old}x`,
      "x-hub-signature": old,
      "x-hub-signature-256": old,
      authorization: old,
    };
    const text = await (await fetch(`${url}?secret=${old}`, { method: "POST", headers, body: old })).text();
    answers.push(text);
    const digest = createHmac("sha256", old).update(old).digest("hex");
    const signed = {
      "x-hub-signature-256": `sha256=${digest}`,
      "x-hub-signature": `sha256=${digest}`,
      "x-gitea-signature": digest,
    };
    await (
      await fetch(url, { method: "POST", headers: { ...signed, "x-gitlab-token": old }, body: old.slice(0, 6) })
    ).text();
    const list = `/api/v1/accounts/${this.account}/repositories`;
    const fault = this.provider.fault;
    for (const body of [`{"message":"${this.token.text}"}`, `<html>Authorization: Bearer ${this.token.text}</html>`]) {
      for (const status of [500, 200, 404]) {
        this.provider.fault = () => ({ kind: "status", status, body, headers: { "x-token": this.token.text } });
        assert.ok((await ask("GET", list)).status >= 400, `${this.kind} ${status}`);
      }
    }
    this.provider.fault = fault;
    await askEverything(this);
    this.token.revoked = true;
    await ask("GET", list);
    await made("POST", `/api/v1/repositories/${this.id}/sync`, undefined);
    await this.is("state = 'failed'");
    await ask("PATCH", `/api/v1/accounts/${this.account}`, { token: `${this.token.text}again` });
    await askEverything(this);
  }
}

/** Asks every route that changes nothing. */
async function askEverything({ id, account }: Followed): Promise<void> {
  const { events } = await made<{ events: { id: string }[] }>("GET", `/api/v1/repositories/${id}/events`, undefined);
  for (const file of readdirSync(CONTRACTS).filter((name) => !name.includes(".test."))) {
    const module = (await import(join(CONTRACTS, file))) as Record<string, Partial<Contract> | undefined>;
    for (const contract of Object.values(module)) {
      const { method, url } = contract ?? {};
      if (method !== "GET" || typeof url !== "string" || url.endsWith("/stream")) continue;
      for (const event of url.includes(":event") ? events : [{ id: "0" }]) {
        const path = url.replace(":repository", id).replace(":account", account).replace(":event", event.id);
        await ask("GET", path.replace(/:\w+/, "main").replace("*", "metrics.json"));
      }
    }
  }
}

before(async () => {
  db = await openTestDatabase();
  const log = createLog({ level: "debug", destination: { write: (line) => said.push(line) } });
  configureGit({ log });
  const providers: ProviderSimulator[] = [];
  for (const kind of KINDS) {
    mkdirSync(join(folder, kind));
    providers.push(await ProviderSimulator.start({ kind, root: join(folder, kind) }));
  }
  const env = {
    ...urlsOf(db),
    TIDEMARK_DATA: join(folder, "data"),
    TIDEMARK_PORT: "0",
    TIDEMARK_ALLOW_HTTP: "1",
    TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${providers.map(({ url }) => new URL(url).port).join("+")}`,
  };
  const start = {
    config: readConfig(env, folder),
    webFolder: join(folder, "none"),
    version: "0",
    log,
    now: () => Date.now(),
  };
  app = await keepingFetch(() => startApp(start));
  const token = (await app.ownerToken()).reveal();
  const signedIn = await ask("POST", "/api/v1/session", { token }, false);
  cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  await Promise.all(
    providers.map(async (provider) => {
      const followed = new Followed(provider);
      await followed.follow();
      await followed.fail();
      await provider.close();
    }),
  );
});
after(async () => {
  await app.close();
  await db.close();
  configureGit({});
});

test("tokens and secrets of webhooks are in no answer, whatever was asked, refused or repeated by a provider", () => {
  assert.ok(secrets.length >= 2 * KINDS.length, `${secrets.length} secrets of webhooks`);
  assert.ok(answers.length > 100, `${answers.length} answers`);
  assert.deepEqual(
    answers.filter((text) => sweep().isIn(text)),
    [],
  );
});

test("they are in no line of the log, of which there are some about each of them", () => {
  for (const what of ["git ended", "/api/v1/accounts", "/hooks/"]) {
    assert.ok(
      said.some((line) => line.includes(what)),
      what,
    );
  }
  assert.deepEqual(
    said.filter((line) => sweep().isIn(line)),
    [],
  );
});

test("they are in no row, and in no file of the server", async () => {
  assert.deepEqual(await withClient(db.adminUrl, (client) => sweep().tables(client, "public")), []);
  assert.deepEqual(sweep().files(join(folder, "data")), []);
});

test("they are in no argument, and in the environment of git alone", { skip: !SEES_PROCESSES }, () => {
  assert.deepEqual([seen.arguments, seen.environment], [[], []]);
  assert.deepEqual(sweep().processes(), NOBODY);
});
