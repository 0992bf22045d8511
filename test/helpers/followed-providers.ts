// A whole server beside simulated providers: an account connected at each, a repository added by the API, a page open on it.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type App, startApp } from "../../src/app.ts";
import type { RepositoryHealth } from "../../src/api/contract/health.ts";
import type { WebhookKind } from "../../src/domain/webhook-kind.ts";
import type { RepositoryId } from "../../src/domain/model.ts";
import { readConfig } from "../../src/config.ts";
import { openStarter } from "../../src/git/starter.ts";
import { git } from "./git-history.ts";
import { PageStream } from "./page-stream.ts";
import { ProviderSimulator } from "./provider-simulator/simulator.ts";
import type { SimulatedHook, SimulatedRepository } from "./provider-simulator/world.ts";
import { until } from "./until.ts";
import { openTestDatabase, quietLog, type TestDatabase, urlsOf } from "./test-database.ts";
import { keepingFetch } from "./unguarded-fetch.ts";

/** Every repository of these tests, at each provider. */
export const NAME = "ada/engine";

const STORED = `
  SELECT (
    SELECT array_agg(name || ' ' || encode(head, 'hex')) FROM git_branch
    WHERE repository_id = $1 AND state = 'live') AS heads, (
    SELECT array_agg(encode(sha, 'hex')) FROM git_commit
    WHERE repository_id = $1 AND unreachable_since IS NULL) AS commits`;

/** The providers that make webhooks by their API. */
export const HOOKED_KINDS = ["github", "gitlab", "gitea", "bitbucket"] as const satisfies readonly WebhookKind[];

/** A server, and the providers that it follows. */
export class FollowedProviders {
  readonly db: TestDatabase;
  readonly all: readonly FollowedProvider[];
  readonly #folder: string;
  readonly #endStarter: () => Promise<void>;
  #app: App | null = null;
  #origin = "";
  readonly #cookies: string[] = [];
  #aheadMs = 0;

  private constructor(
    db: TestDatabase,
    folder: string,
    providers: readonly ProviderSimulator[],
    endStarter: () => Promise<void>,
  ) {
    this.db = db;
    this.#folder = folder;
    this.#endStarter = endStarter;
    this.all = providers.map((provider) => new FollowedProvider(this, provider));
  }

  static async start(): Promise<FollowedProviders> {
    const folder = await mkdtemp(join(tmpdir(), "tidemark-followed-"));
    const simulators: ProviderSimulator[] = [];
    let made: FollowedProviders | null = null;
    const now = (): number => made?.now() ?? Date.now();
    for (const kind of HOOKED_KINDS) {
      const root = await mkdtemp(join(folder, `${kind}-`));
      simulators.push(await ProviderSimulator.start({ kind, root, now }));
    }
    const endStarter = await openStarter(); // as a server has it
    made = new FollowedProviders(await openTestDatabase(), folder, simulators, endStarter);
    await made.startServer();
    for (const _ of simulators) await made.#signIn();
    return made;
  }

  /** what the server and the providers take for the time, in ms */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Lets time pass for the server and the providers, and has what is due by then begin soon. */
  pass(ms: number): void {
    this.#aheadMs += ms;
  }

