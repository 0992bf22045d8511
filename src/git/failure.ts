// What git's failures mean to people: exit status and a short list of patterns give the code and our own words.
import { type ErrorCode, isTidemarkError, TidemarkError } from "../errors.ts";
import { scrub } from "../log.ts";

/** What a failed process left. */
export interface GitFailure {
  /** verb phrase: "fetch from the repository" */
  readonly attempt: string;
  /** the clean URL or the folder */
  readonly value: string;
  readonly kind: "mirror" | "local";
  readonly status: number | null;
  readonly signal: string | null;
  /** its last bytes, as they came */
  readonly stderr: string;
}

interface Pattern {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly found: string;
  readonly wanted: string;
  /** where it means that, if not everywhere */
  readonly kind?: GitFailure["kind"];
}

const ACCESS = "a public repository; on the command line also a folder with a clone of it";
const CERTIFICATE = "a valid certificate; where an address begins with neither http:// nor https://, https is assumed";
const REACHABLE = "a Git server that answers";
const WHOLE = "a repository whose objects are whole (`git fsck` names what is broken)";

/** What a git that was stopped at a limit on what it writes had. Who set the limit puts figures in its place. */
export const MORE_THAN_ALLOWED = "more data than a mirror may hold";

/** What git says when it may not ask the server for objects that `clone --filter` left there. */
const LEFT_OUT: Pattern = {
  pattern: /could not fetch [0-9a-f]{40,64} from promisor remote/,
  code: "repository-corrupt",
  found: "objects that this clone left out: it was made with --filter",
  wanted: "a complete clone (`git fetch --refetch --no-filter` brings the rest, and so does a clone without --filter)",
  kind: "local",
};

/** What servers that refuse with 403 say when they are asked too much; Git shows plain text of theirs. */
const LIMIT_WORDS = /^remote: .{0,2000}(?:\brate limit|abuse detection|too many requests)/im;
const FORBIDDEN = /requested URL returned error: 403/;
const UNAUTHORIZED =
  /requested URL returned error: 401|Authentication failed|could not read Username|terminal prompts disabled/;
const LIMITED = p(FORBIDDEN, "provider-limited", "a server that asks to come back later (403)", REACHABLE);

