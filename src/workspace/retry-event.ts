// A person has an event run again: what was given up, what waits for its next attempt, and what is over.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { Database } from "../store/database.ts";
import { reviveEvent } from "../store/event.ts";
import { eventNotFound, readEvent } from "../store/event-page.ts";

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
    const parts = { found: "that it is about to be answered", wanted: "one that no worker is about to answer" };
    throw new TidemarkError("event-waiting", { attempt: ATTEMPT, value: event, ...parts });
  });
}
