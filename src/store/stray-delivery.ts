// Deliveries of a webhook for all repositories that led to none of them, as pages show them.
import type { Reader } from "./database.ts";
import { EVENT, type EventFilter, NEWEST, type StoredBody, type StoredEvent } from "./event-page.ts";

// Of these the index event_of_webhook is made.
const STRAY = `organization_id = $1 AND repository_id IS NULL AND webhook_id = $2`;

const PAGE = `
  SELECT ${EVENT} FROM event WHERE ${STRAY} AND id < $3 AND ($5::text[] IS NULL OR state = ANY($5))
  ORDER BY event.id DESC LIMIT $4`;

/**
 * @param webhook its id
 * @param page `before`: the id of the one above the first; null from the top
 * @returns what it delivered that led to no repository, also what nobody has read yet, the newest first
 */
export function readStrayDeliveries(
  reader: Reader,
  webhook: string,
  { before, limit, states }: Pick<EventFilter, "states"> & { readonly before: string | null; readonly limit: number },
): Promise<StoredEvent[]> {
  return reader.query<StoredEvent>(PAGE, [webhook, before ?? NEWEST, limit, states.length === 0 ? null : states]);
}

const ONE = `SELECT ${EVENT} FROM event WHERE ${STRAY} AND id = $3`;

/** @returns one of them, or null when none has this id */
export async function readStrayDelivery(reader: Reader, webhook: string, id: string): Promise<StoredEvent | null> {
  const [row] = await reader.query<StoredEvent>(ONE, [webhook, id]);
  return row ?? null;
}

const BODY = `
  SELECT content_type AS "contentType", octet_length(body) AS size, substring(body FOR $4) AS bytes FROM event
  WHERE ${STRAY} AND id = $3 AND body IS NOT NULL`;

/** @returns at most the first `limit` bytes of the body of one of them; null where there is none, or none any more */
export async function readStrayBody(
  reader: Reader,
  webhook: string,
  id: string,
  limit: number,
): Promise<StoredBody | null> {
  const [row] = await reader.query<StoredBody>(BODY, [webhook, id, limit]);
  return row ?? null;
}
