// GitLab's REST API below /api/v4: what Tidemark asks of it, and how it refuses.
import type { ApiAnswer, ApiRequest } from "./api-request.ts";
import { json, NOT_FOUND, page, reachable, text, visible } from "./api-request.ts";
import { isoTime, splitName } from "./dialect.ts";
import type { Sender } from "./sender.ts";
import { isLocalAddress, type Permission, type SimulatedHook, type SimulatedRepository, type World } from "./world.ts";

const ROOT = "/api/v4";
const LEVELS: Readonly<Record<Permission, number>> = { read: 20, write: 30, admin: 40 };

/** @returns the answer to a question below /api/v4; null for no such path */
export function gitlabApi(world: World, sender: Sender, request: ApiRequest): ApiAnswer | null {
  const { token, parts, method } = request;
  if (parts[0] === "personal_access_tokens" && parts[1] === "self") {
    if (token?.scopes == null) return NOT_FOUND;
    const day = token.expiresAt === null ? null : new Date(token.expiresAt).toISOString().slice(0, 10);
    return json({ id: 1, name: "t", revoked: false, active: true, scopes: token.scopes, expires_at: day });
  }
  const needed = method === "GET" ? ["api", "read_api"] : ["api"];
  if (parts[0] === "user") {
    if (token?.account == null) return json({ message: "401 Unauthorized" }, 401);
    const { account } = token;
    const refusal = scopeRefusal(request, [...needed, "read_user"]);
    return refusal ?? json({ id: account.id, username: account.login, name: account.name });
  }
  if (parts[0] !== "projects") return null;
  const refusal = scopeRefusal(request, needed);
  if (refusal !== null) return refusal;
  const id = parts[1];
  if (id === undefined) return list(world, request);
  const found = visible(world, token, /^\d+$/.test(id) ? world.withId(id) : world.named(id));
  if (found === null) return moved(world, request, id);
  if (parts[2] === undefined) return json(described(world, found.repository, found.permission, token !== null));
  return parts[2] === "hooks" ? hooks(world, sender, request, found, parts.slice(3)) : null;
}

function scopeRefusal({ token }: ApiRequest, needed: readonly string[]): ApiAnswer | null {
  if (token?.scopes == null || token.scopes.some((scope) => needed.includes(scope))) return null;
  const words = "The request requires higher privileges than provided by the access token.";
  return json({ error: "insufficient_scope", error_description: words, scope: needed.join(" ") }, 403);
}

function list(world: World, request: ApiRequest): ApiAnswer {
  const { token, query } = request;
  const words = (query.get("search") ?? "").toLowerCase();
  const all = reachable(world, token?.account ?? null).filter((it) => it.name.toLowerCase().includes(words));
  const { items, headers } = page(world, request, all, "per_page");
  const body = items.map((it) => described(world, it, it.permissions.get(token?.account?.login ?? "") ?? "read", true));
  return json(body, 200, headers);
}

/** Whoever asks for an old path is led to the id. */
function moved(world: World, { token, method }: ApiRequest, name: string): ApiAnswer {
  const found = visible(world, token, world.formerNames.get(name.toLowerCase()) ?? null);
  if (found === null || method !== "GET") return json({ message: "404 Project Not Found" }, 404);
  const location = `${world.origin}${ROOT}/projects/${found.repository.id}`;
  return json({ message: "Moved Permanently" }, 301, { location });
}

function described(world: World, repository: SimulatedRepository, permission: Permission, isMember: boolean): object {
  const web = `${world.origin}/${repository.name}`;
  const isEmpty = !world.hasCommits(repository);
  const seen = {
    id: repository.id,
    name: splitName(repository.name).short,
    path_with_namespace: repository.name,
    default_branch: isEmpty ? null : repository.defaultBranch,
    http_url_to_repo: `${web}.git`,
    ssh_url_to_repo: `git@${new URL(world.origin).hostname}:${repository.name}.git`,
    web_url: web,
    last_activity_at: isoTime(repository.updatedAt),
  };
  if (!isMember) return seen;
  return {
    ...seen,
    visibility: repository.isPrivate ? "private" : "public",
    archived: repository.archived,
    permissions: { project_access: { access_level: LEVELS[permission] }, group_access: null },
  };
}

function hooks(
  world: World,
  sender: Sender,
  request: ApiRequest,
  { repository, permission }: { readonly repository: SimulatedRepository; readonly permission: Permission },
  [id, action]: readonly string[],
): ApiAnswer | null {
  if (request.token === null) return json({ message: "401 Unauthorized" }, 401);
  if (permission !== "admin") return json({ message: "403 Forbidden" }, 403);
  const { method, body } = request;
  if (id === undefined && method === "GET") {
    const { items, headers } = page(world, request, repository.hooks, "per_page");
    return json(
      items.map((it) => hookBody(world, it)),
      200,
      headers,
    );
  }
  if (method !== "GET" && method !== "DELETE" && action === undefined) {
    const url = text(body["url"]);
    if (!/^https?:/.test(url) || (!world.allowsLocalHooks && isLocalAddress(url))) {
      return json({ error: "Invalid url given" }, 422);
    }
    if (id === undefined) {
      const hook = world.addHook(repository, { url });
      set(world, hook, body);
      return json(hookBody(world, hook), 201);
    }
  }
  const hook = repository.hooks.find((it) => String(it.id) === id);
  if (hook === undefined) return NOT_FOUND;
  if (action === "test") {
    sender.test(repository, hook);
    return json({ message: "201 Created" }, 201);
  }
  if (method === "DELETE") {
    repository.hooks.splice(repository.hooks.indexOf(hook), 1);
    return { status: 204 };
  }
  if (method === "PUT") set(world, hook, body);
  return json(hookBody(world, hook));
}

function set(world: World, hook: SimulatedHook, body: Readonly<Record<string, unknown>>): void {
  hook.url = text(body["url"]) || hook.url;
  if ("token" in body) hook.secret = text(body["token"]);
  if ("signing_token" in body && world.hasSigningTokens) hook.signingToken = text(body["signing_token"]);
  const chosen = new Set(hook.events.length === 0 ? ["push_events"] : hook.events); // pushes are the default
  for (const event of ["push_events", "tag_push_events"]) {
    if (body[event] === true) chosen.add(event);
    if (body[event] === false) chosen.delete(event);
  }
  hook.events = [...chosen];
  if ("push_events_branch_filter" in body) hook.branchFilter = text(body["push_events_branch_filter"]);
}

function hookBody(world: World, hook: SimulatedHook): object {
  const isPaused = hook.disabledUntil !== null && hook.disabledUntil > world.now();
  return {
    id: hook.id,
    url: hook.url,
    push_events: hook.events.includes("push_events"),
    tag_push_events: hook.events.includes("tag_push_events"),
    push_events_branch_filter: hook.branchFilter,
    enable_ssl_verification: true,
    custom_webhook_template: null,
    token_present: Boolean(hook.secret),
    signing_token_present: Boolean(hook.signingToken),
    alert_status: hook.disabledForGood ? "disabled" : isPaused ? "temporarily_disabled" : "executable",
    disabled_until: isPaused ? isoTime(hook.disabledUntil ?? 0) : null,
  };
}
