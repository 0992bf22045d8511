// Events as pages show them: the list of a repository, and one of it.
import type { EventReason } from "../domain/event-reason.ts";
import type { RepositoryId } from "../domain/model.ts";
import type { WebhookKind } from "../domain/webhook-kind.ts";
import { TidemarkError } from "../errors.ts";
import type { Reader } from "./database.ts";
import type { EventSource, EventState, EventTask, MovedHead, NamedRef } from "./event.ts";

/** An event as pages show it. */
export interface StoredEvent {
  readonly id: string;
  readonly source: EventSource;
  /** why nobody else asked for it; null: its source says it, or it was stored before reasons were */
  readonly reason: EventReason | null;
  readonly task: EventTask;
  readonly state: EventState;
  /** how often answering it has failed */
  readonly attempts: number;
  readonly createdAt: Date;
  readonly dueAt: Date;
  readonly finishedAt: Date | null;
  /** what the last attempt met, in words for people */
  readonly error: string | null;
  /** what the run brought in that answered it */
  readonly commits: number | null;
  readonly files: number | null;
  readonly warnings: number | null;
  readonly heads: readonly MovedHead[] | null;
  /** who signed the delivery; null for what is none */
  readonly webhook: WebhookKind | null;
  /** of a delivery: the sender's word for it, its id there, what it names, and whether its body is still kept */
  readonly eventName: string | null;
  readonly deliveryId: string | null;
  readonly named: readonly NamedRef[] | null;
  readonly hasBody: boolean;
  /** the name of the person who asked for it or had it run again; null: nobody, nobody known, or somebody who is gone */
  readonly by: string | null;
}

/** What of a row of `event` a StoredEvent is made of. */
export const EVENT = `
  id::text, source, reason, task, state, attempts, created_at AS "createdAt", due_at AS "dueAt", finished_at AS "finishedAt", error,
  commits, files, warnings, heads, event_name AS "eventName", delivery_id AS "deliveryId", named,
  body IS NOT NULL AS "hasBody", (SELECT u.name FROM "user" u WHERE u.id = event.user_id) AS by,
  coalesce(webhook_kind, (
    SELECT w.kind FROM webhook w WHERE w.organization_id = $1 AND w.id = event.webhook_id)) AS webhook`;

// by the number, not by the text that is answered under the same name
const PAGE = `
  SELECT ${EVENT} FROM event
  WHERE organization_id = $1 AND repository_id = $2 AND id < $3
    AND ($5::text[] IS NULL OR state = ANY($5)) AND ($6::text[] IS NULL OR source = ANY($6))
  ORDER BY event.id DESC LIMIT $4`;

/** Above every id. */
export const NEWEST = "9223372036854775807";

/** Which events are listed; an empty list leaves none out. */
export interface EventFilter {
  readonly states: readonly EventState[];
  readonly sources: readonly EventSource[];
}

/**
 * @param before the id of the one above the first; null from the top
 * @returns events of a repository, the newest first
 */
export function readEvents(
  reader: Reader,
  repository: RepositoryId,
  { before, limit, states, sources }: EventFilter & { readonly before: string | null; readonly limit: number },
): Promise<StoredEvent[]> {
  const lists = [states, sources].map((list) => (list.length === 0 ? null : list));
  return reader.query<StoredEvent>(PAGE, [repository, before ?? NEWEST, limit, ...lists]);
}

const ONE = `SELECT ${EVENT} FROM event WHERE organization_id = $1 AND repository_id = $2 AND id = $3`;

/** @returns an event of a repository, or null when it has none with this id */
export async function readEvent(reader: Reader, repository: RepositoryId, id: string): Promise<StoredEvent | null> {
  const [row] = await reader.query<StoredEvent>(ONE, [repository, id]);
  return row ?? null;
}

const BODY = `
  SELECT content_type AS "contentType", octet_length(body) AS size, substring(body FOR $4) AS bytes FROM event
  WHERE organization_id = $1 AND repository_id = $2 AND id = $3 AND body IS NOT NULL`;

/** The body of a delivery as it came. */
export interface StoredBody {
  readonly contentType: string | null;
  /** bytes that it has */
  readonly size: number;
  /** the first of them */
  readonly bytes: Uint8Array;
}

/** @returns at most the first `limit` bytes of a delivery's body; null where there is none, or none any more */
export async function readEventBody(
  reader: Reader,
  repository: RepositoryId,
  id: string,
  limit: number,
): Promise<StoredBody | null> {
  const [row] = await reader.query<StoredBody>(BODY, [repository, id, limit]);
  return row ?? null;
}

/** @returns the error of an id that no event of the repository has. @param attempt a verb phrase */
export function eventNotFound(attempt: string, id: string): TidemarkError {
  const parts = { found: "none of this repository with this id", wanted: "a number from the list of events" };
  return new TidemarkError("event-not-found", { attempt, value: id, ...parts });
}
