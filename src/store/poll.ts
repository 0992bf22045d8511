// Looks at the refs of repositories: which are due, what a look found, and what no webhook had told of.
import { type PollPeriods, WORKING_MS } from "../domain/poll-interval.ts";
import type { ProviderKind } from "../domain/provider-kind.ts";
import type { EventReason } from "../domain/event-reason.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { HOST_OF, HOST_TRIES, PAUSE_OF_OTHERS } from "./back-off.ts";
import type { SystemReader, Transaction } from "./database.ts";
import { TRIAL_MS, WAITS } from "./due-work.ts";
import type { NamedRef } from "./event.ts";
import type { PreparedStatement } from "./organization-store.ts";
import type { RepositoryState } from "./repository.ts";

/** A repository whose look is due, and what is known from the last. */
export interface DuePoll {
  readonly organizationId: OrganizationId;
  readonly id: RepositoryId;
  readonly kind: "remote" | "folder";
  readonly address: string;
  /** null of a folder */
  readonly host: string | null;
  readonly state: RepositoryState;
  readonly synced: boolean;
  readonly accountId: string | null;
  /** whether its provider said that anybody may read it */
  readonly isPublic: boolean;
  readonly provider: ProviderKind | null;
  readonly providerId: string | null;
  readonly providerName: string | null;
  readonly polledAt: Date | null;
  /** digest of its refs; null: not known */
  readonly polledRefs: Uint8Array | null;
  readonly pollEtag: string | null;
  readonly pollFailures: number;
  /** whether this look is to find out, after a pause, whether its server answers again */
  readonly isTrial: boolean;
  readonly comparedAt: Date | null;
  readonly webhookAt: Date | null;
  readonly missedAt: Date | null;
  /** whether branches are stored that the server did not list at the last look */
  readonly hasMissing: boolean;
  /** whether an event of it waits for a worker */
  readonly isWaiting: boolean;
  /** when its last event came */
  readonly eventAt: Date | null;
  /** until when others leave it alone */
  readonly takenUntil: Date;
}

// Over all organisations, as the lease picker. Moving the due time on and taking are one statement: several workers
// share the work, and what a killed one took is due again. A server or an account that is to be left alone is; after its
// pause one look alone tries a server. Subqueries, because Postgres would make joins of NOT EXISTS and sort all that is
// due for each look: so it goes through the index and ends at the first.
const TAKE: PreparedStatement = {
  name: "take_due_poll",
  text: `
  WITH due AS (
    SELECT r.organization_id, r.id, ${HOST_OF} AS host FROM git_repository r
    WHERE r.poll_due_at <= $1 AND r.gone_at IS NULL AND NOT coalesce(${HOST_OF}, '') = ANY($3::text[])
      AND (
        SELECT h.paused_until FROM git_host h
        WHERE h.host = ${HOST_OF} AND h.paused_until > $1 AND NOT ${PAUSE_OF_OTHERS}) IS NULL
      AND (r.git_account_id IS NULL OR (
        SELECT a.id FROM git_account a WHERE a.organization_id = r.organization_id AND a.id = r.git_account_id
          AND (a.limited_until > $1 OR (a.state <> 'active' AND r.visibility IS DISTINCT FROM 'public'))) IS NULL)
    ORDER BY r.poll_due_at
    LIMIT 1
    FOR NO KEY UPDATE OF r SKIP LOCKED),
  trial AS (
    UPDATE git_host h SET paused_until = now() + ${TRIAL_MS} * interval '1 millisecond', tried_at = now() FROM due
    WHERE h.host = due.host AND h.failures >= ${HOST_TRIES} AND (h.paused_until IS NULL OR h.paused_until <= $1)
    RETURNING h.host)
  UPDATE git_repository r SET poll_due_at = $2 FROM due
  WHERE r.organization_id = due.organization_id AND r.id = due.id
  RETURNING r.organization_id::text AS "organizationId", r.id::text, r.kind, r.address, ${HOST_OF} AS host, r.state,
    r.synced_at IS NOT NULL AS synced, r.git_account_id::text AS "accountId",
    coalesce(r.visibility = 'public', false) AS "isPublic", r.provider, r.provider_id AS "providerId",
    r.provider_name AS "providerName", r.polled_at AS "polledAt", r.polled_refs AS "polledRefs",
    r.poll_etag AS "pollEtag", r.poll_failures AS "pollFailures",
    EXISTS (SELECT FROM trial) AS "isTrial",
    coalesce(r.compared_at, r.synced_at) AS "comparedAt", r.webhook_at AS "webhookAt", r.missed_at AS "missedAt",
    r.poll_due_at AS "takenUntil", EXISTS (
      SELECT FROM git_branch b
      WHERE b.organization_id = r.organization_id AND b.repository_id = r.id AND b.missing_since IS NOT NULL
    ) AS "hasMissing", EXISTS (
      SELECT FROM event e WHERE e.organization_id = r.organization_id AND e.repository_id = r.id AND ${WAITS}) AS "isWaiting", (
      SELECT e.created_at FROM event e WHERE e.organization_id = r.organization_id AND e.repository_id = r.id
      ORDER BY e.id DESC LIMIT 1) AS "eventAt"`,
};

