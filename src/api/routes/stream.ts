// The route of a repository's event stream: told of changes, kept alive, checked, and ended after an hour.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { RepositoryId } from "../../domain/model.ts";
import { readRepositoryVersion } from "../../reads/commit-page.ts";
import { repositoryNotFound } from "../../reads/repository-names.ts";
import { type Caller, clientOf } from "../caller.ts";
import { streamRepository } from "../contract/stream.ts";
import { NOT_KEPT } from "../headers.ts";
import { ANSWERED, type Route, route } from "../route.ts";
import type { Services } from "../services.ts";
import { readMark } from "../stream-news.ts";

/** How long a page waits before it connects again, ms. */
const RETRY_MS = 2_000;
/** A page that does not read is not waited for: more than this unsent, in bytes, and it is cut off. */
const MAX_UNSENT_BYTES = 256 * 1024;

/** Writes to the connection until it or the page ends, whichever comes first. */
class Connection {
  readonly #reply: FastifyReply;
  readonly #timers: NodeJS.Timeout[] = [];
  #release: (() => void) | null = null;
  #ended = false;

  constructor(reply: FastifyReply) {
    this.#reply = reply;
    if (reply.raw.destroyed) this.#ended = true;
    else reply.raw.on("close", () => this.end());
  }

  send(text: string): void {
    const { raw } = this.#reply;
    if (this.#ended) return;
    raw.write(text);
    if (raw.writableLength > MAX_UNSENT_BYTES) raw.destroy();
  }

  /** What is left to do when it ends. */
  holds(release: () => void): void {
    if (this.#ended) release();
    else this.#release = release;
  }

  every(ms: number, work: () => void): void {
    if (!this.#ended) this.#timers.push(setInterval(work, ms).unref());
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#release?.();
    // ending an answer whose browser has gone would keep the connection for another
    if (!this.#reply.raw.destroyed) this.#reply.raw.end();
  }
}

/** Sends the headers: from here on the connection is ours, not fastify's. */
function begin(reply: FastifyReply): void {
  reply.header("content-type", "text/event-stream; charset=utf-8").header("cache-control", NOT_KEPT);
  reply.header("x-accel-buffering", "no");
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
  reply.raw.writeHead(200);
  reply.raw.write(`retry: ${RETRY_MS}\n\n`);
}

async function openStream(
  services: Services,
  caller: Caller,
  repositoryId: RepositoryId,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<boolean> {
  const waiting: string[] = [];
  let connection: Connection | null = null;
  let over = false;
  const close = await services.streams.open({
    organizationId: caller.organizationId,
    repositoryId,
    session: caller.cookie,
    heard: readMark(request.headers["last-event-id"]),
    send: (text) => (connection === null ? void waiting.push(text) : connection.send(text)),
    end: () => {
      over = true;
      connection?.end();
    },
  });
  if (close === null) return false;
  begin(reply);
  const opened = new Connection(reply);
  connection = opened;
  opened.holds(close);
  for (const text of waiting) opened.send(text);
  if (over) opened.end();
  const client = clientOf(request, (await services.signIn()).cookieName);
  const { heartbeatMs, lastingMs, checkMs } = services.streams.limits;
  opened.every(heartbeatMs, () => opened.send(":\n\n"));
  opened.every(lastingMs, () => opened.end());
  opened.every(checkMs, () => {
    services.callers.stillValid(caller, client).then(
      (valid) => (valid ? undefined : opened.end()),
      () => undefined, // the database is away: asked again in a minute
    );
  });
  return true;
}

/** The route of the event stream. */
export function streamRoutes(services: Services): Route[] {
  return [
    route(streamRepository, "read", async ({ caller, params, request, reply }) => {
      const { repository } = await readRepositoryVersion(services.reads, caller.organizationId, params.repository);
      if (!(await openStream(services, caller, repository, { request, reply })))
        throw repositoryNotFound(params.repository);
      return ANSWERED;
    }),
  ];
}
