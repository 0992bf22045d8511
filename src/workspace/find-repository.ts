// The repository that a person means: whatever she pasted, by whose account it is read, what its provider says of it.
import { withAccount } from "../account-access.ts";
import { type PastedAddress, readPasted } from "../domain/pasted-address.ts";
import { cloneAddress, nameAtServer, pageAddress } from "../domain/provider-address.ts";
import { kindOfHost, PROVIDER_LABELS, type ProviderKind } from "../domain/provider-kind.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { checkRemote } from "../outbound.ts";
import type { ProviderRepository } from "../providers/provider.ts";
import { providerOf } from "../providers/registry.ts";
import { type ListedAccount, readAccounts } from "../store/git-account.ts";
import type { ProviderFacts } from "../store/repository-provider.ts";
import { type AccountPerson, type AccountsDeps, usableAccount } from "./account-person.ts";
import { plainReader } from "./plain-reader.ts";
import { nameOfUrl } from "../domain/repository-name.ts";

/** A repository that was found; its history is not looked at yet. */
export interface FoundRepository {
  /** checked, for Git over HTTP */
  readonly address: string;
  readonly name: string;
  readonly accountId: string | null;
  readonly facts: ProviderFacts | null;
}

/** Where a bare `owner/name` is when no account knows it. */
const COMMON_SERVER = "https://github.com";

/** What ends with no more than "it cannot be asked now": Git may answer all the same. */
const NOT_NOW = [
  "provider-limited",
  "provider-failed",
  "remote-unreachable",
  "host-not-found",
  "remote-timeout",
] as const;

/**
 * Finds out which repository is meant. Accounts are asked where they are at home; without one anybody's address does.
 * @param account the one that the person chose, or null: then her own and the team's are tried
 * @throws TidemarkError `bad-address`, `address-not-allowed`, `host-not-found`; `account-not-found`; `account-refused`,
 *   `scope-missing`, `secret-not-opened` of the chosen account; `repository-not-found` where it does not see it, or where
 *   one at that server does not and nobody else does
 */
export async function findRepository(
  deps: AccountsDeps,
  person: AccountPerson,
  text: string,
  account: string | null,
): Promise<FoundRepository> {
  const pasted = readPasted(text);
  const store = deps.database.web.in(person.organizationId);
  if (account !== null) {
    await usableAccount(store, person, account);
    const chosen = (await readAccounts(store, person.userId)).find(({ id }) => id === account) as ListedAccount;
    const url = pasted.kind === "name" ? `${chosen.baseUrl}/${pasted.name}` : schemed(pasted, [chosen]);
    return nowOrLater(deps, person, chosen, url);
  }
  // one's own first, the newest first: a token that was just given is the one that is meant
  const accounts = (await readAccounts(store, person.userId))
    .filter(({ state }) => state === "active")
    .toSorted(
      (a, b) => Number(b.userId === person.userId) - Number(a.userId === person.userId) || Number(b.id) - Number(a.id),
    );
  if (pasted.kind === "name") return byName(deps, person, accounts, pasted.name);
  const url = schemed(pasted, accounts);
  let blind: ListedAccount | null = null;
  let unasked: ListedAccount | null = null;
  const there = accounts.filter(({ baseUrl }) => nameAtServer(url, baseUrl) !== null);
  for (const each of there) {
    if (each.kind === "plain") continue;
    const found = await tryAccount(deps, person, each, url);
    if (typeof found === "object") return found;
    if (found === "not seen") blind ??= each;
    if (found === "not now") unasked ??= each;
  }
  // with the operator's key an address for SSH is one; without, the same repository is asked for over HTTPS
  const viaSsh = deps.allow.ssh === undefined ? undefined : pasted.ssh;
  if (viaSsh === undefined && unasked !== null) return askedLater(deps, unasked, url);
  if (viaSsh === undefined && blind !== null && (await isHidden(deps, blind, url))) throw notSeen(url, blind);
  const plain = there.filter(({ kind }) => kind === "plain");
  const reader = viaSsh !== undefined || plain.length === 0 ? null : await plainReader(deps, person, plain, url);
  return reader === null ? byAnybody(deps, viaSsh ?? url) : nowOrLater(deps, person, reader, url);
}

/** @returns the address; with the scheme of an account at that host and port where none was given */
function schemed(
  { url, assumesHttps }: Extract<PastedAddress, { kind: "url" }>,
  accounts: readonly ListedAccount[],
): string {
  if (assumesHttps !== true || !URL.canParse(url)) return url;
  const { host } = new URL(url);
  const schemes = accounts.map(({ baseUrl }) => new URL(baseUrl)).filter((each) => each.host === host);
  const isPlain = schemes.length > 0 && schemes.every(({ protocol }) => protocol === "http:");
  return isPlain ? url.replace(/^https:/, "http:") : url;
}

/** Whether a server says also to nobody in particular that it has no such repository: then Git would not see it either. */
async function isHidden(deps: AccountsDeps, { kind, baseUrl }: ListedAccount, url: string): Promise<boolean> {
  const { repositories } = (deps.providerOf ?? providerOf)(kind);
  const name = nameAtServer(url, baseUrl);
  if (repositories === null || name === null) return false;
  const call = { allow: deps.allow, now: deps.now };
  // whoever does not answer may be asked by Git
  return repositories.find(call, { kind, baseUrl }, { name }).then(
    (found) => found === null,
    () => false,
  );
}

/**
 * A bare name is taken to every server that can be asked for it. A plain one cannot, and says yes to anything.
 * @throws TidemarkError `bad-argument` where several servers have one of this name, and where one that may cannot be asked
 */
