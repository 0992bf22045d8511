// The REST API of Gitea and Forgejo below /api/v1: what Tidemark asks of it, and how it refuses.
import type { ApiAnswer, ApiRequest } from "./api-request.ts";
import { json, page, reachable, record, text, texts, visible } from "./api-request.ts";
import { giteaRepository } from "./dialect-gitea.ts";
import type { Permission, SimulatedHook, SimulatedRepository, SimulatedToken, World } from "./world.ts";

const ROOT = "/api/v1";
const NOT_FOUND = json({ message: "The target couldn't be found.", url: "/api/swagger", errors: [] }, 404);

/** @returns the answer to a question below /api/v1; null for no such path */
export function giteaApi(world: World, request: ApiRequest): ApiAnswer | null {
  const { token, parts, method } = request;
  if (parts[0] === "version") return json({ version: world.isForgejo ? "13.0.1+gitea-1.22.0" : "1.25.2" });
  if (parts[0] === "user") {
    if (token?.account == null) return json({ message: "token is required" }, 401);
    const { account } = token;
    return (
      scopeRefusal(token, "user", method) ?? json({ id: account.id, login: account.login, full_name: account.name })
    );
  }
  if (parts[0] !== "repos" && parts[0] !== "repositories") return null;
  // scopes are looked at before the repository is
  const refusal = scopeRefusal(token, "repository", method);
  if (refusal !== null) return refusal;
  if (parts[0] === "repositories") {
    const found = visible(world, token, world.withId(parts[1] ?? ""));
    return found === null ? NOT_FOUND : json(described(world, found));
  }
  if (parts[1] === "search" && parts[2] === undefined) return search(world, request);
  const name = `${parts[1]}/${parts[2]}`;
  const found = visible(world, token, world.named(name));
  if (found === null) return moved(world, request, name);
  if (parts[3] === undefined) return json(described(world, found));
  return parts[3] === "hooks" ? hooks(world, request, found, parts[4]) : null;
}

function scopeRefusal(token: SimulatedToken | null, category: string, method: string): ApiAnswer | null {
  if (token?.scopes == null) return null;
  const level = method === "GET" ? "read" : "write";
  const fits = [`write:${category}`, "all", ...(level === "read" ? [`read:${category}`] : [])];
  if (token.scopes.some((scope) => fits.includes(scope))) return null;
  return json({ message: `token does not have at least one of required scope(s): [${level}:${category}]` }, 403);
}

function search(world: World, request: ApiRequest): ApiAnswer {
  const { token, query } = request;
  const words = (query.get("q") ?? "").toLowerCase();
  const member = world.accounts.find((it) => String(it.id) === query.get("uid")) ?? null;
  // Gitea searches in the name alone, without its owner
  const all = reachable(world, member).filter((it) => (it.name.split("/")[1] ?? "").toLowerCase().includes(words));
  const { items, headers } = page(world, request, all, "limit");
  const data = items.flatMap((it) => visible(world, token, it) ?? []).map((found) => described(world, found));
  return json({ ok: true, data }, 200, { ...headers, "x-total-count": String(all.length) });
}

/** Whoever asks for an old name is led to the new one. */
function moved(world: World, { token, parts, method }: ApiRequest, name: string): ApiAnswer {
  const found = visible(world, token, world.formerNames.get(name.toLowerCase()) ?? null);
  if (found === null) return NOT_FOUND;
  const location = `${world.origin}${ROOT}/repos/${[found.repository.name, ...parts.slice(3)].join("/")}`;
  return { status: method === "GET" ? 301 : 307, headers: { location } };
}

interface Found {
  readonly repository: SimulatedRepository;
  readonly permission: Permission;
}

function described(world: World, { repository, permission }: Found): object {
  const permissions = { admin: permission === "admin", push: permission !== "read", pull: true };
  return { ...giteaRepository(world, repository), permissions };
}

function hooks(world: World, request: ApiRequest, { repository, permission }: Found, id?: string): ApiAnswer {
  if (request.token === null) return json({ message: "token is required" }, 401);
  if (permission !== "admin")
    return json({ message: "user should be an owner or a collaborator with admin write" }, 403);
  const { method, body } = request;
  if (id === undefined && method === "GET") {
    const { items, headers } = page(world, request, repository.hooks, "limit");
    return json(items.map(hookBody), 200, headers);
  }
  if (id === undefined) {
    const config = record(body["config"]);
    if (text(body["type"]) === "" || text(config["url"]) === "") return json({ message: "Missing config option" }, 422);
    const hook = world.addHook(repository, { url: text(config["url"]) });
    set(hook, { active: false, ...body });
    return json(hookBody(hook), 201);
  }
  const hook = repository.hooks.find((it) => String(it.id) === id);
  if (hook === undefined) return NOT_FOUND;
  if (method === "DELETE") {
    repository.hooks.splice(repository.hooks.indexOf(hook), 1);
    return { status: 204 };
  }
  if (method === "PATCH") set(hook, body);
  return json(hookBody(hook));
}

function set(hook: SimulatedHook, body: Readonly<Record<string, unknown>>): void {
  const config = record(body["config"]);
  hook.url = text(config["url"]) || hook.url;
  if ("content_type" in config) hook.contentType = config["content_type"] === "json" ? "json" : "form";
  if ("secret" in config) hook.secret = text(config["secret"]);
  const events = texts(body["events"]);
  hook.events = events.length === 0 ? ["push"] : events; // an edit without events leaves pushes alone
  hook.branchFilter = text(body["branch_filter"]);
  if ("active" in body) hook.active = body["active"] === true;
}

function hookBody(hook: SimulatedHook): object {
  return {
    id: hook.id,
    type: "gitea",
    branch_filter: hook.branchFilter,
    config: { url: hook.url, content_type: hook.contentType },
    events: hook.events,
    authorization_header: "",
    active: hook.active,
  };
}
