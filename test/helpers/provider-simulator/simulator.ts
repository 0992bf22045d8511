// A Git provider of our own on loopback: its API, Git over HTTP, and its way of delivering webhooks.
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ProviderAccess, ProviderKind } from "../../../src/providers/provider.ts";
import { Secret } from "../../../src/secrets.ts";
import { git } from "../git-history.ts";
import { answerApi } from "./api-door.ts";
import { refsOf, setRef, type WrittenCommit, writeCommits } from "./bare-repository.ts";
import type { Dialect } from "./dialect.ts";
import { bitbucketDialect } from "./dialect-bitbucket.ts";
import { giteaDialect } from "./dialect-gitea.ts";
import { githubDialect } from "./dialect-github.ts";
import { gitlabDialect } from "./dialect-gitlab.ts";
import { GitDoor, keepOlderState } from "./git-door.ts";
import { Sender } from "./sender.ts";
import {
  type Permission,
  type SimulatedAccount,
  type SimulatedRepository,
  type SimulatedToken,
  World,
} from "./world.ts";

/** What a question to the API meets instead of its answer. */
export type ApiFault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly kind: "page" /** HTML with status 200 */ }
  | { readonly kind: "hang" };

export interface SimulatorOptions {
  readonly kind: ProviderKind;
  /** a folder for the repositories, which must be there */
  readonly root: string;
  /** default: any free one */
  readonly port?: number;
  /** default: the machine's clock */
  readonly now?: () => number;
}

/** A commit to push; the branch is the default one, its parent the branch's head unless it says otherwise. */
export type PushedChange = Pick<WrittenCommit, "files"> &
  Partial<WrittenCommit> & { readonly branch?: string; readonly parent?: string | null };

const DIALECTS: Readonly<Record<ProviderKind, Dialect>> = {
  github: githubDialect,
  gitlab: gitlabDialect,
  gitea: giteaDialect,
  bitbucket: bitbucketDialect,
  plain: { ...githubDialect, pushed: () => [], changed: () => [] },
};

/** A running provider. Repositories are named `owner/name`. */
export class ProviderSimulator {
  readonly kind: ProviderKind;
  readonly world: World;
  readonly sender: Sender;
  readonly git: GitDoor;
  /** every question to the API, as "GET /api/v3/user" */
  readonly questions: string[] = [];
  /** asked for each question; null means an ordinary answer */
  fault: ((question: string) => ApiFault | null) | null = null;
  /** carries out lines sent to `/-/do`; null: there is no such address */
  command: ((line: string) => string) | null = null;
  readonly #server: Server;
  #commits = 0;

  private constructor(options: SimulatorOptions) {
    this.kind = options.kind;
    this.world = new World(options.kind, options.root, options.now ?? Date.now);
    this.sender = new Sender(this.world, DIALECTS[options.kind]);
    this.git = new GitDoor(this.world, this.sender);
    this.#server = createServer((incoming, answer) => this.#handle(incoming, answer));
  }

