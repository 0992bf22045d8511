// Deliveries of a webhook for all repositories that led to none of them, as pages show them.
import type { RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { Reader, Transaction } from "./database.ts";
import type { EventState } from "./event.ts";
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

// As a new one: a worker reads it once more, and finds what is followed by now. Without its body there is nothing to read.
const REVIVE = `
  UPDATE event SET state = 'due', attempts = 0, due_at = now(), revived_at = now(), finished_at = NULL, error = NULL,
    named = NULL, user_id = $4
  WHERE ${STRAY} AND id = $3 AND body IS NOT NULL AND state NOT IN ('due', 'running') RETURNING ${EVENT}`;

/**
 * Has one of them read once more.
 * @param user the person who asks; null: nobody who is known by name
 * @returns it as it is then; null where none has this id, nobody has read it yet, or its body is not kept any more
 */
export async function reviveStrayDelivery(
  tx: Transaction,
  webhook: string,
  id: string,
  user: string | null = null,
): Promise<StoredEvent | null> {
  const [row] = await tx.query<StoredEvent>(REVIVE, [webhook, id, user]);
  return row ?? null;
}

/** What has become of a delivery of a webhook for all repositories. */
export interface DeliveryFate {
  /** null: it led to none, or nobody has read it yet */
  readonly repository: RepositoryId | null;
  readonly state: EventState;
  readonly error: string | null;
}

const FATE = `
  SELECT repository_id::text AS repository, state, error FROM event
  WHERE organization_id = $1 AND webhook_id = $2 AND id = $3`;

/** @returns what has become of one, wherever it led; null when there is none with this id */
export async function readDeliveryFate(reader: Reader, webhook: string, id: string): Promise<DeliveryFate | null> {
  const [row] = await reader.query<DeliveryFate>(FATE, [webhook, id]);
  return row ?? null;
}

/** @returns the error of an id that none of them has. @param attempt a verb phrase */
export function strayNotFound(attempt: string, value: string): TidemarkError {
  const found = "no delivery of this webhook with this id that led to no repository";
  return new TidemarkError("event-not-found", { attempt, value, found, wanted: "a number from the list of events" });
}
