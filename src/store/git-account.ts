// Accounts at Git servers: whose they are, how they are doing, and their sealed tokens.
import type { EventReason } from "../domain/event-reason.ts";
import type { ProviderKind } from "../domain/provider-kind.ts";
import type { Reader, SystemReader, Transaction } from "./database.ts";

/** `refused`: the server does not take the token any more; `expired`: it has ended. */
export type AccountState = "active" | "refused" | "expired";

/** An account as people see it: without its token. */
export interface StoredAccount {
  readonly id: string;
  readonly userId: string;
  /** whether the whole team may use it */
  readonly shared: boolean;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly login: string;
  /** the server's own id of the person; null where it cannot be asked */
  readonly subject: string | null;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly missingScopes: readonly string[];
  readonly state: AccountState;
  /** why the server refuses it, in words for people */
  readonly problem: string | null;
  /** the server asked to be left alone until then */
  readonly limitedUntil: Date | null;
  readonly expiresAt: Date | null;
  readonly checkedAt: Date | null;
  readonly createdAt: Date;
}

/** An account in the list of a person's. */
export interface ListedAccount extends StoredAccount {
  /** what the person is called whose it is */
  readonly userName: string;
  /** repositories that are read with it */
  readonly repositories: number;
  /** webhooks that were removed here and are still at its server, and when their removal is tried next; null: none */
  readonly leftWebhooks: number;
  readonly leftWebhooksAt: Date | null;
  /** the beginning of its sealed token, which names the key */
  readonly sealedHeader: Uint8Array;
}

/** An account with what proves it. */
export interface SealedAccount extends StoredAccount {
  /** by keyring.ts, for `tokenPlace()` */
  readonly token: Uint8Array;
}

/** What is stored of an account when it is connected. */
export interface AccountRow {
  readonly userId: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly login: string;
  readonly subject: string | null;
  readonly name: string;
  readonly shared: boolean;
  readonly scopes: readonly string[];
  readonly missingScopes: readonly string[];
  readonly expiresAt: Date | null;
  /** null where the server cannot be asked */
  readonly checkedAt: Date | null;
}

/** What a check says of an account that is there. */
export type CheckedAccount = Pick<
  AccountRow,
  "login" | "subject" | "scopes" | "missingScopes" | "expiresAt" | "checkedAt"
>;

const COLUMNS = `
  a.id::text, a.user_id AS "userId", a.shared, a.kind, a.base_url AS "baseUrl", a.login, a.subject, a.name, a.scopes,
  a.missing_scopes AS "missingScopes", a.state, a.problem, a.limited_until AS "limitedUntil",
  a.expires_at AS "expiresAt", a.checked_at AS "checkedAt", a.created_at AS "createdAt"`;

const LIST = `
  SELECT ${COLUMNS}, u.name AS "userName", substring(a.token FROM 1 FOR 5) AS "sealedHeader",
    (SELECT count(*) FROM git_repository r WHERE r.organization_id = $1 AND r.git_account_id = a.id) AS repositories,
    l.webhooks AS "leftWebhooks", l.at AS "leftWebhooksAt"
  FROM git_account a JOIN "user" u ON u.id = a.user_id
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS webhooks, min(l.due_at) AS at FROM left_webhook l
    WHERE l.organization_id = $1 AND l.git_account_id = a.id) l
  WHERE a.organization_id = $1 AND (a.user_id = $2 OR a.shared) ORDER BY a.id`;

/** @returns the accounts that a person may use: her own, and those that are shared with the team */
export function readAccounts(reader: Reader, userId: string): Promise<ListedAccount[]> {
  return reader.query<ListedAccount>(LIST, [userId]);
}

// Over all organisations: a process asks at its start. A plain server has nothing to make webhooks by.
const ANY_THAT_MAKES = `SELECT FROM git_account WHERE kind <> 'plain' AND state = 'active' LIMIT 1`;

/** @returns whether anybody has connected an account that webhooks may be made with */
export async function anyMakesWebhooks(system: SystemReader): Promise<boolean> {
  return (await system.query(ANY_THAT_MAKES)).length > 0;
}

const READ = `
  SELECT ${COLUMNS}, a.token FROM git_account a WHERE a.organization_id = $1 AND a.id = $2`;

/** @returns an account with its sealed token, or null when there is none */
export async function readAccount(reader: Reader, id: string): Promise<SealedAccount | null> {
  const [row] = await reader.query<SealedAccount>(READ, [id]);
  return row ?? null;
}

// The server's own id counts more than the login: a person may be called otherwise by now.
const FIND = `
  SELECT id::text FROM git_account
  WHERE organization_id = $1 AND user_id = $2 AND base_url = $3 AND kind = $4 AND (subject = $5 OR login = $6)
  ORDER BY subject = $5 DESC NULLS LAST LIMIT 1 FOR UPDATE`;

