// Archived commits come back into Postgres: their rows are written from the newest down, and each is hot from then on.
import type { RepositoryId } from "../domain/model.ts";
import { LEASE_MS, type Lease, leaseLost } from "./lease.ts";
import type { Transaction } from "./organization-store.ts";

const LOWER = `
  WITH changed AS (
    UPDATE git_repository SET hot_from = $4, version = version + 1, lease_until = now() + $5 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 AND hot_from >= $4 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/**
 * Closes a transaction that wrote the rows of all commits from a position on: Postgres answers for them from now on.
 * @throws TidemarkError `lease-lost`
 */
export async function lowerHotFrom(tx: Transaction, lease: Lease, position: number): Promise<void> {
  if ((await tx.query(LOWER, [lease.repositoryId, lease.token, position, LEASE_MS])).length === 0)
    throw leaseLost(lease);
}

const LEAVE = `
  WITH changed AS (
    UPDATE git_repository SET archived_to = NULL, hot_from = 0, archive_due_at = now() + interval '1 day',
      version = version + 1, lease_until = now() + $4 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 AND hot_from = 0 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/** Closes the transaction after which nothing of a repository is archived any more. @throws TidemarkError `lease-lost` */
export async function leaveArchive(tx: Transaction, lease: Lease): Promise<void> {
  if ((await tx.query(LEAVE, [lease.repositoryId, lease.token, LEASE_MS])).length === 0) throw leaseLost(lease);
}

const NUMBERS = `
  SELECT number FROM metric_file WHERE organization_id = $1 AND repository_id = $2 AND number = ANY($3::bigint[])`;

/** @returns those of these numbers that no version in Postgres has */
export async function missingVersions(
  tx: Pick<Transaction, "query">,
  repository: RepositoryId,
  numbers: readonly number[],
): Promise<number[]> {
  const rows = await tx.query<{ number: number }>(NUMBERS, [repository, numbers]);
  const there = new Set(rows.map(({ number }) => number));
  return numbers.filter((number) => !there.has(number));
}
