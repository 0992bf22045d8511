// Webhooks that are removed here and still stand at their provider: remembered until they are gone there too.
import type { SystemReader, Transaction } from "./database.ts";

/** One of them. */
export interface LeftWebhook {
  /** by whose access it was made */
  readonly accountId: string;
  /** the provider's numbers of its repository and of it, and the repository's name there */
  readonly providerId: string;
  readonly providerName: string;
  readonly providerHookId: string;
}

/** One whose removal is to be tried. */
export interface DueLeftWebhook extends LeftWebhook {
  readonly organizationId: string;
  readonly id: string;
  readonly createdAt: Date;
}

const INSERT = `
  INSERT INTO left_webhook (organization_id, git_account_id, provider_id, provider_name, provider_hook_id, due_at, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

/** Remembers one. @param when since when it is left, and when its removal is tried again */
export async function insertLeftWebhook(
  tx: Transaction,
  left: LeftWebhook,
  { at, dueAt }: { readonly at: Date; readonly dueAt: Date },
): Promise<void> {
  const { accountId, providerId, providerName, providerHookId } = left;
  await tx.query(INSERT, [accountId, providerId, providerName, providerHookId, dueAt, at]);
}

// Over all organisations, as whoever works looks for work. What is taken is due again after a while, should its taker die.
const TAKE = `
  WITH due AS (
    SELECT l.organization_id, l.id FROM left_webhook l WHERE l.due_at <= $1
    ORDER BY l.due_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)
  UPDATE left_webhook l SET due_at = $3
  FROM due WHERE l.organization_id = due.organization_id AND l.id = due.id
  RETURNING l.organization_id::text AS "organizationId", l.id::text, l.git_account_id::text AS "accountId",
    l.provider_id AS "providerId", l.provider_name AS "providerName", l.provider_hook_id AS "providerHookId",
    l.created_at AS "createdAt"`;

/**
 * Takes those whose removal is to be tried now.
 * @param until not due meanwhile
 */
export function takeLeftWebhooks(
  system: SystemReader,
  { now, until, limit }: { readonly now: Date; readonly until: Date; readonly limit: number },
): Promise<DueLeftWebhook[]> {
  return system.query<DueLeftWebhook>(TAKE, [now, limit, until]);
}

const PUT_OFF = `UPDATE left_webhook SET due_at = $3 WHERE organization_id = $1 AND id = $2`;

/** Says when it is tried again. */
export async function putOffLeftWebhook(tx: Transaction, id: string, dueAt: Date): Promise<void> {
  await tx.query(PUT_OFF, [id, dueAt]);
}

const DELETE = `DELETE FROM left_webhook WHERE organization_id = $1 AND id = $2`;

/** Forgets one: it is gone, or nobody tries any more. */
export async function deleteLeftWebhook(tx: Transaction, id: string): Promise<void> {
  await tx.query(DELETE, [id]);
}