/** Locks a person's account at a server. @returns its id, or null when she has none there */
export async function lockAccountOf(
  tx: Transaction,
  { userId, baseUrl, kind, subject, login }: Pick<AccountRow, "userId" | "baseUrl" | "kind" | "subject" | "login">,
): Promise<string | null> {
  const [row] = await tx.query<{ id: string }>(FIND, [userId, baseUrl, kind, subject, login]);
  return row?.id ?? null;
}

/** Repositories without an account that a password is tried at: a server locks who is refused too often. */
const MAX_TRIALS = 3;
/** … and those that are read with it: the first that anybody may not read tells, and the others cost a question each. */
const MAX_OWN_TRIALS = 20;

const TRIAL_PLACES = `
  WITH place AS (
    SELECT r.id, r.address, a.id IS NOT NULL AS is_own, r.state = 'failed' AS fails,
      row_number() OVER (PARTITION BY a.id IS NULL ORDER BY r.state = 'failed', r.id) AS place
    FROM git_repository r LEFT JOIN git_account a ON a.organization_id = r.organization_id AND a.id = r.git_account_id
      AND a.user_id = $2 AND a.base_url = $3 AND a.kind = $4 AND a.login = $5
    WHERE r.organization_id = $1 AND r.kind = 'remote' AND r.gone_at IS NULL AND starts_with(r.address, $3 || '/')
      AND (a.id IS NOT NULL OR (r.git_account_id IS NULL AND r.state = 'failed')))
  SELECT address, is_own AS "isOwn" FROM place WHERE place <= CASE WHEN is_own THEN ${MAX_OWN_TRIALS} ELSE ${MAX_TRIALS} END
  ORDER BY is_own DESC, fails, id`;

/** @returns repositories that are read with a person's account by now, then those that fail without one, a few of them */
export function readTrialPlaces(
  reader: Reader,
  { userId, baseUrl, kind, login }: Pick<AccountRow, "userId" | "baseUrl" | "kind" | "login">,
): Promise<{ readonly address: string; readonly isOwn: boolean }[]> {
  return reader.query(TRIAL_PLACES, [userId, baseUrl, kind, login]);
}

const INSERT = `
  INSERT INTO git_account (organization_id, user_id, kind, base_url, login, subject, name, shared, scopes,
    missing_scopes, expires_at, checked_at, token)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '')
  ON CONFLICT DO NOTHING RETURNING id::text`;

/**
 * Stores an account, still without a token, which is sealed for the row's id: `setAccountToken()` in the same transaction.
 * @returns its id, or null when somebody has stored the same meanwhile
 */
export async function insertAccount(tx: Transaction, row: AccountRow): Promise<string | null> {
  const { userId, kind, baseUrl, login, subject, name, shared, scopes, missingScopes, expiresAt, checkedAt } = row;
  const values = [userId, kind, baseUrl, login, subject, name, shared, scopes, missingScopes, expiresAt, checkedAt];
  const [inserted] = await tx.query<{ id: string }>(INSERT, values);
  return inserted?.id ?? null;
}

const SET_TOKEN = `
  UPDATE git_account SET token = $3, login = $4, subject = $5, scopes = $6, missing_scopes = $7, expires_at = $8,
    checked_at = $9, state = 'active', problem = NULL, limited_until = NULL
  WHERE organization_id = $1 AND id = $2`;

// What was not read while the old one was refused is looked at now; what it did not see may be there, and the webhooks that
// it was not allowed to make may be made.
const LOOK_AGAIN = `
  UPDATE git_repository r SET poll_due_at = now(), poll_failures = 0, retry_at = NULL,
    provider_checked_at = CASE WHEN gone_at IS NULL AND NOT EXISTS (
      SELECT FROM webhook w
      WHERE w.organization_id = $1 AND w.repository_id = r.id AND (w.state = 'refused' OR w.problem IS NOT NULL)
    ) THEN provider_checked_at END
  WHERE organization_id = $1 AND git_account_id = $2`;

// What was told of meanwhile may have been given up.
const ASK_FAILING = `
  INSERT INTO event (organization_id, repository_id, task, source, reason)
  SELECT r.organization_id, r.id, 'sync', 'schedule', $3 FROM git_repository r
  WHERE r.organization_id = $1 AND r.git_account_id = $2 AND r.state = 'failed' AND r.gone_at IS NULL`;

// What it was not allowed to remove.
const REMOVE_LEFT = `UPDATE left_webhook SET due_at = created_at WHERE organization_id = $1 AND git_account_id = $2`;

