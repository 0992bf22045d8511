// The roles and the database inside the embedded Postgres. At work nobody is superuser.
import { Client, DatabaseError } from "pg";
import { isTidemarkError } from "../errors.ts";
import { Secret } from "../secrets.ts";
import { databaseError, parseDatabaseUrl } from "./connection.ts";
import { type Passwords, ROLES } from "./embedded-postgres-files.ts";
import type { PostgresAddress } from "./embedded-postgres-process.ts";

/** The database's name. */
const DATABASE = "tidemark";

/** @returns the address of one role: a folder with the socket is written as the `host` parameter */
export function roleUrl(
  address: PostgresAddress,
  passwords: Passwords,
  role: keyof typeof ROLES,
  database: string = DATABASE,
): Secret {
  const account = `${ROLES[role]}:${encodeURIComponent(passwords[role])}`;
  const name = encodeURIComponent(database);
  return Secret.of(
    address.socketFolder === null
      ? `postgres://${account}@127.0.0.1:${address.port}/${name}`
      : `postgres://${account}@localhost/${name}?host=${encodeURIComponent(address.socketFolder)}&port=${address.port}`,
  );
}

/** What a running server says of itself. */
export interface ServerFacts {
  /** "18.4" */
  readonly version: string;
  readonly dataDirectory: string;
}

/** Signs in as superuser for one piece of work. @throws TidemarkError `database-unreachable` */
export async function asAdmin<T>(
  address: PostgresAddress,
  passwords: Passwords,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const url = roleUrl(address, passwords, "admin", "postgres");
  const client = new Client({ ...parseDatabaseUrl(url), application_name: "tidemark supervisor" });
  client.on("error", () => {});
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw databaseError(error, address.socketFolder ?? `127.0.0.1:${address.port}`);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * What a server says that starts, ends, gets over the death of one of its processes or has no connection left, while its
 * file calls it ready.
 */
const NOT_NOW: ReadonlySet<unknown> = new Set(["57P01", "57P02", "57P03", "53300"]);

/** @returns whether this error of `asAdmin()` is over soon by itself */
export function isNotNow(error: unknown): boolean {
  return NOT_NOW.has(stateOf(error));
}

/** @returns whether this error of `asAdmin()` is what a server answered; else there was no answer */
export function isAnswered(error: unknown): boolean {
  return reasonIn(error) instanceof DatabaseError;
}

function stateOf(error: unknown): unknown {
  const reason = reasonIn(error);
  return reason instanceof DatabaseError ? reason.code : null;
}

function reasonIn(error: unknown): unknown {
  return isTidemarkError(error) ? error.cause : error;
}

/** @returns what the server says of itself */
export async function readServerFacts(client: Client): Promise<ServerFacts> {
  const { rows } = await client.query<ServerFacts>(
    `SELECT current_setting('server_version') AS version, current_setting('data_directory') AS "dataDirectory"`,
  );
  const [facts] = rows;
  if (facts === undefined) throw new RangeError("a SELECT without FROM gave no row");
  return facts;
}

/** Any number that no other lock of ours has: two starts make the roles one after the other. */
const ROLES_LOCK = 7_433_630;

/** Makes the roles and the database where they are missing; doing it twice changes nothing. */
export async function makeRoles(client: Client, passwords: Passwords): Promise<void> {
  // a statement that fails is written to the server's log, and those below hold passwords
  await client.query("SET log_min_error_statement = panic");
  await client.query("SELECT pg_advisory_lock($1)", [ROLES_LOCK]);
  const { rows } = await client.query<{ name: string }>("SELECT rolname AS name FROM pg_roles");
  const known = new Set(rows.map(({ name }) => name));
  for (const role of ["owner", "web", "worker"] as const) {
    if (known.has(ROLES[role])) continue;
    const password = client.escapeLiteral(passwords[role]);
    await client.query(`CREATE ROLE ${ROLES[role]} LOGIN PASSWORD ${password}`);
    // "$user" before public once captured every table (reference/storage.md 3)
    await client.query(`ALTER ROLE ${ROLES[role]} SET search_path = public`);
  }
  const { rows: databases } = await client.query("SELECT FROM pg_database WHERE datname = $1", [DATABASE]);
  if (databases.length === 0) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${ROLES.owner}`);
}
