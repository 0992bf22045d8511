// GitHub's REST API: where it is, how it is asked, what its answers look like.
import { z } from "zod";
import type { OutboundAnswer } from "../../outbound-call.ts";
import type { Api } from "../api-call.ts";
import { tokenAuthorization } from "../../secrets.ts";
import { Address, Id, Name, RepositoryPath } from "../api-shapes.ts";
import type { ProviderAccess, ProviderRepository } from "../provider.ts";

/** The API at a server: github.com and its data-residency hosts have a host for it, GitHub Enterprise Server a path. */
export function githubApi(access: ProviderAccess | Pick<ProviderAccess, "baseUrl">): Api {
  const { protocol, host } = new URL(access.baseUrl);
  const hasHost = host === "github.com" || host.endsWith(".ghe.com");
  return {
    label: "GitHub",
    root: hasHost ? `${protocol}//api.${host}` : `${access.baseUrl}/api/v3`,
    authorization: "token" in access ? tokenAuthorization(access.token) : null,
    headers: { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" },
    missingScope,
  };
}

/**
 * Classic tokens: the scopes accepted and those there are, also with 404. Fine-grained ones: the permissions, with 403
 * and, for some questions, 404.
 */
function missingScope({ status, headers }: OutboundAnswer): string | null {
  const granted = headers["x-oauth-scopes"];
  const accepted = scopesIn(headers["x-accepted-oauth-scopes"]);
  if (granted !== undefined && accepted.length > 0) {
    const has = scopesIn(granted);
    if (!accepted.some((scope) => has.includes(scope))) return `the scope ${accepted.join(" or ")}`;
  }
  if (headers["x-github-sso"] !== undefined) return "a sign-on (SAML) at the organisation, which its page offers";
  const permissions = headers["x-accepted-github-permissions"];
  if (status !== 403 || granted !== undefined || !permissions) return null;
  return /^[\w=,; ]{1,200}$/.test(permissions) ? `the permission ${permissions}` : null;
}

/** @returns what a comma-separated header lists */
export function scopesIn(header: string | undefined): string[] {
  return (header ?? "")
    .split(",")
    .map((scope) => scope.trim())
    .filter((scope) => /^[\w:.-]{1,60}$/.test(scope));
}

/** `GET /user` */
export const GithubUser = z.object({ id: Id, login: Name.min(1), name: Name.nullish() });

const Repository = z.object({
  id: Id,
  full_name: RepositoryPath,
  clone_url: Address,
  html_url: Address,
  default_branch: Name.nullish(),
  private: z.boolean(),
  visibility: z.string().optional(),
  archived: z.boolean().default(false),
  permissions: z.object({ admin: z.boolean(), push: z.boolean() }).optional(),
});

/** A repository; "internal" ones of an enterprise are private for us. */
export const GithubRepository = Repository.transform(
  (it): ProviderRepository => ({
    id: it.id,
    name: it.full_name,
    cloneUrl: it.clone_url,
    webUrl: it.html_url,
    defaultBranch: it.default_branch ?? null,
    visibility: it.private || it.visibility === "internal" ? "private" : "public",
    archived: it.archived,
    permission: it.permissions?.admin === true ? "admin" : it.permissions?.push === true ? "write" : "read",
  }),
);

/** A webhook of a repository. */
export const GithubHook = z.object({
  id: Id,
  active: z.boolean(),
  events: z.array(z.string().max(100)).max(200),
  config: z.object({
    url: Address.optional(),
    content_type: z.string().max(20).optional(),
    insecure_ssl: z.union([z.string().max(5), z.number()]).optional(),
  }),
  last_response: z.object({ code: z.int().nullish(), status: z.string().max(100).nullish() }).nullish(),
});

/** A delivery as lists have it. */
export const GithubDelivery = z.object({
  id: Id,
  guid: z.string().max(100),
  delivered_at: z.iso.datetime({ offset: true }),
  status_code: z.int(),
  redelivery: z.boolean().default(false),
});
