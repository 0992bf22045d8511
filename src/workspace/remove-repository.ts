// A person removes a repository: whoever works on it stops, everything that was read from it goes.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { removeMirror } from "../git/mirror-folder.ts";
import type { Database } from "../store/database.ts";
import { revokeLease } from "../store/lease.ts";
import { deleteRepository } from "../store/repository.ts";
import { readProvided } from "../store/repository-provider.ts";
import { setWebhookUnwanted } from "../store/webhook.ts";
import { removeWebhook } from "../webhook-removal.ts";
import type { WebhookDeps } from "../webhook-setup.ts";
import { repositoryNotFound } from "./sync-repository.ts";

/** What removing a repository needs. */
export interface RemoveRepositoryDeps {
  readonly database: Pick<Database, "worker">;
  /** folder of all mirrors; null where this process has none */
  readonly mirrors: string | null;
  /** removes its webhook at the provider too; without it the provider's calls lead nowhere from now on */
  readonly webhooks?: WebhookDeps;
}

/**
 * Removes a repository with all rows that were read from it, and its mirror. The worker's role does it: a long history
 * takes more seconds than a page's statement may.
 * @returns why its webhook is still there at its provider, in words; null when it is not
 * @throws TidemarkError `repository-not-found`; `database-busy` when the worker's last transaction takes too long
 */
export async function removeRepository(
  { database, mirrors, webhooks }: RemoveRepositoryDeps,
  organizationId: OrganizationId,
  repository: RepositoryId,
): Promise<string | null> {
  const store = database.worker.in(organizationId);
  const row = webhooks === undefined ? null : await readProvided(store, repository);
  // whoever checks webhooks just now makes it no more
  if (row !== null) await store.write((tx) => setWebhookUnwanted(tx, repository, true));
  // a provider that does not answer keeps nobody from removing what is here
  const left = webhooks === undefined || row === null ? null : await removeWebhook(store, webhooks, row);
  await store.write((tx) => revokeLease(tx, repository));
  const removed = await store.write((tx) => deleteRepository(tx, repository));
  if (!removed) throw repositoryNotFound("remove", repository);
  if (mirrors !== null) await removeMirror({ root: mirrors, id: repository });
  return left;
}