/** In order: the first that fits decides. Texts of git 2.39 to 2.50 and curl, LC_ALL=C. */
const PATTERNS: readonly Pattern[] = [
  LEFT_OUT,
  p(/not our ref|unadvertised object/, "repository-corrupt", "objects that the server does not have", WHOLE),
  p(/Could not resolve host/, "host-not-found", "no address for this host's name", "a host that exists"),
  p(
    /requested URL returned error: (?:40[134]|410)|Authentication failed|could not read Username|terminal prompts disabled/,
    "access-denied",
    "no access, or no such repository",
    ACCESS,
  ),
  p(
    /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|host key is known for/,
    "remote-unreachable",
    "another host key than known_hosts has",
    "that host's own key in known_hosts (TIDEMARK_SSH_KNOWN_HOSTS)",
  ),
  p(
    /Permission denied \(publickey|does not appear to be a git repository/,
    "access-denied",
    "no access with the operator's key, or no such repository",
    "a repository that this key may read (TIDEMARK_SSH_KEY_FILE)",
  ),
  p(/repository '.{0,1000}' not found/, "access-denied", "no access, or no such repository", ACCESS),
  p(
    /requested URL returned error: 3\d\d|unable to update url base from redirection|redirect/i,
    "remote-unreachable",
    "an answer that sends on to another address",
    "the repository's own address",
  ),
  p(/requested URL returned error: 429/, "provider-limited", "a server that asks to come back later (429)", REACHABLE),
  p(/requested URL returned error: 4/, "remote-unreachable", "an answer that is an error (4xx)", REACHABLE),
  p(/requested URL returned error: 5\d\d/, "remote-unreachable", "a server that failed (5xx)", REACHABLE),
  p(/Operation too slow|[Tt]imed? ?out/, "git-timeout", "a server too slow to wait for", "more than 1 kB/s"),
  p(/SSL|certificate|TLS/i, "remote-unreachable", "no secure connection that can be trusted", CERTIFICATE),
  p(
    /Failed to connect|Connection refused|Couldn't connect|No route to host|Network is unreachable/,
    "remote-unreachable",
    "no connection",
    REACHABLE,
  ),
  p(/transport '.{0,200}' not allowed/, "address-not-allowed", "a kind of address that is not used", "https://"),
  p(/mismatched algorithms/, "repository-corrupt", "another object format than before", "the same object format"),
  p(/No space left on device|Disk quota exceeded/, "data-folder", "a full disk", "room for the mirror"),
  p(
    /File size limit exceeded|died of signal 25|file too large/i,
    "limit-exceeded",
    MORE_THAN_ALLOWED,
    "a smaller repository, or a higher limit",
  ),
  p(
    /Out of memory|out of memory|Cannot allocate memory/,
    "limit-exceeded",
    "an object that needs more than 1 GiB of memory",
    "smaller objects",
  ),
  p(
    /fsck error|error in object|in fsck|(?:tree|commit|tag|blob) [0-9a-f]{40,64}: \w+:/,
    "repository-corrupt",
    "objects that git refuses as malformed",
    WHOLE,
  ),
  p(
    /(?:early|unexpected) (?:EOF|disconnect)|RPC failed|the remote end hung up|transfer closed|unexpected hangup|expected flush|bad line length|protocol error/i,
    "remote-unreachable",
    "a connection that broke off",
    REACHABLE,
  ),
  p(
    /not valid: (?:is this a git repository|could not determine)|info\/refs not valid|invalid server response|is this a git repository/i,
    "not-a-repository",
    "an answer that is not Git's",
    "the address of a Git repository",
  ),
  p(
    /not a git repository|does not appear to be a git repository|not recognized as a git repository/i,
    "not-a-repository",
    "no Git repository",
    "a Git repository",
  ),
  p(
    /Permission denied|detected dubious ownership/,
    "access-denied",
    "no permission to read it",
    "a folder that this user may read",
  ),
  p(
    /Could not read [0-9a-f]{40}|revision walk setup failed|bad object|not a tree object|missing (?:blob|tree|commit|object)|unable to read|corrupt|could not fetch [0-9a-f]{40}|loose object|packfile .{0,500} (?:cannot|is)|inflate|unable to unpack|object file .{0,500} is empty|invalid object|failed to traverse|bad tree|un(?:expected|terminated) line in .{0,500}packed-refs/i,
    "repository-corrupt",
    "objects that are missing or damaged",
    WHOLE,
  ),
  // the last: index-pack was killed without a word, which only a limit on what it writes or fills does
  p(/invalid index-pack output/, "limit-exceeded", MORE_THAN_ALLOWED, "a smaller repository, or a higher limit"),
];

function p(pattern: RegExp, code: ErrorCode, found: string, wanted: string): Pattern {
  return { pattern, code, found, wanted };
}

/**
 * @returns the error for people. What git and the server wrote is in no text of it but, scrubbed, in `cause`: servers
 * and networks are not to be probed through our errors.
 */
export function failureOf(failure: GitFailure): TidemarkError {
  const { attempt, value, stderr } = failure;
  const cause = new Error(scrub(stderr.trim()) || "git wrote nothing");
  const text = stderr.replace(/^remote: .*$/gm, "").replace(/'[^'\n]*'/g, "'…'"); // a repository may be named "TLS"
  const isLimited = failure.kind === "mirror" && FORBIDDEN.test(text) && LIMIT_WORDS.test(stderr);
  const known = isLimited
    ? LIMITED
    : PATTERNS.find(({ pattern, kind = failure.kind }) => kind === failure.kind && pattern.test(text));
  if (known)
    return new TidemarkError(known.code, { attempt, value, found: known.found, wanted: known.wanted }, { cause });
  if (failure.signal === "SIGSEGV") {
    const parts = { found: "trees that git itself cannot read: it crashed", wanted: "a repository that git can read" };
    return new TidemarkError("repository-corrupt", { attempt, value, ...parts }, { cause });
  }
  const ended = failure.signal ? `killed by ${failure.signal}` : `status ${failure.status}`;
  const line = failure.kind === "local" ? firstComplaint(stderr) : "";
  const found = line ? `git's answer "${line}" (${ended})` : `git ended with an error (${ended})`;
  return new TidemarkError(
    "git-failed",
    { attempt, value, found, wanted: "a repository that git can read" },
    { cause },
  );
}

/** @returns whether a server refused with 403, which may be about limits: only headers that git does not show tell */
export function isForbidden(error: unknown): boolean {
  return isTidemarkError(error, "access-denied") && error.cause instanceof Error && FORBIDDEN.test(error.cause.message);
}

/** @returns whether a server asked for a login, or for another one than it was sent (401): 404 and 403 are told as it is too */
export function isUnauthorized(error: unknown): boolean {
  return (
    isTidemarkError(error, "access-denied") && error.cause instanceof Error && UNAUTHORIZED.test(error.cause.message)
  );
}

/** @returns the error of a mirror that is not there any more: whatever git made of that, it heals by another try */
export function thrownAway({ attempt, value, stderr }: GitFailure): TidemarkError {
  const parts = { found: "that our copy of it was removed meanwhile", wanted: "another try: it is fetched again" };
  return new TidemarkError("data-folder", { attempt, value, ...parts }, { cause: new Error(scrub(stderr.trim())) });
}

/** The first `fatal:` or `error:` line, without control characters. */
function firstComplaint(stderr: string): string {
  const line = /^(?:fatal|error): (.*)$/m.exec(scrub(stderr))?.[1] ?? "";
  return line.replace(/\p{Cc}/gu, " ").slice(0, 200);
}
