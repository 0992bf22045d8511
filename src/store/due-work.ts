// Which repositories have something to be answered, in the order in which they are served, and the lease of one of them.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { HOST_OF, HOST_TRIES, PAUSE_OF_OTHERS } from "./back-off.ts";
import type { SystemReader, SystemStore } from "./database.ts";
import { LEASE_MS, type Lease, leaseOf, type LeaseRow } from "./lease.ts";

/** What a repository is leased for. */
export type WorkTask = "sync" | "import";

/** A repository that nobody works on, and what is due in it. */
export interface DueWork {
  readonly organizationId: OrganizationId;
  readonly repositoryId: RepositoryId;
  readonly task: WorkTask;
  /** its server, when that did not answer lately: one repository alone finds out whether it does again */
  readonly trial: string | null;
  /** whether it is tried before the server's pause is over: somebody asked for it after that began */
  readonly isEarly?: boolean;
}

/** Imports of one organisation at a time, of all workers: one that adds fifty repositories leaves room for others. */
const MAX_IMPORTS = 2;
/** How long nobody else asks a server that is tried, in ms: most that do not answer have failed by then. */
export const TRIAL_MS = 120_000;
/** A server that pauses is tried before its time, for a person or a delivery that came since, but not sooner again, in s. */
const EARLY_TRIAL_S = 10;
/** As often at most deliveries have a repository tried that waits for its next attempt, in s. */
export const EARLY_ATTEMPT_S = 30;

/** Events `e` that a worker can answer; the index event_waiting has these and no others. */
export const WAITS = `e.state IN ('due', 'running', 'failed') AND e.repository_id IS NOT NULL
      AND (e.source <> 'webhook' OR e.named IS NOT NULL)`;
const IS_FREE = "(r.lease_until IS NULL OR r.lease_until <= now())";
const due = (more: string): string => `EXISTS (
        SELECT FROM event e WHERE e.organization_id = r.organization_id AND e.repository_id = r.id AND ${WAITS} AND ${more})`;

/** When somebody asked for an event: it came so, or was asked for once more; null of what comes by itself. */
export const ASKED_AT = `coalesce(e.revived_at, CASE WHEN e.source IN ('person', 'import', 'webhook') THEN e.created_at END)`;

// A person who asks does not wait, and a delivery shows that the server lives: both are tried soon, whatever the pause.
const EARLY = `(h.failures >= ${HOST_TRIES} AND h.tried_at <= now() - interval '${EARLY_TRIAL_S} seconds'
        AND ${due(`e.due_at <= now() AND ${ASKED_AT} > h.tried_at`)})`;
const DELIVERED = `(r.leased_at <= now() - interval '${EARLY_ATTEMPT_S} seconds'
        AND ${due(`e.due_at <= now() AND ${ASKED_AT} > r.leased_at`)})`;

// Over all organisations: the only question of a worker that is not asked for one of them. It steps from repository to
// repository through the index of waiting events, so that 100,000 events of 1,000 repositories cost 1,000 steps.
// Served next is who has the fewest leases, then who was served longest ago: first organisations, then their repositories.
const FIND = `
  WITH RECURSIVE waiting AS (
    (SELECT e.organization_id, e.repository_id FROM event e WHERE ${WAITS}
     ORDER BY e.organization_id, e.repository_id LIMIT 1)
    UNION ALL
    SELECT next.organization_id, next.repository_id FROM waiting w CROSS JOIN LATERAL (
      SELECT e.organization_id, e.repository_id FROM event e
      WHERE ${WAITS} AND (e.organization_id, e.repository_id) > (w.organization_id, w.repository_id)
      ORDER BY e.organization_id, e.repository_id LIMIT 1) next),
  served AS MATERIALIZED (
    SELECT o.organization_id,
      (SELECT max(r.leased_at) FROM git_repository r WHERE r.organization_id = o.organization_id) AS last,
      (SELECT count(*) FROM git_repository r
       WHERE r.organization_id = o.organization_id AND r.lease_until > now()) AS leases,
      (SELECT count(*) FROM git_repository r
       WHERE r.organization_id = o.organization_id AND r.lease_until > now() AND r.lease_task = 'import') AS imports
    FROM (SELECT DISTINCT organization_id FROM waiting) o),
  free AS (
    SELECT r.organization_id, r.id, r.leased_at, s.last, s.leases, s.imports,
      r.synced_at IS NULL OR r.import_state IS NOT NULL OR ${due("e.task = 'import'")} AS is_import,
      CASE WHEN h.failures >= ${HOST_TRIES} THEN h.host END AS trial, coalesce(h.paused_until > now(), false) AS is_early
    FROM waiting w
    JOIN git_repository r ON r.organization_id = w.organization_id AND r.id = w.repository_id
    JOIN served s ON s.organization_id = w.organization_id
    LEFT JOIN git_account a ON a.organization_id = r.organization_id AND a.id = r.git_account_id
    LEFT JOIN git_host h ON h.host = ${HOST_OF}
    WHERE ${IS_FREE} AND (a.limited_until IS NULL OR a.limited_until <= now())
      AND (h.paused_until IS NULL OR h.paused_until <= now() OR ${PAUSE_OF_OTHERS} OR ${EARLY})
      AND (${due("e.task = 'sync' AND e.due_at <= now()")} OR ${due("e.task = 'import' AND e.due_at <= now()")})
      AND (r.retry_at IS NULL OR r.retry_at <= now() OR ${due("e.source IN ('person', 'import') AND e.due_at <= now()")}
        OR ${DELIVERED})),
  ranked AS (
    SELECT *, leases + row_number() OVER (PARTITION BY organization_id, is_import ORDER BY leased_at NULLS FIRST, id) AS turn,
      imports + row_number() OVER (PARTITION BY organization_id, is_import ORDER BY leased_at NULLS FIRST, id) AS import_turn
    FROM free),
  placed AS (
    SELECT *, row_number() OVER (PARTITION BY is_import ORDER BY turn, last NULLS FIRST, organization_id) AS place
    FROM ranked WHERE NOT is_import OR import_turn <= ${MAX_IMPORTS})
  SELECT organization_id::text AS "organizationId", id::text AS "repositoryId",
    CASE WHEN is_import THEN 'import' ELSE 'sync' END AS task, trial, is_early AS "isEarly"
  FROM placed WHERE place <= $1 ORDER BY is_import, place`;

