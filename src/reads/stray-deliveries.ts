// What a webhook for all repositories delivered that led to none of them, and why; one of it with the body that came.
import type { OrganizationId } from "../domain/model.ts";
import type { Database } from "../store/database.ts";
import type { EventFilter, StoredBody } from "../store/event-page.ts";
import type { Reader } from "../store/organization-store.ts";
import { readStrayBody, readStrayDeliveries, readStrayDelivery, strayNotFound } from "../store/stray-delivery.ts";
import { readTeamWebhooks, teamWebhookNotFound } from "../store/webhook.ts";
import {
  type BodyView,
  bodyGone,
  bodyView,
  type EventPage,
  type EventView,
  eventView,
  MAX_BODY,
  MAX_SHOWN_BODY,
  pageOfEvents,
  SAVE,
} from "./events.ts";
import { cursorScope } from "./page-cursor.ts";

/** What reading them needs. */
interface StrayReads {
  readonly database: Pick<Database, "replicas">;
}

/** Asks over one snapshot. @throws TidemarkError `webhook-not-found`, and what `work` throws */
function ofWebhook<T>(
  { database }: StrayReads,
  organization: OrganizationId,
  webhook: string,
  work: (reader: Reader) => Promise<T>,
): Promise<T> {
  return database.replicas.first(organization, (store) =>
    store.read(async (reader) => {
      const team = await readTeamWebhooks(reader);
      if (!team.some(({ id }) => id === webhook)) throw teamWebhookNotFound(webhook);
      return work(reader);
    }),
  );
}

/**
 * A page of them, the newest first.
 * @param webhook id of one that serves all repositories
 * @throws TidemarkError `webhook-not-found`, `cursor-mismatch`
 */
export function readStrayPage(
  reads: StrayReads,
  organization: OrganizationId,
  webhook: string,
  page: Partial<Pick<EventFilter, "states">> & { readonly limit: number; readonly cursor?: string | undefined },
): Promise<EventPage> {
  const { states = [] } = page;
  const scope = cursorScope("stray", webhook, JSON.stringify(states));
  return ofWebhook(reads, organization, webhook, (reader) =>
    pageOfEvents(page, scope, (asked) => readStrayDeliveries(reader, webhook, { ...asked, states })),
  );
}

/** One of them with its body. @throws TidemarkError `webhook-not-found`, `event-not-found` */
export function readStrayDetail(
  reads: StrayReads,
  organization: OrganizationId,
  webhook: string,
  id: string,
): Promise<EventView & { readonly body: BodyView | null }> {
  return ofWebhook(reads, organization, webhook, async (reader) => {
    const event = await readStrayDelivery(reader, webhook, id);
    if (event === null) throw strayNotFound("show the event", id);
    const body = await readStrayBody(reader, webhook, id, MAX_SHOWN_BODY);
    return { ...eventView(event), body: body === null ? null : bodyView(body) };
  });
}

/** The whole body of one of them. @throws TidemarkError `webhook-not-found`, `event-not-found` */
export function readWholeStrayBody(
  reads: StrayReads,
  organization: OrganizationId,
  webhook: string,
  id: string,
): Promise<StoredBody> {
  return ofWebhook(reads, organization, webhook, async (reader) => {
    const body = await readStrayBody(reader, webhook, id, MAX_BODY);
    if (body !== null) return body;
    if ((await readStrayDelivery(reader, webhook, id)) === null) throw strayNotFound(SAVE, id);
    throw bodyGone(id);
  });
}
