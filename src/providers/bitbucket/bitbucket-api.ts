// The REST API of Bitbucket Cloud (2.0): where it is, how it is asked, what its answers look like.
import { z } from "zod";
import type { OutboundAnswer } from "../../outbound-call.ts";
import { basicAuthorization, type Secret, tokenAuthorization } from "../../secrets.ts";
import { type Api, wordsOf } from "../api-call.ts";
import { Address, Id, Name, RepositoryPath } from "../api-shapes.ts";
import type { ProviderAccess, ProviderRepository } from "../provider.ts";

/** Whether the token belongs to a person, by the e-mail address beside it; else to a repository, project or workspace. */
export function isApiToken({ login }: Pick<ProviderAccess, "login">): boolean {
  return login.includes("@");
}

/** The API; at another address than Bitbucket's own it lies below it, as links in answers of bitbucket.org have it too. */
export function bitbucketApi(access: ProviderAccess | Pick<ProviderAccess, "baseUrl">): Api {
  return {
    label: "Bitbucket",
    root: access.baseUrl === "https://bitbucket.org" ? "https://api.bitbucket.org/2.0" : `${access.baseUrl}/!api/2.0`,
    authorization: "token" in access ? authorizationOf(access) : null,
    headers: {},
    missingScope: (answer) => {
      const scopes = /"required"\s*:\s*\[([^\]]{1,300})\]/.exec(wordsOf(answer))?.[1];
      if (answer.status !== 403 || scopes === undefined) return null;
      return `the scope ${[...scopes.matchAll(/"([\w:-]{1,60})"/g)].map(([, scope]) => scope).join(" and ")}`;
    },
  };
}

/** API tokens go with the e-mail address of their owner, access tokens by themselves. */
function authorizationOf(access: ProviderAccess): Secret {
  return isApiToken(access) ? basicAuthorization(access.login, access.token) : tokenAuthorization(access.token);
}

/** @returns the scopes that an answer says the token has; null when it does not say */
export function grantedScopes({ headers }: OutboundAnswer): string[] | null {
  const header = headers["x-oauth-scopes"];
  if (header === undefined) return null;
  const scopes = header.split(",").map((scope) => scope.trim());
  return scopes.filter((scope) => /^[\w:-]{1,60}$/.test(scope));
}

/** `GET /user` */
export const BitbucketUser = z.object({ uuid: Id, display_name: Name.nullish(), nickname: Name.nullish() });

/** A list of one page; `next` is a whole address. */
export function listOf<Shape extends z.ZodType>(
  shape: Shape,
): z.ZodObject<{ values: z.ZodArray<Shape>; next: z.ZodOptional<z.ZodString> }> {
  return z.object({ values: z.array(shape).max(1_000), next: Address.optional() });
}

/** `GET /user/workspaces`: each within the account's part in it (`workspace_access`); one by itself is taken too. */
export const BitbucketWorkspace = z
  .union([z.object({ workspace: z.object({ slug: Name.min(1) }) }), z.object({ slug: Name.min(1) })])
  .transform((it) => ("workspace" in it ? it.workspace.slug : it.slug));

/** A repository without what the account may: Bitbucket tells that only by lists for a role. */
export const BitbucketRepository = z
  .object({
    uuid: Id,
    full_name: RepositoryPath,
    is_private: z.boolean(),
    mainbranch: z.object({ name: Name }).nullish(),
    links: z.object({
      html: z.object({ href: Address }),
      clone: z.array(z.object({ name: z.string().max(20), href: Address })).max(10),
    }),
  })
  .transform((it): Omit<ProviderRepository, "permission"> => {
    const clone = it.links.clone.find(({ name }) => name === "https")?.href ?? `${it.links.html.href}.git`;
    return {
      id: it.uuid,
      name: it.full_name,
      cloneUrl: clone.replace(/^(https?:\/\/)[^/@]{1,200}@/, "$1"), // with the account's name in it otherwise
      webUrl: it.links.html.href,
      defaultBranch: it.mainbranch?.name ?? null,
      visibility: it.is_private ? "private" : "public",
      archived: false, // Bitbucket Cloud archives nothing
    };
  });

/** A webhook of a repository. */
export const BitbucketHook = z.object({
  uuid: Id,
  url: Address,
  active: z.boolean(),
  events: z.array(z.string().max(100)).max(200),
  secret_set: z.boolean().optional(),
});
