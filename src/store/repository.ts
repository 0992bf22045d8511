// Repositories that a team follows: what they are, what state they are in, how far their import is.
import type { RepositoryId } from "../domain/model.ts";
import type { Reader, SystemReader, Transaction } from "./database.ts";
import { LEASE_MS, type Lease, leaseLost } from "./lease.ts";

/** What a repository is doing, as people see it. */
export type RepositoryState = "waiting" | "importing" | "syncing" | "ready" | "failed";

/** How far an import is. Counts are of this repository. */
export interface ImportProgress {
  readonly phase: "waiting" | "fetching" | "listing" | "reading" | "writing" | "done";
  readonly commitsDone: number;
  readonly commitsTotal: number | null;
  readonly filesDone: number;
  readonly filesTotal: number | null;
  /** commits a second, over the last seconds */
  readonly rate: number | null;
  /** an estimate from the current rate */
  readonly secondsLeft: number | null;
  /** whether the newest commits can be read already */
  readonly readable: boolean;
}

/** A repository as a worker needs it. */
export interface StoredRepository {
  readonly id: RepositoryId;
  readonly name: string;
  readonly kind: "remote" | "folder";
  /** clone URL without user info, or the absolute path of a folder */
  readonly address: string;
  /** decoded; null before the first import */
  readonly defaultBranch: string | null;
  readonly state: RepositoryState;
  /** where an interrupted import goes on; its writer knows the shape */
  readonly importState: unknown;
  readonly notices: readonly string[];
  readonly version: number;
  readonly synced: boolean;
  /** whether its provider has it no more: then it is not read */
  readonly gone: boolean;
  /** by whose access it is read; null: as anybody may */
  readonly accountId: string | null;
  /** whether its provider said that anybody may read it */
  readonly isPublic: boolean;
  /** runs that failed one after the other */
  readonly failures: number;
}

const READ = `
  SELECT id::text, name, kind, address, default_branch AS "defaultBranch", state, import_state AS "importState",
    notices, version, synced_at IS NOT NULL AS synced, gone_at IS NOT NULL AS gone, git_account_id::text AS "accountId",
    coalesce(visibility = 'public', false) AS "isPublic", failures
  FROM git_repository WHERE organization_id = $1 AND id = $2`;

/** @returns the repository, or null when the organisation has none with this id */
export async function readRepository(reader: Reader, id: RepositoryId): Promise<StoredRepository | null> {
  const [row] = await reader.query<StoredRepository>(READ, [id]);
  return row ?? null;
}

