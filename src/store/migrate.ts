// Brings a database to a migration, up or down: one transaction each, under a lock, never past what it does not know.
import { type Client, DatabaseError } from "pg";
import { TidemarkError } from "../errors.ts";
import type { Secret } from "../secrets.ts";
import { connectTo, databaseError, describeUrl } from "./connection.ts";
import { type Account, ownerError, prepareRoles, readAccount } from "./database-roles.ts";
import { irreversible, type Migration, readMigrations } from "./migrations.ts";

/** A migration that a database has had. */
interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly hash: string;
  readonly appliedAt: Date;
}

/** Where a database stands. */
export interface SchemaState {
  readonly known: readonly Migration[];
  readonly applied: readonly AppliedMigration[];
}

/** Two processes migrate one after the other. Any number that no other lock of ours has. */
const MIGRATION_LOCK = 7_433_631;
/** A migration that cannot have its tables at once gives up instead of stopping all readers behind it. */
const LOCK_TIMEOUT_MS = 10_000;

// In a schema of its own: one named like the role would come before public in the search path and catch every table.
const MAKE_TABLE = `
  CREATE SCHEMA IF NOT EXISTS migrations;
  CREATE TABLE IF NOT EXISTS migrations.migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    hash text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now());`;
const READ_APPLIED = `SELECT number, name, hash, applied_at AS "appliedAt" FROM migrations.migration ORDER BY number`;
const HAS_TABLE = "SELECT to_regclass('migrations.migration') IS NOT NULL AS there";

/**
 * Signs in as the owner for work on the schema.
 * @throws TidemarkError `database-unreachable`, `database-busy`, `database-version`; `database-role` for a superuser, and
 *   for what the account may not do
 */
export async function asOwner<T>(url: Secret, work: (client: Client, owner: Account) => Promise<T>): Promise<T> {
  const place = describeUrl(url);
  const client = await connectTo(url, "tidemark migrations");
  try {
    await client.query(`SET search_path = public; SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
    return await work(client, await readAccount(client, place));
  } catch (error) {
    throw ownerError(databaseError(error, place), place);
  } finally {
    await client.end().catch(() => {});
  }
}

async function readApplied(client: Client): Promise<AppliedMigration[]> {
  const { rows } = await client.query<{ there: boolean }>(HAS_TABLE);
  return rows[0]?.there === true ? (await client.query<AppliedMigration>(READ_APPLIED)).rows : [];
}

/** @returns which migrations there are and which this database has had; changes nothing */
export async function readSchemaState(url: Secret, folder?: string): Promise<SchemaState> {
  const known = await readMigrations(folder);
  return asOwner(url, async (client) => ({ known, applied: await readApplied(client) }));
}

/**
 * Refuses a database that this Tidemark does not understand.
 * @throws TidemarkError `database-schema` when it is newer, `migration` when an applied migration was edited since
 */
export function assertUnderstood({ known, applied }: SchemaState, place: string): void {
  for (const [index, had] of applied.entries()) {
    const migration = known[index];
    if (migration === undefined) {
      throw new TidemarkError("database-schema", {
        attempt: "use the database",
        value: place,
        found: `migration ${had.number} (${had.name}), which a newer Tidemark made`,
        wanted: `at most migration ${known.length}: start that newer Tidemark, or go back with its \`tidemark db downgrade ${known.length}\``,
      });
    }
    if (migration.number !== had.number || migration.hash !== had.hash) {
      throw new TidemarkError("migration", {
        attempt: "use the database",
        value: place,
        found: `that ${migration.label}/migration.sql was edited after this database had had it`,
        wanted: "the text that it had then: a change of the schema is a migration of its own",
      });
    }
  }
}

async function underLock<T>(client: Client, work: () => Promise<T>): Promise<T> {
  // waits as long as the other one needs: what it does would have to be waited for anyway
  await client.query("SET lock_timeout = 0");
  await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
  await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
  return work();
}

/**
 * Applies migrations up to `to`. Roles that are missing are made first, where the owner may.
 * @param to a migration's number; head when not given
 * @returns what was applied, in order
 * @throws TidemarkError `migration`, `database-schema`, `database-role`, `bad-argument` for a number there is not
 */
export async function upgrade(url: Secret, to?: number, folder?: string): Promise<Migration[]> {
  const known = await readMigrations(folder);
  const target = knownNumber(to ?? known.length, known, 0);
  const place = describeUrl(url);
  return asOwner(url, (client, owner) =>
    underLock(client, async () => {
      // roles are the whole server's: where the rest cannot be, they are not left behind
      await inTransaction(client, async () => {
        await prepareRoles(client, owner, place);
        await client.query(MAKE_TABLE);
      });
      const applied = await readApplied(client);
      assertUnderstood({ known, applied }, place);
      const due = known.slice(applied.length, target);
      for (const migration of due) await apply(client, migration);
      return due;
    }),
  );
}

/**
 * Takes migrations back, newest first, until `to` is the newest applied (0: an empty database).
 * @returns what was taken back, in order
 * @throws TidemarkError `migration` when one cannot be taken back: then none is
 */
export async function downgrade(url: Secret, to: number, folder?: string): Promise<Migration[]> {
  const known = await readMigrations(folder);
  const target = knownNumber(to, known, 0);
  return asOwner(url, (client) =>
    underLock(client, async () => {
      const applied = await readApplied(client);
      assertUnderstood({ known, applied }, describeUrl(url));
      const due = known.slice(target, applied.length).toReversed();
      for (const migration of due) assertReversible(migration);
      for (const migration of due) await takeBack(client, migration);
      return due;
    }),
  );
}

function knownNumber(number: number, known: readonly Migration[], least: number): number {
  if (Number.isSafeInteger(number) && number >= least && number <= known.length) return number;
  throw new TidemarkError("bad-argument", {
    attempt: "go to migration",
    value: String(number),
    found: "no such migration",
    wanted: `a number from ${least} to ${known.length}`,
  });
}

function assertReversible(migration: Migration): void {
  const reason = irreversible(migration);
  if (reason === null) return;
  throw new TidemarkError("migration", {
    attempt: "take back the migration",
    value: migration.label,
    found: `that it cannot be taken back: ${reason}`,
    wanted: "a backup from before it",
  });
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await run(client, migration, migration.up, async () => {
    const { number, name, hash } = migration;
    await client.query("INSERT INTO migrations.migration (number, name, hash) VALUES ($1, $2, $3)", [
      number,
      name,
      hash,
    ]);
  });
}

async function takeBack(client: Client, migration: Migration): Promise<void> {
  await run(client, migration, migration.down, async () => {
    await client.query("DELETE FROM migrations.migration WHERE number = $1", [migration.number]);
  });
}

async function run(client: Client, migration: Migration, sql: string, record: () => Promise<void>): Promise<void> {
  try {
    await inTransaction(client, async () => {
      await client.query(sql);
      await record();
    });
  } catch (error) {
    throw failed(error, migration, sql);
  }
}

async function inTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query("BEGIN");
  try {
    await work();
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

function failed(error: unknown, { label }: Migration, sql: string): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const line =
    error.position === undefined ? "" : ` in line ${sql.slice(0, Number(error.position)).split("\n").length}`;
  return new TidemarkError(
    "migration",
    {
      attempt: "run the migration",
      value: label,
      found: `"${error.message}"${line}`,
      wanted: "statements that Postgres takes; nothing of it was applied",
    },
    { cause: error },
  );
}
