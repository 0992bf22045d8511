// The connections of one database role: their settings, their limits, and how a transaction is run over one of them.
import { Readable, type Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { type Client, type ClientBase, Pool, type PoolClient, type QueryConfig } from "pg";
import { from as copyFrom } from "pg-copy-streams";
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

/** Statements under way when the connections are closed may end within this; then they are broken off. */
const CLOSE_MS = 1_000;

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

/** One connection while it is in use. Errors about the server itself come as `database-busy` and `database-unreachable`. */
export interface RoleClient {
  query<Row extends object>(config: QueryConfig): Promise<Row[]>;
  /** Runs a `COPY … FROM STDIN` over the bytes of `chunks`, taken as fast as the server takes them. */
  copy(statement: string, chunks: Iterable<Uint8Array>): Promise<void>;
}

/** A role's connections. */
export interface RolePool {
  query<Row extends object>(config: QueryConfig): Promise<Row[]>;
  /** Runs `work` between `begin` and COMMIT; rolls back when it throws, and throws the same. */
  transaction<T>(begin: string, work: (client: RoleClient) => Promise<T>): Promise<T>;
  /** For a library that wants the driver's own pool. */
  readonly driver: Pool;
  /** Ends all connections, those in use after CLOSE_MS: what they were doing is rolled back. */
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
  let closing = false;
  const inUse = new Set<PoolClient>();
  pool.on("acquire", (client) => inUse.add(client));
  pool.on("release", (_error, client) => inUse.delete(client));
  pool.on("error", (error) => {
    // end() does not wait for the server's side: a server that is stopped next may still cut the connection off
    if (!closing) log.warn({ problem: error.message, host: place }, "an idle database connection broke");
  });
  /** What the driver says, in our words; what our own code throws is never taken for it. */
  const said = async <T>(promise: Promise<T>): Promise<T> => {
    try {
      return await promise;
    } catch (error) {
      throw databaseError(error, place);
    }
  };
  return {
    driver: pool,
    query: async <Row extends object>(config: QueryConfig) => (await said(pool.query<Row>(config))).rows,
    transaction: async (begin, work) => {
      const client = await said(pool.connect());
      return runTransaction(client, begin, work, said);
    },
    close: async () => {
      closing = true;
      const late = setTimeout(() => {
        for (const client of inUse) void (client as unknown as Client).end().catch(() => {});
      }, CLOSE_MS);
      await pool.end().finally(() => clearTimeout(late));
    },
  };
}

async function prepareSession(client: ClientBase, settings: RoleSettings): Promise<void> {
  // a connection in use that breaks tells its statement; without a listener the event would end the process
  client.on("error", () => {});
  await client.query(sessionSettings(settings));
}

/** The rows of a push are one chunk mostly: given in one step they take a tenth of the time of a stream. */
async function copyChunks(begin: () => Writable, chunks: Iterable<Uint8Array>): Promise<void> {
  const rest = chunks[Symbol.iterator]();
  const first = rest.next();
  const second = first.done === true ? first : rest.next();
  if (second.done === true) {
    const target = begin();
    const copied = finished(target);
    target.end(first.done === true ? undefined : first.value);
    return copied;
  }
  const all = function* (): Generator<Uint8Array> {
    yield first.value;
    yield second.value;
    yield* { [Symbol.iterator]: () => rest };
  };
  await pipeline(Readable.from(all(), { objectMode: true, highWaterMark: 1 }), begin());
}

async function runTransaction<T>(
  client: PoolClient,
  begin: string,
  work: (client: RoleClient) => Promise<T>,
  said: <Answer>(promise: Promise<Answer>) => Promise<Answer>,
): Promise<T> {
  try {
    await said(client.query(begin));
    const result = await work({
      query: async <Row extends object>(config: QueryConfig) => (await said(client.query<Row>(config))).rows,
      copy: (statement, chunks) => said(copyChunks(() => client.query(copyFrom(statement)), chunks)),
    });
    await said(client.query("COMMIT"));
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
