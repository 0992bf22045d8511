// Where a database is: an address as people write it, as the driver takes it, and what went wrong in words.
import { readFileSync } from "node:fs";
import { Client, type ClientConfig, DatabaseError } from "pg";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { hideInLogs } from "../log.ts";
import type { Secret } from "../secrets.ts";

/** How long connecting may take, in ms: a database behind a busy network answers well within it. */
const CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_PORT = 5432;
const MAX_PORT = 65_535;

/** What is said of TLS in an address. libpq's `prefer` and `allow` silently fall back to plain text: not taken. */
const SSL_MODES = ["disable", "no-verify", "require", "verify-ca", "verify-full"] as const;

function badUrl({ name }: Secret, found: string, wanted: string, cause?: unknown): TidemarkError {
  // the text may hold a password: it is never repeated
  const parts = { attempt: "use the database address", value: name ?? "of the embedded Postgres", found, wanted };
  return new TidemarkError("bad-setting", parts, { cause });
}

/** @returns the driver's `ssl`: as libpq reads the modes, `require` encrypts without asking who answers */
function sslOf(url: Secret, query: URLSearchParams): ClientConfig["ssl"] {
  const rootCertificate = query.get("sslrootcert");
  const text = query.get("sslmode") ?? (rootCertificate === null ? "disable" : "verify-full");
  const mode = SSL_MODES.find((known) => known === text);
  if (mode === undefined) throw badUrl(url, `sslmode=${text}`, `one of ${SSL_MODES.join(", ")}`);
  if (mode === "disable") return false;
  if (rootCertificate === null) return { rejectUnauthorized: mode.startsWith("verify") };
  try {
    return { rejectUnauthorized: true, ca: readFileSync(rootCertificate, "utf8") };
  } catch (error) {
    throw badUrl(url, `sslrootcert=${JSON.stringify(rootCertificate)}, which cannot be read`, "a PEM file", error);
  }
}

/** What every address names. */
interface DatabaseAddress {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/**
 * Reads `postgres://user:password@host:port/database`; a folder with a socket is `?host=/folder`.
 * @returns what the driver takes; nothing in it comes from the environment
 * @throws TidemarkError `bad-setting`
 */
export function parseDatabaseUrl(url: Secret): ClientConfig & DatabaseAddress {
  const text = url.reveal();
  // the URL parser refuses an empty host behind user info, which is how a socket is written
  const parsed = URL.parse(text) ?? URL.parse(text.replace("@/", "@localhost/"));
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw badUrl(url, "no Postgres address", '"postgres://user:password@host:5432/database"');
  }
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch (error) {
      throw badUrl(url, "a % that begins no escape", "special characters written as %25, %40 …", error);
    }
  };
  const user = decode(parsed.username);
  const database = decode(parsed.pathname.slice(1));
  if (user === "") throw badUrl(url, "no user", '"postgres://user:password@host:5432/database"');
  if (database === "") throw badUrl(url, "no database name", '"postgres://user:password@host:5432/database"');
  const port = parsed.searchParams.get("port") ?? parsed.port;
  if (!/^\d*$/.test(port) || Number(port) > MAX_PORT)
    throw badUrl(url, `port ${JSON.stringify(port)}`, "a port from 1 to 65535");
  const host = parsed.searchParams.get("host") ?? decode(parsed.hostname).replace(/^\[(.+)\]$/, "$1");
  return {
    host: host === "" ? "localhost" : host,
    port: Number(port) || DEFAULT_PORT,
    database,
    user,
    password: hidden(decode(parsed.password)),
    ssl: sslOf(url, parsed.searchParams),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}

function hidden(password: string): string {
  hideInLogs(password, { forGood: true });
  return password;
}

