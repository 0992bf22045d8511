// GitHub's REST API as GitHub Enterprise Server has it, below /api/v3: what Tidemark asks of it, and how it refuses.
import { createHash } from "node:crypto";
import type { ApiAnswer, ApiRequest } from "./api-request.ts";
import { json, page, reachable, record, text, texts, visible } from "./api-request.ts";
import { refsOf } from "./bare-repository.ts";
import { isoTime } from "./dialect.ts";
import { githubRepository } from "./dialect-github.ts";
import type { Sender } from "./sender.ts";
import type { Permission, SimulatedHook, SimulatedRepository, World } from "./world.ts";

const ROOT = "/api/v3";
const NOT_FOUND = json({ message: "Not Found", documentation_url: "https://docs.github.com/rest" }, 404);
const HOOK_SCOPES = ["admin:repo_hook", "public_repo", "repo", "write:repo_hook"];

/** @returns the answer to a question below /api/v3; null for no such path */
export function githubApi(world: World, sender: Sender, request: ApiRequest): ApiAnswer | null {
  const answer = route(world, sender, request);
  return answer === null ? null : { ...answer, headers: { ...tokenHeaders(request), ...answer.headers } };
}

function route(world: World, sender: Sender, request: ApiRequest): ApiAnswer | null {
  const { token, parts } = request;
  if (parts[0] === "user") {
    if (token?.account == null) return json({ message: "Requires authentication" }, 401);
    const { account } = token;
    if (parts[1] === undefined) return json({ id: account.id, login: account.login, name: account.name });
    if (parts[1] !== "repos") return null;
    const { items, headers } = page(world, request, reachable(world, account), "per_page");
    return json(
      items.map((it) => described(world, it, it.permissions.get(account.login) ?? "read")),
      200,
      headers,
    );
  }
  const isById = parts[0] === "repositories";
  if (!isById && parts[0] !== "repos") return null;
  const name = `${parts[1]}/${parts[2]}`;
  const rest = parts.slice(isById ? 2 : 3);
  const found = visible(world, token, isById ? world.withId(parts[1] ?? "") : world.named(name));
  if (found === null) return isById ? NOT_FOUND : moved(world, request, name, rest);
  if (rest.length === 0) return json(described(world, found.repository, found.permission));
  if (rest[0] === "git" && rest[1] === "matching-refs") return refs(found.repository, request, rest[2] ?? "");
  return rest[0] === "hooks" ? hooks(world, sender, request, found, rest.slice(1)) : null;
}

/** Whoever asks for an old name is led to the id. */
function moved(world: World, request: ApiRequest, name: string, rest: readonly string[]): ApiAnswer {
  const found = visible(world, request.token, world.formerNames.get(name.toLowerCase()) ?? null);
  if (found === null) return NOT_FOUND;
  const location = `${world.origin}${ROOT}/repositories/${[found.repository.id, ...rest].join("/")}`;
  return json({ message: "Moved Permanently", url: location }, request.method === "GET" ? 301 : 307, { location });
}

function described(world: World, repository: SimulatedRepository, permission: Permission): object {
  const permissions = { admin: permission === "admin", push: permission !== "read", pull: true };
  return { ...githubRepository(world, repository), permissions };
}

/** Branches or tags with an ETag over all of them, and 304 to whoever has that. */
function refs(repository: SimulatedRepository, { headers }: ApiRequest, kind: string): ApiAnswer {
  const all = [...refsOf(repository.folder)].filter(([ref]) => ref.startsWith(`refs/${kind}`));
  const body = all.map(([ref, sha]) => ({ ref, object: { type: "commit", sha } }));
  const etag = `W/"${createHash("sha256").update(JSON.stringify(body)).digest("hex")}"`;
  return headers["if-none-match"] === etag ? { status: 304, headers: { etag } } : json(body, 200, { etag });
}

