// The accounts at Git servers that a person may use, as a page shows them, and what can be connected.
import { PROVIDER_KINDS, proofAt } from "../domain/provider-kind.ts";
import { keyIdOf } from "../keyring.ts";
import type { Provider, ProviderKind, WantedScope } from "../providers/provider.ts";
import { providerOf } from "../providers/registry.ts";
import { type ListedAccount, readAccounts } from "../store/git-account.ts";
import type { AccountPerson, AccountsDeps } from "./account-person.ts";

/** An account as people see it. Times are ISO 8601. */
export interface AccountView {
  readonly id: string;
  readonly kind: ProviderKind;
  /** "GitHub" */
  readonly label: string;
  readonly baseUrl: string;
  readonly login: string;
  readonly name: string;
  /** whether it is the asking person's own */
  readonly own: boolean;
  readonly userName: string;
  readonly shared: boolean;
  /** `limited`: the server wants to be left alone; `sealed`: the key that its token was sealed with is not here */
  readonly state: "active" | "limited" | "refused" | "expired" | "sealed";
  /** what is wrong with it, in words; null: nothing */
  readonly problem: string | null;
  /** as the server names them; empty where it does not tell */
  readonly scopes: readonly string[];
  /** what the token may not do and Tidemark would use */
  readonly missing: readonly WantedScope[];
  /** where tokens are made and changed, or null */
  readonly tokenPage: string | null;
  /** what can be asked of this server beside Git */
  readonly offers: { readonly repositories: boolean; readonly webhooks: boolean };
  /** repositories that are read with it */
  readonly repositories: number;
  /** webhooks that were removed here and are still at its server, and when their removal is tried next; null: none */
  readonly leftWebhooks: { readonly count: number; readonly nextAt: string } | null;
  readonly limitedUntil: string | null;
  readonly expiresAt: string | null;
  readonly checkedAt: string | null;
  readonly createdAt: string;
}

/** A kind of server that an account can be connected at. */
export interface ConnectableProvider {
  readonly kind: ProviderKind;
  readonly label: string;
  /** the server that everybody means; null: an address has to be given */
  readonly publicUrl: string | null;
  /** where a token for it is made; null where that depends on the server */
  readonly tokenPage: string | null;
  /** … and behind the address of a server of one's own; null where there is none, or nobody knows */
  readonly tokenPath: string | null;
  readonly wanted: readonly WantedScope[];
  /** whether the person has to say her login, since the server does not tell whose a token is */
  readonly needsLogin: boolean;
  /** whether a login goes with some of its tokens */
  readonly takesLogin: boolean;
}

/** @returns the accounts that a person may use, hers and shared ones, in the order in which they were connected */
export async function listAccounts(
  { database, keyring, now, providerOf: find = providerOf }: Omit<AccountsDeps, "allow">,
  person: AccountPerson,
): Promise<readonly AccountView[]> {
  const accounts = await readAccounts(database.web.in(person.organizationId), person.userId);
  return accounts.map((account) => ({
    ...viewOf(account, find(account.kind)),
    own: account.userId === person.userId,
    ...standing(account, keyring.keyIds, now()),
  }));
}

/** Any server of somebody's own: what stands behind it is the same at each. */
const OWN_SERVER = "https://git.example.org";

/** @returns every kind of server */
export function connectableProviders(): readonly ConnectableProvider[] {
  return PROVIDER_KINDS.map((kind) => {
    const provider = providerOf(kind);
    const { label, publicUrl, wanted } = provider;
    const tokenPage = publicUrl === null ? null : provider.tokenPage(publicUrl);
    const needsLogin = provider.accounts === null;
    // Bitbucket's API tokens go with the e-mail address of the person, its access tokens with nothing
    const takesLogin = needsLogin || kind === "bitbucket";
    const own = provider.tokenPage(OWN_SERVER);
    const tokenPath = own?.startsWith(OWN_SERVER) === true ? own.slice(OWN_SERVER.length) : null;
    return { kind, label, publicUrl, tokenPage, tokenPath, wanted, needsLogin, takesLogin };
  });
}

function viewOf(account: ListedAccount, provider: Provider): Omit<AccountView, "own" | "state" | "problem"> {
  const { id, kind, baseUrl, login, name, userName, shared, scopes, missingScopes, repositories } = account;
  const { leftWebhooks, leftWebhooksAt } = account;
  const purposes = new Map(
    [...(provider.wantedOfOthers ?? []), ...provider.wanted].map(({ scope, purpose }) => [scope, purpose]),
  );
  return {
    id,
    kind,
    label: provider.label,
    baseUrl,
    login,
    name,
    userName,
    shared,
    scopes,
    missing: missingScopes.map((scope) => ({ scope, purpose: purposes.get(scope) ?? "" })),
    tokenPage: provider.tokenPage(baseUrl, login),
    offers: { repositories: provider.repositories !== null, webhooks: provider.webhooks !== null },
    repositories,
    leftWebhooks: leftWebhooksAt === null ? null : { count: leftWebhooks, nextAt: leftWebhooksAt.toISOString() },
    limitedUntil: account.limitedUntil?.toISOString() ?? null,
    expiresAt: account.expiresAt?.toISOString() ?? null,
    checkedAt: account.checkedAt?.toISOString() ?? null,
    createdAt: account.createdAt.toISOString(),
  };
}

/** How an account is doing, the worst first. */
function standing(
  { kind, state, problem, expiresAt, limitedUntil, sealedHeader }: ListedAccount,
  keyIds: readonly string[],
  now: number,
): Pick<AccountView, "state" | "problem"> {
  if (!keyIds.includes(keyIdOf(sealedHeader))) {
    const wanted = kind === "plain" ? "give its password once more" : "give it a new token";
    return { state: "sealed", problem: `Its ${proofAt(kind)} was sealed with a key that is not here: ${wanted}.` };
  }
  if (state === "expired" || (expiresAt !== null && expiresAt.getTime() <= now)) {
    return { state: "expired", problem: "Its token has ended: give it a new one." };
  }
  if (state === "refused")
    return { state, problem: problem ?? `The server does not take its ${proofAt(kind)} any more.` };
  if (limitedUntil !== null && limitedUntil.getTime() > now) {
    return { state: "limited", problem: `The server asked for a pause until ${limitedUntil.toISOString()}.` };
  }
  return { state: "active", problem: null };
}
