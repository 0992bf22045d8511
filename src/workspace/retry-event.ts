// A person has an event run again: what was given up, what waits for its next attempt, what is over, and what led nowhere.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { Database } from "../store/database.ts";
import { reviveEvent } from "../store/event.ts";
import { eventNotFound, readEvent, type StoredEvent } from "../store/event-page.ts";
import { readStrayDelivery, reviveStrayDelivery, strayNotFound } from "../store/stray-delivery.ts";
import { readTeamWebhooks, teamWebhookNotFound } from "../store/webhook.ts";

const ATTEMPT = "run the event again";

/**
 * Makes an event due at once, as a new one.
 * @param user the person; null: nobody who is known by name
 * @throws TidemarkError `event-not-found`; `event-waiting` for one that is about to be answered anyway
 */
export async function retryEvent(
  { database }: { readonly database: Pick<Database, "web"> },
  organizationId: OrganizationId,
  repository: RepositoryId,
  event: string,
  user: string | null = null,
): Promise<void> {
  await database.web.in(organizationId).write(async (tx) => {
    if (await reviveEvent(tx, repository, event, user)) return;
    if ((await readEvent(tx, repository, event)) === null) throw eventNotFound(ATTEMPT, event);
    throw isWaiting(event);
  });
}

/**
 * Has a delivery that led to no repository read once more, as a new one: it leads to what is followed by now.
 * @param webhook id of one that serves all repositories
 * @param user the person; null: nobody who is known by name
 * @returns it as it is then
 * @throws TidemarkError `webhook-not-found`, `event-not-found`, also without its body; `event-waiting` for one that nobody
 *   has read yet
 */
export async function retryStrayDelivery(
  { database }: { readonly database: Pick<Database, "web"> },
  organizationId: OrganizationId,
  { webhook, event }: { readonly webhook: string; readonly event: string },
  user: string | null = null,
): Promise<StoredEvent> {
  return database.web.in(organizationId).write(async (tx) => {
    if (!(await readTeamWebhooks(tx)).some(({ id }) => id === webhook)) throw teamWebhookNotFound(webhook);
    const revived = await reviveStrayDelivery(tx, webhook, event, user);
    if (revived !== null) return revived;
    const found = await readStrayDelivery(tx, webhook, event);
    if (found === null) throw strayNotFound(ATTEMPT, event);
    if (found.hasBody) throw isWaiting(event);
    const parts = { found: "that its body is not kept any more", wanted: "it from its sender once more" };
    throw new TidemarkError("event-not-found", { attempt: ATTEMPT, value: event, ...parts });
  });
}

function isWaiting(value: string): TidemarkError {
  const parts = { found: "that it is about to be answered", wanted: "one that no worker is about to answer" };
  return new TidemarkError("event-waiting", { attempt: ATTEMPT, value, ...parts });
}
