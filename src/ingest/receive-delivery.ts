// Takes a delivery in: finds its webhook, checks its proof, stores it. Nothing of it is read before a worker does.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { WebhookKind } from "../domain/webhook-kind.ts";
import { TidemarkError } from "../errors.ts";
import type { Keyring } from "../keyring.ts";
import type { Delivery } from "../providers/webhook-source.ts";
import { webhookSource } from "../providers/webhook-sources.ts";
import type { Secret } from "../secrets.ts";
import type { Database } from "../store/database.ts";
import { type FoundWebhook, findWebhook, markDeliveryRefused } from "../store/webhook.ts";
import { DeliveryBatches } from "./delivery-batches.ts";

/** Opened secrets are kept so long, in ms: one that was replaced is refused in every process soon after. */
const KEPT_MS = 4_000;
/** Characters of a content type that are kept: whether it is a form stands at its beginning. */
const MAX_TYPE = 200;
/** A webhook whose deliveries are refused says so once in this time, in ms. */
const REFUSED_AGAIN_MS = 10 * 60_000;
/** Webhooks that are kept opened: the oldest leave first. */
const MAX_KEPT = 5_000;

/** A webhook that can take deliveries. */
export interface ReceivingWebhook {
  readonly organizationId: OrganizationId;
  readonly id: string;
  readonly kind: WebhookKind;
  readonly repositoryId: RepositoryId | null;
  readonly secret: Secret;
  /** the one before, and until when it is taken, in ms since 1970 */
  readonly previous: { readonly secret: Secret; readonly until: number } | null;
}

/** What taking deliveries in needs. */
export interface DeliveryReceiverDeps {
  readonly database: Pick<Database, "deliveries">;
  readonly keyring: Pick<Keyring, "open">;
  readonly now: () => number;
  /** whether the database's disk has room; default: it is not asked */
  readonly hasRoom?: () => Promise<boolean>;
  /** told of each delivery that is to be worked on; the worker of another process looks by itself */
  readonly wake: () => void;
}

interface Kept {
  readonly webhook: Promise<ReceivingWebhook | null>;
  readonly until: number;
}

/** Takes deliveries in, for one process. */
export class DeliveryReceiver {
  readonly #deps: DeliveryReceiverDeps;
  readonly #batches: DeliveryBatches;
  readonly #kept = new Map<string, Kept>();
  /** by webhook: when people were last told of a delivery with a wrong proof */
  readonly #refused = new Map<string, number>();

  constructor(deps: DeliveryReceiverDeps) {
    this.#deps = deps;
    this.#batches = new DeliveryBatches(deps.database);
  }

  /**
   * @param hookId from the address: proves nothing
   * @returns null when there is none
   * @throws TidemarkError `server-busy` when the disk is nearly full, those of the database; `secret-not-opened`
   */
  find(hookId: string): Promise<ReceivingWebhook | null> {
    const time = this.#deps.now();
    const kept = this.#kept.get(hookId);
    if (kept !== undefined && time < kept.until) return kept.webhook;
    const webhook = this.#open(hookId);
    this.#kept.delete(hookId);
    this.#kept.set(hookId, { webhook, until: time + KEPT_MS });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#kept.delete(oldest);
    }
    // names that nobody has would fill the room, and a failure must not be kept
    webhook.then(
      (found) => found ?? this.forget(hookId, webhook),
      () => this.forget(hookId, webhook),
    );
    return webhook;
  }

  /**
   * Looks a webhook up that may have got another secret since `known` was read; those who ask meanwhile share one look.
   * @returns as `find()`
   */
  async findAnew(hookId: string, known: ReceivingWebhook): Promise<ReceivingWebhook | null> {
    const kept = this.#kept.get(hookId)?.webhook;
    if (kept !== undefined && (await kept.catch(() => null)) === known) this.forget(hookId, kept);
    return this.find(hookId);
  }

  /** Has a webhook looked up anew; with `webhook`, only while that is what is kept. */
  forget(hookId: string, webhook?: Promise<ReceivingWebhook | null>): void {
    if (webhook === undefined || this.#kept.get(hookId)?.webhook === webhook) this.#kept.delete(hookId);
  }

  /** @returns whether the delivery's proof was made with the webhook's secret, or with the one before while that is taken */
  isAuthentic(webhook: ReceivingWebhook, delivery: Delivery): boolean {
    const time = this.#deps.now();
    const { kind, secret, previous } = webhook;
    const secrets = previous !== null && time < previous.until ? [secret, previous.secret] : [secret];
    return webhookSource(kind).verify(delivery, secrets, time);
  }

  /** Lets people know that a delivery with a wrong proof came, once in a while: anybody who has the address can send one. */
  noteRefused({ organizationId, id }: ReceivingWebhook): void {
    const time = this.#deps.now();
    if (time - (this.#refused.get(id) ?? -REFUSED_AGAIN_MS) < REFUSED_AGAIN_MS) return;
    if (this.#refused.size >= MAX_KEPT) this.#refused.clear();
    this.#refused.set(id, time);
    const store = this.#deps.database.deliveries.in(organizationId);
    markDeliveryRefused(store, id).catch(() => this.#refused.delete(id)); // the next one says it
  }

  /**
   * Stores an authentic delivery: it is durable when this resolves.
   * @throws TidemarkError of the database; what it says itself when the webhook is gone
   */
  async store(webhook: ReceivingWebhook, { headers, body }: Delivery): Promise<void> {
    if (this.#deps.hasRoom !== undefined && !(await this.#deps.hasRoom())) throw noRoom();
    const type = headers["content-type"];
    const isFresh = await this.#batches.store(webhook.organizationId, {
      webhookId: webhook.id,
      repositoryId: webhook.repositoryId,
      ...webhookSource(webhook.kind).identify({ headers }),
      contentType: typeof type === "string" ? type.slice(0, MAX_TYPE) : null,
      body,
    });
    if (isFresh) this.#deps.wake();
  }

  async #open(hookId: string): Promise<ReceivingWebhook | null> {
    const found = await findWebhook(this.#deps.database.deliveries, hookId);
    return found === null ? null : this.#opened(found);
  }

  #opened({ organizationId, id, kind, repositoryId, secret, previousSecret, previousUntil }: FoundWebhook) {
    const open = (sealed: Uint8Array, column: string): Secret =>
      this.#deps.keyring.open(sealed, { table: "webhook", column, rowId: id, organizationId });
    const until = previousUntil?.getTime() ?? 0;
    const isTaken = previousSecret !== null && this.#deps.now() < until;
    return {
      organizationId: organizationId as OrganizationId,
      id,
      kind,
      repositoryId,
      secret: open(secret, "secret"),
      previous: isTaken ? { secret: open(previousSecret, "previous_secret"), until } : null,
    };
  }
}

function noRoom(): TidemarkError {
  return new TidemarkError("server-busy", {
    attempt: "store",
    value: "the delivery",
    found: "a disk that is nearly full",
    wanted: "512 MiB free on the disk of the data folder",
  });
}
