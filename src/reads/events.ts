// What was asked for of a repository and what became of it, the newest first.
import type { OrganizationId } from "../domain/model.ts";
import { readEvent, readEvents, type StoredEvent } from "../store/event-page.ts";
import { cursorScope, mismatch, readCursor, writeCursor } from "./page-cursor.ts";
import { type NameReads, readSnapshot } from "./repository-names.ts";

/** An event as the API gives it. */
export interface EventView {
  readonly id: string;
  readonly source: StoredEvent["source"];
  readonly task: StoredEvent["task"];
  readonly state: StoredEvent["state"];
  readonly attempts: number;
  readonly createdAt: string;
  readonly dueAt: string;
  readonly finishedAt: string | null;
  readonly error: string | null;
  readonly commits: number | null;
  readonly files: number | null;
  readonly warnings: number | null;
  readonly heads: StoredEvent["heads"];
  readonly eventName: string | null;
  readonly deliveryId: string | null;
  readonly named: StoredEvent["named"];
  readonly hasBody: boolean;
}

function viewOf(event: StoredEvent): EventView {
  const { createdAt, dueAt, finishedAt, ...said } = event;
  const times = {
    createdAt: createdAt.toISOString(),
    dueAt: dueAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
  return { ...said, ...times };
}

/** An id has at most 18 digits: its holder may have made a cursor of anything. */
function eventId(word: string, cursor: string): string {
  if (/^[1-9]\d{0,17}$/.test(word)) return word;
  throw mismatch(cursor, "one of another list", "a cursor of this list");
}

/**
 * A page of events.
 * @throws TidemarkError `repository-not-found`, `cursor-mismatch`
 */
export async function readEventPage(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly events: readonly EventView[]; readonly nextCursor: string | null }> {
  const { answer } = await readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const scope = cursorScope("events", repository);
    const before = cursor === undefined ? null : eventId(readCursor(cursor, scope, 1)[0] ?? "", cursor);
    const rows = await readEvents(reader, repository, before, limit + 1);
    const events = rows.slice(0, limit);
    const last = rows.length > limit ? events.at(-1) : undefined;
    return { events: events.map(viewOf), nextCursor: last === undefined ? null : writeCursor(scope, [last.id]) };
  });
  return answer;
}

/** @throws TidemarkError `repository-not-found`; RangeError when it is gone */
export async function readEventView(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  id: string,
): Promise<EventView> {
  const { answer } = await readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const event = await readEvent(reader, repository, id);
    if (event === null) throw new RangeError(`event ${id} is gone`);
    return viewOf(event);
  });
  return answer;
}
