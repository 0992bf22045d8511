// A question to a simulated API and its answer: paths in parts, tokens found, pages with their links.
import type { IncomingMessage } from "node:http";
import type { Permission, SimulatedAccount, SimulatedRepository, SimulatedToken, World } from "./world.ts";

export interface ApiRequest {
  readonly method: string;
  /** without its query, as it was sent */
  readonly path: string;
  /** below the API's root, each decoded */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** null: nobody */
  readonly token: SimulatedToken | null;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; undefined for none */
  readonly body?: unknown;
}

/** Answers a question; null: no such path. */
export type Api = (world: World, request: ApiRequest) => ApiAnswer | null;

/** @returns the token of an `Authorization` header in any of its spellings, or of GitLab's own header; null for none */
export function tokenTextOf(headers: IncomingMessage["headers"]): string | null {
  const own = headers["private-token"];
  if (typeof own === "string") return own;
  const [scheme = "", rest = ""] = (headers.authorization ?? "").split(" ");
  if (/^(?:bearer|token)$/i.test(scheme)) return rest;
  if (!/^basic$/i.test(scheme)) return null;
  const login = Buffer.from(rest, "base64").toString("utf8");
  return login.slice(login.indexOf(":") + 1);
}

/** @returns a hook's or another thing's part of an answer */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): ApiAnswer {
  return { status, body, headers };
}

/** What GitHub, GitLab and Gitea say of what is not there. */
export const NOT_FOUND = json({ message: "404 Not Found" }, 404);

/** One page of a list with its `Link` header; `size` is the parameter for the page's length. */
export function page<T>(
  world: World,
  { query, path }: ApiRequest,
  list: readonly T[],
  size: "per_page" | "limit",
): { readonly items: readonly T[]; readonly headers: Readonly<Record<string, string>> } {
  const length = Math.min(Number(query.get(size) ?? 30), 100);
  const number = Number(query.get("page") ?? 1);
  const last = Math.max(1, Math.ceil(list.length / length));
  const link = (rel: string, to: number): string => {
    const search = new URLSearchParams(query);
    search.set("page", String(to));
    return `<${world.origin}${path}?${search.toString()}>; rel="${rel}"`;
  };
  const links = number < last ? [link("next", number + 1), link("last", last)] : [];
  if (number > 1) links.push(link("first", 1), link("prev", number - 1));
  const items = list.slice((number - 1) * length, number * length);
  return { items, headers: links.length > 0 ? { link: links.join(", ") } : {} };
}

/** The repositories that an account is a member of, last changed first. */
export function reachable(world: World, account: SimulatedAccount | null): readonly SimulatedRepository[] {
  const own = world.repositories.filter((it) => account !== null && it.permissions.has(account.login));
  return own.sort((a, b) => b.updatedAt - a.updatedAt || b.id - a.id);
}

/** @returns a repository that the asking account may see, with what it may do there */
export function visible(
  world: World,
  token: SimulatedToken | null,
  repository: SimulatedRepository | null,
): { readonly repository: SimulatedRepository; readonly permission: Permission } | null {
  if (repository === null) return null;
  // an access token of Bitbucket is made in a repository and may what its scopes say
  if (token !== null && token.account === null) return { repository, permission: "admin" };
  const permission = world.permissionOf(repository, token?.account ?? null);
  return permission === null ? null : { repository, permission };
}

/** @returns a text of a body's field; "" for anything else */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** @returns a list of texts of a body's field */
export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((it): it is string => typeof it === "string") : [];
}

/** @returns an object of a body's field */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
