// Where a database is: an address as people write it, as the driver takes it, and what went wrong in words.
import { readFileSync } from "node:fs";
import type { ClientConfig } from "pg";
import { DatabaseError } from "pg";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { hideInLogs } from "../log.ts";
import type { Secret } from "../secrets.ts";

/** How long connecting may take, in ms: a database behind a busy network answers well within it. */
const CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_PORT = 5432;

/** What is said of TLS in an address. libpq's `prefer` and `allow` silently fall back to plain text: not taken. */
const SSL_MODES = ["disable", "no-verify", "require", "verify-ca", "verify-full"] as const;

function badUrl(found: string, wanted: string, cause?: unknown): TidemarkError {
  // the text may hold a password: it is never repeated
  const parts = { attempt: "use the database address", value: "DATABASE_URL", found, wanted };
  return new TidemarkError("bad-setting", parts, { cause });
}

/** @returns the driver's `ssl`: as libpq reads the modes, `require` encrypts without asking who answers */
function sslOf(query: URLSearchParams): ClientConfig["ssl"] {
  const rootCertificate = query.get("sslrootcert");
  const text = query.get("sslmode") ?? (rootCertificate === null ? "disable" : "verify-full");
  const mode = SSL_MODES.find((known) => known === text);
  if (mode === undefined) throw badUrl(`sslmode=${text}`, `one of ${SSL_MODES.join(", ")}`);
  if (mode === "disable") return false;
  if (rootCertificate === null) return { rejectUnauthorized: mode.startsWith("verify") };
  try {
    return { rejectUnauthorized: true, ca: readFileSync(rootCertificate, "utf8") };
  } catch (error) {
    throw badUrl(`sslrootcert=${JSON.stringify(rootCertificate)}, which cannot be read`, "a PEM file", error);
  }
}

/**
 * Reads `postgres://user:password@host:port/database`; a folder with a socket is `?host=/folder`.
 * @returns what the driver takes; nothing in it comes from the environment
 * @throws TidemarkError `bad-setting`
 */
export function parseDatabaseUrl(url: Secret): ClientConfig & { host: string; port: number; database: string } {
  const text = url.reveal();
  // the URL parser refuses an empty host behind user info, which is how a socket is written
  const parsed = URL.parse(text) ?? URL.parse(text.replace("@/", "@localhost/"));
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw badUrl("no Postgres address", '"postgres://user:password@host:5432/database"');
  }
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch (error) {
      throw badUrl("a % that begins no escape", "special characters written as %25, %40 …", error);
    }
  };
  const user = decode(parsed.username);
  const database = decode(parsed.pathname.slice(1));
  if (user === "") throw badUrl("no user", '"postgres://user:password@host:5432/database"');
  if (database === "") throw badUrl("no database name", '"postgres://user:password@host:5432/database"');
  const host = parsed.searchParams.get("host") ?? decode(parsed.hostname).replace(/^\[(.+)\]$/, "$1");
  return {
    host: host === "" ? "localhost" : host,
    port: Number(parsed.searchParams.get("port") ?? parsed.port) || DEFAULT_PORT,
    database,
    user,
    password: hidden(decode(parsed.password)),
    ssl: sslOf(parsed.searchParams),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}

function hidden(password: string): string {
  hideInLogs(password);
  return password;
}

/** @returns the address for people: without its password */
export function describeUrl(url: Secret): string {
  const { user, host, port, database } = parseDatabaseUrl(url);
  return host.startsWith("/")
    ? `${user}@${host}/.s.PGSQL.${port}/${database}`
    : `${user}@${host.includes(":") ? `[${host}]` : host}:${port}/${database}`;
}

/** SQLSTATEs of a server that is there but cannot do it now: full, out of time, out of connections. */
const BUSY = /^(53...|55P03|57014|25P0[34])$/;
/** SQLSTATEs of a server that goes or is not ready, and of a broken connection. */
const GONE = /^(080..|57P0[1-3])$/;
/** SQLSTATEs of a server that does not let us in: wrong password, unknown role, unknown database, no rights on it. */
const REFUSED = /^(28...|3D000)$/;
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing that listens there",
  ENOENT: "no socket there",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no answer about that host name",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "no way to that host",
  ECONNRESET: "the connection cut off",
  EPIPE: "the connection cut off",
  EACCES: "a socket that this account may not use",
};

function reasonOf(error: unknown): { code: "database-busy" | "database-unreachable"; found: string } | null {
  if (error instanceof DatabaseError) {
    const state = error.code ?? "";
    if (BUSY.test(state)) return { code: "database-busy", found: `its answer: ${error.message}` };
    if (GONE.test(state) || REFUSED.test(state))
      return { code: "database-unreachable", found: `its answer: ${error.message}` };
    return null;
  }
  if (!(error instanceof Error)) return null;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const system =
    SYSTEM_ERRORS[code] ?? (/^(CERT_|ERR_TLS|DEPTH_|SELF_SIGNED|UNABLE_TO)/.test(code) ? error.message : null);
  if (system !== null) return { code: "database-unreachable", found: system };
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (/timeout exceeded when trying to connect/.test(error.message)) {
    return { code: "database-busy", found: `no free connection within ${CONNECT_TIMEOUT_MS / 1000} s` };
  }
  if (
    /^(Connection terminated|Client has encountered|The server does not support SSL|Cannot use a pool)/.test(
      error.message,
    )
  ) {
    return { code: "database-unreachable", found: `its answer: ${error.message}` };
  }
  return null;
}

/**
 * Says a driver's error in our words where it is about the server and not about the statement.
 * @returns `database-busy`, `database-unreachable`, or the error as it came
 */
export function databaseError(error: unknown, place: string): unknown {
  if (isTidemarkError(error)) return error;
  const reason = reasonOf(error);
  if (reason === null) return error;
  const wanted =
    reason.code === "database-busy" ? "room and time for one more statement" : "a Postgres that lets us in";
  return new TidemarkError(
    reason.code,
    { attempt: "use the database", value: place, found: reason.found, wanted },
    { cause: error },
  );
}
