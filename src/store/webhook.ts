// Webhooks: the addresses that Git servers call, with their sealed secrets and how they are doing.
import type { RepositoryId } from "../domain/model.ts";
import type { WebhookKind } from "../domain/webhook-kind.ts";
import { TidemarkError } from "../errors.ts";
import type { Reader, SystemReader, Transaction } from "./database.ts";

/**
 * `waiting`: nothing has arrived yet; `active`: the provider has it, or a delivery arrived; `missing`: the provider has
 * it no more; `refused`: the account may not make it, so a person has to.
 */
export type WebhookState = "waiting" | "active" | "missing" | "refused";

/** A webhook as people see it: without its secrets. */
export interface StoredWebhook {
  readonly id: string;
  /** names it in its address */
  readonly hookId: string;
  readonly kind: WebhookKind;
  /** null: it serves many */
  readonly repositoryId: RepositoryId | null;
  /** by whose access it was made; null: by hand */
  readonly accountId: string | null;
  readonly providerHookId: string | null;
  /** the address that the provider was told */
  readonly url: string | null;
  readonly state: WebhookState;
  readonly problem: string | null;
  readonly checkedAt: Date | null;
  /** what could not be delivered before then has been sent again */
  readonly resentUntil: Date | null;
  readonly receivedAt: Date | null;
  readonly previousUntil: Date | null;
}

/** The sealed secrets of a webhook: `secret` and `previous_secret` of the row with this id. */
export interface SealedSecrets {
  readonly secret: Uint8Array;
  readonly previousSecret: Uint8Array | null;
  /** until when the one before is taken */
  readonly previousUntil: Date | null;
}

/** What a delivery's address leads to. */
export interface FoundWebhook extends SealedSecrets {
  readonly organizationId: string;
  readonly id: string;
  readonly kind: WebhookKind;
  readonly repositoryId: RepositoryId | null;
}

// Over all organisations: a delivery says only which webhook it is for, and that says whose it is.
const BY_HOOK = `
  SELECT organization_id::text AS "organizationId", id::text, kind, repository_id::text AS "repositoryId", secret,
    previous_secret AS "previousSecret", previous_until AS "previousUntil"
  FROM webhook WHERE hook_id = $1`;

/** @returns the webhook that an address names, or null */
export async function findWebhook(people: SystemReader, hookId: string): Promise<FoundWebhook | null> {
  const [row] = await people.query<FoundWebhook>(BY_HOOK, [hookId]);
  return row ?? null;
}

const COLUMNS = `
  id::text, hook_id AS "hookId", kind, repository_id::text AS "repositoryId", git_account_id::text AS "accountId",
  provider_hook_id AS "providerHookId", url, state, problem, checked_at AS "checkedAt",
  resent_until AS "resentUntil", received_at AS "receivedAt",
  previous_until AS "previousUntil"`;

const OF_REPOSITORY = `
  SELECT ${COLUMNS} FROM webhook WHERE organization_id = $1 AND repository_id = $2 ORDER BY webhook.id LIMIT 1`;

/** @returns a repository's own webhook, or null */
export async function readWebhookOf(reader: Reader, repository: RepositoryId): Promise<StoredWebhook | null> {
  const [row] = await reader.query<StoredWebhook>(OF_REPOSITORY, [repository]);
  return row ?? null;
}

const OF_TEAM = `
  SELECT ${COLUMNS} FROM webhook WHERE organization_id = $1 AND repository_id IS NULL ORDER BY webhook.id`;

/** @returns the webhooks of a team that serve many repositories */
export function readTeamWebhooks(reader: Reader): Promise<StoredWebhook[]> {
  return reader.query<StoredWebhook>(OF_TEAM);
}

/** @returns the error of an id that no webhook of the whole team has */
export function teamWebhookNotFound(id: string): TidemarkError {
  const parts = { found: "none with this id", wanted: "the id of a webhook that serves all repositories" };
  return new TidemarkError("webhook-not-found", { attempt: "find the webhook", value: id, ...parts });
}

const SECRETS = `
  SELECT secret, previous_secret AS "previousSecret", previous_until AS "previousUntil"
  FROM webhook WHERE organization_id = $1 AND id = $2`;

/** @returns the sealed secrets of a webhook, or null when it is gone */
export async function readWebhookSecrets(reader: Reader, id: string): Promise<SealedSecrets | null> {
  const [row] = await reader.query<SealedSecrets>(SECRETS, [id]);
  return row ?? null;
}

