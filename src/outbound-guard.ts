// The guard under every HTTP connection that goes out: who is connected to is checked where the connection is made, so
// that nobody's own `fetch` gets round it (reference: web-security.md, section 1).
import { isIP, type LookupFunction } from "node:net";
import { callbackify } from "node:util";
import { Agent, buildConnector, setGlobalDispatcher } from "undici";
import { isTidemarkError, TidemarkError } from "./errors.ts";
import type { Log } from "./log.ts";
import {
  checkReachable,
  type EgressAllowance,
  isCommonPort,
  mayReach,
  notAllowed,
  originOf,
  type Resolver,
} from "./outbound.ts";

/** What a connection may cost; all in milliseconds but the bytes. */
export interface ConnectionLimits {
  /** until a server has taken the connection, with the name's resolution and TLS */
  readonly connectMs: number;
  /** until an answer's headers are there */
  readonly headersMs: number;
  /** between two pieces of an answer */
  readonly silenceMs: number;
  /** an answer's headers, in bytes */
  readonly headerBytes: number;
  /** an answer as it comes over the line, in bytes: a fence for those who do not count themselves */
  readonly answerBytes: number;
}

/** The limits of every connection. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  connectMs: 5_000,
  headersMs: 10_000,
  silenceMs: 10_000,
  headerBytes: 16 * 1024,
  answerBytes: 8 * 1024 * 1024,
};
/**
 * Where undici would have a server wait for who reads, in bytes: never, an answer ends before. An answer whose end finds
 * undici 7 waiting ends the process (nodejs/undici#5360).
 */
export const NEVER_WAITS = CONNECTION_LIMITS.answerBytes + 1024 * 1024;
/** An idle connection is kept so long, in milliseconds: its address was checked when it was opened. */
const KEEP_ALIVE_MS = 4_000;
/** The same where the server asks for longer. */
const MAX_KEEP_ALIVE_MS = 10_000;
/** Connections to one host at a time. */
export const CONNECTIONS_PER_HOST = 8;
const ATTEMPT = "connect to";

/** What differs from the usual; all but `refused` for tests. */
export interface GuardOptions {
  readonly limits?: Partial<ConnectionLimits>;
  readonly resolve?: Resolver;
  /** hears of each refusal, and the origin that was asked for */
  readonly refused?: (origin: string) => void;
  /** makes the connection itself, to one of the addresses that `lookup` gives */
  readonly connectorWith?: (options: { lookup: LookupFunction; timeout: number }) => buildConnector.connector;
}

/** @returns an agent of its own, all of whose connections are checked against `allow` */
export function guardedAgent(allow: EgressAllowance, options: GuardOptions = {}): Agent {
  const limits = { ...CONNECTION_LIMITS, ...options.limits };
  return new Agent({
    connect: guardedConnector(allow, options, limits),
    allowH2: false,
    connections: CONNECTIONS_PER_HOST,
    pipelining: 1,
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.silenceMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: MAX_KEEP_ALIVE_MS,
    maxHeaderSize: limits.headerBytes,
    maxResponseSize: limits.answerBytes,
  });
}

const agents = new WeakMap<EgressAllowance, Agent>();

/** @returns the one agent of this allowance: what another allows opened no connection of it */
export function agentOf(allow: EgressAllowance): Agent {
  let agent = agents.get(allow);
  if (agent === undefined) {
    agent = guardedAgent(allow);
    agents.set(allow, agent);
  }
  return agent;
}

/**
 * Puts the guard under this process's `fetch`, whoever calls it. The last allowance holds.
 * @param log hears of refusals: a library may keep them to itself, while those of `call()` are told by who called
 */
export function installEgressGuard(allow: EgressAllowance, log: Log): void {
  const refused = (origin: string): void => log.warn({ origin, outcome: "refused" }, "an outgoing request was refused");
  setGlobalDispatcher(guardedAgent(allow, { refused }));
}

/** Where one connection goes. */
interface Target {
  readonly scheme: "https" | "http";
  readonly host: string;
  readonly port: number;
}

/**
 * Three checks, since each alone has a way round it: of an address in the URL, which nobody looks up; of every address
 * that a name gives, in the one resolution that the connection uses; of who answered in the end.
 */
function guardedConnector(
  allow: EgressAllowance,
  { resolve, refused, connectorWith = buildConnector }: GuardOptions,
  limits: ConnectionLimits,
): buildConnector.connector {
  return (options, answer) => {
    const callback: buildConnector.Callback = (...result) => {
      if (isTidemarkError(result[0], "address-not-allowed")) refused?.(result[0].parts.value);
      answer(...result);
    };
    const target = targetOf(options);
    if (target === null) return callback(unknownScheme(options.protocol), null);
    if (isRefusedAtOnce(target, allow)) return callback(refusalOf(target), null);
    const lookup = guardedLookup(target, allow, resolve);
    const connect = connectorWith({ lookup, timeout: limits.connectMs });
    connect(options, (error, socket) => {
      if (error !== null) callback(error, null);
      else if (mayReach(socket.remoteAddress ?? "", target.host, target.port, target.scheme, allow)) {
        callback(null, socket);
      } else {
        socket.destroy();
        callback(refusalOf(target), null);
      }
    });
  };
}

function targetOf({ protocol, hostname, port }: buildConnector.Options): Target | null {
  if (protocol !== "https:" && protocol !== "http:") return null;
  const scheme = protocol === "https:" ? "https" : "http";
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return { scheme, host, port: port === "" ? (scheme === "https" ? 443 : 80) : Number(port) };
}

function isRefusedAtOnce({ scheme, host, port }: Target, allow: EgressAllowance): boolean {
  return (scheme === "http" && !allow.http) || (isIP(host) !== 0 && !mayReach(host, host, port, scheme, allow));
}

/** The connection's one question for the name's addresses. One bad address among good ones refuses the name. */
function guardedLookup(target: Target, allow: EgressAllowance, resolve: Resolver | undefined): LookupFunction {
  const ask = callbackify(() => checkReachable(target, { attempt: ATTEMPT, text: originOf(target) }, allow, resolve));
  return (_name, options, done) => {
    ask((error, addresses) => {
      if (error !== null) return done(error, "");
      const all = addresses.map((address) => ({ address, family: isIP(address) }));
      if (options.all) return done(null, all);
      done(null, all[0]?.address ?? "", all[0]?.family);
    });
  };
}

function refusalOf(target: Target): TidemarkError {
  return notAllowed(ATTEMPT, originOf(target), isCommonPort(target.port, target.scheme));
}

function unknownScheme(protocol: string): TidemarkError {
  const parts = { found: `an address that begins with ${protocol}`, wanted: "https" };
  return new TidemarkError("address-not-allowed", { attempt: ATTEMPT, value: protocol, ...parts });
}
