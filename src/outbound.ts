// What may be reached from here: every address that git or HTTP goes to is parsed once, resolved once and checked.
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { TidemarkError } from "./errors.ts";
import { scrub } from "./log.ts";

/** What an operator allows beyond public https. Each entry adds only itself. */
export interface EgressAllowance {
  /** `http://` addresses; they are checked as all others are */
  readonly http: boolean;
  /** 127.0.0.0/8 and ::1, on any port */
  readonly loopback: boolean;
  /** an exact host name, an address or a CIDR, and its ports (none: those of the scheme) */
  readonly entries: readonly { readonly target: string; readonly ports: readonly number[] }[];
}

/** An address that was parsed and checked. Who connects goes to one of `addresses` and to nothing else. */
export interface CheckedRemote {
  /** clean: no user info, no fragment, re-serialised */
  readonly url: string;
  /** `https://host`, with the port only when it is not the scheme's own */
  readonly origin: string;
  readonly scheme: "https" | "http";
  /** without brackets when it is an IPv6 address */
  readonly host: string;
  readonly port: number;
  /** the first of `addresses` */
  readonly address: string;
  /** every address that the host's name gave, all checked */
  readonly addresses: readonly string[];
}

/** Gives all addresses of a name; none, or a failure, means that there is no such host. */
export type Resolver = (host: string) => Promise<readonly string[]>;

/** Only public https. */
export const PUBLIC_ONLY: EgressAllowance = { http: false, loopback: false, entries: [] };

/** Longest address that is looked at, in characters. */
const MAX_URL_LENGTH = 2_000;
/** Longest host name, in bytes (RFC 1035). */
const MAX_HOST_LENGTH = 253;
/** A name that takes longer to resolve is no host, in milliseconds. */
const RESOLVE_TIMEOUT_MS = 10_000;
/** Addresses that no setting can allow: they hand out the keys of a cloud machine. */
const NEVER = ["169.254.0.0/16", "fd00:ec2::254/128", "168.63.129.16/32", "100.100.100.200/32"].map(parseRange);
const LOOPBACK = ["127.0.0.0/8", "::1/128"].map(parseRange);
/** The only part of IPv6 that is given out. */
const GLOBAL_IPV6 = parseRange("2000::/3");
const ATTEMPT = "use the address";
// the setting is named: on the command line the operator is who reads it
const HTTPS = "https, unless the operator allows http (TIDEMARK_ALLOW_HTTP=1)";
const PUBLIC = "a public https address, or one that the operator allows (TIDEMARK_EGRESS_ALLOW)";
const WEB_ADDRESS = "the web address of a Git repository, such as https://host/owner/name";
const FOLDER = `${WEB_ADDRESS}; a folder is taken on the command line only, by its path: tidemark repository add FOLDER`;

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/**
 * Parses an address of a Git repository and checks everything it leads to. One resolution: who connects uses its answer.
 * @param text as a person typed it, or as a server gave it: both are untrusted
 * @param resolve for tests
 * @throws TidemarkError `bad-address`, `address-not-allowed`, `host-not-found`; none of them names an IP address
 */
export async function checkRemote(
  text: string,
  allow: EgressAllowance,
  resolve: Resolver = systemResolver,
): Promise<CheckedRemote> {
  const { scheme, host, port, path } = parseRemote(text, allow);
  const addresses = isIP(host) ? [host] : await addressesOf(text, host, resolve);
  for (const address of addresses) {
    if (!mayReach(address, host, port, scheme, allow)) throw notAllowed(text, isCommonPort(port, scheme));
  }
  const bracketed = isIP(host) === 6 ? `[${host}]` : host;
  const origin = `${scheme}://${bracketed}${isCommonPort(port, scheme) ? "" : `:${port}`}`;
  return { url: origin + path, origin, scheme, host, port, address: addresses[0] as string, addresses };
}

/** @returns whether a connection to `address` is allowed, which `host` gave or is */
export function mayReach(
  address: string,
  host: string,
  port: number,
  scheme: "https" | "http",
  allow: EgressAllowance,
): boolean {
  if (!isIP(address) || address.includes("%")) return false;
  const parsed = ipaddr.parse(address);
  if (NEVER.some((range) => within(parsed, range))) return false;
  if (allow.loopback && LOOPBACK.some((range) => within(parsed, range))) return true;
  const common = isCommonPort(port, scheme);
  for (const { target, ports } of allow.entries) {
    if (!(ports.length === 0 ? common : ports.includes(port))) continue;
    if (target.toLowerCase() === host || targetHolds(target, parsed)) return true;
  }
  return common && isPublic(parsed);
}

function isPublic(address: Address): boolean {
  if (address.range() !== "unicast") return false;
  return address.kind() === "ipv4" || within(address, GLOBAL_IPV6);
}

function targetHolds(target: string, address: Address): boolean {
  if (isIP(target)) return within(address, parseRange(`${target}/${isIP(target) === 4 ? 32 : 128}`));
  return ipaddr.isValidCIDR(target) && within(address, parseRange(target));
}

function within(address: Address, [base, bits]: Range): boolean {
  return address.kind() === base.kind() && address.match(base, bits);
}

