// Events that were kept long enough: first the bodies of deliveries go, then the rows. What was given up waits for people.
import type { SystemReader } from "./database.ts";

/** Bodies are for looking into what went wrong lately; rows say what happened (in days). */
export const BODY_DAYS = 14;
/** See BODY_DAYS. */
export const EVENT_DAYS = 30;
/** Rows of one statement: each takes a fraction of a second. */
const BATCH = 1_000;

// Over all organisations, both: they give nothing but counts. What waits has no finished_at.
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

/** Removes bodies and rows of events that ended long ago. @param now ms since 1970 @returns how many */
export async function expireEvents(
  system: SystemReader,
  now: number,
): Promise<{ readonly bodies: number; readonly rows: number }> {
  const all = async (statement: string, days: number): Promise<number> => {
    const before = new Date(now - days * 86_400_000);
    for (let total = 0; ; ) {
      const count = (await system.query(statement, [before, BATCH])).length;
      total += count;
      if (count < BATCH) return total;
    }
  };
  const rows = await all(ROWS, EVENT_DAYS);
  return { rows, bodies: await all(BODIES, BODY_DAYS) };
}
