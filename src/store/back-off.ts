// What failures leave: when a repository, its server and the account it is read by may be asked again.
import type { SystemReader, Transaction } from "./database.ts";
import { LEASE_MS, type Lease, leaseLost } from "./lease.ts";

/** The server of a repository `r`: host, and port where it is not the scheme's own; null for a folder. */
export const HOST_OF = "substring(r.address FROM '^[a-z+]+://([^/]+)')";

/** Whether the pause of a server `h` is none of a repository `r`: it was asked for by whoever comes without an account. */
export const PAUSE_OF_OTHERS = "(h.failures = 0 AND r.git_account_id IS NOT NULL)";

/** Repositories of a server that fail one after the other before all of them wait. */
export const HOST_TRIES = 3;
/** The first pause of a server, in seconds; each further one is twice as long … */
const HOST_PAUSE_S = 30;
/** … up to this one. */
const MAX_HOST_PAUSE_S = 900;

const FAIL = `
  WITH changed AS (
    UPDATE git_repository SET state = 'failed', problem = $4,
      failures = failures + CASE WHEN retry_at > now() THEN 0 ELSE 1 END,
      retry_at = now() + $5 * interval '1 millisecond', lease_until = now() + $6 * interval '1 millisecond'
    WHERE organization_id = $1 AND id = $2 AND lease_token = $3 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/**
 * Says that work on a leased repository failed. An attempt before its time, which a person or a delivery asked for, does
 * not make the next waits longer.
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

// A repository counts once, however often it fails: one that is broken does not make its neighbours wait. Whatever else
// was under way when the pause began tells nothing new: only a trial after a pause makes the next one longer. A server
// that asked for its pause has answered.
const OF_ADDRESS = `(SELECT ${HOST_OF} FROM (SELECT $1::text AS address) r)`;
const HOST_FAILED = `
  INSERT INTO git_host AS h (host, failures) SELECT host, 1 FROM (SELECT ${OF_ADDRESS} AS host) named WHERE host IS NOT NULL
  ON CONFLICT (host) DO UPDATE SET failures = h.failures + 1
    WHERE h.failures < ${HOST_TRIES} AND NOT (h.failures = 0 AND coalesce(h.paused_until > now(), false))
  RETURNING failures`;
const TRIAL_FAILED = `
  UPDATE git_host SET failures = failures + 1 WHERE host = ${OF_ADDRESS} AND failures >= ${HOST_TRIES} RETURNING failures`;
const PAUSE = `
  UPDATE git_host SET tried_at = now(), paused_until = now()
    + least(${MAX_HOST_PAUSE_S}, ${HOST_PAUSE_S} * 2 ^ least(failures - ${HOST_TRIES}, 20)) * $2 * interval '1 second'
  WHERE host = ${OF_ADDRESS}`;

/** A failure of a server, as one of its repositories met it. */
export interface HostFailure {
  /** whether the repository had not failed before */
  readonly isFirst: boolean;
  /** whether it was the one that tried the server after a pause */
  readonly isTrial: boolean;
  /** of the pause that is kept, about 1: servers are not to be asked all at once */
  readonly share: number;
}

/** Says that the server of an address did not answer: after some repositories all of it waits, longer after each trial. */
export async function hostFailed(
  system: SystemReader,
  address: string,
  { isFirst, isTrial, share }: HostFailure,
): Promise<void> {
  const tried = isTrial ? await system.query<{ failures: number }>(TRIAL_FAILED, [address]) : [];
  const counted =
    tried.length > 0 || !isFirst ? tried : await system.query<{ failures: number }>(HOST_FAILED, [address]);
  if (counted.some(({ failures }) => failures >= HOST_TRIES)) await system.query(PAUSE, [address, share]);
}

const HOST_LIMITED = `
  INSERT INTO git_host AS h (host, paused_until) SELECT host, $2
  FROM (SELECT ${HOST_OF} AS host FROM (SELECT $1::text AS address) r) named WHERE host IS NOT NULL
  ON CONFLICT (host) DO UPDATE SET failures = 0, tried_at = NULL, paused_until = greatest(h.paused_until, $2)`;

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
