// Accounts at Git servers in use: a token opened for Git or for one question, and what the server's answer says of it.
import type { OrganizationId } from "./domain/model.ts";
import { isAtServer } from "./domain/provider-address.ts";
import { PROVIDER_LABELS } from "./domain/provider-kind.ts";
import { isTidemarkError, TidemarkError } from "./errors.ts";
import type { Keyring, SealedPlace } from "./keyring.ts";
import type { AccountFacts, Provider, ProviderAccess, ProviderCall, ProviderKind } from "./providers/provider.ts";
import { askLikeGit } from "./providers/git-question.ts";
import { providerOf } from "./providers/registry.ts";
import { basicAuthorization, type Secret } from "./secrets.ts";
import type { OrganizationStore, Reader } from "./store/database.ts";
import {
  type CheckedAccount,
  readAccount,
  readTrialPlaces,
  type SealedAccount,
  setAccountChecked,
  setAccountLimit,
  setAccountState,
} from "./store/git-account.ts";

/** What using accounts needs. */
export interface AccountDeps {
  readonly keyring: Keyring;
  readonly call: ProviderCall;
  /** for tests; default: the real ones */
  readonly providerOf?: (kind: ProviderKind) => Provider;
}

/** An account, what its server can do, and how that is asked. */
export interface AccountUse {
  readonly provider: Provider;
  readonly call: ProviderCall;
  readonly access: ProviderAccess;
}

/** Where an account's token is sealed for. */
export function tokenPlace(organizationId: OrganizationId, accountId: string): SealedPlace {
  return { table: "git_account", column: "token", rowId: accountId, organizationId };
}

/**
 * What Git sends so that it may read a repository.
 * @param deps without a keyring repositories that are read with an account fail
 * @returns null without an account, where its server is another one than the repository's, and where the server does
 *   not take the token any more but anybody may read the repository
 * @throws TidemarkError `account-refused` where that is not so, `secret-not-opened`
 */
export async function gitAuthorization(
  reader: Reader,
  { keyring, now = () => Date.now() }: { readonly keyring?: Keyring; readonly now?: () => number },
  repository: { readonly accountId: string | null; readonly address: string; readonly isPublic: boolean },
): Promise<Secret | null> {
  if (repository.accountId === null) return null;
  const account = await readAccount(reader, repository.accountId);
  // a token never leaves its server, whatever address the repository has by now
  if (account === null || !isAtServer(repository.address, account.baseUrl)) return null;
  const refusal = refusalOf(account, now());
  if (refusal !== null) {
    if (repository.isPublic) return null;
    throw refusal;
  }
  if (keyring === undefined) throw new TypeError("no keyring, and a repository that is read with an account");
  const token = keyring.open(account.token, tokenPlace(reader.organizationId, account.id));
  return basicAuthorization(providerOf(account.kind).gitLogin(account.login), token);
}

/**
 * Asks an account's server something. What the answer says of the token is kept: that it is refused or has ended, or
 * until when the server wants to be left alone; until then it is not asked.
 * @returns null when there is no such account
 * @throws TidemarkError what `ask` throws, `account-refused` and `provider-limited` also before it, `secret-not-opened`
 */
export async function withAccount<T>(
  store: OrganizationStore,
  deps: AccountDeps,
  accountId: string,
  ask: (use: AccountUse) => Promise<T>,
): Promise<T | null> {
  const account = await readAccount(store, accountId);
  if (account === null) return null;
  const now = deps.call.now();
  const refusal = refusalOf(account, now) ?? limitOf(account, now);
  if (refusal !== null) throw refusal;
  try {
    return await ask(useOf(account, store.organizationId, deps));
  } catch (error) {
    // a refusal is believed at the second time: one question may meet a server that is not itself
    if (isTidemarkError(error, "account-refused")) await checkAccount(store, deps, accountId).catch(() => undefined);
    else await noteRefusal(store, accountId, error);
    throw error;
  }
}

/**
 * Asks an account's server whether it still takes the token, and keeps what it says. A refused one is asked once more.
 * @returns false when there is no such account, or the server cannot be asked
 * @throws TidemarkError those of `accounts.check()`; `secret-not-opened`
 */
export async function checkAccount(store: OrganizationStore, deps: AccountDeps, accountId: string): Promise<boolean> {
  const account = await readAccount(store, accountId);
  if (account === null) return false;
  const limit = limitOf(account, deps.call.now());
  if (limit !== null) throw limit;
  const { provider, call, access } = useOf(account, store.organizationId, deps);
  if (provider.accounts === null) return false;
  try {
    const facts = await provider.accounts.check(call, access);
    await store.write((tx) => setAccountChecked(tx, accountId, checkedOf(facts, call.now())));
    return true;
  } catch (error) {
    await noteRefusal(store, accountId, error);
    throw error;
  }
}

