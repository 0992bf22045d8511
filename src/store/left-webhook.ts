// Webhooks that are removed here and still stand at their provider: remembered until they are gone there too.
import type { RepositoryId } from "../domain/model.ts";
import type { Reader, SystemReader, Transaction } from "./database.ts";

/** One of them. */
export interface LeftWebhook {
  /** by whose access it was made */
  readonly accountId: string;
  /** the provider's numbers of its repository and of it, and the repository's name there */
  readonly providerId: string;
  readonly providerName: string;
  readonly providerHookId: string;
}

/** One that is kept. */
export interface KeptLeftWebhook extends LeftWebhook {
  readonly id: string;
}

/** One whose removal is to be tried. */
export interface DueLeftWebhook extends KeptLeftWebhook {
  readonly organizationId: string;
  readonly createdAt: Date;
}

/** One as people see it. */
export interface PendingRemoval {
  /** when it was removed here, and when its removal at the provider is tried again */
  readonly since: Date;
  readonly nextAt: Date;
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

const OF_ACCOUNT = `
  SELECT l.id::text, l.git_account_id::text AS "accountId", l.provider_id AS "providerId",
    l.provider_name AS "providerName", l.provider_hook_id AS "providerHookId"
  FROM left_webhook l WHERE l.organization_id = $1 AND l.git_account_id = $2 ORDER BY l.id`;

/** @returns those that an account can remove */
export function readLeftWebhooks(reader: Reader, account: string): Promise<KeptLeftWebhook[]> {
  return reader.query<KeptLeftWebhook>(OF_ACCOUNT, [account]);
}

// By its number at its provider: the repository may have been added anew since.
const OF_REPOSITORY = `
  SELECT l.created_at AS since, l.due_at AS "nextAt"
  FROM git_repository r
  JOIN git_account a ON a.organization_id = $1 AND a.kind = r.provider AND starts_with(r.address, a.base_url || '/')
  JOIN left_webhook l ON l.organization_id = $1 AND l.git_account_id = a.id AND l.provider_id = r.provider_id
  WHERE r.organization_id = $1 AND r.id = $2 ORDER BY l.id DESC LIMIT 1`;

/** @returns the webhook of a repository that was removed here last and is still at its provider, or null */
export async function readPendingRemoval(reader: Reader, repository: RepositoryId): Promise<PendingRemoval | null> {
  const [row] = await reader.query<PendingRemoval>(OF_REPOSITORY, [repository]);
  return row ?? null;
}
