// What a repository is at its provider: its number there, its name, who may see it, and when that was asked last.
import type { RepositoryId } from "../domain/model.ts";
import type { ProviderKind } from "../domain/provider-kind.ts";
import type { Reader, SystemReader, Transaction } from "./database.ts";

/** What a provider says of a repository. */
export interface ProviderFacts {
  readonly provider: ProviderKind;
  /** its number on that server; null where only the kind of the server is known */
  readonly providerId: string | null;
  /** owner/name */
  readonly providerName: string | null;
  readonly webUrl: string | null;
  readonly visibility: "public" | "private" | null;
  readonly archived: boolean;
}

/** A repository as whoever asks its provider needs it. */
export interface ProvidedRepository extends Omit<ProviderFacts, "provider"> {
  readonly id: RepositoryId;
  readonly name: string;
  readonly address: string;
  readonly accountId: string | null;
  readonly provider: ProviderKind | null;
  readonly gone: boolean;
  readonly checkedAt: Date | null;
  /** when polling last found what no webhook had told of */
  readonly missedAt: Date | null;
  /** whether somebody removed its webhook */
  readonly webhookUnwanted: boolean;
}

const COLUMNS = `
  id::text, name, address, git_account_id::text AS "accountId", provider, provider_id AS "providerId",
  provider_name AS "providerName", web_url AS "webUrl", visibility, archived, gone_at IS NOT NULL AS gone,
  provider_checked_at AS "checkedAt", missed_at AS "missedAt", webhook_unwanted AS "webhookUnwanted"`;

const ONE = `
  SELECT ${COLUMNS} FROM git_repository WHERE organization_id = $1 AND id = $2`;

/** @returns a repository, or null when there is none with this id */
export async function readProvided(reader: Reader, repository: RepositoryId): Promise<ProvidedRepository | null> {
  const [row] = await reader.query<ProvidedRepository>(ONE, [repository]);
  return row ?? null;
}

const BY_NUMBER = `
  SELECT ${COLUMNS} FROM git_repository
  WHERE organization_id = $1 AND provider = $2 AND provider_id = $3 AND gone_at IS NULL ORDER BY git_repository.id`;

/** @returns the repositories of this number; servers of one kind count each for itself, so there may be several */
export function findByProviderId(reader: Reader, provider: ProviderKind, id: string): Promise<ProvidedRepository[]> {
  return reader.query<ProvidedRepository>(BY_NUMBER, [provider, id]);
}

