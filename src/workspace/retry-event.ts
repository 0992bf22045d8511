// A person tries once more what was given up.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { Database } from "../store/database.ts";
import { reviveEvent } from "../store/event.ts";
import { readEvent } from "../store/event-page.ts";

/**
 * Makes a dead event due again, as a new one.
 * @throws TidemarkError `event-not-found`; `event-not-dead` for one that is done or waits anyway
 */
export async function retryEvent(
  { database }: { readonly database: Pick<Database, "web"> },
  organizationId: OrganizationId,
  repository: RepositoryId,
  event: string,
): Promise<void> {
  await database.web.in(organizationId).write(async (tx) => {
    if (await reviveEvent(tx, repository, event)) return;
    const found = await readEvent(tx, repository, event);
    const attempt = "try the event again";
    if (found === null) {
      const parts = { found: "none of this repository with this id", wanted: "an id of GET …/events" };
      throw new TidemarkError("event-not-found", { attempt, value: event, ...parts });
    }
    const state = found.state === "done" ? "that it was answered" : "that it is about to be answered";
    const parts = { found: state, wanted: "one that was given up" };
    throw new TidemarkError("event-not-dead", { attempt, value: event, ...parts });
  });
}
