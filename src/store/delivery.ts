// Deliveries of webhooks as they are taken in: one statement each, which is what an answer waits for.
import type { RepositoryId } from "../domain/model.ts";
import type { PreparedStatement, Reader } from "./organization-store.ts";

/** A delivery whose proof holds. */
export interface NewDelivery {
  readonly webhookId: string;
  /** null: the webhook serves many, and the worker finds out */
  readonly repositoryId: RepositoryId | null;
  /** the sender's id; null: it is one of its own */
  readonly deliveryId: string | null;
  readonly eventName: string;
  readonly contentType: string | null;
  readonly body: Uint8Array;
}

/** What became of it: `duplicate` is there already, `revived` had been given up and is tried again. */
export type DeliveryOutcome = "stored" | "duplicate" | "revived";

// Nobody is notified: commits with NOTIFY take one lock for all, held over the flush (reference/storage.md 2.5). One that
// was given up is sent again because somebody pressed "Redeliver". The update sees no row of this very statement.
const INSERT: PreparedStatement = {
  name: "insert_delivery",
  text: `
  WITH inserted AS (
    INSERT INTO event (organization_id, webhook_id, repository_id, source, delivery_id, event_name, content_type, body)
    VALUES ($1, $2, $3, 'webhook', $4, $5, $6, $7)
    ON CONFLICT (organization_id, webhook_id, delivery_id) DO NOTHING RETURNING id),
  revived AS (
    UPDATE event SET state = 'due', attempts = 0, due_at = now(), finished_at = NULL, error = NULL, named = NULL,
      event_name = $5, content_type = $6, body = $7
    WHERE organization_id = $1 AND webhook_id = $2 AND delivery_id = $4 AND state = 'dead' RETURNING id)
  SELECT (SELECT count(*) FROM inserted)::int AS inserted, (SELECT count(*) FROM revived)::int AS revived`,
};

/** Stores a delivery once, whatever comes twice. @throws what Postgres says when its webhook or repository is gone */
export async function insertDelivery(deliveries: Reader, delivery: NewDelivery): Promise<DeliveryOutcome> {
  const { webhookId, repositoryId, deliveryId, eventName, contentType, body } = delivery;
  const values = [webhookId, repositoryId, deliveryId, eventName, contentType, body];
  const [row] = await deliveries.query<{ inserted: number; revived: number }>(INSERT, values);
  if (row?.inserted === 1) return "stored";
  return row?.revived === 1 ? "revived" : "duplicate";
}
