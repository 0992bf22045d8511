// One team's view of the database: every statement carries its organisation, as $1, whether it wants to or not.
import type { OrganizationId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { RoleClient, RolePool } from "./role-pool.ts";
import type { Thawed } from "./thawed-rows.ts";
import type { VersionGate } from "./version-gate.ts";

/** What can be given to a statement. Objects are given as JSON text: nothing is guessed. */
export type SqlValue = string | number | bigint | boolean | null | Date | Uint8Array | readonly SqlValue[];

/** A statement that the server parses and plans once per connection. One name stands for one text, for ever. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** What a store function reads with. */
export interface Reader {
  /** whose rows these are */
  readonly organizationId: OrganizationId;
  /** is told of each version of a repository that is read; without one nobody wants to know */
  readonly gate?: VersionGate;
  /** what the archive has told of the repository that the question is about; without it only what is here is seen */
  readonly archived?: Thawed;
  /**
   * Runs one statement. **$1 is the organisation's id**, put there by the handle; `values` are $2 and on. Every statement
   * names `organization_id`: one without $1 is refused by Postgres, one without the column by a test.
   * @returns the rows; bigint columns are numbers (ids are selected as text), jsonb is parsed with exact integers
   */
  query<Row extends object>(statement: string | PreparedStatement, values?: readonly SqlValue[]): Promise<Row[]>;
}

declare const inTransaction: unique symbol;

/** A reader that may write: all of it becomes visible at once, or nothing does. Over when its function is. */
export interface Transaction extends Reader {
  readonly [inTransaction]: true;
  /**
   * Copies rows in (COPY, text format); the chunks hold whole bytes of it and carry `organization_id` themselves.
   * @param chunks about 64 KiB each; taken as fast as the server takes them
   * @throws what Postgres says of a bad row; the transaction is lost then, the connection is not
   */
  copyText(table: string, columns: readonly string[], chunks: Iterable<Uint8Array>): Promise<void>;
}

/** How a write is made. */
interface WriteOptions {
  /** false only for what can be made again (progress): a crash of the server may lose the newest of them */
  readonly durable?: boolean;
}

/** The handle of one organisation. As a reader it runs each statement by itself, outside of any transaction. */
export interface OrganizationStore extends Reader {
  /** Several statements over one snapshot, read only. */
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  /** One transaction; rolled back when `work` throws. Nothing but Postgres may be waited for inside (I4). */
  write<T>(work: (tx: Transaction) => Promise<T>, options?: WriteOptions): Promise<T>;
}

const NAME = /^[a-z][a-z0-9_]*$/;

/** @returns the COPY statement. @throws TidemarkError `internal` for a name that no table of ours has */
function copyStatement(table: string, columns: readonly string[]): string {
  const strange = [table, ...columns].find((name) => !NAME.test(name));
  if (strange !== undefined || columns[0] !== "organization_id") {
    throw new TidemarkError("internal", {
      attempt: "copy rows into",
      value: table,
      found: `columns ${columns.join(", ")}`,
      wanted: "organization_id first, and plain names",
    });
  }
  return `COPY "${table}" (${columns.map((name) => `"${name}"`).join(", ")}) FROM STDIN`;
}

/** Statements of one client in one transaction of one organisation; refuses to be used after it. */
class OpenTransaction implements Transaction {
  declare readonly [inTransaction]: true;
  readonly organizationId: OrganizationId;
  readonly gate?: VersionGate;
  readonly #client: RoleClient;
  #over = false;

  constructor(client: RoleClient, organizationId: OrganizationId, gate?: VersionGate) {
    this.#client = client;
    this.organizationId = organizationId;
    if (gate !== undefined) this.gate = gate;
  }

  async query<Row extends object>(
    statement: string | PreparedStatement,
    values: readonly SqlValue[] = [],
  ): Promise<Row[]> {
    this.#assertOpen();
    return this.#client.query<Row>(statementOf(statement, [this.organizationId, ...values]));
  }

  async copyText(table: string, columns: readonly string[], chunks: Iterable<Uint8Array>): Promise<void> {
    this.#assertOpen();
    await this.#client.copy(copyStatement(table, columns), chunks);
  }

  /** Ends its use, not the transaction itself. */
  end(): void {
    this.#over = true;
  }

  #assertOpen(): void {
    if (!this.#over) return;
    throw new TidemarkError("internal", {
      attempt: "use the transaction of organisation",
      value: this.organizationId,
      found: "it over",
      wanted: "every statement awaited before its function returns",
    });
  }
}

/** @returns the driver's form of a statement */
export function statementOf(
  statement: string | PreparedStatement,
  values: readonly SqlValue[],
): { text: string; name?: string; values: SqlValue[] } {
  return typeof statement === "string"
    ? { text: statement, values: [...values] }
    : { name: statement.name, text: statement.text, values: [...values] };
}

/** Makes the handle of one organisation over one role's connections. @param gate is told of each version that is read */
export function organizationStore(
  pool: RolePool,
  organizationId: OrganizationId,
  gate?: VersionGate,
): OrganizationStore {
  const run = <T>(begin: string, work: (tx: OpenTransaction) => Promise<T>): Promise<T> =>
    pool.transaction(begin, async (client) => {
      const transaction = new OpenTransaction(client, organizationId, gate);
      try {
        return await work(transaction);
      } finally {
        transaction.end();
      }
    });
  return {
    organizationId,
    ...(gate === undefined ? {} : { gate }),
    query: <Row extends object>(statement: string | PreparedStatement, values: readonly SqlValue[] = []) =>
      pool.query<Row>(statementOf(statement, [organizationId, ...values])),
    read: (work) => run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", work),
    write: (work, { durable = true } = {}) =>
      run(durable ? "BEGIN READ WRITE" : "BEGIN READ WRITE; SET LOCAL synchronous_commit = off", work),
  };
}
