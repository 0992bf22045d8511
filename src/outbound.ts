// What may be reached from here: every address that git or HTTP goes to is parsed once, resolved once and checked.
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { TidemarkError } from "./errors.ts";
import { addressProblem, parseAddress } from "./outbound-address.ts";
import { parseSshAddress, type SshAccess, type SshAddress } from "./outbound-ssh.ts";

/** What an operator allows beyond public https. Each entry adds only itself. */
export interface EgressAllowance {
  /** `http://` addresses; they are checked as all others are */
  readonly http: boolean;
  /** 127.0.0.0/8 and ::1, on any port */
  readonly loopback: boolean;
  /** an exact host name, an address or a CIDR, and its ports (none: those of the scheme) */
  readonly entries: readonly { readonly target: string; readonly ports: readonly number[] }[];
  /** networks that are never reached, whatever else allows them: a NAT64 prefix of one's own */
  readonly deny?: readonly string[];
  /** the operator's key: then addresses for SSH are taken too, and checked as all others are */
  readonly ssh?: SshAccess;
}

/** How a server is spoken to. */
export type RemoteScheme = "https" | "http" | "ssh";

/** An address that was parsed and checked. Who connects goes to one of `addresses` and to nothing else. */
export interface CheckedRemote {
  /** clean: no user info, no fragment, re-serialised */
  readonly url: string;
  /** `https://host`, with the port only when it is not the scheme's own */
  readonly origin: string;
  readonly scheme: RemoteScheme;
  /** for SSH: who signs in, and with what */
  readonly ssh?: SshAccess & { readonly user: string };
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

/** @returns what the settings allow; loopback is never among it by itself, wherever the server listens */
export function allowanceOf(
  settings: {
    readonly allowHttp: boolean;
    readonly egressAllow: EgressAllowance["entries"];
    readonly egressDeny: readonly string[];
  },
  ssh: SshAccess | null = null,
): EgressAllowance {
  const { allowHttp, egressAllow, egressDeny } = settings;
  const rest = ssh === null ? {} : { ssh };
  return { http: allowHttp, loopback: false, entries: egressAllow, deny: egressDeny, ...rest };
}

const COMMON_PORTS: Readonly<Record<RemoteScheme, number>> = { https: 443, http: 80, ssh: 22 };
/** A name that takes longer to resolve is no host, in milliseconds. */
const RESOLVE_TIMEOUT_MS = 10_000;
/** Addresses that no setting can allow: they hand out the keys of a cloud machine. */
const NEVER = ["169.254.0.0/16", "fd00:ec2::254/128", "168.63.129.16/32", "100.100.100.200/32"].map(parseRange);
const LOOPBACK = ["127.0.0.0/8", "::1/128"].map(parseRange);
/** The only part of IPv6 that is given out. */
const GLOBAL_IPV6 = parseRange("2000::/3");
const ATTEMPT = "use the address";
const PUBLIC = "a public https address, or one that the operator allows (TIDEMARK_EGRESS_ALLOW)";

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
  const ssh = allow.ssh === undefined ? null : parseSshAddress(text, ATTEMPT);
  if (ssh !== null && allow.ssh !== undefined) return checkSsh(ssh, text, { ...allow, ssh: allow.ssh }, resolve);
  const use = { attempt: ATTEMPT, http: allow.http, repository: true };
  const parsed = parseAddress(text, use);
  const { scheme, host, port, path } = parsed;
  const addresses = await checkReachable(parsed, { attempt: ATTEMPT, text }, allow, resolve);
  const origin = originOf(parsed);
  return { url: origin + path, origin, scheme, host, port, address: addresses[0] as string, addresses };
}

async function checkSsh(
  { user, host, port, path }: SshAddress,
  text: string,
  allow: EgressAllowance & { readonly ssh: SshAccess },
  resolve: Resolver,
): Promise<CheckedRemote> {
  const target = { scheme: "ssh", host, port } as const;
  const addresses = await checkReachable(target, { attempt: ATTEMPT, text }, allow, resolve);
  const origin = originOf(target);
  const url = `${origin.replace("ssh://", `ssh://${user}@`)}${path}`;
  return { ...target, url, origin, ssh: { ...allow.ssh, user }, address: addresses[0] as string, addresses };
}

/**
 * Checks everything that a parsed address leads to, by one resolution. Nobody is connected to.
 * @param said what was tried and the address as it came, for errors
 * @returns its addresses, at least one
 * @throws TidemarkError `address-not-allowed`, `host-not-found`
 */
