// The REST API of Gitea and Forgejo (v1): where it is, how it is asked, what its answers look like.
import { z } from "zod";
import type { OutboundAnswer } from "../../outbound-call.ts";
import { tokenAuthorization } from "../../secrets.ts";
import { type Api, wordsOf } from "../api-call.ts";
import { Address, Id, Name, RepositoryPath } from "../api-shapes.ts";
import type { ProviderAccess, ProviderRepository } from "../provider.ts";

/** The API at a server; one below a path has its API below that path. */
export function giteaApi(access: ProviderAccess | Pick<ProviderAccess, "baseUrl">): Api {
  return {
    label: "Gitea",
    root: `${access.baseUrl}/api/v1`,
    authorization: "token" in access ? tokenAuthorization(access.token, "token") : null,
    headers: {},
    missingScope: (answer) => {
      const scopes = requiredScopes(answer);
      return scopes === null ? null : `the scope ${scopes.join(" or ")}`;
    },
  };
}

/**
 * `token does not have at least one of required scope(s): [read:user]`, in newer Gitea
 * `…, required=[read:user], token scope=write:issue`.
 * @returns what is required; null when the answer is about something else
 */
function requiredScopes(answer: OutboundAnswer): string[] | null {
  const words = wordsOf(answer);
  if (answer.status !== 403 || !words.includes("required scope")) return null;
  const listed = /\[([\w:,\s-]{1,200})\]/.exec(words)?.[1] ?? "";
  const scopes = listed.split(/[,\s]+/).filter((scope) => scope !== "");
  return scopes.length > 0 ? scopes : ["that it asks for"];
}

/** `GET /user` */
export const GiteaUser = z.object({ id: Id, login: Name.min(1), full_name: Name.nullish() });

/** A repository. An empty one has a default branch too, which does not exist yet. */
export const GiteaRepository = z
  .object({
    id: Id,
    full_name: RepositoryPath,
    clone_url: Address,
    html_url: Address,
    default_branch: Name.nullish(),
    private: z.boolean(),
    internal: z.boolean().default(false),
    empty: z.boolean().default(false),
    archived: z.boolean().default(false),
    permissions: z.object({ admin: z.boolean(), push: z.boolean() }).nullish(),
  })
  .transform(
    (it): ProviderRepository => ({
      id: it.id,
      name: it.full_name,
      cloneUrl: it.clone_url,
      webUrl: it.html_url,
      defaultBranch: it.empty ? null : it.default_branch || null,
      visibility: it.private || it.internal ? "private" : "public",
      archived: it.archived,
      permission: it.permissions?.admin === true ? "admin" : it.permissions?.push === true ? "write" : "read",
    }),
  );

/** `GET /repos/search` */
export const GiteaSearch = z.object({ data: z.array(GiteaRepository).max(1_000) });

/** A webhook of a repository; `events` also lists what Gitea counts to an event that was asked for. */
export const GiteaHook = z.object({
  id: Id,
  active: z.boolean(),
  events: z.array(z.string().max(100)).max(200),
  branch_filter: z.string().max(5_000).nullish(),
  config: z.object({ url: Address.optional(), content_type: z.string().max(20).optional() }),
});