async function byName(
  deps: AccountsDeps,
  person: AccountPerson,
  accounts: readonly ListedAccount[],
  name: string,
): Promise<FoundRepository> {
  const found = new Map<string, FoundRepository>();
  let unasked: ListedAccount | null = null;
  for (const account of accounts) {
    if (account.kind === "plain" || found.has(account.baseUrl)) continue;
    const repository = await tryAccount(deps, person, account, `${account.baseUrl}/${name}`);
    if (typeof repository === "object") found.set(account.baseUrl, repository);
    if (repository === "not now") unasked ??= account;
  }
  const [only, ...others] = found.values();
  if (only === undefined) {
    const url = `${COMMON_SERVER}/${name}`;
    if (unasked === null) return byAnybody(deps, url);
    if (unasked.baseUrl === COMMON_SERVER) return askedLater(deps, unasked, url);
    // one of the same name elsewhere may be anybody's
    throw unclear(name, `that ${PROVIDER_LABELS[unasked.kind]} at ${unasked.baseUrl} cannot be asked now`);
  }
  if (others.length === 0) return only;
  throw unclear(name, `one at each of ${[...found.keys()].join(", ")}`);
}

function unclear(name: string, found: string): TidemarkError {
  const parts = { found, wanted: "the whole address of the one that is meant" };
  return new TidemarkError("bad-argument", { attempt: "add the repository", value: name, ...parts });
}

/**
 * @returns `not seen` where this account's server says that: another account, or anybody, may see it; `not now` where the
 *   server does not answer or wants to be left alone
 */
async function tryAccount(
  deps: AccountsDeps,
  person: AccountPerson,
  account: ListedAccount,
  url: string,
): Promise<FoundRepository | "not seen" | "not asked" | "not now"> {
  try {
    return await byAccount(deps, person, account, url);
  } catch (error) {
    if (isTidemarkError(error, "repository-not-found")) return "not seen";
    if (isTidemarkError(error, ...NOT_NOW)) return "not now";
    if (isTidemarkError(error, "account-refused", "scope-missing")) return "not asked";
    throw error;
  }
}

async function byAccount(
  deps: AccountsDeps,
  person: AccountPerson,
  account: ListedAccount,
  url: string,
): Promise<FoundRepository> {
  const name = nameAtServer(url, account.baseUrl);
  if (name === null) {
    const parts = { found: "an address on another server", wanted: `one below ${account.baseUrl}, or another account` };
    throw new TidemarkError("bad-address", { attempt: "use the account with", value: url.slice(0, 200), ...parts });
  }
  const store = deps.database.web.in(person.organizationId);
  const { allow, keyring, now } = deps;
  const use = { keyring, call: { allow, now }, providerOf: deps.providerOf ?? providerOf };
  const found = await withAccount(store, use, account.id, async ({ provider, call, access }) =>
    // a plain server cannot be asked: Git will say whether it is there
    provider.repositories === null ? undefined : provider.repositories.find(call, access, { name }),
  );
  if (found === undefined) return { ...(await byAnybody(deps, url)), accountId: account.id };
  if (found === null) throw notSeen(url, account);
  return { ...(await ofProvider(deps, account.kind, found, account.baseUrl)), accountId: account.id };
}

/** An account whose server cannot be asked now reads it all the same: the server is asked for the rest once it answers. */
async function askedLater(
  deps: Pick<AccountsDeps, "allow">,
  { id, kind }: ListedAccount,
  url: string,
): Promise<FoundRepository> {
  const found = await byAnybody(deps, url);
  return { ...found, accountId: id, facts: kind === "plain" ? found.facts : { ...UNKNOWN, provider: kind } };
}

/** The account that is meant reads it, also one whose server wants to be left alone now. */
async function nowOrLater(
  deps: AccountsDeps,
  person: AccountPerson,
  account: ListedAccount,
  url: string,
): Promise<FoundRepository> {
  try {
    return await byAccount(deps, person, account, url);
  } catch (error) {
    if (isTidemarkError(error, "provider-limited")) return askedLater(deps, account, url);
    throw error;
  }
}

function notSeen(url: string, { login, name }: ListedAccount): TidemarkError {
  const parts = {
    found: `none that ${login || name} may see`,
    wanted: "a repository of that account, or one that anybody may read",
  };
  return new TidemarkError("repository-not-found", {
    attempt: "add the repository",
    value: url.slice(0, 200),
    ...parts,
  });
}

/** An address that came from a provider is as untrusted as one that was typed; a token goes to its own server only. */
export async function ofProvider(
  { allow }: Pick<AccountsDeps, "allow">,
  kind: ProviderKind,
  found: ProviderRepository,
  baseUrl: string,
): Promise<Omit<FoundRepository, "accountId"> & { readonly facts: ProviderFacts }> {
  const remote = await checkRemote(cloneAddress(found, baseUrl), allow);
  const { id: providerId, name: providerName, visibility, archived } = found;
  const webUrl = pageAddress(found);
  const facts = { provider: kind, providerId, providerName, webUrl, visibility, archived };
  return { address: remote.url, name: nameOfUrl(remote.url), facts };
}

/** What is known of a repository whose provider was not asked. */
const UNKNOWN = { providerId: null, providerName: null, webUrl: null, visibility: null, archived: false } as const;

/** Nobody is asked besides Git, which will say whether it is there. */
async function byAnybody({ allow }: Pick<AccountsDeps, "allow">, url: string): Promise<FoundRepository> {
  const remote = await checkRemote(url, allow);
  const provider = kindOfHost(remote.host);
  return {
    address: remote.url,
    name: nameOfUrl(remote.url),
    accountId: null,
    facts: provider === null ? null : { provider, ...UNKNOWN },
  };
}