/** @returns an address as it is, and of a server's with and without .git */
function formsOf(address: string): readonly string[] {
  if (!/^\w+:\/\//.test(address)) return [address];
  const bare = address.replace(/\.git$/, "");
  return [address, bare, `${bare}.git`];
}

// A server gives the same repository with .git at its end and without.
const BY_ADDRESS = `
  SELECT id::text, name FROM git_repository
  WHERE organization_id = $1 AND address = ANY($2::text[]) AND gone_at IS NULL ORDER BY address = $3 DESC LIMIT 1`;

/** @returns which repository was added from this address, or null */
export async function findRepositoryByAddress(
  reader: Reader,
  address: string,
): Promise<{ id: RepositoryId; name: string } | null> {
  const [row] = await reader.query<{ id: RepositoryId; name: string }>(BY_ADDRESS, [formsOf(address), address]);
  return row ?? null;
}

const FOLLOWED = `
  SELECT address, name FROM git_repository
  WHERE organization_id = $1 AND address = ANY($2) AND gone_at IS NULL`;

/** @returns of some addresses those that are followed already, each with the repository's name */
export async function followedAddresses(
  reader: Reader,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await reader.query<{ address: string; name: string }>(FOLLOWED, [addresses]);
  return new Map(rows.map(({ address, name }) => [address, name]));
}

const NAMES = `
  SELECT name FROM git_repository WHERE organization_id = $1 AND starts_with(name, $2)`;

/** @returns the names in use that begin with `stem` */
export async function repositoryNames(reader: Reader, stem: string): Promise<string[]> {
  const rows = await reader.query<{ name: string }>(NAMES, [stem]);
  return rows.map((row) => row.name);
}

const INSERT = `
  INSERT INTO git_repository (organization_id, name, kind, address) VALUES ($1, $2, $3, $4)
  ON CONFLICT DO NOTHING RETURNING id::text`;

/** Stores a new repository. @returns its id, or null when its name or its address is taken */
export async function insertRepository(
  tx: Transaction,
  repository: { readonly name: string; readonly kind: "remote" | "folder"; readonly address: string },
): Promise<RepositoryId | null> {
  const { name, kind, address } = repository;
  const [row] = await tx.query<{ id: RepositoryId }>(INSERT, [name, kind, address]);
  return row?.id ?? null;
}

const ALL_IDS = `SELECT id::text FROM git_repository`;

/** @returns the ids of all repositories of all organisations: whose mirrors are kept */
export async function allRepositoryIds(system: SystemReader): Promise<RepositoryId[]> {
  return (await system.query<{ id: RepositoryId }>(ALL_IDS)).map(({ id }) => id);
}

const IDS = `SELECT id::text FROM git_repository WHERE organization_id = $1`;

/** @returns the ids of an organisation's repositories: those of remotes have mirrors */
export async function repositoryIds(reader: Reader): Promise<RepositoryId[]> {
  return (await reader.query<{ id: RepositoryId }>(IDS, [])).map(({ id }) => id);
}

const DELETE = `DELETE FROM git_repository WHERE organization_id = $1 AND id = $2 RETURNING id`;

/** Removes a repository with everything that was read from it. @returns whether there was one */
export async function deleteRepository(tx: Transaction, id: RepositoryId): Promise<boolean> {
  return (await tx.query(DELETE, [id])).length > 0;
}

// What a worker writes names its lease in the same statement: written under an older token, it does nothing.
const SET_STATE = `
  WITH changed AS (
    UPDATE git_repository SET state = $4, problem = $5, lease_until = now() + $6 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/**
 * Says what the worker does with a repository, or why it failed.
 * @throws TidemarkError `lease-lost`
 */
export async function setRepositoryState(
  tx: Transaction,
  lease: Lease,
  state: RepositoryState,
  problem: string | null,
): Promise<void> {
  const rows = await tx.query(SET_STATE, [lease.repositoryId, lease.token, state, problem, LEASE_MS]);
  if (rows.length === 0) throw leaseLost(lease);
}

const SET_PROGRESS = `
  WITH changed AS (
    UPDATE git_repository SET progress = $4, lease_until = now() + $5 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/** Writes how far an import is. @throws TidemarkError `lease-lost` */
export async function setProgress(tx: Transaction, lease: Lease, progress: ImportProgress): Promise<void> {
  const values = [lease.repositoryId, lease.token, JSON.stringify(progress), LEASE_MS];
  if ((await tx.query(SET_PROGRESS, values)).length === 0) throw leaseLost(lease);
}

const SET_NOTICES = `
  WITH changed AS (
    UPDATE git_repository SET notices = $4
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/** Writes what people should know about a repository that is no failure. @throws TidemarkError `lease-lost` */
export async function setNotices(tx: Transaction, lease: Lease, notices: readonly string[]): Promise<void> {
  const rows = await tx.query(SET_NOTICES, [lease.repositoryId, lease.token, JSON.stringify(notices)]);
  if (rows.length === 0) throw leaseLost(lease);
}

const SAVE_IMPORT = `
  WITH changed AS (
    UPDATE git_repository SET import_state = $4, imported_to = $5, progress = $6, version = version + 1,
      default_branch = $7, lease_until = now() + $8 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

const SET_IMPORT = `
  UPDATE git_repository SET import_state = $4, lease_until = now() + $5 * interval '1 millisecond'
  WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id`;

/** Writes where an import goes on after a crash, when nothing that people see changed. @throws TidemarkError `lease-lost` */
export async function setImportState(tx: Transaction, lease: Lease, importState: unknown): Promise<void> {
  const rows = await tx.query(SET_IMPORT, [lease.repositoryId, lease.token, JSON.stringify(importState), LEASE_MS]);
  if (rows.length === 0) throw leaseLost(lease);
}

/** What an import has reached with the rows of the same transaction. */
export interface ImportStep {
  readonly importState: unknown;
  /** the oldest position that can be read */
  readonly importedTo: number | null;
  readonly progress: ImportProgress;
  readonly defaultBranch: string | null;
}

/**
 * Closes a transaction of an import: where it goes on after a crash, what can be read now, a new version.
 * @throws TidemarkError `lease-lost`
 */
export async function saveImport(tx: Transaction, lease: Lease, step: ImportStep): Promise<void> {
  const rows = await tx.query(SAVE_IMPORT, [
    lease.repositoryId,
    lease.token,
    JSON.stringify(step.importState),
    step.importedTo,
    JSON.stringify(step.progress),
    step.defaultBranch,
    LEASE_MS,
  ]);
  if (rows.length === 0) throw leaseLost(lease);
}

const FINISH = `
  WITH changed AS (
    UPDATE git_repository SET state = 'ready', problem = NULL, progress = NULL, import_state = NULL, imported_to = NULL,
      default_branch = $4, notices = $5, version = version + $6::integer, synced_at = now(), failures = 0,
      retry_at = NULL,
      lease_until = now() + $7 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/** What a sync or an import ends with. */
export interface SyncEnd {
  readonly defaultBranch: string | null;
  readonly notices: readonly string[];
  /** whether the same transaction changed rows that people see: only then does the version rise */
  readonly changed: boolean;
}

/** Closes the transaction of a sync, or the last one of an import. @throws TidemarkError `lease-lost` */
export async function finishSync(tx: Transaction, lease: Lease, end: SyncEnd): Promise<void> {
  const rows = await tx.query(FINISH, [
    lease.repositoryId,
    lease.token,
    end.defaultBranch,
    JSON.stringify(end.notices),
    end.changed ? 1 : 0,
    LEASE_MS,
  ]);
  if (rows.length === 0) throw leaseLost(lease);
}

const FINISH_EMPTY = `
  WITH changed AS (
    UPDATE git_repository SET state = 'ready', problem = NULL, progress = NULL, import_state = NULL, imported_to = NULL,
      default_branch = NULL, notices = $4, version = version + 1, failures = 0, retry_at = NULL,
      lease_until = now() + $5 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/**
 * Closes the transaction of an import that found no commit: all is well, and what is pushed first is still to be imported.
 * @throws TidemarkError `lease-lost`
 */
export async function finishEmpty(tx: Transaction, lease: Lease, notices: readonly string[]): Promise<void> {
  const rows = await tx.query(FINISH_EMPTY, [lease.repositoryId, lease.token, JSON.stringify(notices), LEASE_MS]);
  if (rows.length === 0) throw leaseLost(lease);
}

const RAISE_VERSION = `
  WITH changed AS (
    UPDATE git_repository SET version = version + 1, lease_until = now() + $4 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/**
 * Closes a transaction that changed rows that people see, and nothing of what the repository is doing.
 * @throws TidemarkError `lease-lost`
 */
export async function raiseVersion(tx: Transaction, lease: Lease): Promise<void> {
  const rows = await tx.query(RAISE_VERSION, [lease.repositoryId, lease.token, LEASE_MS]);
  if (rows.length === 0) throw leaseLost(lease);
}
