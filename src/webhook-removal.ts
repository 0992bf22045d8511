// The webhook of a repository removed, here and at its provider; where that does not work at once, later.
import { type AccountDeps, withAccount } from "./account-access.ts";
import { isTidemarkError, type TidemarkError } from "./errors.ts";
import type { RepositoryPlace } from "./providers/provider.ts";
import type { OrganizationStore, Transaction } from "./store/database.ts";
import { deleteLeftWebhook, insertLeftWebhook, type KeptLeftWebhook } from "./store/left-webhook.ts";
import type { ProvidedRepository } from "./store/repository-provider.ts";
import { deleteWebhook, readWebhookOf, type StoredWebhook } from "./store/webhook.ts";

/** A provider that could not remove one is asked again after this, in ms. */
const AGAIN_MS = 5 * 60_000;

/**
 * Removes a repository's webhook, also at the provider where it was made there; where that does not work now it is
 * remembered and tried again. Whatever still calls its address is refused.
 * @returns why it is still there at the provider, in words; null when it is not
 */
export async function removeWebhook(
  store: OrganizationStore,
  deps: AccountDeps,
  { id, providerId, providerName }: Pick<ProvidedRepository, "id" | "providerId" | "providerName">,
): Promise<string | null> {
  const webhook = await readWebhookOf(store, id);
  if (webhook === null) return null;
  const place = { id: providerId ?? "", name: providerName ?? "" };
  const left = await removeAtProvider(store, deps, webhook, place);
  await store.write(async (tx) => {
    if (left !== null) await rememberLeft(tx, deps, webhook, place, left);
    await deleteWebhook(tx, webhook.id);
  });
  return left === null ? null : left.message;
}

/** What names a webhook at its provider, and by whose access it was made there. */
type MadeWebhook = Pick<StoredWebhook, "accountId" | "providerHookId">;

/** Removes at its provider what was made there while it was removed here; where that does not work now, later. */
export async function removeMadeInVain(
  store: OrganizationStore,
  deps: AccountDeps,
  made: MadeWebhook,
  place: RepositoryPlace,
): Promise<void> {
  const left = await removeAtProvider(store, deps, made, place);
  if (left !== null) await store.write((tx) => rememberLeft(tx, deps, made, place, left));
}

async function rememberLeft(
  tx: Transaction,
  deps: AccountDeps,
  { accountId, providerHookId }: MadeWebhook,
  { id: providerId, name: providerName }: RepositoryPlace,
  { retryAt }: TidemarkError,
): Promise<void> {
  if (accountId === null || providerHookId === null) return;
  const now = deps.call.now();
  const when = { at: new Date(now), dueAt: new Date(retryAt ?? now + AGAIN_MS) };
  await insertLeftWebhook(tx, { accountId, providerId, providerName, providerHookId }, when);
}

async function removeAtProvider(
  store: OrganizationStore,
  deps: AccountDeps,
  { accountId, providerHookId }: MadeWebhook,
  place: RepositoryPlace,
): Promise<TidemarkError | null> {
  if (accountId === null || providerHookId === null) return null;
  try {
    await withAccount(store, deps, accountId, async ({ provider, call, access }) => {
      await provider.webhooks?.remove(call, access, place, providerHookId);
    });
    return null;
  } catch (error) {
    if (isTidemarkError(error)) return error;
    throw error;
  }
}

/**
 * Removes one that was left at its provider, and forgets it.
 * @throws TidemarkError why it is still there
 */
export async function removeLeftWebhook(
  store: OrganizationStore,
  deps: AccountDeps,
  { id, accountId, providerId, providerName, providerHookId }: KeptLeftWebhook,
): Promise<void> {
  await withAccount(store, deps, accountId, async ({ provider, call, access }) => {
    await provider.webhooks?.remove(call, access, { id: providerId, name: providerName }, providerHookId);
  });
  await store.write((tx) => deleteLeftWebhook(tx, id));
}
