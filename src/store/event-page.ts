// Events as pages show them: the list of a repository, and one of it.
import type { RepositoryId } from "../domain/model.ts";
import type { Reader } from "./database.ts";
import type { EventSource, EventState, EventTask, MovedHead, NamedRef } from "./event.ts";

/** An event as pages show it. */
export interface StoredEvent {
  readonly id: string;
  readonly source: EventSource;
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
  /** of a delivery: the sender's word for it, its id there, what it names, and whether its body is still kept */
  readonly eventName: string | null;
  readonly deliveryId: string | null;
  readonly named: readonly NamedRef[] | null;
  readonly hasBody: boolean;
}

const EVENT = `
  id::text, source, task, state, attempts, created_at AS "createdAt", due_at AS "dueAt", finished_at AS "finishedAt", error,
  commits, files, warnings, heads, event_name AS "eventName", delivery_id AS "deliveryId", named,
  body IS NOT NULL AS "hasBody"`;

// by the number, not by the text that is answered under the same name
const PAGE = `
  SELECT ${EVENT} FROM event
  WHERE organization_id = $1 AND repository_id = $2 AND id < $3 ORDER BY event.id DESC LIMIT $4`;

/** Above every id. */
const NEWEST = "9223372036854775807";

/** @returns events of a repository, the newest first. @param before the id of the one above the first; null from the top */
export function readEvents(
  reader: Reader,
  repository: RepositoryId,
  before: string | null,
  limit: number,
): Promise<StoredEvent[]> {
  return reader.query<StoredEvent>(PAGE, [repository, before ?? NEWEST, limit]);
}

const ONE = `SELECT ${EVENT} FROM event WHERE organization_id = $1 AND repository_id = $2 AND id = $3`;

/** @returns an event of a repository, or null when it has none with this id */
export async function readEvent(reader: Reader, repository: RepositoryId, id: string): Promise<StoredEvent | null> {
  const [row] = await reader.query<StoredEvent>(ONE, [repository, id]);
  return row ?? null;
}
