// The database as the rest of Tidemark sees it: one handle per organisation and role; the connections stay in here.
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { OrganizationId } from "../domain/model.ts";
import type { Log } from "../log.ts";
import type { Secret } from "../secrets.ts";
import { checkAccounts } from "./database-roles.ts";
import { type ChangeListener, listenerName, listenForChanges } from "./change-listener.ts";
import {
  type OrganizationStore,
  organizationStore,
  type PreparedStatement,
  type Reader,
  type SqlValue,
  statementOf,
} from "./organization-store.ts";
import { Replica, type ReplicaAddress } from "./replica.ts";
import { Replicas } from "./replicas.ts";
import { openRolePool, type RoleClient, type RolePool, type RoleSettings } from "./role-pool.ts";

export type { OrganizationStore, Reader, Transaction } from "./organization-store.ts";

/** A page's statement that takes longer is given up: the person has gone. */
const WEB_STATEMENT_MS = 10_000;
/** A batch of an import takes seconds; five minutes are a watchdog. */
const WORKER_STATEMENT_MS = 5 * 60_000;
const WEB_TRANSACTION_MS = 60_000;
const WORKER_TRANSACTION_MS = 10 * 60_000;
/** Throughput peaks near four clients a core (reference/storage.md 4.4). */
const WEB_CONNECTIONS = 8;
/**
 * Beside one per repository in work: what looks for work, and all that goes on beside it (looks at refs, questions to
 * providers, the removal of old rows), whose transactions are short and take turns.
 */
const MORE_WORKER_CONNECTIONS = 2;
/** Repositories in work at a time, where nobody says otherwise. */
const USUAL_WORKERS = 2;

const WEB: RoleSettings = {
  role: "tidemark_web",
  connections: WEB_CONNECTIONS,
  statementMs: WEB_STATEMENT_MS,
  transactionMs: WEB_TRANSACTION_MS,
  readOnly: true,
};
/** Sign-in is a library's business, which begins no transactions of ours. */
const SIGN_IN: RoleSettings = { ...WEB, connections: 2, readOnly: false };
/** Of deliveries: slow pages must not hold them up, nor a flood of them the pages. */
const DELIVERY_CONNECTIONS = 8;
/** Senders wait for five seconds at least; who asks has given up before. */
const DELIVERY_STATEMENT_MS = 5_000;
const DELIVERIES: RoleSettings = {
  ...WEB,
  connections: DELIVERY_CONNECTIONS,
  statementMs: DELIVERY_STATEMENT_MS,
  transactionMs: DELIVERY_STATEMENT_MS,
  // one statement a delivery, which is a transaction by itself: no round trips for BEGIN and COMMIT
  readOnly: false,
};
const WORKER: RoleSettings = {
  role: "tidemark_worker",
  connections: USUAL_WORKERS + MORE_WORKER_CONNECTIONS,
  statementMs: WORKER_STATEMENT_MS,
  transactionMs: WORKER_TRANSACTION_MS,
  readOnly: true,
};
const OWNER: RoleSettings = { ...WORKER, role: null, connections: 1, readOnly: false };

/** Statements that concern no single organisation. $1 is the first of `values`. */
export interface SystemReader {
  query<Row extends object>(statement: string | PreparedStatement, values?: readonly SqlValue[]): Promise<Row[]>;
}

/** What concerns no single organisation: the lease picker, people and their sessions, the first run. */
export interface SystemStore extends SystemReader {
  /** Several statements in one transaction; rolled back when `work` throws. `query` alone is a transaction each. */
  write<T>(work: (tx: SystemReader) => Promise<T>): Promise<T>;
  /** for statements that only read: one round trip each, where a transaction takes three */
  readonly reads: SystemReader;
}

/** What takes deliveries in, as the web role: each statement is a transaction by itself and may write. */
export interface DeliveryStore extends SystemReader {
  in(organizationId: OrganizationId): Reader;
}