/**
 * Takes the repository whose look has been due longest.
 * @param taken `until`: when it is due again if nothing is heard of this look; `busyHosts`: servers that are asked
 *   enough, "" for folders
 * @returns null when none is due
 */
export async function takeDuePoll(
  system: SystemReader,
  now: Date,
  taken: { readonly until: Date; readonly busyHosts: readonly string[] },
): Promise<DuePoll | null> {
  const [row] = await system.query<DuePoll>(TAKE, [now, taken.until, taken.busyHosts]);
  return row ?? null;
}

// Over all organisations. They would stand before all others for ever, and each take would pass them over.
const PUT_OFF = `
  WITH refused AS (
    SELECT r.organization_id, r.id
    FROM git_repository r JOIN git_account a ON a.organization_id = r.organization_id AND a.id = r.git_account_id
    WHERE r.poll_due_at <= $1 AND r.gone_at IS NULL AND a.state <> 'active' AND r.visibility IS DISTINCT FROM 'public'
    FOR NO KEY UPDATE OF r SKIP LOCKED)
  UPDATE git_repository r SET poll_due_at = $2 FROM refused
  WHERE r.organization_id = refused.organization_id AND r.id = refused.id`;

/** Puts looks off that are due and cannot be made, as their accounts are refused: until then, or a new token. */
export async function putOffRefused(system: SystemReader, now: Date, until: Date): Promise<void> {
  await system.query(PUT_OFF, [now, until]);
}

// Over all organisations. The periods are those of pollSeconds(). Ids spread the looks over the whole period, so that not
// all servers are asked in the one second after a start. Failures and refused accounts put looks off for reasons of their own.
const BRING_NEARER = `
  WITH pace AS (
    SELECT r.organization_id, r.id, interval '1 second' * CASE
      WHEN r.kind = 'folder' THEN $2::float8
      WHEN r.webhook_at >= $5 AND (r.missed_at IS NULL OR r.missed_at < r.webhook_at) THEN $3::float8
      ELSE $4::float8 END AS period
    FROM git_repository r
    WHERE r.poll_due_at > $1 AND r.poll_failures = 0 AND r.gone_at IS NULL AND NOT EXISTS (
      SELECT FROM git_account a WHERE a.organization_id = r.organization_id AND a.id = r.git_account_id
        AND a.state <> 'active' AND r.visibility IS DISTINCT FROM 'public'))
  UPDATE git_repository r SET poll_due_at = $1::timestamptz + p.period * ((r.id * 379 % 1000) / 1000.0)
  FROM pace p
  WHERE r.organization_id = p.organization_id AND r.id = p.id AND r.poll_due_at > $1::timestamptz + p.period`;

/** Brings looks nearer that lie further away than the periods allow: they were set while these were longer. */
export async function bringPollsNearer(
  system: SystemReader,
  now: Date,
  { folder, withWebhook, usual }: PollPeriods,
): Promise<void> {
  const workingSince = new Date(now.getTime() - WORKING_MS);
  await system.query(BRING_NEARER, [now, folder, withWebhook, usual, workingSince]);
}

/** What a look that succeeded found. */
export interface PollFound {
  readonly at: Date;
  readonly nextAt: Date;
  /** null: what is stored stays, so that the next look compares once more */
  readonly refs: Uint8Array | null;
  readonly etag: string | null;
}

// Who made it due meanwhile wants another look. What waits because its server failed need not, now that it answers.
const NEXT_AT = `CASE WHEN poll_due_at = $3 THEN $4 ELSE least(poll_due_at, $4) END`;
const FOUND: PreparedStatement = {
  name: "record_poll",
  text: `
  UPDATE git_repository SET poll_due_at = ${NEXT_AT}, polled_at = $5, polled_refs = coalesce($6, polled_refs),
    poll_etag = $7, retry_at = CASE WHEN poll_failures = 0 THEN retry_at END, poll_failures = 0, poll_failing_since = NULL, poll_problem = NULL
  WHERE organization_id = $1 AND id = $2`,
};