  static async start(options: SimulatorOptions): Promise<ProviderSimulator> {
    const simulator = new ProviderSimulator(options);
    simulator.#server.listen(options.port ?? 0, "127.0.0.1");
    await once(simulator.#server, "listening");
    const { port } = simulator.#server.address() as AddressInfo;
    simulator.world.origin = `http://127.0.0.1:${port}`;
    return simulator;
  }

  /** `http://127.0.0.1:<port>`: the base address of the provider */
  get url(): string {
    return this.world.origin;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
    await this.sender.settled();
  }

  /** An account, with an e-mail address at example.org. */
  addAccount(login: string, name: string = login): SimulatedAccount {
    const id = this.world.nextId();
    const account = { id, uuid: this.world.uuidOf(id), login, name, email: `${login}@example.org` };
    this.world.accounts.push(account);
    return account;
  }

  /** A token that may everything, unless `settings` say otherwise. */
  addToken(account: SimulatedAccount | null, settings: Partial<SimulatedToken> = {}): SimulatedToken {
    const text = `${this.kind}-token-${this.world.nextId()}`;
    const scopes = FULL_SCOPES[this.kind];
    const token = { text, account, scopes, permissions: [], expiresAt: null, revoked: false, ...settings };
    this.world.tokens.push(token);
    return token;
  }

  /** How Tidemark uses that token. */
  accessOf(token: SimulatedToken): ProviderAccess {
    const own = token.account === null ? "" : this.kind === "bitbucket" ? token.account.email : token.account.login;
    return { kind: this.kind, baseUrl: this.url, login: own, token: Secret.of(token.text) };
  }

  /** An empty repository; the owner's account, if there is one, administers it. */
  addRepository(
    name: string,
    settings: { readonly isPrivate?: boolean; readonly permissions?: Readonly<Record<string, Permission>> } = {},
  ): SimulatedRepository {
    const repository = this.world.addRepository(name, settings.isPrivate ?? false);
    const owner = name.split("/")[0] ?? "";
    const permissions = {
      ...(this.world.accounts.some((it) => it.login === owner) ? { [owner]: "admin" } : {}),
      ...settings.permissions,
    };
    for (const [login, permission] of Object.entries(permissions))
      repository.permissions.set(login, permission as Permission);
    return repository;
  }

  /** @throws when there is none of that name today */
  repository(name: string): SimulatedRepository {
    const found = this.world.named(name);
    if (found === null) throw new Error(`no repository ${name} in the simulator`);
    return found;
  }

  /** Commits to a branch and tells the hooks. @returns the commit's id */
  push(name: string, commit: PushedChange): string {
    return this.pushAll(name, [commit], commit);
  }

  /** Several commits in one push. @returns the last one's id */
  pushAll(
    name: string,
    commits: readonly Omit<PushedChange, "branch" | "parent">[],
    where: Pick<PushedChange, "branch" | "parent"> = {},
  ): string {
    const repository = this.repository(name);
    const before = refsOf(repository.folder);
    const written = commits.map(({ files, message, at }) => {
      this.#commits += 1;
      return { files, message: message ?? `commit ${this.#commits}\n`, at: at ?? 1_700_000_000 + this.#commits * 60 };
    });
    const sha = writeCommits(repository.folder, where.branch ?? repository.defaultBranch, written, where.parent);
    this.git.told(repository, before);
    return sha;
  }

  /** Makes, moves or (null) deletes refs in one push, and tells the hooks. */
  setRefs(name: string, refs: Readonly<Record<string, string | null>>): void {
    const repository = this.repository(name);
    const before = refsOf(repository.folder);
    for (const [ref, to] of Object.entries(refs)) setRef(repository.folder, ref, to);
    this.git.told(repository, before);
  }

  /** The next `reads` looks at its refs see what is there now, as a replica that lags behind. */
  lag(name: string, reads: number): void {
    keepOlderState(this.repository(name), reads);
  }

  /** Another name in the same place: the old one leads to the new. */
  rename(from: string, to: string): void {
    this.#move(from, to, "renamed");
  }

  /** Another owner: the old name leads to the new. */
  transfer(from: string, to: string): void {
    this.#move(from, to, "transferred");
  }

  archive(name: string, archived = true): void {
    const repository = this.repository(name);
    repository.archived = archived;
    this.sender.changed(repository, { kind: archived ? "archived" : "unarchived" });
  }

  setPrivate(name: string, isPrivate = true): void {
    const repository = this.repository(name);
    repository.isPrivate = isPrivate;
    this.sender.changed(repository, { kind: isPrivate ? "private" : "public" });
  }

  setDefaultBranch(name: string, branch: string): void {
    const repository = this.repository(name);
    repository.defaultBranch = branch;
    git(repository.folder, "symbolic-ref", "HEAD", `refs/heads/${branch}`);
  }

  /** Gone for good; `addRepository()` with the same name makes another one, with another id. */
  remove(name: string): void {
    const repository = this.repository(name);
    this.sender.changed(repository, { kind: "deleted" });
    this.world.repositories.splice(this.world.repositories.indexOf(repository), 1);
    for (const [former, it] of this.world.formerNames) if (it === repository) this.world.formerNames.delete(former);
    rmSync(repository.folder, { recursive: true, force: true });
  }

  /** When everything that happened is delivered, given up or dropped. */
  async settled(): Promise<void> {
    await this.sender.settled();
  }

  #move(from: string, to: string, kind: "renamed" | "transferred"): void {
    const repository = this.repository(from);
    repository.name = to;
    this.world.formerNames.set(from.toLowerCase(), repository);
    this.sender.changed(repository, { kind, from });
  }

  #handle(incoming: IncomingMessage, answer: ServerResponse): void {
    incoming.on("error", () => undefined);
    if (this.git.handle(incoming, answer)) return;
    const question = `${incoming.method} ${incoming.url}`;
    if (this.command !== null && question === "POST /-/do") return void this.#obey(this.command, incoming, answer);
    const isApi = /^\/(?:api|!api)\//.test(incoming.url ?? "");
    if (!isApi) {
      answer.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><p>A simulated page.</p>");
      return;
    }
    this.questions.push(question);
    const fault = this.fault?.(question) ?? null;
    if (fault?.kind === "hang") return;
    if (fault?.kind === "page") {
      answer.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>");
    } else if (fault !== null) answer.writeHead(fault.status, fault.headers).end(fault.body ?? "");
    else void answerApi(this.world, this.sender, incoming, answer);
  }

  async #obey(command: (line: string) => string, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    answer.writeHead(200, { "content-type": "text/plain" }).end(`${command(Buffer.concat(chunks).toString("utf8"))}\n`);
  }
}

/** Everything that Tidemark wants. */
const FULL_SCOPES: Readonly<Record<ProviderKind, readonly string[]>> = {
  github: ["repo", "admin:repo_hook"],
  gitlab: ["api"],
  gitea: ["read:user", "write:repository"],
  bitbucket: [
    "read:user:bitbucket",
    "read:workspace:bitbucket",
    "read:repository:bitbucket",
    "read:webhook:bitbucket",
    "write:webhook:bitbucket",
    "delete:webhook:bitbucket",
  ],
  plain: [],
};