  async startServer(): Promise<void> {
    const ports = this.all.map(({ provider }) => new URL(provider.url).port);
    const config = readConfig(
      {
        ...urlsOf(this.db),
        TIDEMARK_DATA: join(this.#folder, "data"),
        TIDEMARK_PORT: this.#origin === "" ? "0" : new URL(this.#origin).port,
        TIDEMARK_ALLOW_HTTP: "1",
        TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${ports.join("+")}`,
      },
      this.#folder,
    );
    const webFolder = join(this.#folder, "web"); // nothing is there: no page is looked at
    const options = { config, webFolder, version: "0.0.0", log: quietLog, now: () => this.now() };
    this.#app = await keepingFetch(() => startApp(options));
    this.#origin = this.#app.origin;
  }

  async stopServer(): Promise<void> {
    for (const each of this.all) each.leave();
    await this.#app?.close();
    this.#app = null;
  }

  async #signIn(): Promise<void> {
    const token = (await this.#app?.ownerToken())?.reveal();
    const answer = await this.#ask("", "POST", "/api/v1/session", { token });
    assert.equal(answer.status, 200, await answer.text());
    this.#cookies.push(answer.headers.get("set-cookie")?.split(";")[0] ?? "");
  }

  /** @returns the body of an answer that is no failure */
  async api<T>(of: FollowedProvider, method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.#ask(this.#cookieOf(of), method, path, body);
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? null : JSON.parse(text)) as T;
  }

  /** Each has a session of its own: a session may ask so often, and have so many pages open. */
  #cookieOf(of: FollowedProvider): string {
    return this.#cookies[this.all.indexOf(of)] ?? "";
  }

  #ask(cookie: string, method: string, path: string, body?: unknown): Promise<Response> {
    const headers = { cookie, origin: this.#origin, "content-type": "application/json" };
    return fetch(this.#origin + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  openPage(id: RepositoryId, of: FollowedProvider): Promise<PageStream> {
    return PageStream.open(`${this.#origin}/api/v1/repositories/${id}/stream`, this.#cookieOf(of));
  }

  async close(): Promise<void> {
    await this.stopServer();
    for (const { provider } of this.all) await provider.close();
    await this.db.close();
    await this.#endStarter();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** One provider with one repository, and that repository as Tidemark follows it. */
export class FollowedProvider {
  readonly provider: ProviderSimulator;
  readonly #server: FollowedProviders;
  #id = "" as RepositoryId;
  #page: PageStream | null = null;
  #pushes = 0;

  constructor(server: FollowedProviders, provider: ProviderSimulator) {
    this.#server = server;
    this.provider = provider;
  }

  get kind(): (typeof HOOKED_KINDS)[number] {
    return this.provider.kind as (typeof HOOKED_KINDS)[number];
  }

  get repository(): SimulatedRepository {
    return this.provider.repository(NAME);
  }

  get hook(): SimulatedHook {
    return this.repository.hooks[0] ?? assert.fail(`${this.kind} has no webhook`);
  }

  /** how many new commits its page was told of */
  get told(): number {
    return this.#page?.commits ?? 0;
  }

  /** Connects an account, adds its repository, waits for the import and for the webhook, and opens a page. */
  async follow(): Promise<void> {
    const { provider, kind } = this;
    const ada = provider.addAccount("ada");
    const token = provider.addToken(ada);
    provider.addRepository(NAME, { isPrivate: true });
    this.push();
    const { login } = provider.accessOf(token);
    await this.#server.api(this, "POST", "/api/v1/accounts", { kind, server: provider.url, login, token: token.text });
    const added = await this.#server.api<{ id: RepositoryId }>(this, "POST", "/api/v1/repositories", {
      url: `${provider.url}/${NAME}`,
    });
    this.#id = added.id;
    await this.is("ready", "state = 'ready'");
    await this.hasWebhook();
    await this.look();
  }

  /** Opens a page anew, as after the server was away. */
  async look(): Promise<void> {
    this.leave();
    this.#page = await this.#server.openPage(this.#id, this);
  }

  leave(): void {
    this.#page?.close();
    this.#page = null;
  }

  /** Waits until the provider has a webhook that Tidemark made. */
  async hasWebhook(): Promise<void> {
    await until(`a webhook at ${this.kind}`, () => Promise.resolve(this.repository.hooks.length === 1));
    await this.is(
      "told of its webhook",
      "EXISTS (SELECT FROM webhook w WHERE w.repository_id = r.id AND state = 'active')",
    );
  }

  /** Waits until its row is so. Not by the API, which a person may ask so often and no more. */
  async is(what: string, condition: string): Promise<void> {
    const statement = `SELECT ${condition} AS so FROM git_repository r WHERE id = $1`;
    await until(`${this.kind}: ${what}`, async () => {
      const [row] = await this.#server.db.database.owner.query<{ so: boolean }>(statement, [this.#id]);
      return row?.so === true;
    });
  }

  /** Commits to a branch and tells the hooks. @returns the commit's id */
  push(where: { readonly branch?: string; readonly parent?: string | null } = {}): string {
    this.#pushes += 1;
    const files = { "metrics.json": JSON.stringify({ loss: 1 / this.#pushes, push: this.#pushes }) };
    const at = Math.floor(this.#server.now() / 1_000) - 3_600 + this.#pushes; // branches of long ago are not followed
    return this.provider.push(NAME, { files, at, ...where });
  }

  /** Pushes, and waits until the page is told and the row is there. */
  async pushIsSeen(where: { readonly branch?: string; readonly parent?: string | null } = {}): Promise<string> {
    const before = this.told;
    const sha = this.push(where);
    await until(`${this.kind}: the page is told of a push`, () => Promise.resolve(this.told > before)).catch(
      async (error: unknown) => {
        const [events, stored] = [this.#page?.events.slice(-8), await this.stored()];
        throw new Error(
          JSON.stringify({
            sha,
            events,
            stored,
            hook: this.repository.hooks
              .at(0)
              ?.deliveries.slice(-3)
              .map(({ event, status }) => ({ event, status })),
          }),
          { cause: error },
        );
      },
    );
    // what the page was told may have been late news of an earlier push
    await until(`${this.kind}: the row of the push`, async () => (await this.rows()).includes(sha));
    return sha;
  }

  /** @returns the commits of all branches as the API lists them, newest first */
  async rows(): Promise<string[]> {
    const { commits } = await this.#get<{ commits: { sha: string }[] }>("commits?view=all&limit=100");
    return commits.map(({ sha }) => sha);
  }

  health(): Promise<RepositoryHealth> {
    return this.#get("health");
  }

  /** Replaces the webhook's secret. @returns the new one */
  async rotate(): Promise<string> {
    const path = `/api/v1/repositories/${this.#id}/webhook`;
    return (await this.#server.api<{ secret: string }>(this, "POST", path, { rotate: true })).secret;
  }

  /** Sends a delivery to the webhook's address. @returns the status of the answer */
  async deliver(headers: Readonly<Record<string, string>>, body: string): Promise<number> {
    const answer = await fetch(this.hook.url, { method: "POST", headers, body });
    await answer.arrayBuffer();
    return answer.status;
  }

  /** Waits until what is stored is what Git has, commit by commit and branch by branch, and the API lists it. */
  async equalsGit(): Promise<void> {
    const { folder } = this.repository;
    const heads = git(folder, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads").split("\n");
    const commits = git(folder, "rev-list", "--branches").split("\n").sort();
    let stored: Awaited<ReturnType<typeof this.stored>> | null = null;
    const isSame = async (): Promise<boolean> => {
      stored = await this.stored();
      return isDeepStrictEqual(stored, { heads, commits });
    };
    await until(`${this.kind}: what is stored is what Git has`, isSame).catch((error: unknown) => {
      assert.deepEqual(stored, { heads, commits }, this.kind);
      throw error;
    });
    assert.deepEqual((await this.rows()).sort(), commits, this.kind);
  }

  /** Branches with their heads, and commits that they reach. */
  async stored(): Promise<{ readonly heads: string[]; readonly commits: string[] }> {
    const { owner } = this.#server.db.database;
    const [row] = await owner.query<{ heads: string[] | null; commits: string[] | null }>(STORED, [this.#id]);
    return { heads: (row?.heads ?? []).sort(), commits: (row?.commits ?? []).sort() };
  }

  #get<T>(what: string): Promise<T> {
    return this.#server.api<T>(this, "GET", `/api/v1/repositories/${this.#id}/${what}`);
  }
}
