// One request to somebody else's server and its answer, within limits of time and size, to checked addresses only
// (reference: web-security.md, section 1.2).
import type { Agent } from "undici";
import { TidemarkError } from "./errors.ts";
import { type EgressAllowance, originOf } from "./outbound.ts";
import { type ParsedAddress, parseAddress } from "./outbound-address.ts";
import { readText } from "./outbound-answer.ts";
import { failureOfCall, tooLate } from "./outbound-failure.ts";
import { agentOf, CONNECTIONS_PER_HOST, NEVER_WAITS } from "./outbound-guard.ts";
import { HostSlots } from "./outbound-slots.ts";
import type { Secret } from "./secrets.ts";

/** What is asked. */
export interface OutboundRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** as a person or a server gave it: it is checked here */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** the value of the `Authorization` header */
  readonly authorization?: Secret | null;
  /** further headers that hold secrets */
  readonly secretHeaders?: Readonly<Record<string, Secret>>;
  /** a body is JSON unless `headers` say otherwise */
  readonly body?: string | null;
  /** what is tried, as a verb phrase with the address as its object: "ask GitHub at" */
  readonly attempt: string;
  readonly signal?: AbortSignal;
}

/** What was answered, whatever its status. */
export interface OutboundAnswer {
  readonly status: number;
  /** names in lower case */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** the address that answered, after redirects */
  readonly url: string;
  /** whether the server said of every redirect that it is for good */
  readonly movedPermanently: boolean;
}

/** What tests put in place of the usual. */
export interface CallOptions {
  readonly agent?: Agent;
  /** for the whole call, with its wait for a turn and all redirects, in milliseconds */
  readonly callMs?: number;
  /** the decoded answer, in bytes */
  readonly answerBytes?: number;
}

/** For the whole call, in milliseconds: somebody or a lease waits for it. */
const CALL_MS = 30_000;
/** A decoded answer, in bytes: 100 hooks or repositories as JSON take a tenth. */
const ANSWER_BYTES = 8 * 1024 * 1024;
/** Redirects that are followed, all on the same origin. */
const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const PERMANENT = new Set([301, 308]);
/** Names and values that a header can hold (RFC 9110, 5.5). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const slots = new HostSlots(CONNECTIONS_PER_HOST);

/**
 * Asks one question over HTTP. Redirects are followed on the same origin only, so that no secret leaves it.
 * @returns any status is an answer
 * @throws TidemarkError `bad-address`, `address-not-allowed`, `host-not-found`, `remote-unreachable`, `remote-timeout`,
 * `limit-exceeded`, `bad-argument` for a header; none names an IP address or repeats what was answered. The signal's reason
 */
export async function call(
  request: OutboundRequest,
  allow: EgressAllowance,
  options: CallOptions = {},
): Promise<OutboundAnswer> {
  const { callMs = CALL_MS } = options;
  const first = parse(request, request.url, allow);
  const headers = headersOf(request);
  request.signal?.throwIfAborted();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), callMs);
  const signal = request.signal ? AbortSignal.any([deadline.signal, request.signal]) : deadline.signal;
  try {
    const leave = await slots.take(first.host, signal);
    try {
      return await new Call(request, { allow, headers, signal, ...options }).follow(first);
    } finally {
      leave();
    }
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason;
    const at = { attempt: request.attempt, value: shownUrl(first) };
    throw deadline.signal.aborted ? tooLate(at, callMs, error) : failureOfCall(at, error);
  } finally {
    clearTimeout(timer);
  }
}

interface CallContext extends CallOptions {
  readonly allow: EgressAllowance;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

class Call {
  readonly #request: OutboundRequest;
  readonly #context: CallContext;

  constructor(request: OutboundRequest, context: CallContext) {
    this.#request = request;
    this.#context = context;
  }

