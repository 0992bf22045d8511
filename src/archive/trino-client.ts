// Trino's protocol: a statement is posted, its pages are fetched one after the other, and what nobody wants is cancelled.
import { setTimeout as wait } from "node:timers/promises";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import type { EgressAllowance } from "../outbound.ts";
import { type CallOptions, call, type OutboundAnswer } from "../outbound-call.ts";
import { basicAuthorization, type Secret } from "../secrets.ts";
import { readPage, type TrinoPage } from "./trino-page.ts";

/** Where Trino is, and as whom it is asked. */
export interface TrinoServer {
  /** an origin: https://trino.example.org:8443 */
  readonly url: string;
  readonly user: string;
  readonly catalog: string;
  readonly schema: string;
  /** over https only: Trino takes none otherwise */
  readonly password: Secret | null;
}

/** What tests put in place of the usual. */
export interface TrinoClientOptions extends CallOptions {
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** One page of an answer is asked to be no longer, so that it is below what is read of an answer. */
const PAGE_SIZE = "4MB";
const PAGE_BYTES = 24 * 1024 * 1024;
/** How often an answer that says "not now" is asked for again; a page that is awaited says nothing of the kind. */
const TRIES = 10;
const PAUSE_MS = 75;
/** The longest pause that a server may ask for. */
const MAX_PAUSE_MS = 5_000;
/** For saying that an answer is not wanted, in milliseconds: nobody waits for it. */
const CANCEL_MS = 5_000;
const MAX_RUN_SECONDS = 30;
const ATTEMPT = "ask the archive with Trino at";

/** Asks one server. */
export class TrinoClient {
  readonly #server: TrinoServer;
  readonly #options: TrinoClientOptions;
  readonly #allow: EgressAllowance;
  readonly #authorization: Secret | null;

  constructor(server: TrinoServer, options: TrinoClientOptions = {}) {
    this.#server = server;
    this.#options = { answerBytes: PAGE_BYTES, ...options };
    const { protocol, hostname, port } = new URL(server.url);
    const host = hostname.replace(/^\[|\]$/g, "");
    const ports = [port === "" ? (protocol === "https:" ? 443 : 80) : Number(port)];
    // the operator named it in a setting, wherever it stands
    this.#allow = { http: protocol === "http:", loopback: false, entries: [{ target: host, ports }] };
    const { user, password } = server;
    this.#authorization = password === null ? null : basicAuthorization(user, password);
  }

  /**
   * Runs a statement.
   * @param take gets each page that has columns or rows, in their order; what it throws ends the query
   * @throws TidemarkError `archive-engine-unreachable`, `archive-engine-busy`, `archive-engine-failed`; the signal's reason.
   * In each case the query is cancelled at the server
   */
  async run(sql: string, take: (page: TrinoPage) => void, signal: AbortSignal): Promise<void> {
    let last = await this.#begin(sql, signal);
    let lastUri: string | null = null;
    try {
      for (;;) {
        if (last.error !== null) throw failureOf(last.error);
        take(last);
        if (last.nextUri === null) return;
        lastUri = this.#checked(last.nextUri);
        last = await this.#page("GET", pageUri(lastUri), null, signal);
      }
    } catch (error) {
      if (last.nextUri !== null) await this.#cancel(lastUri ?? this.#uri(`/v1/query/${last.id}`));
      throw error;
    }
  }

  #begin(sql: string, signal: AbortSignal): Promise<TrinoPage> {
    return this.#page("POST", this.#uri("/v1/statement"), sql, signal);
  }

