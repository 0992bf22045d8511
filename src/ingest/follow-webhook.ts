// The webhook of a followed repository at its provider: made, mended, and what it could not deliver sent again.
import { withAccount } from "../account-access.ts";
import type { RepositoryId } from "../domain/model.ts";
import { isTidemarkError, type TidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { OrganizationStore } from "../store/database.ts";
import { type ProvidedRepository, readProvided } from "../store/repository-provider.ts";
import { readWebhookOf, REFUSED_DELIVERY, setWebhookResent, type StoredWebhook } from "../store/webhook.ts";
import { setUpWebhook, type WebhookDeps } from "../webhook-setup.ts";

interface FollowWebhookDeps extends WebhookDeps {
  readonly log: Log;
}

/** Deliveries older than this cannot be sent again, in ms: GitHub keeps them for three days. */
const DELIVERIES_KEPT_MS = 3 * 86_400_000;
/** More of them than one look sends again are gone on with after this, in ms. */
const GO_ON_MS = 60_000;

/** What is to be done at a provider another time: when, in ms since 1970; null: it says nothing of that. */
export interface WebhookRest {
  readonly at: number | null;
}

/**
 * Made where the account may, mended where it is another, and what it could not deliver is sent again.
 * @param how `isAtWork`: a lease is held meanwhile, and sending again takes a second each
 * @returns null: there is nothing to be done again
 */
export async function seeToWebhook(
  store: OrganizationStore,
  deps: FollowWebhookDeps,
  repository: RepositoryId,
  { isAtWork }: { readonly isAtWork: boolean },
): Promise<WebhookRest | null> {
  const row = await readProvided(store, repository);
  if (row === null || row.accountId === null || row.providerId === null || row.providerName === null) return null;
  if (row.webhookUnwanted) return null;
  const before = await readWebhookOf(store, repository);
  // somebody chose another kind of sender: that is hers to set up
  if (before !== null && before.kind !== row.provider) return null;
  // one that is called under no address is none; a process that knows one will make it
  if (deps.originFor(row.address) === null) return null;
  const isMissing = row.missedAt !== null && before !== null && row.missedAt > (before.checkedAt ?? new Date(0));
  const renew = isMissing || before?.problem === REFUSED_DELIVERY;
  const failures: TidemarkError[] = [];
  const failed = (error: TidemarkError): void => void failures.push(error);
  const webhook = await setUpWebhook(store, deps, repository, { renew, failed });
  if (failures[0] !== undefined) return { at: failures[0].retryAt };
  if (webhook === null || isAtWork) return null;
  return sendAgain(store, deps, row, webhook);
}

async function sendAgain(
  store: OrganizationStore,
  deps: FollowWebhookDeps,
  { id: repository, accountId, providerId, providerName }: ProvidedRepository,
  { id, providerHookId, resentUntil }: StoredWebhook,
): Promise<WebhookRest | null> {
  if (accountId === null || providerId === null || providerName === null || providerHookId === null) return null;
  const place = { id: providerId, name: providerName };
  const now = deps.call.now();
  const since = Math.max(now - DELIVERIES_KEPT_MS, resentUntil?.getTime() ?? 0);
  const done = await withAccount(store, deps, accountId, async ({ provider, call, access }) =>
    provider.deliveries === null
      ? null
      : provider.deliveries.redeliverFailed(call, access, place, providerHookId, since),
  ).catch((error: unknown) => {
    if (isTidemarkError(error)) return null; // polling finds what they told of, and the next look goes on
    throw error;
  });
  if (done === null) return null;
  const { sent, leftFrom } = done;
  if (sent > 0) deps.log.info({ repository, deliveries: sent }, "deliveries that failed are sent again");
  await store.write((tx) => setWebhookResent(tx, id, new Date(leftFrom ?? now)));
  return leftFrom === null ? null : { at: now + GO_ON_MS };
}
