// What failures leave: when a repository, its server and the account it is read by may be asked again.
import type { SystemReader, Transaction } from "./database.ts";
import { LEASE_MS, type Lease, leaseLost } from "./lease.ts";

/** The server of a repository `r`: host, and port where it is not the scheme's own; null for a folder. */
export const HOST_OF = "substring(r.address FROM '^[a-z+]+://([^/]+)')";

/** Repositories of a server that fail one after the other before all of them wait. */
export const HOST_TRIES = 3;
/** The first pause of a server, in seconds; each further one is twice as long … */
const HOST_PAUSE_S = 30;
/** … up to this one. */
const MAX_HOST_PAUSE_S = 3_600;

const FAIL = `
  WITH changed AS (
    UPDATE git_repository SET state = 'failed', problem = $4, failures = failures + 1,
      retry_at = now() + $5 * interval '1 millisecond', lease_until = now() + $6 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/**
 * Says that work on a leased repository failed.
 * @param waitMs nothing that comes by itself is answered before
 * @throws TidemarkError `lease-lost`
 */
export async function failRepository(tx: Transaction, lease: Lease, problem: string, waitMs: number): Promise<void> {
  const rows = await tx.query(FAIL, [lease.repositoryId, lease.token, problem, waitMs, LEASE_MS]);
  if (rows.length === 0) throw leaseLost(lease);
}

const PUT_OFF = `
  UPDATE git_repository SET retry_at = now() + $4 * interval '1 millisecond'
  WHERE organization_id = $1 AND id = $2 AND lease_token = $3`;

/** Lets a leased repository wait for a reason that is none of its own. */
export async function putOffRepository(tx: Transaction, lease: Lease, waitMs: number): Promise<void> {
  await tx.query(PUT_OFF, [lease.repositoryId, lease.token, waitMs]);
}

// A repository counts once, however often it fails: one that is broken does not make its neighbours wait. A server that
// is tried counts each time.
const HOST_FAILED = `
  INSERT INTO git_host AS h (host, failures) SELECT host, 1
  FROM (SELECT ${HOST_OF} AS host FROM (SELECT $1::text AS address) r) named WHERE host IS NOT NULL AND $2
  ON CONFLICT (host) DO UPDATE SET failures = h.failures + 1
  RETURNING host`;
const TRIAL_FAILED = `
  UPDATE git_host h SET failures = failures + 1 FROM (SELECT $1::text AS address) r
  WHERE h.host = ${HOST_OF} AND failures >= ${HOST_TRIES}`;
const PAUSE = `
  UPDATE git_host h SET paused_until = now()
    + least(${MAX_HOST_PAUSE_S}, ${HOST_PAUSE_S} * 2 ^ least(failures - ${HOST_TRIES}, 20)) * $2 * interval '1 second'
  FROM (SELECT $1::text AS address) r
  WHERE h.host = ${HOST_OF} AND failures >= ${HOST_TRIES}`;

/**
 * Says that the server of an address did not answer: after some repositories all of it waits, longer each time.
 * @param isFirst whether the repository had not failed before
 * @param share of the pause that is kept, about 1: servers are not to be asked all at once
 */
export async function hostFailed(
  system: SystemReader,
  address: string,
  { isFirst, share }: { readonly isFirst: boolean; readonly share: number },
): Promise<void> {
  const counted = await system.query(HOST_FAILED, [address, isFirst]);
  if (counted.length === 0) await system.query(TRIAL_FAILED, [address]);
  await system.query(PAUSE, [address, share]);
}

const HOST_LIMITED = `
  INSERT INTO git_host AS h (host, paused_until) SELECT host, $2
  FROM (SELECT ${HOST_OF} AS host FROM (SELECT $1::text AS address) r) named WHERE host IS NOT NULL
  ON CONFLICT (host) DO UPDATE SET paused_until = greatest(h.paused_until, $2)`;

/** The server of an address asked to be left alone by whoever comes without an account. */
export async function hostLimited(system: SystemReader, address: string, until: Date): Promise<void> {
  await system.query(HOST_LIMITED, [address, until]);
}

const HOST_ANSWERED = `
  DELETE FROM git_host h USING (SELECT $1::text AS address) r
  WHERE h.host = ${HOST_OF} AND (failures > 0 OR paused_until <= now())`;

/** Says that the server of an address answers. */
export async function hostAnswered(system: SystemReader, address: string): Promise<void> {
  await system.query(HOST_ANSWERED, [address]);
}