/**
 * @param most of each task
 * @returns what is due and free, of all organisations: new commits before imports, each in the order of being served
 */
export async function findDueWork(system: SystemReader, most: number): Promise<DueWork[]> {
  return system.query<DueWork>(FIND, [most]);
}

// Another worker may have been quicker, or have answered it all by now.
const TAKE = `
  WITH free AS (
    SELECT r.organization_id, r.id FROM git_repository r
    WHERE r.organization_id = $3 AND r.id = $4 AND ${IS_FREE} AND ${due("e.due_at <= now()")}
      AND ($5 <> 'import' OR (
        SELECT count(*) FROM git_repository i
        WHERE i.organization_id = $3 AND i.lease_until > now() AND i.lease_task = 'import') < ${MAX_IMPORTS})
    FOR NO KEY UPDATE OF r SKIP LOCKED)
  UPDATE git_repository r
  SET lease_holder = $1, lease_until = now() + $2 * interval '1 millisecond', lease_token = r.lease_token + 1,
    lease_task = $5, leased_at = clock_timestamp()
  FROM free
  WHERE r.organization_id = free.organization_id AND r.id = free.id
  RETURNING r.organization_id::text, r.id::text, r.lease_token::text`;

// Two workers that count an organisation's imports at once would both find room for theirs.
const ONE_BY_ONE = "SELECT pg_advisory_xact_lock(hashtext('tidemark imports'), hashtext($1))";

const TRY_HOST = `
  UPDATE git_host SET paused_until = now() + ${TRIAL_MS} * interval '1 millisecond', tried_at = now()
  WHERE host = $1 AND failures >= ${HOST_TRIES} AND (paused_until IS NULL OR paused_until <= now()) RETURNING host`;
const TRY_HOST_EARLY = `
  UPDATE git_host SET tried_at = now()
  WHERE host = $1 AND failures >= ${HOST_TRIES} AND tried_at <= now() - interval '${EARLY_TRIAL_S} seconds' RETURNING host`;

/** Leases a repository that was found. @returns null when somebody else was quicker */
export async function takeDueWork(system: SystemStore, holder: string, work: DueWork): Promise<Lease | null> {
  const { organizationId, repositoryId, task, trial, isEarly = false } = work;
  const values = [holder, LEASE_MS, organizationId, repositoryId, task];
  if (task === "sync" && trial === null) return leaseOf(await system.query<LeaseRow>(TAKE, values));
  return system
    .write(async (tx) => {
      if (task === "import") await tx.query(ONE_BY_ONE, [organizationId]);
      const lease = leaseOf(await tx.query<LeaseRow>(TAKE, values));
      if (lease === null || trial === null) return lease;
      // somebody else tries the server: what was taken is given back with the transaction
      if ((await tx.query(isEarly ? TRY_HOST_EARLY : TRY_HOST, [trial])).length === 0) throw new TakenMeanwhile();
      return { ...lease, isTrial: !isEarly };
    })
    .catch((error: unknown) => {
      if (error instanceof TakenMeanwhile) return null;
      throw error;
    });
}

class TakenMeanwhile extends Error {}

/** Leases the repository that is next. @returns null when none is due and free */
export async function takeDueLease(system: SystemStore, holder: string): Promise<Lease | null> {
  for (const work of await findDueWork(system, 64)) {
    const lease = await takeDueWork(system, holder, work);
    if (lease !== null) return lease;
  }
  return null;
}
