// A person connects an account at a Git server: its token is tried, and stored sealed. The same account again gets a new token.
import { checkedOf, tokenPlace } from "../account-access.ts";
import { proofAt } from "../domain/provider-kind.ts";
import { TidemarkError } from "../errors.ts";
import { type AccountFacts, OF_NOBODY, type Provider, type ProviderKind } from "../providers/provider.ts";
import { providerOf } from "../providers/registry.ts";
import type { Secret } from "../secrets.ts";
import type { Transaction } from "../store/database.ts";
import {
  type AccountRow,
  adoptFailing,
  type CheckedAccount,
  insertAccount,
  lockAccountOf,
  setAccountShared,
  setAccountToken,
} from "../store/git-account.ts";
import { repositoryGiven, serverAddress } from "./account-address.ts";
import { tryAtRepository } from "./try-password.ts";
import {
  type AccountPerson,
  type AccountsDeps,
  assertIsOwn,
  assertMayManage,
  assertMayShare,
  usableAccount,
} from "./account-person.ts";

/** Longest token or password, in characters. */
export const MAX_TOKEN = 4_096;
/** Longest login, in characters. */
export const MAX_LOGIN = 255;

/** An account as a person gives it. */
export interface NewAccount {
  readonly kind: ProviderKind;
  /** "" for the server that everybody means by the kind's name; of a plain one also the address of a repository there */
  readonly server: string;
  /** needed where the server cannot be asked whose the token is; else may be "" */
  readonly login: string;
  readonly token: Secret;
  /** left out: as it was, and hers alone at first */
  readonly shared?: boolean | undefined;
}

/** What is to be changed of an account; what is left out stays. */
export interface AccountChanges {
  readonly shared?: boolean | undefined;
  readonly token?: Secret | undefined;
}

/**
 * Connects an account, or gives the one that the person has there already another token.
 * @returns its id
 * @throws TidemarkError `bad-address`, `address-not-allowed`, `host-not-found`; `bad-argument` for a token or a login that
 *   cannot be one; `account-refused`, `provider-failed`, `provider-limited` as the server answers; `not-allowed`
 */
export async function connectAccount(
  deps: AccountsDeps,
  person: AccountPerson,
  { kind, server, login, token, shared }: NewAccount,
): Promise<string> {
  const provider = (deps.providerOf ?? providerOf)(kind);
  if (shared === true) assertMayShare(person, provider.label);
  const proof = tidyToken(provider, token);
  assertLogin(provider, login.trim());
  const baseUrl = await serverAddress(provider, server, deps.allow);
  const access = { kind, baseUrl, login: login.trim(), token: proof };
  const facts = (await provider.accounts?.check({ allow: deps.allow, now: deps.now }, access)) ?? null;
  const store = deps.database.web.in(person.organizationId);
  const given = provider.trial === null ? null : repositoryGiven(server, baseUrl);
  const isTaken = await tryAtRepository(deps, provider, access, { reader: store, person, given });
  const row: AccountRow = {
    userId: person.userId,
    kind,
    baseUrl,
    name: facts?.name ?? (access.login || new URL(baseUrl).host),
    shared: shared ?? false,
    ...checked(facts, access.login, { now: deps.now(), isTaken }),
  };
  return store.write(async (tx) => {
    const id = await rowOf(tx, row);
    await setAccountToken(tx, id, deps.keyring.seal(proof, tokenPlace(person.organizationId, id)), row);
    if (shared !== undefined) await setAccountShared(tx, id, shared);
    // whoever connects it because a repository could not be read need not choose it there
    await adoptFailing(tx, id, baseUrl);
    return id;
  });
}

/** The row of the account, which two windows of one person may make at once. */
async function rowOf(tx: Transaction, row: AccountRow): Promise<string> {
  const id = (await lockAccountOf(tx, row)) ?? (await insertAccount(tx, row)) ?? (await lockAccountOf(tx, row));
  if (id !== null) return id;
  const parts = { found: "another one in its place", wanted: "another try" };
  throw new TidemarkError("database-busy", { attempt: "store the account", value: row.name, ...parts });
}

