// Git over HTTP at a simulated provider: who may read and push, an older state for a while, and what a push brought.
import { randomUUID } from "node:crypto";
import { cpSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { basename } from "node:path";
import { answerByGit } from "../git-server.ts";
import { tokenTextOf } from "./api-request.ts";
import { refsOf, updatesBetween } from "./bare-repository.ts";
import type { Sender } from "./sender.ts";
import type { SimulatedRepository, World } from "./world.ts";

/** `/owner/name.git/info/refs`, `…/git-upload-pack`, `…/git-receive-pack` */
const GIT_PATH = /^\/(.+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Answers requests of Git; everything else is somebody else's. */
export class GitDoor {
  /** every request of Git, as "GET /owner/name.git/info/refs" */
  readonly requests: string[] = [];
  /** what every request meets instead of an answer, with seconds in Retry-After; null: nothing */
  limit: { readonly status: 403 | 429; readonly seconds: number } | null = null;
  /** whether requests are taken and never answered */
  isSilent = false;
  readonly #world: World;
  readonly #sender: Sender;
  /** pushes to one repository come one after the other, so that each is told with what it alone has changed */
  readonly #pushes = new Map<SimulatedRepository, Promise<void>>();

  constructor(world: World, sender: Sender) {
    this.#world = world;
    this.#sender = sender;
  }

  /** @returns false when this is no request of Git */
  handle(incoming: IncomingMessage, answer: ServerResponse): boolean {
    const [path = "", query = ""] = (incoming.url ?? "").split("?");
    const [, name = "", service = ""] = GIT_PATH.exec(decodeURIComponent(path)) ?? [];
    if (service === "") return false;
    this.requests.push(`${incoming.method} ${path}`);
    if (this.isSilent) return true;
    if (this.limit !== null) {
      const { status, seconds } = this.limit;
      answer.writeHead(status, { "retry-after": String(seconds), "content-type": "text/plain" }).end("no\n");
      return true;
    }
    const isPush = service === "git-receive-pack" || query === "service=git-receive-pack";
    const here = this.#world.named(name);
    const repository = here ?? this.#world.formerNames.get(name.toLowerCase()) ?? null;
    const refusal = this.#refusal(incoming, repository, isPush);
    if (refusal !== null || repository === null) {
      const headers = refusal === 401 ? { "www-authenticate": 'Basic realm="Git"' } : {};
      answer.writeHead(refusal ?? 404, { ...headers, "content-type": "text/plain" }).end("no\n");
      return true;
    }
    if (here === null) {
      const location = `${this.#world.origin}/${repository.name}.git/${service}${query === "" ? "" : `?${query}`}`;
      answer.writeHead(301, { location }).end();
      return true;
    }
    const target = `/${basename(this.#folder(repository, service, isPush))}/${service}?${query}`;
    const options = { root: this.#world.root, allowPush: true };
    if (service !== "git-receive-pack") answerByGit(options, incoming, answer, undefined, target);
    else void this.#push(repository, answer, () => answerByGit(options, incoming, answer, undefined, target));
    return true;
  }

  /** The status of a refusal: 401 asks for a login, 404 hides what is private, 403 is for what may only be read. */
  #refusal(incoming: IncomingMessage, repository: SimulatedRepository | null, isPush: boolean): number | null {
    const text = tokenTextOf(incoming.headers);
    const token = text === null ? null : this.#world.token(text);
    if (text !== null && token === null) return 401;
    const isOpen = repository !== null && !repository.isPrivate && !isPush;
    if (isOpen) return null;
    if (token === null) return 401; // also for what is not there: nobody learns names
    if (repository === null) return 404;
    if (token.account === null) return isPush ? 403 : null;
    const permission = this.#world.permissionOf(repository, token.account);
    if (permission === null) return 404;
    const mayPush = permission !== "read" && !repository.archived;
    return isPush && !mayPush ? 403 : null;
  }

  /** The repository, or its older state while reads of it are left; a look at the refs is one read. */
  #folder(repository: SimulatedRepository, service: string, isPush: boolean): string {
    const { lag } = repository;
    if (lag === null || isPush) return repository.folder;
    if (service === "info/refs") {
      if (lag.reads === 0) {
        repository.lag = null; // its folder stays: whoever looked just before still reads it
        return repository.folder;
      }
      lag.reads -= 1;
    }
    return lag.folder;
  }

  async #push(repository: SimulatedRepository, answer: ServerResponse, run: () => void): Promise<void> {
    const before = this.#pushes.get(repository);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pushes.set(repository, promise);
    await before;
    const refs = refsOf(repository.folder);
    answer.once("close", () => {
      this.told(repository, refs);
      resolve();
    });
    run();
  }

  /** Tells the hooks what is different from `before`. */
  told(repository: SimulatedRepository, before: ReadonlyMap<string, string>): void {
    repository.updatedAt = this.#world.now();
    const updates = updatesBetween(repository.folder, before, refsOf(repository.folder));
    this.#sender.pushed(repository, updates);
  }
}

/** Keeps today's state for the next `reads` looks at the refs, whatever is pushed meanwhile. */
export function keepOlderState(repository: SimulatedRepository, reads: number): void {
  const folder = `${repository.folder.replace(/\.git$/, "")}-older-${randomUUID()}.git`;
  cpSync(repository.folder, folder, { recursive: true });
  repository.lag = { folder, reads };
}