export async function checkReachable(
  { scheme, host, port }: Pick<CheckedRemote, "scheme" | "host" | "port">,
  { attempt, text }: { readonly attempt: string; readonly text: string },
  allow: EgressAllowance,
  resolve: Resolver = systemResolver,
): Promise<readonly string[]> {
  const addresses = isIP(host) ? [host] : await addressesOf(host, resolve);
  if (addresses.length === 0) throw hostNotFound(attempt, text);
  for (const address of addresses) {
    if (!mayReach(address, host, port, scheme, allow)) throw notAllowed(attempt, text, isCommonPort(port, scheme));
  }
  return addresses;
}

/** @returns `https://host`, with the port only when it is not the scheme's own, and brackets where it needs them */
export function originOf({ scheme, host, port }: Pick<CheckedRemote, "scheme" | "host" | "port">): string {
  const bracketed = isIP(host) === 6 ? `[${host}]` : host;
  return `${scheme}://${bracketed}${isCommonPort(port, scheme) ? "" : `:${port}`}`;
}

/** @returns whether a connection to `address` is allowed, which `host` gave or is */
export function mayReach(
  address: string,
  host: string,
  port: number,
  scheme: RemoteScheme,
  allow: EgressAllowance,
): boolean {
  if (!isIP(address) || address.includes("%")) return false;
  const parsed = ipaddr.parse(address);
  const inner = innerAddress(parsed);
  if (NEVER.some((range) => within(parsed, range) || (inner !== null && within(inner, range)))) return false;
  if (allow.deny?.some((target) => targetHolds(target, parsed))) return false;
  if (allow.loopback && LOOPBACK.some((range) => within(parsed, range))) return true;
  const common = isCommonPort(port, scheme);
  for (const { target, ports } of allow.entries) {
    if (!(ports.length === 0 ? common : ports.includes(port))) continue;
    if (target.toLowerCase() === host || targetHolds(target, parsed)) return true;
  }
  return common && isPublic(parsed);
}

/** ISATAP looks like a public address and leads to the IPv4 address at its end. */
function isPublic(address: Address): boolean {
  if (address.range() !== "unicast") return false;
  return address.kind() === "ipv4" || (within(address, GLOBAL_IPV6) && innerAddress(address) === null);
}

/** Prefixes of IPv6 addresses that lead to an IPv4 address, and the byte at which that stands. */
const LEADING_TO_IPV4: readonly { readonly range: Range; readonly at: number }[] = [
  { range: parseRange("::/96"), at: 12 },
  { range: parseRange("::ffff:0:0/96"), at: 12 },
  { range: parseRange("::ffff:0:0:0/96"), at: 12 },
  { range: parseRange("64:ff9b::/96"), at: 12 },
  { range: parseRange("64:ff9b:1::/48"), at: 12 },
  { range: parseRange("2002::/16"), at: 2 },
];

/** @returns the IPv4 address that an IPv6 address stands for, or null */
function innerAddress(address: Address): ipaddr.IPv4 | null {
  if (address.kind() === "ipv4") return null;
  const bytes = address.toByteArray();
  const isIsatap = (bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
  const at = isIsatap ? 12 : LEADING_TO_IPV4.find(({ range }) => within(address, range))?.at;
  return at === undefined ? null : new ipaddr.IPv4(bytes.slice(at, at + 4));
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

/** @returns whether it is the scheme's own port */
export function isCommonPort(port: number, scheme: RemoteScheme): boolean {
  return port === COMMON_PORTS[scheme];
}

/** @returns every address of a name, each once, by one resolution; none when there is no such host */
async function addressesOf(host: string, resolve: Resolver): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((give) => (timer = setTimeout(give, RESOLVE_TIMEOUT_MS, [])));
  const addresses = await Promise.race([resolve(host).catch(() => []), late]);
  clearTimeout(timer);
  return [...new Set(addresses)];
}

async function systemResolver(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true, order: "verbatim" })).map(({ address }) => address);
}

/** @param text the address as it came */
function hostNotFound(attempt: string, text: string): TidemarkError {
  const parts = { found: "no address for this host's name", wanted: "a host that exists" };
  return addressProblem("host-not-found", { attempt, text, ...parts });
}

/** @param text the address as it came; what its name leads to is not said */
export function notAllowed(attempt: string, text: string, commonPort: boolean): TidemarkError {
  const found = commonPort ? "an address that must not be reached from here" : "a port or address not allowed here";
  return addressProblem("address-not-allowed", { attempt, text, found, wanted: PUBLIC });
}
