// Whose a token of Gitea or Forgejo is, and what it may.
import { isTidemarkError } from "../../errors.ts";
import { ask, notThere, read } from "../api-call.ts";
import type { AccountFacts, ProviderAccess, ProviderCall, WantedScope } from "../provider.ts";
import { GiteaUser, giteaApi } from "./gitea-api.ts";

/** What a token should have. */
export const GITEA_SCOPES = [
  { scope: "read:user", purpose: "to know whose account it is" },
  { scope: "read:repository", purpose: "to list repositories and read private ones" },
  { scope: "write:repository", purpose: "to create webhooks" },
] as const satisfies readonly WantedScope[];

/** Asks whose the token is. A server does not list a token's scopes to the token, so that each is tried. */
export async function checkGiteaAccount(call: ProviderCall, access: ProviderAccess): Promise<AccountFacts> {
  const api = giteaApi(access);
  const question = { attempt: "check the account at", value: access.baseUrl, path: "/user" };
  const answer = await ask(call, api, question);
  if (answer.status === 404) throw notThere(api, question);
  const user = read(answer, GiteaUser, api, question);
  const canWrite = await passes(call, access, user.login, "DELETE");
  const canRead = canWrite || (await passes(call, access, user.login, "GET"));
  const missing = GITEA_SCOPES.filter(
    ({ scope }) => (scope === "write:repository" && !canWrite) || (scope === "read:repository" && !canRead),
  );
  const scopes = GITEA_SCOPES.map(({ scope }) => scope).filter((scope) => !missing.some((it) => it.scope === scope));
  return { login: user.login, subject: user.id, name: user.full_name || user.login, scopes, missing, expiresAt: null };
}

/**
 * Whether the scope suffices for this method. Scopes are looked at before the repository is: without the right one the
 * answer is 403, with it 404, because `-` is a name that no repository can have.
 */
async function passes(
  call: ProviderCall,
  access: ProviderAccess,
  login: string,
  method: "GET" | "DELETE",
): Promise<boolean> {
  const path = `/repos/${encodeURIComponent(login)}/-/hooks/0`;
  const question = { attempt: "check the token at", value: access.baseUrl, path, method };
  try {
    await ask(call, giteaApi(access), question);
    return true;
  } catch (error) {
    if (isTidemarkError(error, "scope-missing")) return false;
    throw error;
  }
}
