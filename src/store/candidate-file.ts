// Files that may be metric files although no rule names them: kept with the repository, with what they were found from.
import type { RepositoryId } from "../domain/model.ts";
import type { Reader, Transaction } from "./database.ts";
import { LEASE_MS, type Lease, leaseLost } from "./lease.ts";

/** A file, or many alike, that people may want to be read. */
export interface StoredCandidate {
  readonly pattern: string;
  /** distinct versions in the commits that were looked at */
  readonly versions: number;
  /** paths that the pattern names there */
  readonly paths: number;
  /** the path that was looked into, and what its newest version holds */
  readonly example: string;
  readonly adapter: string;
  readonly numbers: number;
  readonly values: number;
  readonly keys: readonly string[];
}

/** What was found the last time. */
export interface StoredCandidates {
  /** names what it was found from: branches, rules, readers; while that is the same, it is not looked for again */
  readonly from: string;
  /** the likeliest first */
  readonly candidates: readonly StoredCandidate[];
  /** paths of what is known, but not read yet */
  readonly recognised: readonly string[];
}

const READ = `SELECT candidates FROM git_repository WHERE organization_id = $1 AND id = $2`;

/** @returns what was found the last time; null when nobody has looked yet, or the repository is gone */
export async function readCandidates(reader: Reader, repository: RepositoryId): Promise<StoredCandidates | null> {
  const [row] = await reader.query<{ candidates: StoredCandidates | null }>(READ, [repository]);
  return row?.candidates ?? null;
}

const SET = `
  WITH changed AS (
    UPDATE git_repository SET candidates = $4, version = version + 1, lease_until = now() + $5 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/** Keeps what was found; pages hear of it. @throws TidemarkError `lease-lost` */
export async function setCandidates(tx: Transaction, lease: Lease, found: StoredCandidates): Promise<void> {
  const rows = await tx.query(SET, [lease.repositoryId, lease.token, JSON.stringify(found), LEASE_MS]);
  if (rows.length === 0) throw leaseLost(lease);
}
