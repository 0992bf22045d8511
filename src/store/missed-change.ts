// Changes that polling found and no webhook had told of, although one is set up: what says that it is broken.
import type { RepositoryId } from "../domain/model.ts";
import type { Transaction } from "./database.ts";
import { MAX_MOVED_HEADS, type NamedRef } from "./event.ts";

/** A delivery that came so long after the look that found its change was on its way, not lost. */
const LATE = "10 minutes";

// Deliveries that were found to ask for nothing announce nothing; one that names nothing, or as many refs as are kept,
// may be about any. One that no worker has led to a repository yet may be about this one.
const ANNOUNCES = `e.source = 'webhook' AND e.state <> 'skipped'`;
const NAMES_ANY = `(coalesce(jsonb_array_length(e.named), 0) IN (0, ${MAX_MOVED_HEADS}))`;
const NAMES = `e.named @> jsonb_build_array(jsonb_build_object('ref', c.ref, 'after', c.after))`;

const MISSED = `
  WITH told AS (
    SELECT e.* FROM event e
    WHERE e.organization_id = $1 AND (e.repository_id = $2 OR e.repository_id IS NULL)
      AND e.created_at > $3 AND ${ANNOUNCES}),
  missed AS (
    UPDATE git_repository r SET missed = missed + 1, missed_at = $4
    WHERE r.organization_id = $1 AND r.id = $2 AND EXISTS (
      SELECT FROM webhook w WHERE w.organization_id = $1 AND w.state IN ('active', 'waiting')
        AND (w.repository_id = $2 OR (w.repository_id IS NULL AND r.webhook_at IS NOT NULL)))
      AND CASE WHEN cardinality($5::text[]) = 0 THEN NOT EXISTS (SELECT FROM told)
        ELSE EXISTS (
          SELECT FROM unnest($5::text[], $6::text[]) AS c(ref, after)
          WHERE NOT EXISTS (SELECT FROM told e WHERE ${NAMES_ANY} OR ${NAMES})) END
    RETURNING r.id)
  UPDATE event p SET missed = true FROM missed
  WHERE p.organization_id = $1 AND p.repository_id = missed.id AND p.id = $7 RETURNING p.id`;

/**
 * Counts a change that polling found, if a webhook is set up and no delivery has told of it.
 * @param found `event`: of the look that found it; `since`: when the state before the change was seen; `refs`: what changed, empty where that is not known
 * @returns whether it was missed
 */
export async function countMissed(
  tx: Transaction,
  repository: RepositoryId,
  found: {
    readonly event: string;
    readonly since: Date;
    readonly at: Date;
    readonly refs: readonly Pick<NamedRef, "ref" | "after">[];
  },
): Promise<boolean> {
  const refs = found.refs.map(({ ref }) => ref);
  const heads = found.refs.map(({ after }) => after);
  return (await tx.query(MISSED, [repository, found.since, found.at, refs, heads, found.event])).length > 0;
}

const FORGET = `
  UPDATE git_repository SET missed = 0, missed_at = NULL WHERE organization_id = $1 AND id = $2`;

/** Counts from nothing again: the webhook is another one, or has another secret. */
export async function forgetMissed(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(FORGET, [repository]);
}

// What looks were put off by is over with the webhook that it was for; failures put them off for reasons of their own.
const FORGET_DELIVERIES = `
  UPDATE git_repository SET webhook_at = NULL,
    poll_due_at = CASE WHEN poll_failures = 0 THEN least(poll_due_at, now()) ELSE poll_due_at END
  WHERE organization_id = $1 AND id = $2 AND webhook_at IS NOT NULL`;

/** What another webhook delivered says nothing of a new one: looks come at the usual pace until it has delivered. */
export async function forgetDeliveries(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(FORGET_DELIVERIES, [repository]);
}

const EXPLAIN = `
  WITH told AS (
    SELECT e.* FROM event e WHERE e.organization_id = $1 AND e.repository_id = $2 AND ${ANNOUNCES}
      AND e.created_at > now() - interval '1 day'),
  doubted AS (
    SELECT r.id FROM git_repository r
    WHERE r.organization_id = $1 AND r.id = $2 AND r.missed > 0 AND r.missed_at > now() - interval '1 hour'),
  late AS (
    UPDATE event p SET missed = false FROM doubted
    WHERE p.organization_id = $1 AND p.repository_id = doubted.id AND p.missed
      AND CASE WHEN coalesce(jsonb_array_length(p.named), 0) = 0
        THEN EXISTS (
          SELECT FROM told e WHERE e.created_at BETWEEN p.created_at AND p.created_at + interval '${LATE}')
        ELSE NOT EXISTS (
          SELECT FROM jsonb_to_recordset(p.named) AS c(ref text, after text)
          WHERE NOT EXISTS (
            SELECT FROM told e WHERE e.created_at < p.created_at + interval '${LATE}'
              AND (${NAMES} OR (${NAMES_ANY} AND e.created_at > p.created_at)))) END
    RETURNING p.id),
  explained AS (SELECT count(*)::int AS changes FROM late)
  UPDATE git_repository r SET missed = greatest(r.missed - x.changes, 0),
    missed_at = CASE WHEN r.missed > x.changes THEN r.missed_at END
  FROM explained x WHERE r.organization_id = $1 AND r.id = $2 AND x.changes > 0 RETURNING r.id`;

/**
 * Takes back what was counted too early: a delivery came a moment after the look that found its change.
 * @returns whether there was anything
 */
export async function explainMissed(tx: Transaction, repository: RepositoryId): Promise<boolean> {
  return (await tx.query(EXPLAIN, [repository])).length > 0;
}