function parseRange(text: string): Range {
  return ipaddr.parseCIDR(text);
}

function isCommonPort(port: number, scheme: "https" | "http"): boolean {
  return port === (scheme === "https" ? 443 : 80);
}

async function addressesOf(text: string, host: string, resolve: Resolver): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((give) => (timer = setTimeout(give, RESOLVE_TIMEOUT_MS, [])));
  const addresses = await Promise.race([resolve(host).catch(() => []), late]);
  clearTimeout(timer);
  if (addresses.length > 0) return [...new Set(addresses)];
  throw problem("host-not-found", text, "no address for this host's name", "a host that exists");
}

async function systemResolver(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true, order: "verbatim" })).map(({ address }) => address);
}

interface ParsedRemote {
  readonly scheme: "https" | "http";
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

function parseRemote(text: string, allow: EgressAllowance): ParsedRemote {
  const bad = (found: string, wanted: string) => problem("bad-address", text, found, wanted);
  if (text.length > MAX_URL_LENGTH) throw bad(`${text.length} characters`, `at most ${MAX_URL_LENGTH}`);
  if (text.trim() === "") throw bad("nothing", WEB_ADDRESS);
  if (/^(?:\/|\\|~|\.{1,2}(?:[\\/]|$)|[a-z]:[\\/])/i.test(text)) throw bad("the path of a folder", FOLDER);
  if (/[\p{Cc}\p{Cf}\s\\]/u.test(text))
    throw bad("a blank, a backslash or an invisible character", "an address without them");
  if (text.startsWith("-")) throw bad("a leading dash", "an address such as https://host/owner/name");
  const instead = httpsInsteadOf(text);
  const protocol = /^git:/i.test(text) ? "git://" : "ssh";
  if (instead !== null) throw bad(`an address for ${protocol}, which Tidemark does not use`, instead);
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = url?.protocol.slice(0, -1);
  if (!url) throw bad("no web address", FOLDER);
  if (scheme !== "https" && scheme !== "http") {
    throw bad(`an address that begins with ${scheme}:`, scheme === "file" ? FOLDER : WEB_ADDRESS);
  }
  if (url.username || url.password || /^\w+:\/*[^/]*@/.test(text)) {
    throw bad("a login in the address", "the address alone; logins are kept apart");
  }
  if (url.hash || url.search || /[?#]/.test(text)) throw bad("a part after ? or #", "the address without it");
  if (/%[01][0-9a-f]|%7f/i.test(text)) throw bad("an escaped control character", "an address without it");
  const host = hostOf(url, bad);
  if (scheme === "http" && !allow.http) {
    throw problem("address-not-allowed", text, "http, which anybody on the way can read and change", HTTPS);
  }
  if (url.pathname === "/") throw bad("a host without a path", "https://host/owner/name");
  const port = url.port === "" ? (scheme === "https" ? 443 : 80) : Number(url.port);
  return { scheme, host, port, path: url.pathname };
}

/** The host as everything after this uses it: without brackets, without the root's dot, checked label by label. */
function hostOf(url: URL, bad: (found: string, wanted: string) => TidemarkError): string {
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host)) return host;
  if (host.length > MAX_HOST_LENGTH) throw bad(`a host name of ${host.length} bytes`, `at most ${MAX_HOST_LENGTH}`);
  const wanted = "labels of letters, digits and inner dashes";
  for (const label of host.split(".")) {
    if (!/^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) throw bad("a host name that cannot exist", wanted);
  }
  return host;
}

/** @returns the https form of `git@host:owner/name`, `ssh://…` or `git://…`, or null when it is none of these */
function httpsInsteadOf(text: string): string | null {
  const long = /^(?:ssh|git\+ssh|ssh\+git|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d*)?\/(.+)$/i.exec(text);
  if (long !== null) return `https://${long[1]}/${long[2]}`;
  // what stands before the @ may be a password: nothing of it comes back
  const short = /^([^@/]+@)?([\w.-]{2,}):(?!\/\/)(?!\d+\/)\/?([^@]+)$/.exec(text);
  const [, user, host = "", path = ""] = short ?? [];
  // without a user and without a dot it is a scheme: `javascript:…`
  const isHost = user !== undefined || host.includes(".");
  return short === null || text.includes("://") || !isHost ? null : `https://${host}/${path}`;
}

function notAllowed(text: string, commonPort: boolean): TidemarkError {
  const found = commonPort ? "an address that must not be reached from here" : "a port or address not allowed here";
  return problem("address-not-allowed", text, found, PUBLIC);
}

function problem(
  code: "bad-address" | "address-not-allowed" | "host-not-found",
  text: string,
  found: string,
  wanted: string,
): TidemarkError {
  return new TidemarkError(code, { attempt: ATTEMPT, value: shown(text), found, wanted });
}

/** What people see of an address that was refused: nothing that could be a password. */
function shown(text: string): string {
  const clean = scrub(text).replace(/^[^/:]*:[^/]*@/, "[secret]@");
  return clean.length > 200 ? `${clean.slice(0, 200)}…` : clean;
}
