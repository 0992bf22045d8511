// The lease of a repository: one worker at a time works on it, and what an older token did is rolled back.
import { TidemarkError } from "../errors.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { Reader, SystemReader, Transaction } from "./database.ts";

/** How long a lease lasts without a sign of life. A worker that still lives extends it well before. */
export const LEASE_MS = 60_000;

/** A repository that this process may work on, until somebody else takes it over. */
export interface Lease {
  readonly organizationId: OrganizationId;
  readonly repositoryId: RepositoryId;
  /** raised at each take-over: the fencing token */
  readonly token: number;
  /** whether it is to find out, after a pause, whether its server answers again */
  readonly isTrial?: boolean;
}

/** What a statement that leases gives back. */
export interface LeaseRow {
  readonly organization_id: string;
  readonly id: string;
  readonly lease_token: string;
}

// Over all organisations, as in due-work.ts. One whose history is being read again is left alone until that is over.
const TAKE_EXPIRED = `
  WITH expired AS (
    SELECT r.organization_id, r.id FROM git_repository r
    WHERE (r.lease_until IS NULL OR r.lease_until <= now()) AND r.synced_at IS NOT NULL AND r.import_state IS NULL
      AND (EXISTS (
        SELECT FROM git_commit c
        WHERE c.organization_id = r.organization_id AND c.repository_id = r.id AND c.unreachable_since < $3)
      OR EXISTS (
        SELECT FROM archived_commit a CROSS JOIN LATERAL jsonb_each_text(a.unreachable) AS mark(position, since)
        WHERE a.organization_id = r.organization_id AND a.repository_id = r.id AND a.unreachable <> '{}'::jsonb
          AND mark.position::bigint < r.hot_from AND mark.since::timestamptz < $3)
      OR EXISTS (
        SELECT FROM git_branch b
        WHERE b.organization_id = r.organization_id AND b.repository_id = r.id AND b.deleted_at < $3))
    ORDER BY r.id
    LIMIT 1
    FOR NO KEY UPDATE OF r SKIP LOCKED)
  UPDATE git_repository r
  SET lease_holder = $1, lease_until = now() + $2 * interval '1 millisecond', lease_token = r.lease_token + 1
  FROM expired
  WHERE r.organization_id = expired.organization_id AND r.id = expired.id
  RETURNING r.organization_id::text, r.id::text, r.lease_token::text`;

/**
 * Leases a repository with a branch that was deleted, or a commit that no branch has reached, before a time.
 * @returns null when there is none that is free
 */
export async function takeExpiredLease(system: SystemReader, holder: string, time: Date): Promise<Lease | null> {
  return leaseOf(await system.query<LeaseRow>(TAKE_EXPIRED, [holder, LEASE_MS, time]));
}

// Over all organisations, as in due-work.ts: of the folders on a disk nothing but the repository's id is known.
const TAKE_IDLE = `
  UPDATE git_repository
  SET lease_holder = $1, lease_until = now() + $2 * interval '1 millisecond', lease_token = lease_token + 1
  WHERE id = $3 AND (lease_until IS NULL OR lease_until <= now()) AND import_state IS NULL
  RETURNING organization_id::text, id::text, lease_token::text`;

/** Leases this repository. @returns null when it is in work, when its import is under way, and when it is gone */
export async function takeIdleLease(
  system: SystemReader,
  holder: string,
  repository: RepositoryId,
): Promise<Lease | null> {
  return leaseOf(await system.query<LeaseRow>(TAKE_IDLE, [holder, LEASE_MS, repository]));
}

/** @returns the lease that a statement gave, or null */
export function leaseOf([row]: readonly LeaseRow[]): Lease | null {
  if (row === undefined) return null;
  return {
    organizationId: row.organization_id as OrganizationId,
    repositoryId: row.id as RepositoryId,
    token: Number(row.lease_token),
  };
}

const EXTEND = `
  UPDATE git_repository SET lease_until = now() + $4 * interval '1 millisecond'
  WHERE organization_id = $1 AND id = $2 AND lease_token = $3
  RETURNING id`;

/**
 * Keeps the lease for another LEASE_MS: the last statement of every transaction that writes under it.
 * @throws TidemarkError `lease-lost` when another worker has taken over or the repository is gone
 */
export async function keepLease(tx: Transaction, lease: Lease): Promise<void> {
  const rows = await tx.query(EXTEND, [lease.repositoryId, lease.token, LEASE_MS]);
  if (rows.length === 0) throw leaseLost(lease);
}

/** The error of work that was done under a token that is no longer the repository's. */
export function leaseLost(lease: Lease): TidemarkError {
  return new TidemarkError("lease-lost", {
    attempt: "write to the repository",
    value: lease.repositoryId,
    found: "that another worker has taken it over, or that it was removed",
    wanted: `the lease with token ${lease.token}`,
  });
}

const RELEASE = `
  UPDATE git_repository SET lease_holder = NULL, lease_until = NULL, lease_task = NULL
  WHERE organization_id = $1 AND id = $2 AND lease_token = $3`;

/** Gives the lease back. Nothing happens when it is somebody else's by now. */
export async function releaseLease(tx: Transaction, lease: Lease): Promise<void> {
  await tx.query(RELEASE, [lease.repositoryId, lease.token]);
}

const REVOKE = `
  UPDATE git_repository SET lease_holder = NULL, lease_until = NULL, lease_task = NULL, lease_token = lease_token + 1
  WHERE organization_id = $1 AND id = $2`;

/** Takes the lease from whoever holds it: what it has not committed yet will not be. */
export async function revokeLease(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(REVOKE, [repository]);
}

const HOLDERS = `
  SELECT DISTINCT lease_holder AS holder FROM git_repository
  WHERE lease_until > now() AND starts_with(lease_holder, $1)`;

/** @returns the holders of leases in force whose name begins with `prefix` (one machine's), of all organisations */
export async function leaseHolders(system: SystemReader, prefix: string): Promise<string[]> {
  const rows = await system.query<{ holder: string }>(HOLDERS, [prefix]);
  return rows.map((row) => row.holder);
}

const END_OF_HOLDER = `
  UPDATE git_repository SET lease_holder = NULL, lease_until = NULL, lease_task = NULL, lease_token = lease_token + 1
  WHERE lease_holder = $1`;

/** Ends all leases of a process that is known to be dead, or that stops: what it has not committed yet will not be. */
export async function endLeasesOf(system: SystemReader, holder: string): Promise<void> {
  await system.query(END_OF_HOLDER, [holder]);
}

const END_STRAY = `
  UPDATE git_repository SET lease_holder = NULL, lease_until = NULL, lease_task = NULL, lease_token = lease_token + 1
  WHERE lease_until > now() AND lease_holder = $1 AND id <> ALL($2::bigint[])`;

/** Ends the leases of a living worker that it does not work under: it could not give them back. */
export async function endStrayLeases(system: SystemReader, holder: string, inWork: readonly string[]): Promise<void> {
  await system.query(END_STRAY, [holder, inWork]);
}

const HOLDER = `
  SELECT lease_holder AS holder FROM git_repository
  WHERE organization_id = $1 AND id = $2 AND lease_until > now()`;

/** @returns who works on a repository now, or null */
export async function leaseHolder(reader: Reader, repository: RepositoryId): Promise<string | null> {
  const [row] = await reader.query<{ holder: string | null }>(HOLDER, [repository]);
  return row?.holder ?? null;
}