/** An open database. */
export interface Database {
  /** what pages do: reads everything of an organisation, writes what a page may */
  readonly web: { in(organizationId: OrganizationId): OrganizationStore };
  /** what the worker does: writes rows, copies them in */
  readonly worker: { in(organizationId: OrganizationId): OrganizationStore };
  /** where reads are answered: by replicas where there are some, else by the primary, as the web role */
  readonly replicas: Replicas;
  readonly deliveries: DeliveryStore;
  /** the worker's role without an organisation: picks the next repository */
  readonly system: SystemStore;
  /** the web role without an organisation: people, sessions, memberships */
  readonly people: SystemStore;
  /** the owner of all tables: first run, migrations */
  readonly owner: SystemStore;
  /** The tables of people for the sign-in library. */
  signIn(): Promise<NodePgDatabase>;
  /**
   * Tells of repositories whose rows changed.
   * @returns how to stop listening
   */
  listen(listener: ChangeListener): Promise<() => Promise<void>>;
  /** Closes all connections; what does not end within a second is broken off and rolled back. */
  close(): Promise<void>;
}

/** Where the database is: one address, or one per role. */
export interface DatabaseUrls {
  readonly ownerUrl: Secret;
  /** defaults to the owner's, with `SET ROLE` */
  readonly webUrl?: Secret | null;
  readonly workerUrl?: Secret | null;
}

/** What a database is opened with. */
interface DatabaseOptions extends DatabaseUrls {
  readonly log: Log;
  /** repositories in work at a time in this process; null: the usual */
  readonly workers?: number | null;
  /** of the keys that this process opens secrets with; others see whether it has one */
  readonly keyMarks?: readonly string[];
  /** standbys that answer reads */
  readonly replicas?: readonly ReplicaAddress[];
}

const now = (): number => performance.now();

function systemReader(client: RoleClient): SystemReader {
  return { query: (statement, values = []) => client.query(statementOf(statement, values)) };
}

function systemStore(pool: RolePool): SystemStore {
  const write: SystemStore["write"] = (work) =>
    pool.transaction("BEGIN READ WRITE", (client) => work(systemReader(client)));
  const reads: SystemReader = { query: (statement, values = []) => pool.query(statementOf(statement, values)) };
  return { write, reads, query: (statement, values) => write((tx) => tx.query(statement, values)) };
}

/**
 * Opens the connections of each role.
 * @throws TidemarkError `database-unreachable`, `bad-setting`; `database-role` when an account may not take its role or is a
 *   superuser's
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { ownerUrl, log, workers } = options;
  const webUrl = options.webUrl ?? ownerUrl;
  const workerUrl = options.workerUrl ?? ownerUrl;
  await checkAccounts({ ownerUrl, webUrl, workerUrl });
  const owner = openRolePool(ownerUrl, OWNER, log);
  const web = openRolePool(webUrl, WEB, log);
  const connections = (workers ?? USUAL_WORKERS) + MORE_WORKER_CONNECTIONS;
  const worker = openRolePool(workerUrl, { ...WORKER, connections }, log);
  const signIn = openRolePool(webUrl, SIGN_IN, log);
  const deliveries = openRolePool(webUrl, DELIVERIES, log);
  const replicas = new Replicas({
    replicas: (options.replicas ?? []).map((address) => new Replica(address, WEB, log, now)),
    primary: (organizationId, gate) => organizationStore(web, organizationId, gate),
    look: openRolePool(webUrl, { ...WEB, connections: 1 }, log),
    log,
    now,
  });
  await replicas.start();
  const pools = [owner, web, worker, signIn, deliveries, replicas];
  const close = async () => {
    await Promise.all(pools.map((pool) => pool.close()));
  };
  return {
    web: { in: (organizationId) => organizationStore(web, organizationId) },
    worker: { in: (organizationId) => organizationStore(worker, organizationId) },
    replicas,
    deliveries: {
      query: (statement, values = []) => deliveries.query(statementOf(statement, values)),
      in: (organizationId) => organizationStore(deliveries, organizationId),
    },
    system: systemStore(worker),
    people: systemStore(web),
    owner: systemStore(owner),
    signIn: async () => {
      const { drizzle } = await import("drizzle-orm/node-postgres");
      return drizzle({ client: signIn.driver });
    },
    listen: (listener) => listenForChanges(webUrl, listener, { log, name: listenerName(options.keyMarks ?? []) }),
    close,
  };
}
