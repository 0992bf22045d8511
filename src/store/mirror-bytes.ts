// How large the mirrors of repositories are, as workers measured them last.
import type { RepositoryId } from "../domain/model.ts";
import type { Reader, Transaction } from "./database.ts";
import { type Lease, leaseLost } from "./lease.ts";

const SET_MIRROR = `
  UPDATE git_repository SET mirror_bytes = $4
  WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id`;

/** Writes how large a repository's mirror is, in bytes. @throws TidemarkError `lease-lost` */
export async function setMirrorBytes(tx: Transaction, lease: Lease, bytes: number): Promise<void> {
  const rows = await tx.query(SET_MIRROR, [lease.repositoryId, lease.token, bytes]);
  if (rows.length === 0) throw leaseLost(lease);
}

const MIRROR_BYTES = `
  SELECT coalesce(sum(coalesce(mirror_bytes, $3)), 0)::bigint AS bytes FROM git_repository
  WHERE organization_id = $1 AND id <> $2 AND kind = 'remote'`;

/**
 * @param unknown what a mirror counts that was never measured, in bytes
 * @returns bytes of the mirrors of an organisation's other repositories, as they were measured last: some may be gone
 */
export async function otherMirrorBytes(reader: Reader, except: RepositoryId, unknown: number): Promise<number> {
  const [row] = await reader.query<{ bytes: number }>(MIRROR_BYTES, [except, unknown]);
  return row?.bytes ?? 0;
}
