// What happened to a repository and what became of it, the newest first; one of it with the body that came.
import { isUtf8 } from "node:buffer";
import type { OrganizationId } from "../domain/model.ts";
import {
  type EventFilter,
  eventNotFound,
  readEvent,
  readEventBody,
  readEvents,
  type StoredBody,
  type StoredEvent,
} from "../store/event-page.ts";
import { TidemarkError } from "../errors.ts";
import { cursorScope, mismatch, readCursor, writeCursor } from "./page-cursor.ts";
import { type NameReads, readNewest } from "./repository-names.ts";

/** A branch that a run moved; null: new, or gone, or nobody knows how many commits left it. */
export interface MovedHeadView {
  readonly branch: string;
  readonly old: string | null;
  readonly new: string | null;
  readonly replaced: number | null;
}

/** An event as the API gives it. */
export interface EventView {
  readonly id: string;
  readonly source: StoredEvent["source"];
  readonly reason: StoredEvent["reason"];
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
  readonly heads: readonly MovedHeadView[] | null;
  readonly webhook: StoredEvent["webhook"];
  readonly eventName: string | null;
  readonly deliveryId: string | null;
  readonly named: StoredEvent["named"];
  readonly hasBody: boolean;
  readonly by: string | null;
}

/** @returns an event as the API gives it */
export function eventView(event: StoredEvent): EventView {
  const { createdAt, dueAt, finishedAt, heads, ...said } = event;
  const times = {
    createdAt: createdAt.toISOString(),
    dueAt: dueAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
  const moved = heads?.map((head) => ({ ...head, replaced: head.replaced ?? null })) ?? null;
  return { ...said, ...times, heads: moved };
}

/** @returns the id of a cursor's place: its holder may have made a cursor of anything. @throws TidemarkError `cursor-mismatch` */
function eventId(word: string, cursor: string): string {
  if (/^[1-9]\d{0,17}$/.test(word)) return word;
  throw mismatch(cursor, "one of another list", "a cursor of this list");
}

/** A page of events in the API. */
export interface EventPage {
  readonly events: readonly EventView[];
  readonly nextCursor: string | null;
}

/**
 * Asks for a page of events, the newest first.
 * @param scope of its cursors
 * @param read gives at most so many of those below an id; null: from the top
 * @throws TidemarkError `cursor-mismatch`
 */
export async function pageOfEvents(
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  scope: string,
  read: (asked: { readonly before: string | null; readonly limit: number }) => Promise<readonly StoredEvent[]>,
): Promise<EventPage> {
  const before = cursor === undefined ? null : eventId(readCursor(cursor, scope, 1)[0] ?? "", cursor);
  const rows = await read({ before, limit: limit + 1 });
  const events = rows.slice(0, limit);
  const last = rows.length > limit ? events.at(-1) : undefined;
  return { events: events.map(eventView), nextCursor: last === undefined ? null : writeCursor(scope, [last.id]) };
}

/**
 * A page of events.
 * @throws TidemarkError `repository-not-found`, `cursor-mismatch`
 */
export async function readEventPage(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  page: Partial<EventFilter> & { readonly limit: number; readonly cursor?: string | undefined },
): Promise<EventPage> {
  const { states = [], sources = [] } = page;
  return readNewest(reads, organization, nameOrId, (reader, repository) => {
    const scope = cursorScope("events", repository, JSON.stringify({ states, sources }));
    return pageOfEvents(page, scope, (asked) => readEvents(reader, repository, { ...asked, states, sources }));
  });
}

/** @throws TidemarkError `repository-not-found`; RangeError when it is gone */
export async function readEventView(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  id: string,
): Promise<EventView> {
  return readNewest(reads, organization, nameOrId, async (reader, repository) => {
    const event = await readEvent(reader, repository, id);
    if (event === null) throw new RangeError(`event ${id} is gone`);
    return eventView(event);
  });
}

/** What is attempted when a whole body is asked for. */
export const SAVE = "save the body of the event";
/** Bytes of a body that are shown: a page shows no more, and the whole can be saved. */
export const MAX_SHOWN_BODY = 64 * 1024;
/** Largest body, in bytes: a delivery is not taken with a larger one. */
export const MAX_BODY = 32 * 1024 * 1024;

/** A delivery's body as far as it is shown: as text where it is UTF-8, else in base64. */
export interface BodyView {
  readonly contentType: string | null;
  /** bytes that it has */
  readonly size: number;
  readonly encoding: "text" | "base64";
  readonly data: string;
  /** whether that is all of it */
  readonly whole: boolean;
}

/** The most bytes at the beginning that no character is cut in; none where they are no text. */
function textOf(bytes: Uint8Array, isWhole: boolean): string | null {
  // the last character may have four bytes
  for (let left = 0; left <= (isWhole ? 0 : 3); left++) {
    const part = bytes.subarray(0, Math.max(0, bytes.length - left));
    if (isUtf8(part)) return part.includes(0) ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(part);
  }
  return null;
}

/** @returns a body as it is shown */
export function bodyView({ contentType, size, bytes }: StoredBody): BodyView {
  const whole = bytes.length === size;
  const text = textOf(bytes, whole);
  const [encoding, data] =
    text === null ? (["base64", Buffer.from(bytes).toString("base64")] as const) : (["text", text] as const);
  return { contentType, size, encoding, data, whole };
}

/** One event with the body of its delivery. @throws TidemarkError `repository-not-found`, `event-not-found` */
export async function readEventDetail(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  id: string,
): Promise<EventView & { readonly body: BodyView | null }> {
  return readNewest(reads, organization, nameOrId, async (reader, repository) => {
    const event = await readEvent(reader, repository, id);
    if (event === null) throw eventNotFound("show the event", id);
    const body = await readEventBody(reader, repository, id, MAX_SHOWN_BODY);
    return { ...eventView(event), body: body === null ? null : bodyView(body) };
  });
}

/** The whole body of a delivery. @throws TidemarkError `repository-not-found`, `event-not-found` */
export async function readWholeBody(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
  id: string,
): Promise<StoredBody> {
  return readNewest(reads, organization, nameOrId, async (reader, repository) => {
    const body = await readEventBody(reader, repository, id, MAX_BODY);
    if (body !== null) return body;
    if ((await readEvent(reader, repository, id)) === null) throw eventNotFound(SAVE, id);
    throw bodyGone(id);
  });
}

/** @returns the error of an event whose body is asked for and is none */
export function bodyGone(id: string): TidemarkError {
  const parts = { found: "none, or none any more", wanted: "a delivery of the last weeks" };
  return new TidemarkError("event-not-found", { attempt: SAVE, value: id, ...parts });
}