/** Writes what a look found. */
export async function recordPoll(
  tx: Transaction,
  { id, takenUntil }: Pick<DuePoll, "id" | "takenUntil">,
  { at, nextAt, refs, etag }: PollFound,
): Promise<void> {
  await tx.query(FOUND, [id, takenUntil, nextAt, at, refs, etag]);
}

const FAILED = `
  UPDATE git_repository SET poll_due_at = ${NEXT_AT}, poll_failures = poll_failures + 1,
    poll_failing_since = coalesce(poll_failing_since, $5), poll_problem = $6
  WHERE organization_id = $1 AND id = $2`;

/** Writes that a look failed. @param problem in words for people */
export async function recordPollFailure(
  tx: Transaction,
  { id, takenUntil }: Pick<DuePoll, "id" | "takenUntil">,
  { at, nextAt, problem }: { readonly at: Date; readonly nextAt: Date; readonly problem: string },
): Promise<void> {
  await tx.query(FAILED, [id, takenUntil, nextAt, at, problem]);
}

// One that a worker has begun may have read the refs before this look did; one that waits has not.
const INSERT = `
  WITH inserted AS (
    INSERT INTO event (organization_id, repository_id, task, source, named, reason)
    SELECT $1, r.id, 'sync', 'poll', $3, $4 FROM git_repository r
    WHERE r.organization_id = $1 AND r.id = $2 AND NOT EXISTS (
      SELECT FROM event e
      WHERE e.organization_id = $1 AND e.repository_id = $2 AND e.state IN ('due', 'failed') AND ${WAITS})
    RETURNING id)
  SELECT i.id::text, pg_notify('tidemark', r.id || ' ' || r.version)
  FROM inserted i, git_repository r WHERE r.organization_id = $1 AND r.id = $2`;

/**
 * Stores that a look found something to do, unless an event waits that will find the same.
 * @param named what differs from what is stored; null where that is not known
 * @param reason why it is wanted where nothing differs; null where something does
 * @returns its id, or null when it is not stored
 */
export async function insertPollEvent(
  tx: Transaction,
  repository: RepositoryId,
  named: readonly NamedRef[] | null,
  reason: EventReason | null = null,
): Promise<string | null> {
  const text = named === null ? null : JSON.stringify(named);
  const [row] = await tx.query<{ id: string }>(INSERT, [repository, text, reason]);
  return row?.id ?? null;
}

const HURRY = `
  UPDATE event e SET due_at = now()
  WHERE e.organization_id = $1 AND e.repository_id = $2 AND e.state = 'failed' AND e.due_at > now() AND ${WAITS} RETURNING id`;

/** Makes due what waits for its next attempt: its server answers again. @returns whether anything did */
export async function hurryEvents(tx: Transaction, repository: RepositoryId): Promise<boolean> {
  return (await tx.query(HURRY, [repository])).length > 0;
}

const LOOK_SOON = `
  UPDATE git_repository SET poll_due_at = least(poll_due_at, $3) WHERE organization_id = $1 AND id = $2`;

/** Has a repository's refs looked at by then. */
export async function lookSoon(tx: Transaction, repository: RepositoryId, by: Date): Promise<void> {
  await tx.query(LOOK_SOON, [repository, by]);
}

const SET_REFS = `
  UPDATE git_repository SET polled_refs = $3 WHERE organization_id = $1 AND id = $2`;

/** Keeps the digest of the refs that an import has read. */
export async function setPolledRefs(tx: Transaction, repository: RepositoryId, refs: Uint8Array): Promise<void> {
  await tx.query(SET_REFS, [repository, refs]);
}

// Git answers: what put looks off holds no more.
const COMPARED = `
  UPDATE git_repository SET compared_at = $3, polled_refs = coalesce($4, polled_refs), mirror_bytes = $5,
    poll_due_at = CASE WHEN poll_failures = 0 THEN poll_due_at ELSE now() END, poll_failures = 0,
    poll_failing_since = NULL, poll_problem = NULL
  WHERE organization_id = $1 AND id = $2`;

/**
 * Writes that all refs were compared with the stored branches.
 * @param found `refs`: their digest, null where the mirror is not known to have just these; `mirrorBytes` null of a folder
 */
export async function recordCompared(
  tx: Transaction,
  repository: RepositoryId,
  found: { readonly at: Date; readonly refs: Uint8Array | null; readonly mirrorBytes: number | null },
): Promise<void> {
  await tx.query(COMPARED, [repository, found.at, found.refs, found.mirrorBytes]);
}
