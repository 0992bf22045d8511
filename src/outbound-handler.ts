// How the AWS SDK's requests go out: through the guard, within limits of time and of an answer's size
// (reference: storage.md, section 6).
import { isIP } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Agent } from "undici";
import type { EgressAllowance, Resolver } from "./outbound.ts";
import { failureOfCall, tooLate } from "./outbound-failure.ts";
import { type GuardOptions, guardedAgent, NEVER_WAITS } from "./outbound-guard.ts";

/** What the SDK gives: parts of an address, all encoded but the query. */
interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What the SDK takes. */
interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

/** What the handler lets through beside the usual, and how long. */
export interface HandlerOptions {
  /**
   * a server that an operator's own setting names, which may be a private one: as an address without a path, with the
   * names that may stand before its host's
   */
  readonly own?: { readonly origin: string; readonly names: readonly string[] } | null;
  /** for each attempt, with its whole answer, in milliseconds */
  readonly wallMs?: number;
  /** for tests */
  readonly resolve?: Resolver;
}

/** For each attempt, in milliseconds: 64 MiB at 9 Mbit/s. */
export const REQUEST_WALL_MS = 60_000;
/** Between two pieces of an answer, in milliseconds. */
const SILENCE_MS = 30_000;

/** A request handler as the SDK's clients take it. */
export class GuardedHandler {
  readonly metadata = { handlerProtocol: "http/1.1" };
  readonly #wallMs: number;
  readonly #general: Agent;
  readonly #own: { readonly agent: Agent; readonly origins: ReadonlySet<string> } | null;

  constructor(allow: EgressAllowance, { own = null, wallMs = REQUEST_WALL_MS, resolve }: HandlerOptions = {}) {
    this.#wallMs = wallMs;
    const options = { limits: { headersMs: wallMs, silenceMs: SILENCE_MS }, ...(resolve && { resolve }) };
    this.#general = guardedAgent(allow, options);
    this.#own = own === null ? null : ownServer(own, allow, options);
  }

  /** Sends one request. @throws TidemarkError, marked for the SDK where another try may help; the signal's reason */
  async handle(
    request: SdkRequest,
    { abortSignal }: { readonly abortSignal?: unknown } = {},
  ): Promise<{ response: SdkResponse }> {
    const asked = abortSignal instanceof AbortSignal ? abortSignal : null;
    asked?.throwIfAborted();
    const origin = originOf(request);
    const place = { attempt: "ask the server at", value: origin };
    const wall = new AbortController();
    const timer = setTimeout(() => wall.abort(tooLate(place, this.#wallMs)), this.#wallMs);
    const signal = asked === null ? wall.signal : AbortSignal.any([asked, wall.signal]);
    try {
      const answer = await this.#agentOf(origin).request({
        origin,
        path: request.path + queryOf(request.query ?? {}),
        method: request.method,
        headers: request.headers,
        body: (request.body ?? null) as Readable | Buffer | string | null,
        signal,
        highWaterMark: NEVER_WAITS,
      });
      // read here, so that one that breaks off is asked for again; how long it may be the guard says
      const body = Readable.from([await buffer(answer.body)], { objectMode: false });
      return { response: { statusCode: answer.statusCode, headers: flat(answer.headers), body } };
    } catch (error) {
      asked?.throwIfAborted();
      throw retryable(failureOfCall(place, error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** The SDK asks for it where a client is closed. */
  destroy(): void {
    void this.#general.destroy();
    void this.#own?.agent.destroy();
  }

  /** The SDK's clients may set options of Node's own; there are none. */
  updateHttpClientConfig(): void {}

  /** @returns no options */
  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  #agentOf(origin: string): Agent {
    return this.#own?.origins.has(origin) ? this.#own.agent : this.#general;
  }
}

/** The agent for one named server: it may be private and without TLS, and nothing else is reached by it. */
function ownServer(
  { origin, names }: NonNullable<HandlerOptions["own"]>,
  allow: EgressAllowance,
  options: GuardOptions,
): { agent: Agent; origins: ReadonlySet<string> } {
  const { protocol, hostname, port } = new URL(origin);
  const bare = hostname.replace(/^\[|\]$/g, "");
  const hosts = [hostname, ...(isIP(bare) ? [] : names.map((name) => `${name}.${hostname}`))];
  const ports = [port === "" ? (protocol === "https:" ? 443 : 80) : Number(port)];
  const entries = hosts.map((host) => ({ target: host.replace(/^\[|\]$/g, ""), ports }));
  const deny = allow.deny === undefined ? {} : { deny: allow.deny };
  const agent = guardedAgent({ http: protocol === "http:", loopback: false, entries, ...deny }, options);
  const spelled = hosts.map((host) => originOf({ protocol, hostname: host, ...(port && { port: Number(port) }) }));
  return { agent, origins: new Set(spelled) };
}

function originOf({ protocol, hostname, port }: Pick<SdkRequest, "protocol" | "hostname" | "port">): string {
  return new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`).origin;
}

/** As the SDK signed it: sorted, and with everything encoded that RFC 3986 does not call unreserved. */
function queryOf(query: NonNullable<SdkRequest["query"]>): string {
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const parts = Object.keys(query)
    .toSorted()
    .flatMap((name) => {
      const values = query[name];
      if (values === null || values === undefined) return [encode(name)];
      return [values].flat().map((value) => `${encode(name)}=${encode(value)}`);
    });
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), typeof value === "string" ? value : value.join(", ")] as const],
  );
  return Object.fromEntries(pairs);
}

/** Marks what another try may mend: the SDK knows Node's own errors only. */
function retryable(error: unknown): unknown {
  const passes = error instanceof Error && "code" in error && String(error.code).startsWith("remote-");
  return passes ? Object.assign(error, { $retryable: {} }) : error;
}