  /** Asks until the server does not say "not now". */
  async #page(method: "GET" | "POST", url: string, body: string | null, signal: AbortSignal): Promise<TrinoPage> {
    const pause = this.#options.pause ?? ((ms, until) => wait(ms, undefined, { signal: until }));
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#call(method, url, body, signal);
      if (answer.status === 200) return readPage(answer.text, ATTEMPT, this.#server.url);
      if (!mayPass(answer.status, method)) throw this.#refused(answer.status);
      if (tries === TRIES)
        throw this.#failed("archive-engine-busy", `HTTP ${answer.status}, ${TRIES} times`, "a server with room");
      await pause(pauseOf(answer), signal).catch(() => signal.throwIfAborted());
    }
  }

  async #call(
    method: "GET" | "POST" | "DELETE",
    url: string,
    body: string | null,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    const { user, catalog, schema } = this.#server;
    const headers =
      method !== "POST"
        ? { "x-trino-user": user }
        : {
            "content-type": "text/plain; charset=utf-8",
            "x-trino-user": user,
            "x-trino-catalog": catalog,
            "x-trino-schema": schema,
            "x-trino-source": "tidemark",
            "x-trino-time-zone": "UTC",
            "x-trino-session": `query_max_run_time=${MAX_RUN_SECONDS}s`,
          };
    const request = { method, url, headers, authorization: this.#authorization, body, attempt: ATTEMPT, signal };
    try {
      return await call(request, this.#allow, this.#options);
    } catch (error) {
      signal.throwIfAborted();
      if (!isTidemarkError(error)) throw error;
      const isLong = error.code === "limit-exceeded";
      const code = isLong ? "archive-engine-failed" : "archive-engine-unreachable";
      throw new TidemarkError(code, { ...error.parts, attempt: ATTEMPT, value: this.#server.url }, { cause: error });
    }
  }

  /** Says that no more is wanted. A server that does not hear it gives a query up that nobody asks about. */
  async #cancel(url: string): Promise<void> {
    await this.#call("DELETE", url, null, AbortSignal.timeout(CANCEL_MS)).catch(() => undefined);
  }

  /** A server's answer must not lead us to another one, which our login would follow. */
  #checked(uri: string): string {
    const origin = new URL(this.#server.url).origin;
    if (URL.canParse(uri) && new URL(uri).origin === origin) return uri;
    const wanted = "its own: behind a proxy, Trino's http-server.process-forwarded=true";
    throw this.#failed("archive-engine-failed", "an answer that goes on at another address", wanted);
  }

  #uri(path: string): string {
    return new URL(path, this.#server.url).href;
  }

  #refused(status: number): TidemarkError {
    const isOfLogin = status === 401 || status === 403;
    const wanted = isOfLogin ? "TIDEMARK_TRINO_USER and TIDEMARK_TRINO_PASSWORD that it takes" : "HTTP 200";
    return this.#failed("archive-engine-failed", `HTTP ${status}`, wanted);
  }

  #failed(code: "archive-engine-busy" | "archive-engine-failed", found: string, wanted: string): TidemarkError {
    return new TidemarkError(code, { attempt: ATTEMPT, value: this.#server.url, found, wanted });
  }
}

/** A page may be asked for again; a statement only when the server says that it did nothing: else it would run twice. */
function mayPass(status: number, method: "GET" | "POST"): boolean {
  return status === 503 || status === 429 || (method === "GET" && (status === 502 || status === 504));
}

function pauseOf({ status, headers }: OutboundAnswer): number {
  const seconds = Number(headers["retry-after"]);
  return status === 429 && seconds > 0 ? Math.min(seconds * 1_000, MAX_PAUSE_MS) : PAUSE_MS;
}

function pageUri(uri: string): string {
  const url = new URL(uri);
  url.searchParams.set("targetResultSize", PAGE_SIZE);
  return url.href;
}

/** Trino's names of errors are words of its own; its messages hold paths, and stay in the cause. */
function failureOf({ name, message }: { readonly name: string; readonly message: string }): TidemarkError {
  const cause = new Error(message);
  const parts = { attempt: "ask the archive with", value: "Trino", found: `the error ${name}` };
  if (/^(?:QUERY_QUEUE_FULL|CLUSTER_OUT_OF_MEMORY|SERVER_STARTING_UP|NO_NODES_AVAILABLE)$/.test(name)) {
    return new TidemarkError("archive-engine-busy", { ...parts, wanted: "a server with room" }, { cause });
  }
  const wanted =
    name === "TABLE_NOT_FOUND" || name === "SCHEMA_NOT_FOUND" ? "the tables of tidemark archive ddl" : "an answer";
  return new TidemarkError("archive-engine-failed", { ...parts, wanted }, { cause });
}
