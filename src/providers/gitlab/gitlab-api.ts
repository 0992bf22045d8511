// GitLab's REST API (v4): where it is, how it is asked, what its answers look like.
import { z } from "zod";
import type { OutboundAnswer } from "../../outbound-call.ts";
import { tokenAuthorization } from "../../secrets.ts";
import { type Api, wordsOf } from "../api-call.ts";
import { Address, Id, Name, RepositoryPath } from "../api-shapes.ts";
import type { ProviderAccess, ProviderRepository } from "../provider.ts";

/** Access levels (GitLab, "Roles and permissions"): a maintainer may manage webhooks, a developer may push. */
const MAINTAINER = 40;
const DEVELOPER = 30;

/** The API at a server; one below a path has its API below that path. */
export function gitlabApi(access: ProviderAccess | Pick<ProviderAccess, "baseUrl">): Api {
  return {
    label: "GitLab",
    root: `${access.baseUrl}/api/v4`,
    // personal, project and group tokens are taken here as OAuth's are
    authorization: "token" in access ? tokenAuthorization(access.token) : null,
    headers: {},
    missingScope,
  };
}

/** `{"error":"insufficient_scope","scope":"api read_api"}` with 403. */
function missingScope(answer: OutboundAnswer): string | null {
  const words = wordsOf(answer);
  if (answer.status !== 403 || !words.includes("insufficient_scope")) return null;
  const scopes = /"scope"\s*:\s*"([\w ]{1,100})"/.exec(words)?.[1];
  return `the scope ${scopes?.split(" ").join(" or ") ?? "api"}`;
}

/** `GET /user` */
export const GitlabUser = z.object({ id: Id, username: Name.min(1), name: Name.nullish() });

/** `GET /personal_access_tokens/self`; the expiry is a day, and the token ends as it begins (UTC) */
export const GitlabToken = z.object({
  scopes: z.array(z.string().max(60)).max(100),
  expires_at: z.iso.date().nullish(),
});

const Level = z.object({ access_level: z.int() }).nullish();

/** A project. Who is not signed in is told less of it. */
export const GitlabProject = z
  .object({
    id: Id,
    path_with_namespace: RepositoryPath,
    http_url_to_repo: Address,
    web_url: Address,
    default_branch: Name.nullish(),
    visibility: z.string().max(20).default("public"),
    archived: z.boolean().default(false),
    permissions: z.object({ project_access: Level, group_access: Level }).nullish(),
  })
  .transform((it): ProviderRepository => {
    const { project_access: own, group_access: group } = it.permissions ?? {};
    const level = Math.max(own?.access_level ?? 0, group?.access_level ?? 0);
    return {
      id: it.id,
      name: it.path_with_namespace,
      cloneUrl: it.http_url_to_repo,
      webUrl: it.web_url,
      defaultBranch: it.default_branch ?? null,
      visibility: it.visibility === "public" ? "public" : "private", // "internal" takes an account
      archived: it.archived,
      permission: level >= MAINTAINER ? "admin" : level >= DEVELOPER ? "write" : "read",
    };
  });

/** A webhook of a project. */
export const GitlabHook = z.object({
  id: Id,
  url: Address,
  push_events: z.boolean().default(false),
  tag_push_events: z.boolean().default(false),
  push_events_branch_filter: z.string().max(5_000).nullish(),
  custom_webhook_template: z.string().nullish(),
  alert_status: z.string().max(40).nullish(),
});