/** Gives an account a token, and what was found of it; it is taken from now on. */
export async function setAccountToken(
  tx: Transaction,
  id: string,
  token: Uint8Array,
  { login, subject, scopes, missingScopes, expiresAt, checkedAt }: CheckedAccount,
): Promise<void> {
  await tx.query(SET_TOKEN, [id, token, login, subject, scopes, missingScopes, expiresAt, checkedAt]);
  await tx.query(LOOK_AGAIN, [id]);
  await tx.query(ASK_FAILING, [id, "token-replaced" satisfies EventReason]);
  await tx.query(REMOVE_LEFT, [id]);
}

const SET_CHECKED = `
  UPDATE git_account SET login = $3, scopes = $4, missing_scopes = $5, expires_at = $6, checked_at = $7,
    state = 'active', problem = NULL
  WHERE organization_id = $1 AND id = $2`;

/** Writes what a check of the token said. */
export async function setAccountChecked(
  tx: Transaction,
  id: string,
  { login, scopes, missingScopes, expiresAt, checkedAt }: Omit<CheckedAccount, "subject">,
): Promise<void> {
  await tx.query(SET_CHECKED, [id, login, scopes, missingScopes, expiresAt, checkedAt]);
}

const SET_STATE = `
  UPDATE git_account SET state = $3, problem = $4 WHERE organization_id = $1 AND id = $2`;

/** Says how the server takes the token, and why it does not. */
export async function setAccountState(
  tx: Transaction,
  id: string,
  state: AccountState,
  problem: string | null,
): Promise<void> {
  await tx.query(SET_STATE, [id, state, problem]);
}

const SET_LIMIT = `
  UPDATE git_account SET limited_until = $3 WHERE organization_id = $1 AND id = $2`;

/** Writes until when the server wants to be left alone. */
export async function setAccountLimit(tx: Transaction, id: string, until: Date): Promise<void> {
  await tx.query(SET_LIMIT, [id, until]);
}

const SET_SHARED = `
  UPDATE git_account SET shared = $3 WHERE organization_id = $1 AND id = $2`;

/** Lets the whole team use an account, or its person alone. */
export async function setAccountShared(tx: Transaction, id: string, shared: boolean): Promise<void> {
  await tx.query(SET_SHARED, [id, shared]);
}

// Its repositories are followed on, as anybody may read them: that is looked at soon.
const LEAVE_REPOSITORIES = `
  UPDATE git_repository SET git_account_id = NULL, poll_due_at = now()
  WHERE organization_id = $1 AND git_account_id = $2 RETURNING name`;
// They go on calling; from now on they are a person's to look after, as if made by hand.
const LEAVE_WEBHOOKS = `
  UPDATE webhook SET git_account_id = NULL, provider_hook_id = NULL WHERE organization_id = $1 AND git_account_id = $2`;
const DELETE = `
  DELETE FROM git_account WHERE organization_id = $1 AND id = $2`;

/** Removes an account. @returns the names of the repositories that were read with it */
export async function deleteAccount(tx: Transaction, id: string): Promise<string[]> {
  const rows = await tx.query<{ name: string }>(LEAVE_REPOSITORIES, [id]);
  await tx.query(LEAVE_WEBHOOKS, [id]);
  await tx.query(DELETE, [id]);
  return rows.map(({ name }) => name).toSorted();
}

// What nobody could read may be readable now, once its provider has found it where it was gone. One whose account was
// chosen keeps it.
const ADOPT = `
  WITH adopted AS (
    UPDATE git_repository SET git_account_id = $2, provider_checked_at = NULL, poll_due_at = now(), poll_failures = 0,
      retry_at = NULL
    WHERE organization_id = $1 AND git_account_id IS NULL AND kind = 'remote' AND state = 'failed'
      AND starts_with(address, $3 || '/') RETURNING id, gone_at)
  INSERT INTO event (organization_id, repository_id, task, source, reason)
  SELECT $1, id, 'sync', 'schedule', $4 FROM adopted WHERE gone_at IS NULL RETURNING id`;

/** Lets an account read the repositories of its server that fail without one, and asks for them. @returns how many */
export async function adoptFailing(tx: Transaction, account: string, baseUrl: string): Promise<number> {
  return (await tx.query(ADOPT, [account, baseUrl, "account-connected" satisfies EventReason])).length;
}

const USE = `
  UPDATE git_repository SET git_account_id = $3 WHERE organization_id = $1 AND id = $2`;

/** Lets a repository be read with an account; null: as anybody may. */
export async function setRepositoryAccount(tx: Transaction, repository: string, account: string | null): Promise<void> {
  await tx.query(USE, [repository, account]);
}