// What people see of it has another version then.
const SET_FACTS = `
  WITH changed AS (
    UPDATE git_repository SET provider = $3, provider_id = $4, provider_name = $5, web_url = $6, visibility = $7,
      archived = $8, provider_checked_at = $9, version = version + 1
    WHERE organization_id = $1 AND id = $2 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/** Writes what the provider says of a repository. */
export async function setProviderFacts(
  tx: Transaction,
  repository: RepositoryId,
  facts: ProviderFacts,
  checkedAt: Date | null,
): Promise<void> {
  const { provider, providerId, providerName, webUrl, visibility, archived } = facts;
  await tx.query(SET_FACTS, [repository, provider, providerId, providerName, webUrl, visibility, archived, checkedAt]);
}

const SET_CHECKED = `
  UPDATE git_repository SET provider_checked_at = $3 WHERE organization_id = $1 AND id = $2`;

/** Says when the provider was asked; null: it is to be asked at once. */
export async function setProviderChecked(tx: Transaction, repository: RepositoryId, at: Date | null): Promise<void> {
  await tx.query(SET_CHECKED, [repository, at]);
}

const TAKEN = `
  SELECT FROM git_repository WHERE organization_id = $1 AND id <> $2 AND (name = $3 OR address = $4 AND gone_at IS NULL)`;
const MOVE = `
  WITH changed AS (
    UPDATE git_repository SET name = $3, address = $4, poll_due_at = now(), polled_refs = NULL, poll_etag = NULL,
      retry_at = NULL, version = version + 1
    WHERE organization_id = $1 AND id = $2 RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/** Follows a repository to its new address. @returns false when another one has that name or address here */
export async function moveRepository(
  tx: Transaction,
  repository: RepositoryId,
  { name, address }: { readonly name: string; readonly address: string },
): Promise<boolean> {
  if ((await tx.query(TAKEN, [repository, name, address])).length > 0) return false;
  await tx.query(MOVE, [repository, name, address]);
  return true;
}

const SET_GONE = `
  WITH changed AS (
    UPDATE git_repository SET gone_at = coalesce(gone_at, now()), state = 'failed', problem = $3, version = version + 1
    WHERE organization_id = $1 AND id = $2 AND (gone_at IS NULL OR problem IS DISTINCT FROM $3) RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/** Says that the provider shows it no more: it is not read until it is found again, and its address is free. */
export async function setRepositoryGone(tx: Transaction, repository: RepositoryId, problem: string): Promise<void> {
  await tx.query(SET_GONE, [repository, problem]);
}

// Another one may have been added from its address meanwhile: then that one stays.
const SET_FOUND = `
  WITH changed AS (
    UPDATE git_repository r SET gone_at = NULL, state = CASE WHEN synced_at IS NULL THEN 'waiting' ELSE 'ready' END,
      problem = NULL, failures = 0, retry_at = NULL, poll_due_at = now(), poll_failures = 0, poll_failing_since = NULL,
      poll_problem = NULL, version = version + 1
    WHERE organization_id = $1 AND id = $2 AND gone_at IS NOT NULL AND NOT EXISTS (
      SELECT FROM git_repository o
      WHERE o.organization_id = $1 AND o.id <> $2 AND o.address = r.address AND o.gone_at IS NULL)
    RETURNING id, version)
  SELECT pg_notify('tidemark', id || ' ' || version) FROM changed`;

/** Says that a repository that was gone is at its provider. @returns false when another one has its address here */
export async function setRepositoryFound(tx: Transaction, repository: RepositoryId): Promise<boolean> {
  return (await tx.query(SET_FOUND, [repository])).length > 0;
}

// Over all organisations: the server's own address is the same for all. Where a person has to do it, she was told.
const ASK_ABOUT_HOOKS = `
  UPDATE git_repository r SET provider_checked_at = NULL
  WHERE r.kind = 'remote' AND r.gone_at IS NULL AND r.git_account_id IS NOT NULL
    AND NOT r.webhook_unwanted AND NOT EXISTS (
      SELECT FROM webhook w
      WHERE w.organization_id = r.organization_id AND w.repository_id = r.id
        AND (w.url = $1 || '/hooks/' || w.hook_id OR w.state = 'refused' OR w.kind <> r.provider))`;

/** Has providers asked at once that call another address than `origin`, or none. */
export async function askAboutHooksElsewhere(system: SystemReader, origin: string): Promise<void> {
  await system.query(ASK_ABOUT_HOOKS, [origin]);
}

// Over all organisations, as whoever works looks for work. What is taken is due again after a while, should its taker die.
// Those of an account that is to be left alone are asked about once that is over, and what is gone as all others: whoever
// was not allowed to see it may be again. The index git_repository_unchecked has them in this order.
const CHECKED = "coalesce(r.provider_checked_at, '-infinity'::timestamptz)";
const TAKE_UNCHECKED = `
  WITH due AS (
    SELECT r.organization_id, r.id FROM git_repository r
    WHERE r.kind = 'remote' AND ${CHECKED} < $1
      AND NOT EXISTS (
        SELECT FROM git_account a
        WHERE a.organization_id = r.organization_id AND a.id = r.git_account_id AND a.limited_until > $4)
    ORDER BY ${CHECKED}
    LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)
  UPDATE git_repository r SET provider_checked_at = $3
  FROM due WHERE r.organization_id = due.organization_id AND r.id = due.id
  RETURNING r.organization_id::text AS "organizationId", r.id::text AS "repositoryId"`;

/**
 * Takes repositories whose providers are to be asked.
 * @param before those that were not asked since then
 * @param until as asked when they count meanwhile
 */
export async function takeUnchecked(
  system: SystemReader,
  {
    now,
    before,
    until,
    limit,
  }: { readonly now: Date; readonly before: Date; readonly until: Date; readonly limit: number },
): Promise<{ readonly organizationId: string; readonly repositoryId: RepositoryId }[]> {
  return system.query(TAKE_UNCHECKED, [before, limit, until, now]);
}