/** @returns the address for people: without its password, with the setting that it came from */
export function describeUrl(url: Secret): string {
  const { user, host, port, database } = parseDatabaseUrl(url);
  const server = host.startsWith("/")
    ? `${host}/.s.PGSQL.${port}`
    : `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return `${user}@${server}/${database}${url.name === null ? "" : ` (${url.name})`}`;
}

/** SQLSTATEs of a server that is there but cannot do it now: full, out of time, out of connections. */
const BUSY = /^(53...|55P03|57014|25P0[34])$/;
/** Of these: the server, the database or the role has as many connections as it may. */
const FULL = "53300";
const ROOM = "room for our connections (max_connections, or the CONNECTION LIMIT of a role or database)";
/** SQLSTATEs of a server that goes or is not ready, and of a broken connection. */
const GONE = /^(080..|57P0[1-3])$/;
/** SQLSTATEs of a server that does not let us in: wrong password, unknown role, unknown database. */
const REFUSED = /^(28...|3D000)$/;
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing that listens there",
  ENOENT: "no socket there",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no answer about that host name",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "no way to that host",
  ENETUNREACH: "no way to that host",
  ECONNRESET: "the connection cut off",
  EPIPE: "the connection cut off",
  EACCES: "a socket that this account may not use",
};

/** How the driver says that a server hung up, or does not encrypt. */
const CUT_OFF =
  /^(Connection terminated|Client has encountered|The server does not support SSL|There was an error establishing an SSL|Cannot use a pool)/;

function reasonOf(
  error: unknown,
  connecting: boolean,
): { code: "database-busy" | "database-unreachable"; found: string } | null {
  if (error instanceof DatabaseError) {
    const state = error.code ?? "";
    if (BUSY.test(state)) return { code: "database-busy", found: `its answer: ${error.message}` };
    // whatever a server says to somebody who only wants in, it does not let us in
    if (connecting || GONE.test(state) || REFUSED.test(state))
      return { code: "database-unreachable", found: `its answer: ${error.message}` };
    return null;
  }
  if (!(error instanceof Error)) return null;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const system =
    SYSTEM_ERRORS[code] ??
    (/^(CERT_|ERR_TLS|ERR_SSL|EPROTO|DEPTH_|SELF_SIGNED|UNABLE_TO)/.test(code) ? error.message : null);
  if (system !== null) return { code: "database-unreachable", found: system };
  if (error instanceof AggregateError) return reasonOf(error.errors[0], connecting);
  if (/^SASL: .*client password must be/.test(error.message)) {
    return { code: "database-unreachable", found: "no password in the address, and it asks for one" };
  }
  if (/^timeout expired$/.test(error.message)) {
    return { code: "database-unreachable", found: `no answer within ${CONNECT_TIMEOUT_MS / 1000} s` };
  }
  if (/timeout exceeded when trying to connect/.test(error.message)) {
    return { code: "database-busy", found: `no free connection within ${CONNECT_TIMEOUT_MS / 1000} s` };
  }
  if (CUT_OFF.test(error.message)) return { code: "database-unreachable", found: `its answer: ${error.message}` };
  return null;
}

/**
 * Says a driver's error in our words where it is about the server and not about the statement.
 * @param connecting whether no statement was sent yet
 * @returns `database-busy`, `database-unreachable`, or the error as it came
 */
export function databaseError(error: unknown, place: string, connecting = false): unknown {
  if (isTidemarkError(error)) return error;
  const reason = reasonOf(error, connecting);
  if (reason === null) return error;
  const isFull = error instanceof DatabaseError && error.code === FULL;
  const busy = isFull ? ROOM : "room and time for one more statement";
  const wanted = reason.code === "database-busy" ? busy : "a Postgres that lets us in";
  return new TidemarkError(
    reason.code,
    { attempt: "use the database", value: place, found: reason.found, wanted },
    { cause: error },
  );
}

/**
 * Signs in with one connection, whose statements tell when it breaks.
 * @param purpose what the server's administrator sees: "tidemark migrations"
 * @throws TidemarkError `database-unreachable`, `database-busy`, `bad-setting`
 */
export async function connectTo(url: Secret, purpose: string): Promise<Client> {
  const client = new Client({ ...parseDatabaseUrl(url), application_name: purpose });
  client.on("error", () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw databaseError(error, describeUrl(url), true);
  }
}
