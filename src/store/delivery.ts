// Deliveries of webhooks as they are taken in: one statement, which is what their answers wait for.
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

/** SQLSTATE of a row whose parent is gone. */
const FOREIGN_KEY_VIOLATION = "23503";

// Nobody is notified: commits with NOTIFY take one lock for all, held over the flush (reference/storage.md 2.5). One that
// was given up is sent again because somebody pressed "Redeliver". The update sees no row of this very statement.
// The bodies come as one value, which is sent as the bytes that it is; in order, so that two statements with the same
// deliveries wait for each other and not in a circle.
const INSERT: PreparedStatement = {
  name: "insert_deliveries",
  text: `
  WITH given AS (
    SELECT s.*, w.kind FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[])
      AS s(webhook_id, repository_id, delivery_id, event_name, content_type, start, length)
    LEFT JOIN webhook w ON w.organization_id = $1 AND w.id = s.webhook_id),
  sent AS (SELECT * FROM given WHERE NOT EXISTS (SELECT FROM given WHERE kind IS NULL)),
  inserted AS (
    INSERT INTO event (organization_id, webhook_id, webhook_kind, repository_id, source, delivery_id, event_name,
      content_type, body)
    SELECT $1, webhook_id, kind, repository_id, 'webhook', delivery_id, event_name, content_type,
      substring($9::bytea FROM start FOR length)
    FROM sent ORDER BY webhook_id, delivery_id
    ON CONFLICT (organization_id, webhook_id, delivery_id) DO NOTHING RETURNING id),
  revived AS (
    UPDATE event e SET state = 'due', attempts = 0, due_at = now(), revived_at = now(), finished_at = NULL, error = NULL,
      named = NULL, event_name = s.event_name, content_type = s.content_type, body = substring($9::bytea FROM s.start FOR s.length)
    FROM sent s
    WHERE e.organization_id = $1 AND e.webhook_id = s.webhook_id AND e.delivery_id = s.delivery_id AND e.state = 'dead'
    RETURNING e.id)
  SELECT (SELECT count(*) FROM inserted)::int + (SELECT count(*) FROM revived)::int AS fresh,
    EXISTS (SELECT FROM given WHERE kind IS NULL) AS gone`,
};

/**
 * Stores deliveries of an organisation, each once, whatever comes twice: all of them, or none.
 * @returns how many are to be worked on: those that are new, and those that had been given up
 * @throws what Postgres says when a repository is gone, and the same of a webhook
 */
export async function insertDeliveries(deliveries: Reader, sent: readonly NewDelivery[]): Promise<number> {
  let end = 1;
  const starts = sent.map(({ body }) => {
    const start = end;
    end += body.length;
    return start;
  });
  const [row] = await deliveries.query<{ fresh: number; gone: boolean }>(INSERT, [
    sent.map(({ webhookId }) => webhookId),
    sent.map(({ repositoryId }) => repositoryId),
    sent.map(({ deliveryId }) => deliveryId),
    sent.map(({ eventName }) => eventName),
    sent.map(({ contentType }) => contentType),
    starts,
    sent.map(({ body }) => body.length),
    sent.length === 1 ? (sent[0] as NewDelivery).body : Buffer.concat(sent.map(({ body }) => body)),
  ]);
  if (row?.gone === true)
    throw Object.assign(new Error("a delivery's webhook is gone"), { code: FOREIGN_KEY_VIOLATION });
  return row?.fresh ?? 0;
}
