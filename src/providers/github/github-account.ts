// Whose a GitHub token is, and what it may.
import { ask, notThere, read } from "../api-call.ts";
import type { AccountFacts, ProviderAccess, ProviderCall, WantedScope } from "../provider.ts";
import { GithubUser, githubApi, scopesIn } from "./github-api.ts";

/** What a classic token should have. Fine-grained ones have permissions instead, which GitHub does not list. */
export const GITHUB_SCOPES = [
  { scope: "repo", purpose: "to read private repositories" },
  { scope: "admin:repo_hook", purpose: "to create webhooks" },
] as const satisfies readonly WantedScope[];

/** Scopes that include a wanted one, beside itself. */
const INCLUDED_IN: Readonly<Record<string, readonly string[]>> = {
  "admin:repo_hook": ["repo", "write:repo_hook"],
};

/** Asks whose the token is. */
export async function checkGithubAccount(call: ProviderCall, access: ProviderAccess): Promise<AccountFacts> {
  const api = githubApi(access);
  const question = { attempt: "check the account at", value: access.baseUrl, path: "/user" };
  const answer = await ask(call, api, question);
  if (answer.status === 404) throw notThere(api, question);
  const user = read(answer, GithubUser, api, question);
  // classic tokens have this header even when it is empty, fine-grained ones never
  const header = answer.headers["x-oauth-scopes"];
  const scopes = header === undefined ? null : scopesIn(header);
  const missing = scopes === null ? [] : GITHUB_SCOPES.filter(({ scope }) => !hasScope(scopes, scope));
  const expiry = Date.parse(answer.headers["github-authentication-token-expiration"] ?? "");
  return {
    login: user.login,
    subject: user.id,
    name: user.name || user.login,
    scopes,
    missing,
    expiresAt: Number.isNaN(expiry) ? null : expiry,
  };
}

function hasScope(scopes: readonly string[], wanted: string): boolean {
  return [wanted, ...(INCLUDED_IN[wanted] ?? [])].some((scope) => scopes.includes(scope));
}