const INSERT = `
  INSERT INTO webhook (organization_id, hook_id, kind, repository_id, secret) VALUES ($1, $2, $3, $4, '')
  RETURNING id::text`;

/**
 * Stores a webhook that is not set up anywhere yet, still without its secret, which is sealed for the row's id:
 * `setWebhookSecrets()` in the same transaction. @returns its id
 */
export async function insertWebhook(
  tx: Transaction,
  webhook: Pick<StoredWebhook, "hookId" | "kind" | "repositoryId">,
): Promise<string> {
  const [row] = await tx.query<{ id: string }>(INSERT, [webhook.hookId, webhook.kind, webhook.repositoryId]);
  return (row as { id: string }).id;
}

const SET_SECRETS = `
  UPDATE webhook SET secret = $3, previous_secret = $4, previous_until = $5 WHERE organization_id = $1 AND id = $2`;

/** Gives a webhook its secrets. */
export async function setWebhookSecrets(tx: Transaction, id: string, secrets: SealedSecrets): Promise<void> {
  await tx.query(SET_SECRETS, [id, secrets.secret, secrets.previousSecret, secrets.previousUntil]);
}

/** How a webhook stands at its provider. */
export interface WebhookAtProvider {
  readonly accountId: string | null;
  readonly providerHookId: string | null;
  readonly url: string | null;
  readonly state: WebhookState;
  readonly problem: string | null;
  readonly checkedAt: Date;
}

const SET_AT_PROVIDER = `
  UPDATE webhook SET git_account_id = $3, provider_hook_id = $4, url = $5, state = $6, problem = $7, checked_at = $8
  WHERE organization_id = $1 AND id = $2 RETURNING id`;

/** Writes how a webhook stands at its provider, as it was just asked. @returns false when it was removed meanwhile */
export async function setWebhookAtProvider(tx: Transaction, id: string, at: WebhookAtProvider): Promise<boolean> {
  const { accountId, providerHookId, url, state, problem, checkedAt } = at;
  return (await tx.query(SET_AT_PROVIDER, [id, accountId, providerHookId, url, state, problem, checkedAt])).length > 0;
}

const SET_RESENT = `
  UPDATE webhook SET resent_until = $3 WHERE organization_id = $1 AND id = $2`;

/** Says up to when deliveries that failed were sent again. */
export async function setWebhookResent(tx: Transaction, id: string, until: Date): Promise<void> {
  await tx.query(SET_RESENT, [id, until]);
}

const RECEIVED = `
  UPDATE webhook SET state = 'active', problem = NULL, received_at = greatest(received_at, $3)
  WHERE organization_id = $1 AND id = $2`;

/** Says that a delivery arrived: it works, whoever set it up. */
export async function markWebhookReceived(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.query(RECEIVED, [id, at]);
}

/** What is said of a webhook whose deliveries are signed with another secret. */
export const REFUSED_DELIVERY =
  "A delivery was refused: it was signed with another secret than this webhook's. Give its sender the secret that is shown here.";

// Its provider is asked, and told the secret again where an account may.
const REFUSED = `
  WITH refused AS (
    UPDATE webhook SET problem = $3 WHERE organization_id = $1 AND id = $2 AND problem IS NULL RETURNING repository_id)
  UPDATE git_repository r SET provider_checked_at = NULL FROM refused
  WHERE r.organization_id = $1 AND r.id = refused.repository_id`;

/** Says that a delivery with a wrong proof came to a webhook's address. */
export async function markDeliveryRefused(writer: Reader, id: string): Promise<void> {
  await writer.query(REFUSED, [id, REFUSED_DELIVERY]);
}

const SET_UNWANTED = `
  UPDATE git_repository SET webhook_unwanted = $3 WHERE organization_id = $1 AND id = $2`;

/** Says whether a person wants no webhook for a repository: then none is made by itself. */
export async function setWebhookUnwanted(tx: Transaction, repository: RepositoryId, unwanted: boolean): Promise<void> {
  await tx.query(SET_UNWANTED, [repository, unwanted]);
}

const DELETE = `DELETE FROM webhook WHERE organization_id = $1 AND id = $2 RETURNING id`;

/** Removes a webhook; what it brought stays as it is. @returns whether there was one */
export async function deleteWebhook(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.query(DELETE, [id])).length > 0;
}
