// Webhooks that could not be removed at their provider when they were removed here: tried again until they are gone.
import type { OrganizationId } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { deleteLeftWebhook, type DueLeftWebhook, putOffLeftWebhook, takeLeftWebhooks } from "../store/left-webhook.ts";
import { removeLeftWebhook } from "../webhook-removal.ts";
import type { FollowProviderDeps } from "./follow-provider.ts";

/** Tries of one look: each costs a provider a question. */
const AT_ONCE = 4;
/** One whose taker died is tried again after this, in ms. */
const TAKEN_MS = 5 * 60_000;
/** The wait grows with its age, between these, in ms … */
const MIN_WAIT_MS = 5 * 60_000;
const MAX_WAIT_MS = 86_400_000;
/** … and who could not remove it in so long, in ms, never will: its calls lead nowhere all the same. */
const GIVEN_UP_MS = 30 * 86_400_000;

/** Tries to remove those that are due. @returns how many there were */
export async function removeLeftWebhooks(deps: FollowProviderDeps): Promise<number> {
  const now = deps.call.now();
  const due = { now: new Date(now), until: new Date(now + TAKEN_MS), limit: AT_ONCE };
  const taken = await takeLeftWebhooks(deps.database.system, due);
  await Promise.all(taken.map((left) => removeOne(deps, left)));
  return taken.length;
}

async function removeOne(deps: FollowProviderDeps, left: DueLeftWebhook): Promise<void> {
  const { id } = left;
  const store = deps.database.worker.in(left.organizationId as OrganizationId);
  try {
    await removeLeftWebhook(store, deps, left);
  } catch (error) {
    if (!isTidemarkError(error)) throw error;
    const now = deps.call.now();
    const age = now - left.createdAt.getTime();
    if (age > GIVEN_UP_MS) {
      const whose = { organization: left.organizationId, outcome: "given up" };
      deps.log.warn({ err: error, ...whose }, "a webhook that was removed here is left at its provider");
      await store.write((tx) => deleteLeftWebhook(tx, id));
      return;
    }
    const at = Math.max(now + Math.min(Math.max(age, MIN_WAIT_MS), MAX_WAIT_MS), error.retryAt ?? 0);
    await store.write((tx) => putOffLeftWebhook(tx, id, new Date(at)));
  }
}
