// What deliveries tell beside their events: that webhooks work, when they told of a repository, and what a provider is asked.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { Log } from "../log.ts";
import type { Database } from "../store/database.ts";
import { askProvidersSoon, askProviderSoon, markDelivered } from "../store/delivery-route.ts";
import { explainMissed } from "../store/missed-change.ts";
import { markWebhookReceived } from "../store/webhook.ts";

/** What some deliveries have to tell. */
export class DeliveryNews {
  /** by webhook: when the last one arrived */
  readonly webhooks = new Map<string, Date>();
  readonly repositories = new Map<RepositoryId, Date>();
  /** whose provider has something new to say */
  readonly changed = new Set<RepositoryId>();
  /** kinds of providers that have something new to say of any repository */
  readonly providers = new Set<string>();

  fromWebhook(id: string, at: Date): void {
    later(this.webhooks, id, at);
  }

  ofRepository(id: RepositoryId, at: Date): void {
    later(this.repositories, id, at);
  }
}

function later<Key>(times: Map<Key, Date>, key: Key, at: Date): void {
  const known = times.get(key);
  if (known === undefined || known < at) times.set(key, at);
}

/**
 * Writes it down. Not with the routes: a repository's row may be held by whoever works on it, and this can wait or be lost.
 * Several workers do it at once: all go through webhooks, then repositories, each by their ids, so that none waits for one
 * that waits for it. Never fails: what cannot be noted is in the log.
 */
export async function noteNews(
  { database, log }: { readonly database: Pick<Database, "worker">; readonly log: Log },
  organization: OrganizationId,
  { webhooks, repositories, changed, providers }: DeliveryNews,
): Promise<void> {
  const store = database.worker.in(organization);
  try {
    await store.write(
      async (tx) => {
        for (const [id, at] of [...webhooks].toSorted(byId)) await markWebhookReceived(tx, id, at);
        const doubted = await markDelivered(tx, repositories);
        for (const id of doubted) await explainMissed(tx, id);
        await askProviderSoon(tx, [...changed]);
      },
      { durable: false },
    );
    // in a transaction of its own: these are any repositories, before and behind those that are held by then
    if (providers.size > 0) await store.write((tx) => askProvidersSoon(tx, [...providers]), { durable: false });
  } catch (error) {
    log.warn({ err: error, organization }, "when deliveries arrived could not be noted");
  }
}

function byId([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return Number(one) - Number(other);
}
