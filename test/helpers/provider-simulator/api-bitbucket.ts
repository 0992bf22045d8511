// Bitbucket Cloud's REST API below /!api/2.0: what Tidemark asks of it, and how it refuses.
import type { ApiAnswer, ApiRequest } from "./api-request.ts";
import { json, reachable, text, texts, visible } from "./api-request.ts";
import { bitbucketRepository } from "./dialect-bitbucket.ts";
import { splitName } from "./dialect.ts";
import type { Permission, SimulatedHook, SimulatedRepository, SimulatedToken, World } from "./world.ts";

const ROOT = "/!api/2.0";
const NOT_FOUND = json({ type: "error", error: { message: "Resource not found" } }, 404);
const RANK: Readonly<Record<Permission, number>> = { read: 0, write: 1, admin: 2 };
const ROLES: Readonly<Record<string, Permission>> = { member: "read", contributor: "write", admin: "admin" };

/** @returns the answer to a question below /!api/2.0; null for no such path */
export function bitbucketApi(world: World, request: ApiRequest): ApiAnswer | null {
  const { token } = request;
  const answer = route(world, request);
  if (answer === null || token?.scopes == null) return answer;
  return { ...answer, headers: { ...answer.headers, "x-oauth-scopes": token.scopes.join(", ") } };
}

function route(world: World, request: ApiRequest): ApiAnswer | null {
  const { token, parts } = request;
  if (parts[0] === "user") {
    if (token === null) return json({ type: "error", error: { message: "Unauthorized" } }, 401);
    return parts[1] === "workspaces" ? workspaces(world, request) : user(token);
  }
  if (parts[0] !== "repositories") return null;
  const refusal = scopeRefusal(token, "read:repository:bitbucket", "repository");
  if (refusal !== null) return refusal;
  const [, workspace = "", slug] = parts;
  if (slug === undefined) return list(world, request, workspace);
  const byId = slug.startsWith("{");
  const candidate = byId ? world.withId(slug) : world.named(`${workspace}/${slug}`);
  const isHere = candidate === null || !byId || workspace === "{}" || splitName(candidate.name).owner === workspace;
  const found = isHere ? visible(world, token, candidate) : null;
  if (found === null) return byId ? NOT_FOUND : moved(world, request, `${workspace}/${slug}`);
  if (parts[3] === undefined) return json(bitbucketRepository(world, found.repository));
  return parts[3] === "hooks" ? hooks(world, request, found, parts[4]) : null;
}

function user(token: SimulatedToken): ApiAnswer {
  const { account } = token;
  const refusal = scopeRefusal(token, "read:user:bitbucket", "account");
  if (refusal !== null || account === null) return refusal ?? required("account");
  return json({ type: "user", uuid: account.uuid, display_name: account.name, nickname: account.login });
}

function required(scope: string): ApiAnswer {
  const message = "Your credentials lack one or more required privilege scopes.";
  return json({ type: "error", error: { message, detail: { required: [scope], granted: [] } } }, 403);
}

function scopeRefusal(token: SimulatedToken | null, scope: string, classic: string): ApiAnswer | null {
  if (token?.scopes == null) return null;
  const has = token.scopes.some((it) => it === scope || it === classic || it.startsWith(`${classic}:`));
  return has ? null : required(token.account === null ? classic : scope);
}

function workspaces(world: World, request: ApiRequest): ApiAnswer {
  const refusal = scopeRefusal(request.token, "read:workspace:bitbucket", "account");
  if (refusal !== null) return refusal;
  const owners = reachable(world, request.token?.account ?? null).map(({ name }) => splitName(name).owner);
  const values = [...new Set(owners)].sort().map((slug) => ({
    type: "workspace_access",
    administrator: false,
    workspace: { type: "workspace_base", slug, uuid: world.uuidOf(slug) },
  }));
  return json({ pagelen: 100, values });
}

function list(world: World, { token, query, path }: ApiRequest, workspace: string): ApiAnswer {
  const role = ROLES[query.get("role") ?? ""];
  const [, field, words = ""] = /^(name|uuid) [~=] "([^"]*)"$/.exec(query.get("q") ?? "") ?? [];
  const login = token?.account?.login ?? "";
  const all = reachable(world, token?.account ?? null)
    .filter(({ name }) => splitName(name).owner === workspace)
    .filter(({ permissions }) => role === undefined || RANK[permissions.get(login) ?? "read"] >= RANK[role])
    .filter(({ name, uuid }) => {
      if (field === "uuid") return uuid === words;
      return splitName(name).short.toLowerCase().includes(words.toLowerCase());
    });
  const length = Math.min(Number(query.get("pagelen") ?? 10), 100);
  const number = Number(query.get("page") ?? 1);
  const search = new URLSearchParams(query);
  search.set("page", String(number + 1));
  const next = number * length < all.length ? { next: `${world.origin}${path}?${search.toString()}` } : {};
  const values = all.slice((number - 1) * length, number * length).map((it) => bitbucketRepository(world, it));
  return json({ pagelen: length, page: number, size: all.length, ...next, values });
}

/** Whoever asks for an old name is led to the new one. */
function moved(world: World, { token, parts, method }: ApiRequest, name: string): ApiAnswer {
  const found = visible(world, token, world.formerNames.get(name.toLowerCase()) ?? null);
  if (found === null || method !== "GET") return NOT_FOUND;
  const location = `${world.origin}${ROOT}/repositories/${[found.repository.name, ...parts.slice(3)].join("/")}`;
  return { status: 301, headers: { location } };
}

function hooks(
  world: World,
  { token, method, body }: ApiRequest,
  { repository, permission }: { readonly repository: SimulatedRepository; readonly permission: Permission },
  id?: string,
): ApiAnswer {
  if (token === null) return json({ type: "error", error: { message: "Unauthorized" } }, 401);
  const verb = method === "GET" ? "read" : method === "DELETE" ? "delete" : "write";
  const refusal = scopeRefusal(token, `${verb}:webhook:bitbucket`, "webhook");
  if (refusal !== null) return refusal;
  if (permission !== "admin") {
    const message = "Your credentials lack the privilege to administer this repository";
    return json({ type: "error", error: { message } }, 403);
  }
  if (id === undefined && method === "GET") return json({ pagelen: 100, values: repository.hooks.map(hookBody) });
  if (id === undefined) {
    const hook = world.addHook(repository, { url: text(body["url"]) });
    set(hook, body);
    return json(hookBody(hook), 201);
  }
  const hook = repository.hooks.find((it) => it.uuid === id);
  if (hook === undefined) return NOT_FOUND;
  if (method === "DELETE") {
    repository.hooks.splice(repository.hooks.indexOf(hook), 1);
    return { status: 204 };
  }
  if (method === "PUT") set(hook, body);
  return json(hookBody(hook));
}

function set(hook: SimulatedHook, body: Readonly<Record<string, unknown>>): void {
  hook.url = text(body["url"]) || hook.url;
  if ("secret" in body) hook.secret = body["secret"] === null ? null : text(body["secret"]);
  hook.events = texts(body["events"]);
  hook.active = body["active"] !== false;
}

function hookBody(hook: SimulatedHook): object {
  return {
    type: "webhook_subscription",
    uuid: hook.uuid,
    url: hook.url,
    description: "Tidemark",
    active: hook.active,
    events: hook.events,
    secret_set: Boolean(hook.secret),
  };
}