/**
 * Shares an account or takes it back, or gives it another token of the same person.
 * @throws TidemarkError `account-not-found`, `not-allowed`; those of `connectAccount()` for a token
 */
export async function changeAccount(
  deps: AccountsDeps,
  person: AccountPerson,
  id: string,
  { shared, token }: AccountChanges,
): Promise<void> {
  const store = deps.database.web.in(person.organizationId);
  const account = await usableAccount(store, person, id);
  if (shared === true) assertMayShare(person, account.name);
  if (shared !== undefined) assertMayManage(person, account);
  if (token !== undefined) {
    assertIsOwn(person, account);
    const provider = (deps.providerOf ?? providerOf)(account.kind);
    const proof = tidyToken(provider, token);
    const access = { kind: account.kind, baseUrl: account.baseUrl, login: account.login, token: proof };
    const facts = (await provider.accounts?.check({ allow: deps.allow, now: deps.now }, access)) ?? null;
    if (facts !== null && account.subject !== null && isOfAnother(account.subject, facts.subject)) {
      const parts = { found: `a token of ${facts.login}`, wanted: "one of the same person; connect hers beside it" };
      throw new TidemarkError("bad-argument", {
        attempt: `change the ${proofAt(account.kind)} of`,
        value: account.name,
        ...parts,
      });
    }
    const isTaken = await tryAtRepository(deps, provider, access, { reader: store, person, given: null });
    const sealed = deps.keyring.seal(proof, tokenPlace(person.organizationId, id));
    const row = checked(facts, account.login, { now: deps.now(), isTaken });
    await store.write(async (tx) => {
      const holder = await lockAccountOf(tx, { ...account, ...row });
      if (holder !== null && holder !== id) {
        const parts = { found: "a token that another account has", wanted: "one of its own" };
        throw new TidemarkError("bad-argument", {
          attempt: `change the ${proofAt(account.kind)} of`,
          value: account.name,
          ...parts,
        });
      }
      await setAccountToken(tx, id, sealed, row);
    });
  }
  if (shared !== undefined) await store.write((tx) => setAccountShared(tx, id, shared));
}

/** Whether a token is another person's. Those that belong to nobody follow one another in the same account. */
function isOfAnother(before: string, now: string): boolean {
  return before !== now && !(before.startsWith(OF_NOBODY) && now.startsWith(OF_NOBODY));
}

/** What is stored where a server told whose the token is, and where it cannot be asked. */
function checked(
  facts: AccountFacts | null,
  login: string,
  { now, isTaken }: { readonly now: number; readonly isTaken: boolean },
): CheckedAccount {
  if (facts !== null) return checkedOf(facts, now);
  const checkedAt = isTaken ? new Date(now) : null;
  return { login, subject: null, scopes: [], missingScopes: [], expiresAt: null, checkedAt };
}

/** @returns the token as the server knows it. A password may begin and end with blanks, a token never does. */
function tidyToken(provider: Provider, given: Secret): Secret {
  const isPassword = provider.kind === "plain";
  const token = isPassword ? given : given.trim();
  const bad = (found: string): TidemarkError => {
    const wanted = isPassword ? "its password or token" : "the token as the server showed it";
    return new TidemarkError("bad-argument", {
      attempt: `use the ${proofAt(provider.kind)} for`,
      value: provider.label,
      found,
      wanted,
    });
  };
  if (token.length === 0) throw bad("nothing");
  if (token.length > MAX_TOKEN) throw bad(`${token.length} characters`);
  if (token.has(isPassword ? /[\p{Cc}\p{Cs}]/u : /[^\x21-\x7e]/)) throw bad("a character that none has");
  return token;
}

function assertLogin(provider: Provider, login: string): void {
  const bad = (found: string, wanted: string): TidemarkError =>
    new TidemarkError("bad-argument", { attempt: "use the login for", value: provider.label, found, wanted });
  if (login.length > MAX_LOGIN) throw bad(`${login.length} characters`, `at most ${MAX_LOGIN}`);
  // Basic authorization ends the login at the first colon
  if (/[\p{Cc}:]/u.test(login) || !login.isWellFormed()) {
    throw bad("a colon or a control character in it", "the name that you sign in with");
  }
}
