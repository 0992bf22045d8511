// The text of an address: parsed once, by one set of rules, before anything is looked up or connected to.
import { isIP } from "node:net";
import { TidemarkError } from "./errors.ts";
import { scrub } from "./log.ts";

/** An address as everything after the parser uses it. */
export interface ParsedAddress {
  readonly scheme: "https" | "http";
  /** in ASCII and lower case, without brackets and without the root's dot */
  readonly host: string;
  readonly port: number;
  /** begins with `/` */
  readonly path: string;
  /** with its `?`, or empty */
  readonly query: string;
}

/** What an address is for, and what it may hold. */
export interface AddressUse {
  /** as a verb phrase, for errors */
  readonly attempt: string;
  /** whether `http://` is taken */
  readonly http: boolean;
  /** a repository's address has a path and no query */
  readonly repository: boolean;
}

/** Longest address that is looked at, in characters. */
const MAX_URL_LENGTH = 2_000;
/** Longest host name, in bytes (RFC 1035). */
const MAX_HOST_LENGTH = 253;
// the setting is named: on the command line the operator is who reads it
const HTTPS = "https, unless the operator allows http (TIDEMARK_ALLOW_HTTP=1)";
const WEB_ADDRESS = "the web address of a Git repository, such as https://host/owner/name";
const ANY_ADDRESS = "a web address such as https://host/path";
const FOLDER = `${WEB_ADDRESS}; a folder is taken on the command line only, by its path: tidemark repository add FOLDER`;

/** Makes the error of one address: what was found in it, and what is wanted instead. */
type Bad = (found: string, wanted: string) => TidemarkError;

/** What is wanted where there is no address at all, and where there is a folder's path. */
interface Wanted {
  readonly address: string;
  readonly noFolder: string;
}
const REPOSITORY: Wanted = { address: WEB_ADDRESS, noFolder: FOLDER };
const ANY: Wanted = { address: ANY_ADDRESS, noFolder: ANY_ADDRESS };

/** @throws TidemarkError `bad-address`, and `address-not-allowed` for http; neither repeats a login */
export function parseAddress(text: string, use: AddressUse): ParsedAddress {
  const bad: Bad = (found, wanted) => addressProblem("bad-address", { attempt: use.attempt, text, found, wanted });
  const wanted = use.repository ? REPOSITORY : ANY;
  refuseOddCharacters(text, bad, wanted);
  const url = parseUrl(text, bad, wanted);
  const scheme = url.protocol === "https:" ? "https" : "http";
  if (url.username || url.password || /^\w+:\/*[^/]*@/.test(text)) {
    throw bad("a login in the address", "the address alone; logins are kept apart");
  }
  if (url.hash || text.includes("#")) throw bad("a part after ? or #", "the address without it");
  if (use.repository && /\?/.test(text)) throw bad("a part after ? or #", "the address without it");
  if (/%[01][0-9a-f]|%7f/i.test(text)) throw bad("an escaped control character", "an address without it");
  const host = hostOf(url, bad);
  if (scheme === "http" && !use.http) {
    const found = "http, which anybody on the way can read and change";
    throw addressProblem("address-not-allowed", { attempt: use.attempt, text, found, wanted: HTTPS });
  }
  if (use.repository && url.pathname === "/") throw bad("a host without a path", "https://host/owner/name");
  const port = url.port === "" ? (scheme === "https" ? 443 : 80) : Number(url.port);
  return { scheme, host, port, path: url.pathname, query: url.search };
}

function refuseOddCharacters(text: string, bad: Bad, wanted: Wanted): void {
  if (text.length > MAX_URL_LENGTH) throw bad(`${text.length} characters`, `at most ${MAX_URL_LENGTH}`);
  if (text.trim() === "") throw bad("nothing", wanted.address);
  if (/^(?:\/|\\|~|\.{1,2}(?:[\\/]|$)|[a-z]:[\\/])/i.test(text)) throw bad("the path of a folder", wanted.noFolder);
  if (/[\p{Cc}\p{Cf}\s\\]/u.test(text))
    throw bad("a blank, a backslash or an invisible character", "an address without them");
  if (text.startsWith("-")) throw bad("a leading dash", "an address such as https://host/owner/name");
}

function parseUrl(text: string, bad: Bad, wanted: Wanted): URL {
  const instead = httpsInsteadOf(text);
  const protocol = /^git:/i.test(text) ? "git://" : "ssh";
  if (instead !== null) throw bad(`an address for ${protocol}, which Tidemark does not use`, instead);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) throw bad("no web address", wanted.noFolder);
  if (url.protocol === "https:" || url.protocol === "http:") return url;
  throw bad(`an address that begins with ${url.protocol}`, url.protocol === "file:" ? wanted.noFolder : wanted.address);
}

/** The host as everything after this uses it: without brackets, without the root's dot, checked label by label. */
function hostOf(url: URL, bad: Bad): string {
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

/** @returns an error about an address, which repeats no login and no IP address that the text did not hold */
export function addressProblem(
  code: "bad-address" | "address-not-allowed" | "host-not-found",
  parts: { readonly attempt: string; readonly text: string; readonly found: string; readonly wanted: string },
): TidemarkError {
  const { attempt, text, found, wanted } = parts;
  return new TidemarkError(code, { attempt, value: shown(text), found, wanted });
}

/** What people see of an address that was refused: nothing that could be a password. */
function shown(text: string): string {
  const clean = scrub(text).replace(/^[^/:]*:[^/]*@/, "[secret]@");
  return clean.length > 200 ? `${clean.slice(0, 200)}…` : clean;
}
