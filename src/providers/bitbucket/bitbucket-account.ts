// Whose a Bitbucket token is, and what it may.
import { isTidemarkError, TidemarkError } from "../../errors.ts";
import { fingerprintOf } from "../../secrets.ts";
import { ask, notThere, read } from "../api-call.ts";
import { type AccountFacts, OF_NOBODY, type ProviderAccess, type ProviderCall, type WantedScope } from "../provider.ts";
import { BitbucketUser, bitbucketApi, grantedScopes, isApiToken } from "./bitbucket-api.ts";

/** What an API token should have. */
export const BITBUCKET_SCOPES = [
  { scope: "read:user:bitbucket", purpose: "to know whose account it is" },
  { scope: "read:workspace:bitbucket", purpose: "to list workspaces" },
  { scope: "read:repository:bitbucket", purpose: "to list and read repositories" },
  { scope: "read:webhook:bitbucket", purpose: "to check webhooks" },
  { scope: "write:webhook:bitbucket", purpose: "to create webhooks" },
  { scope: "delete:webhook:bitbucket", purpose: "to remove webhooks" },
] as const satisfies readonly WantedScope[];

/** What access tokens and OAuth call the same rights; each word includes what lies below. They can list no workspaces. */
export const ACCESS_TOKEN_SCOPES: readonly (WantedScope & { readonly includedIn: readonly string[] })[] = [
  {
    scope: "repository",
    purpose: "to read the repository",
    includedIn: ["repository:write", "repository:admin"],
  },
  { scope: "webhook", purpose: "to create webhooks", includedIn: [] },
];

/** Asks whose the token is. An access token has no right to ask that: its own fingerprint stands for the account then. */
export async function checkBitbucketAccount(call: ProviderCall, access: ProviderAccess): Promise<AccountFacts> {
  const api = bitbucketApi(access);
  const question = { attempt: "check the account at", value: access.baseUrl, path: "/user" };
  const understood = isApiToken(access) ? [] : [403];
  const answer = await ask(call, api, { ...question, understood }).catch((error: unknown) => {
    throw access.login === "" ? withLoginHint(error) : error;
  });
  if (answer.status === 404) throw notThere(api, question);
  const scopes = grantedScopes(answer);
  const missing = missingOf(access, scopes);
  const user = answer.status === 403 ? null : read(answer, BitbucketUser, api, question);
  const name = user?.display_name || user?.nickname || access.login || "Access token";
  if (user !== null && isApiToken(access))
    return { login: access.login, subject: user.uuid, name, scopes, missing, expiresAt: null };
  // each stands for itself, beside others and beside an account of the same person
  const itself = `${OF_NOBODY}${fingerprintOf(access.token)}`;
  return { login: itself, subject: itself, name, scopes, missing, expiresAt: null };
}

/** An API token without its login is refused like one that is wrong. */
function withLoginHint(error: unknown): unknown {
  if (!isTidemarkError(error, "account-refused")) return error;
  const wanted = `${error.parts.wanted}; an API token goes with your e-mail address there as its login`;
  return new TidemarkError("account-refused", { ...error.parts, wanted }, { cause: error.cause });
}

function missingOf(access: ProviderAccess, scopes: readonly string[] | null): WantedScope[] {
  if (scopes === null) return [];
  if (isApiToken(access)) return BITBUCKET_SCOPES.filter(({ scope }) => !scopes.includes(scope));
  const missing = ACCESS_TOKEN_SCOPES.filter(
    ({ scope, includedIn }) => ![scope, ...includedIn].some((word) => scopes.includes(word)),
  );
  return missing.map(({ scope, purpose }) => ({ scope, purpose }));
}