/** What a server answers to a login that it does not know, and to a wrong password. */
const UNAUTHORIZED = 401;

/**
 * Asks a server where nothing but Git can be asked once more whether it takes a login, after it has refused it to Git, and
 * keeps that it does not. Asked is another repository that is read with it, where there is one: some servers say of what
 * a login may not read that it is wrong.
 * @throws TidemarkError `account-refused`; those of `call()`, `secret-not-opened`
 */
export async function checkLogin(
  store: OrganizationStore,
  deps: AccountDeps,
  accountId: string,
  address: string,
): Promise<void> {
  const account = await readAccount(store, accountId);
  if (account === null || !isAtServer(address, account.baseUrl)) return;
  const { provider, call, access } = useOf(account, store.organizationId, deps);
  if (provider.accounts !== null) return;
  const places = await readTrialPlaces(store, account);
  const other = places.find((place) => place.isOwn && place.address !== address);
  const authorization = basicAuthorization(provider.gitLogin(account.login), access.token);
  const asked = { address: other?.address ?? address, authorization, allow: call.allow };
  const answer = await askLikeGit({ ...asked, attempt: "try the login at" });
  if (answer?.status !== UNAUTHORIZED) return;
  const refusal = notTaken({ ...account, state: "refused" });
  await noteRefusal(store, accountId, refusal);
  throw refusal;
}

/** @returns what is stored of a check */
export function checkedOf(facts: AccountFacts, now: number): CheckedAccount {
  return {
    login: facts.login,
    subject: facts.subject,
    scopes: facts.scopes ?? [],
    missingScopes: facts.missing.map(({ scope }) => scope),
    expiresAt: facts.expiresAt === null ? null : new Date(facts.expiresAt),
    checkedAt: new Date(now),
  };
}

function useOf(account: SealedAccount, organizationId: OrganizationId, deps: AccountDeps): AccountUse {
  const { kind, baseUrl, login } = account;
  const token = deps.keyring.open(account.token, tokenPlace(organizationId, account.id));
  return { provider: (deps.providerOf ?? providerOf)(kind), call: deps.call, access: { kind, baseUrl, login, token } };
}

async function noteRefusal(store: OrganizationStore, id: string, error: unknown): Promise<void> {
  if (isTidemarkError(error, "account-refused")) {
    await store.write((tx) => setAccountState(tx, id, "refused", error.message));
  } else if (isTidemarkError(error, "provider-limited") && error.retryAt !== null) {
    const until = new Date(error.retryAt);
    await store.write((tx) => setAccountLimit(tx, id, until));
  }
}

/** Why a token is not even tried, or null. */
function refusalOf(account: SealedAccount, now: number): TidemarkError | null {
  const { state, expiresAt } = account;
  const ended = expiresAt !== null && expiresAt.getTime() <= now;
  if (state === "active" && !ended) return null;
  return notTaken(ended ? { ...account, state: "expired" } : account);
}

function notTaken({ state, expiresAt, kind, baseUrl, login, name }: SealedAccount): TidemarkError {
  const isPassword = kind === "plain";
  const found =
    state === "expired"
      ? `a token that ended${expiresAt === null ? "" : ` on ${expiresAt.toISOString().slice(0, 10)}`}`
      : isPassword
        ? `that its login is not taken at ${baseUrl}`
        : `a token that is not taken any more by ${PROVIDER_LABELS[kind]}`;
  const needed = isPassword ? "its right password" : "a new token for it";
  const parts = { found, wanted: `${needed}, on the Account page or by tidemark account add` };
  return new TidemarkError("account-refused", { attempt: "use the account", value: login || name, ...parts });
}

/** What a server said of being asked too much, while it is so. */
function limitOf({ limitedUntil, kind, login, name }: SealedAccount, now: number): TidemarkError | null {
  const until = limitedUntil?.getTime() ?? 0;
  if (until <= now) return null;
  const parts = {
    found: `that ${PROVIDER_LABELS[kind]} asked for a pause`,
    wanted: `another try after ${limitedUntil?.toISOString().slice(11, 16)} UTC`,
  };
  const options = { retryAt: until };
  return new TidemarkError("provider-limited", { attempt: "use the account", value: login || name, ...parts }, options);
}