function hooks(
  world: World,
  sender: Sender,
  request: ApiRequest,
  { repository, permission }: { readonly repository: SimulatedRepository; readonly permission: Permission },
  [id, ...rest]: readonly string[],
): ApiAnswer | null {
  const refusal = hookRefusal(request, permission);
  if (refusal !== null) return refusal;
  const { method, body } = request;
  if (id === undefined && method === "GET") {
    const { items, headers } = page(world, request, repository.hooks, "per_page");
    return json(items.map(hookBody), 200, headers);
  }
  if (id === undefined) {
    const url = text(record(body["config"])["url"]);
    if (repository.hooks.some((it) => it.url === url)) {
      const errors = [{ resource: "Hook", code: "custom", message: "Hook already exists on this repository" }];
      return json({ message: "Validation Failed", errors }, 422);
    }
    const hook = world.addHook(repository, { url });
    set(hook, body);
    sender.test(repository, hook);
    return json(hookBody(hook), 201);
  }
  const hook = repository.hooks.find((it) => String(it.id) === id);
  if (hook === undefined) return NOT_FOUND;
  if (rest[0] === "deliveries") return deliveries(world, sender, request, repository, hook, rest.slice(1));
  if (method === "DELETE") {
    repository.hooks.splice(repository.hooks.indexOf(hook), 1);
    return { status: 204 };
  }
  if (method === "PATCH") set(hook, body);
  return json(hookBody(hook));
}

/** Without the right of the token: 404 with the scopes, or 403 with the permissions. Without that of the account: 404. */
function hookRefusal({ token, method }: ApiRequest, permission: Permission): ApiAnswer | null {
  if (token === null) return NOT_FOUND;
  const scopes = { "x-accepted-oauth-scopes": HOOK_SCOPES.join(", ") };
  if (token.scopes !== null && !token.scopes.some((scope) => HOOK_SCOPES.includes(scope))) {
    return { ...NOT_FOUND, headers: scopes };
  }
  if (token.scopes === null && !token.permissions.includes("webhooks")) {
    const right = method === "GET" ? "repository_hooks=read" : "repository_hooks=write";
    const headers = { "x-accepted-github-permissions": right };
    return json({ message: "Resource not accessible by personal access token" }, 403, headers);
  }
  return permission === "admin" ? null : { ...NOT_FOUND, headers: token.scopes === null ? {} : scopes };
}

function set(hook: SimulatedHook, body: Readonly<Record<string, unknown>>): void {
  const config = record(body["config"]);
  hook.url = text(config["url"]) || hook.url;
  hook.contentType = config["content_type"] === "json" ? "json" : "form";
  if ("secret" in config) hook.secret = text(config["secret"]);
  if ("events" in body) hook.events = texts(body["events"]);
  if ("active" in body) hook.active = body["active"] === true;
}

function hookBody(hook: SimulatedHook): object {
  const last = hook.deliveries.at(-1);
  const isOk = last !== undefined && last.status >= 200 && last.status < 300;
  return {
    type: "Repository",
    id: hook.id,
    name: "web",
    active: hook.active,
    events: hook.events,
    config: {
      url: hook.url,
      content_type: hook.contentType,
      insecure_ssl: "0",
      ...(hook.secret ? { secret: "********" } : {}),
    },
    last_response: last
      ? { code: last.status || null, status: isOk ? "active" : "failure", message: null }
      : { code: null, status: "unused", message: null },
  };
}

function deliveries(
  world: World,
  sender: Sender,
  request: ApiRequest,
  repository: SimulatedRepository,
  hook: SimulatedHook,
  [id]: readonly string[],
): ApiAnswer {
  if (id === undefined) {
    const { items, headers } = page(world, request, hook.deliveries.toReversed(), "per_page");
    const list = items.map((it) => ({
      id: it.id,
      guid: it.guid,
      delivered_at: isoTime(it.at),
      redelivery: it.redelivery,
      duration: 0.1,
      status: it.status >= 200 && it.status < 300 ? "OK" : "Invalid HTTP Response",
      status_code: it.status,
      event: it.event,
      action: null,
    }));
    return json(list, 200, headers);
  }
  const delivery = hook.deliveries.find((it) => String(it.id) === id);
  if (delivery === undefined) return NOT_FOUND;
  if (request.method !== "POST") return json({ id: delivery.id, guid: delivery.guid, status_code: delivery.status });
  sender.redeliver(repository, hook, delivery);
  return json({}, 202);
}

function tokenHeaders({ token }: ApiRequest): Record<string, string> {
  if (token === null) return {};
  const expiry = token.expiresAt;
  const ends = expiry === null ? "" : `${new Date(expiry).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  return {
    ...(token.scopes === null ? {} : { "x-oauth-scopes": token.scopes.join(", ") }),
    ...(ends === "" ? {} : { "github-authentication-token-expiration": ends }),
  };
}
