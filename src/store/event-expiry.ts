// Events that were kept long enough: first the bodies of deliveries go, then the rows. What was given up waits for people.
import type { SystemReader } from "./database.ts";

/** Bodies are for looking into what went wrong lately; rows say what happened (in days). */
export const BODY_DAYS = 14;
/** See BODY_DAYS. */
export const EVENT_DAYS = 30;
/** Rows of one statement: each takes a fraction of a second. */
const BATCH = 1_000;

// Over all organisations, both: they give nothing but counts. The indices event_body and event_finished have just these.
const BODIES = `
  WITH old AS (
    SELECT organization_id, id FROM event
    WHERE finished_at < $1 AND body IS NOT NULL AND state IN ('done', 'skipped') ORDER BY finished_at LIMIT $2)
  UPDATE event e SET body = NULL FROM old WHERE e.organization_id = old.organization_id AND e.id = old.id RETURNING e.id`;
const ROWS = `
  WITH old AS (
    SELECT organization_id, id FROM event
    WHERE finished_at < $1 AND state IN ('done', 'skipped') ORDER BY finished_at LIMIT $2)
  DELETE FROM event e USING old WHERE e.organization_id = old.organization_id AND e.id = old.id RETURNING e.id`;

/** What one removal took. */
export interface ExpiredEvents {
  readonly bodies: number;
  readonly rows: number;
  /** whether more may be there that were kept long enough */
  readonly more: boolean;
}

/** Removes bodies and rows of events that ended long ago: one batch of each. @param now ms since 1970 @returns how many */
export async function expireEvents(system: SystemReader, now: number): Promise<ExpiredEvents> {
  const remove = async (statement: string, days: number): Promise<number> =>
    (await system.query(statement, [new Date(now - days * 86_400_000), BATCH])).length;
  const rows = await remove(ROWS, EVENT_DAYS);
  const bodies = await remove(BODIES, BODY_DAYS);
  return { bodies, rows, more: rows === BATCH || bodies === BATCH };
}
