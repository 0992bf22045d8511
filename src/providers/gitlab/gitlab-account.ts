// Whose a GitLab token is, and what it may.
import { isTidemarkError } from "../../errors.ts";
import { ask, notThere, read } from "../api-call.ts";
import type { AccountFacts, ProviderAccess, ProviderCall, WantedScope } from "../provider.ts";
import { GitlabToken, GitlabUser, gitlabApi } from "./gitlab-api.ts";

/** What a token should have; `api` alone has all of it. */
export const GITLAB_SCOPES = [
  { scope: "read_api", purpose: "to list repositories" },
  { scope: "read_repository", purpose: "to read private repositories" },
  { scope: "api", purpose: "to create webhooks" },
] as const satisfies readonly WantedScope[];

/** Scopes that include a wanted one, beside itself. */
const INCLUDED_IN: Readonly<Record<string, readonly string[]>> = {
  read_api: ["api"],
  read_repository: ["api", "write_repository"],
};

/** Asks whose the token is, and then the token about itself: OAuth tokens and GitLab before 15.5 do not know the answer. */
export async function checkGitlabAccount(call: ProviderCall, access: ProviderAccess): Promise<AccountFacts> {
  const api = gitlabApi(access);
  const question = { attempt: "check the account at", value: access.baseUrl, path: "/user" };
  const answer = await ask(call, api, question);
  if (answer.status === 404) throw notThere(api, question);
  const user = read(answer, GitlabUser, api, question);
  const token = await tokenFacts(call, access);
  const missing = token === null ? [] : GITLAB_SCOPES.filter(({ scope }) => !hasScope(token.scopes, scope));
  return {
    login: user.username,
    subject: user.id,
    name: user.name || user.username,
    scopes: token?.scopes ?? null,
    missing,
    expiresAt: token?.expires_at == null ? null : Date.parse(`${token.expires_at}T00:00:00Z`),
  };
}

async function tokenFacts(
  call: ProviderCall,
  access: ProviderAccess,
): Promise<ReturnType<typeof GitlabToken.parse> | null> {
  const api = gitlabApi(access);
  const question = { attempt: "check the token at", value: access.baseUrl, path: "/personal_access_tokens/self" };
  try {
    const answer = await ask(call, api, { ...question, understood: [400, 401] });
    return answer.status >= 400 ? null : read(answer, GitlabToken, api, question);
  } catch (error) {
    // the account is known by now: only what the token may is not
    if (isTidemarkError(error, "account-refused", "scope-missing")) return null;
    throw error;
  }
}

function hasScope(scopes: readonly string[], wanted: string): boolean {
  return [wanted, ...(INCLUDED_IN[wanted] ?? [])].some((scope) => scopes.includes(scope));
}
