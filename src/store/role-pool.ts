// The connections of one database role: their settings, their limits, and how a transaction is run over one of them.
import { type ClientBase, Pool, type PoolClient, type QueryConfig } from "pg";
import type { Log } from "../log.ts";
import type { Secret } from "../secrets.ts";
import { columnTypes } from "./column-values.ts";
import { databaseError, describeUrl, parseDatabaseUrl } from "./connection.ts";

/** What the connections of a role may do. Times are in ms. */
export interface RoleSettings {
  /** the role whose rights they have; null: those of the account that connects */
  readonly role: "tidemark_web" | "tidemark_worker" | null;
  readonly connections: number;
  readonly statementMs: number;
  readonly transactionMs: number;
  /** whether a statement outside of `write()` may only read */
  readonly readOnly: boolean;
}

/** Waiting for somebody else's lock longer than this is a defect that should show. */
const LOCK_TIMEOUT_MS = 2_000;
/** A transaction in which nothing happens holds a snapshot, and a held snapshot starves the queue of events. */
const IDLE_IN_TRANSACTION_MS = 10_000;
/** Connections beyond the quiet need are given back after this. */
const IDLE_CONNECTION_MS = 60_000;

/** The settings of every connection, in one message. `transaction_timeout` is known from version 17 on. */
function sessionSettings({ role, statementMs, transactionMs, readOnly }: RoleSettings): string {
  return [
    ...(role === null ? [] : [`SET ROLE ${role}`]),
    "SET search_path = public",
    `SET statement_timeout = ${statementMs}`,
    `SET lock_timeout = ${LOCK_TIMEOUT_MS}`,
    `SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`,
    `SET default_transaction_read_only = ${readOnly ? "on" : "off"}`,
    `SELECT set_config('transaction_timeout', '${transactionMs}', false)
       WHERE current_setting('server_version_num')::int >= 170000`,
  ].join("; ");
}

/** A role's connections. Errors about the server itself come as `database-busy` and `database-unreachable`. */
export interface RolePool {
  query<Row extends object>(config: QueryConfig): Promise<Row[]>;
  /** Runs `work` between `begin` and COMMIT; rolls back when it throws. */
  transaction<T>(begin: string, work: (client: PoolClient) => Promise<T>): Promise<T>;
  /** For a library that wants the driver's own pool. */
  readonly driver: Pool;
  close(): Promise<void>;
}

/** Opens no connection yet: each is made when it is needed. */
export function openRolePool(url: Secret, settings: RoleSettings, log: Log): RolePool {
  const place = describeUrl(url);
  const pool = new Pool({
    ...parseDatabaseUrl(url),
    application_name: `tidemark ${settings.role ?? "owner"}`,
    max: settings.connections,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    types: columnTypes,
    // the pool waits for what this returns, which its types do not say yet
    onConnect: (client) => prepareSession(client, settings) as unknown as void,
  });
  pool.on("error", (error) => log.warn({ err: error, host: place }, "an idle database connection broke"));
  return {
    driver: pool,
    query: async <Row extends object>(config: QueryConfig) => {
      try {
        return (await pool.query<Row>(config)).rows;
      } catch (error) {
        throw databaseError(error, place);
      }
    },
    transaction: async (begin, work) => {
      try {
        const client = await pool.connect();
        return await runTransaction(client, begin, work);
      } catch (error) {
        throw databaseError(error, place);
      }
    },
    close: () => pool.end(),
  };
}

async function prepareSession(client: ClientBase, settings: RoleSettings): Promise<void> {
  // a connection in use that breaks tells its statement; without a listener the event would end the process
  client.on("error", () => {});
  await client.query(sessionSettings(settings));
}

async function runTransaction<T>(
  client: PoolClient,
  begin: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query("COMMIT");
    client.release();
    return result;
  } catch (error) {
    const rolledBack = await client.query("ROLLBACK").then(
      () => true,
      () => false,
    );
    // what cannot be rolled back cannot be trusted: the connection goes
    client.release(!rolledBack);
    throw error;
  }
}