  /** Asks, and asks again where the same origin sends to. */
  async follow(first: ParsedAddress): Promise<OutboundAnswer> {
    let { method, body = null } = this.#request;
    let at = first;
    let permanent = true;
    for (let hops = 0; ; hops += 1) {
      const { answer, location } = await this.#ask(method, at, body);
      if (answer !== null) return { ...answer, movedPermanently: hops > 0 && permanent };
      if (hops === MAX_REDIRECTS) throw this.#refused("limit-exceeded", "an answer that sends on again and again");
      at = this.#next(at, location.to);
      permanent &&= PERMANENT.has(location.status);
      // all others ask the same again: turned into a GET, a change that was not made would look as if it were
      if (location.status === 303) [method, body] = ["GET", null];
    }
  }

  async #ask(
    method: OutboundRequest["method"],
    at: ParsedAddress,
    body: string | null,
  ): Promise<
    | { answer: Omit<OutboundAnswer, "movedPermanently">; location: null }
    | { answer: null; location: { to: string; status: number } }
  > {
    const { allow, headers, signal, agent = agentOf(allow), answerBytes = ANSWER_BYTES } = this.#context;
    const { "content-type": type, ...others } = headers;
    const response = await agent.request({
      origin: originOf(at),
      path: at.path + at.query,
      method,
      headers: body === null ? others : { ...others, "content-type": type ?? "application/json" },
      body,
      signal,
      highWaterMark: NEVER_WAITS,
    });
    const { statusCode: status, body: stream } = response;
    const answered = flatten(response.headers);
    const to = answered["location"];
    if (REDIRECTS.has(status) && to !== undefined) {
      await stream.dump({ limit: answerBytes, signal });
      return { answer: null, location: { to, status } };
    }
    const text = await readText(stream, answered["content-encoding"], answerBytes);
    return { answer: { status, headers: answered, text, url: urlOf(at) }, location: null };
  }

  /** What a server names is as untrusted as what a person types, and stays where it was asked. */
  #next(from: ParsedAddress, location: string): ParsedAddress {
    const base = urlOf(from);
    if (!URL.canParse(location, base)) throw this.#refused("remote-unreachable", "an answer that sends on to nowhere");
    const resolved = new URL(location, base);
    resolved.hash = "";
    if (originOf(from) !== resolved.origin.replace(/\.(?=:\d+$|$)/, "")) {
      throw this.#refused("address-not-allowed", "an answer that sends on to another address");
    }
    return parse(this.#request, resolved.href, this.#context.allow);
  }

  #refused(code: "limit-exceeded" | "address-not-allowed" | "remote-unreachable", found: string): TidemarkError {
    const value = shownUrl(parse(this.#request, this.#request.url, this.#context.allow));
    return new TidemarkError(code, { attempt: this.#request.attempt, value, found, wanted: "the server's own answer" });
  }
}

function parse({ attempt }: OutboundRequest, url: string, allow: EgressAllowance): ParsedAddress {
  return parseAddress(url, { attempt, http: allow.http, repository: false });
}

function urlOf(at: ParsedAddress): string {
  return originOf(at) + at.path + at.query;
}

/** What people see of an address: without its query, which could hold what they look for. */
function shownUrl(at: ParsedAddress): string {
  return originOf(at) + at.path;
}

/** All headers that go out, names in lower case. */
function headersOf({ headers = {}, authorization = null, secretHeaders = {}, attempt }: OutboundRequest) {
  const secret = Object.entries(secretHeaders).map(([name, value]) => [name, value.reveal()] as const);
  if (authorization !== null) secret.push(["authorization", authorization.reveal()]);
  const sent: Record<string, string> = { "user-agent": "tidemark", accept: "application/json" };
  for (const [name, value] of [...Object.entries(headers), ...secret]) {
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      const parts = { found: "a character that no header can hold", wanted: "printable characters" };
      throw new TidemarkError("bad-argument", { attempt, value: `the header ${name}`, ...parts });
    }
    sent[name.toLowerCase()] = value;
  }
  // what is decoded is counted, and this is all that is decoded
  return { ...sent, "accept-encoding": "gzip" };
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // nothing here keeps cookies
    if (value === undefined || name === "set-cookie") continue;
    flat[name.toLowerCase()] = typeof value === "string" ? value : value.join(", ");
  }
  return flat;
}
