// Which branches of a repository people chose to follow, and what the last look at its branches left out.
import type { BranchChoice, BranchLook } from "../domain/branch-choice.ts";
import type { RepositoryId } from "../domain/model.ts";
import type { Reader, Transaction } from "./database.ts";
import { LEASE_MS, type Lease, leaseLost } from "./lease.ts";

/** The choice of now, and the last look. */
export interface StoredBranchChoice {
  readonly choice: BranchChoice;
  /** null before the first */
  readonly look: BranchLook | null;
}

const READ = `
  SELECT jsonb_build_object('days', branch_days, 'also', branch_also, 'never', branch_never) AS choice, branch_look AS look
  FROM git_repository WHERE organization_id = $1 AND id = $2`;

/** @returns them, or null when there is no such repository */
export async function readBranchChoice(reader: Reader, repository: RepositoryId): Promise<StoredBranchChoice | null> {
  const [row] = await reader.query<StoredBranchChoice>(READ, [repository]);
  return row ?? null;
}

const SET_LOOK = `
  UPDATE git_repository SET branch_look = $4, lease_until = now() + $5 * interval '1 millisecond'
  WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id`;

/** Keeps what a look at the branches came to; who closes the transaction raises the version. @throws TidemarkError `lease-lost` */
export async function setBranchLook(tx: Transaction, lease: Lease, look: BranchLook): Promise<void> {
  const rows = await tx.query(SET_LOOK, [lease.repositoryId, lease.token, JSON.stringify(look), LEASE_MS]);
  if (rows.length === 0) throw leaseLost(lease);
}
