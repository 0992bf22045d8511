// The way into a simulated API: body read, token found or refused, limits counted, the answer written.
import type { IncomingMessage, ServerResponse } from "node:http";
import { bitbucketApi } from "./api-bitbucket.ts";
import { giteaApi } from "./api-gitea.ts";
import { githubApi } from "./api-github.ts";
import { gitlabApi } from "./api-gitlab.ts";
import { type ApiAnswer, type ApiRequest, json, NOT_FOUND, record, tokenTextOf } from "./api-request.ts";
import type { Sender } from "./sender.ts";
import type { World } from "./world.ts";

const ROOTS = {
  github: "/api/v3",
  gitlab: "/api/v4",
  gitea: "/api/v1",
  bitbucket: "/!api/2.0",
  plain: "/none",
} as const;

/** Answers one question. */
export async function answerApi(
  world: World,
  sender: Sender,
  incoming: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const { status, headers = {}, body } = await answerOf(world, sender, incoming);
  const limits = limitHeaders(world, status === 304);
  const all = { ...(body === undefined ? {} : { "content-type": "application/json" }), ...limits, ...headers };
  const sent = world.twist === null ? body : world.twist(body);
  answer.writeHead(status, all).end(sent === undefined ? "" : JSON.stringify(sent));
}

async function answerOf(world: World, sender: Sender, incoming: IncomingMessage): Promise<ApiAnswer> {
  const body = await bodyOf(incoming);
  const [path = "", query = ""] = (incoming.url ?? "").split("?");
  const root = ROOTS[world.kind];
  if (!path.startsWith(`${root}/`)) return NOT_FOUND;
  const { limit } = world;
  if (limit !== null && limit.remaining <= 0 && world.now() < limit.resetAt) {
    return json({ message: "API rate limit exceeded" }, world.kind === "github" ? 403 : 429);
  }
  const text = tokenTextOf(incoming.headers);
  const token = text === null ? null : world.token(text);
  if (text !== null && token === null) return json({ message: "Bad credentials" }, 401);
  const request: ApiRequest = {
    method: incoming.method ?? "GET",
    path,
    parts: path
      .slice(root.length + 1)
      .split("/")
      .map(decodeURIComponent),
    query: new URLSearchParams(query),
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body,
    token,
  };
  return route(world, sender, request) ?? NOT_FOUND;
}

function route(world: World, sender: Sender, request: ApiRequest): ApiAnswer | null {
  switch (world.kind) {
    case "github":
      return githubApi(world, sender, request);
    case "gitlab":
      return gitlabApi(world, sender, request);
    case "gitea":
      return giteaApi(world, request);
    case "bitbucket":
      return bitbucketApi(world, request);
    case "plain":
      return null;
  }
}

/** Counts the question, unless it was free, and says what is left. */
function limitHeaders(world: World, isFree: boolean): Record<string, string> {
  const { limit } = world;
  if (limit === null) return {};
  if (!isFree) limit.remaining = Math.max(0, limit.remaining - 1);
  const prefix = world.kind === "gitlab" ? "ratelimit" : "x-ratelimit";
  return {
    [`${prefix}-limit`]: String(limit.limit),
    [`${prefix}-remaining`]: String(limit.remaining),
    [`${prefix}-reset`]: String(Math.ceil(limit.resetAt / 1_000)),
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  try {
    return record(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  } catch {
    return {};
  }
}
