// Webhooks of a GitHub repository, and deliveries that failed.
import { setTimeout as wait } from "node:timers/promises";
import type { z } from "zod";
import { type Api, ask, askFor, type Question, read } from "../api-call.ts";
import { pageOf } from "../api-shapes.ts";
import { nextFromLink } from "../paging.ts";
import type {
  HookSettings,
  ProviderAccess,
  ProviderCall,
  ProviderHook,
  ProviderWebhooks,
  Redelivered,
  RepositoryPlace,
} from "../provider.ts";
import { GithubDelivery, GithubHook, githubApi } from "./github-api.ts";
import { repositoryPath } from "./github-repositories.ts";

const EVENTS = ["push", "create", "delete", "repository"] as const;
const RIGHT = "an account that administers the repository, with a token that may manage its webhooks";
/** Pages of 100 deliveries that one look goes through: five hundred in three days are a busy repository. */
const MAX_PAGES = 5;
/** Deliveries sent again by one look: the next goes on. */
const MAX_REDELIVERIES = 20;
/** GitHub asks for so long between writes, in ms. */
const WRITE_MS = 1_000;

type Delivery = z.output<typeof GithubDelivery>;

/** Webhooks of GitHub, by the repository's id. */
export const githubWebhooks: ProviderWebhooks = {
  events: EVENTS,
  async find(call, access, at, { id, url }) {
    const api = githubApi(access);
    if (id !== null) {
      const found = await askFor(call, api, questionOf("look at a webhook of", at, hookPath(at, id)), GithubHook);
      return found === null ? null : hookOf(found, url);
    }
    const question = { ...questionOf("list the webhooks of", at, `${hookPath(at)}?per_page=100`), right: RIGHT };
    const hooks = read(await ask(call, api, question), pageOf(GithubHook), api, question);
    const found = hooks.find(({ config }) => config.url === url);
    return found === undefined ? null : hookOf(found, url);
  },
  async create(call, access, at, settings) {
    const api = githubApi(access);
    const body = { name: "web", ...settingsBody(settings) };
    const question = {
      ...questionOf("create a webhook in", at, hookPath(at)),
      method: "POST" as const,
      body,
      right: RIGHT,
      understood: [422],
    };
    const answer = await ask(call, api, question);
    if (answer.status !== 422) return hookOf(read(answer, GithubHook, api, question), settings.url);
    return adopt(call, access, at, settings, api, question);
  },
  async update(call, access, at, id, settings) {
    const question = {
      ...questionOf("update a webhook of", at, hookPath(at, id)),
      method: "PATCH" as const,
      body: settingsBody(settings),
    };
    const hook = await askFor(call, githubApi(access), question, GithubHook);
    return hook === null ? null : hookOf(hook, settings.url);
  },
  async remove(call, access, at, id) {
    await ask(call, githubApi(access), {
      ...questionOf("remove a webhook of", at, hookPath(at, id)),
      method: "DELETE",
    });
  },
};

/** GitHub says 422 when a hook with this address is there: ours of an attempt whose answer was lost. It is set anew. */
async function adopt(
  call: ProviderCall,
  access: ProviderAccess,
  at: RepositoryPlace,
  settings: HookSettings,
  api: Api,
  question: Question,
): Promise<ProviderHook> {
  const there = await githubWebhooks.find(call, access, at, { id: null, url: settings.url });
  const mended = there === null ? null : await githubWebhooks.update(call, access, at, there.id, settings);
  if (mended !== null) return mended;
  const again = { ...question, understood: [] };
  return hookOf(read(await ask(call, api, again), GithubHook, api, again), settings.url);
}

/**
 * Has what failed since then sent again, the oldest first: of each delivery, which keeps its guid, only when no attempt
 * succeeded.
 */
export async function redeliverFailed(
  call: ProviderCall,
  access: ProviderAccess,
  at: RepositoryPlace,
  hookId: string,
  since: number,
): Promise<Redelivered> {
  const api = githubApi(access);
  const path = `${hookPath(at, hookId)}/deliveries`;
  const attempts = await deliveriesSince(call, api, at, path, since);
  const arrived = new Set(attempts.filter(isArrived).map(({ guid }) => guid));
  const newest = new Map<string, Delivery>(); // lists are newest first
  for (const attempt of attempts)
    if (!arrived.has(attempt.guid) && !newest.has(attempt.guid)) newest.set(attempt.guid, attempt);
  // what failed once more waits for the rest
  const failed = [...newest.values()].toReversed().toSorted((a, b) => Number(a.redelivery) - Number(b.redelivery));
  const pause = call.pause ?? ((ms: number) => wait(ms, undefined, { signal: call.signal }));
  for (const [index, { id }] of failed.slice(0, MAX_REDELIVERIES).entries()) {
    if (index > 0) await pause(WRITE_MS);
    const question = questionOf("have a delivery sent again by", at, `${path}/${encodeURIComponent(id)}/attempts`);
    await ask(call, api, { ...question, method: "POST" });
  }
  const left = failed.slice(MAX_REDELIVERIES).find(({ redelivery }) => !redelivery);
  return {
    sent: Math.min(failed.length, MAX_REDELIVERIES),
    leftFrom: left === undefined ? null : Date.parse(left.delivered_at),
  };
}

async function deliveriesSince(
  call: ProviderCall,
  api: Api,
  at: RepositoryPlace,
  path: string,
  since: number,
): Promise<Delivery[]> {
  const found: Delivery[] = [];
  let next: string | null = "?per_page=100";
  for (let pages = 0; next !== null && pages < MAX_PAGES; pages += 1) {
    const question = questionOf("list the deliveries of a webhook of", at, path + next);
    const answer = await ask(call, api, question);
    if (answer.status === 404) break;
    const page = read(answer, pageOf(GithubDelivery), api, question);
    next = nextFromLink(answer.headers["link"], api.root + question.path);
    const recent = page.filter(({ delivered_at }) => Date.parse(delivered_at) >= since);
    found.push(...recent);
    if (recent.length < page.length) break;
  }
  return found;
}

function isArrived({ status_code: status }: { readonly status_code: number }): boolean {
  return status >= 200 && status < 300;
}

function settingsBody({ url, secret }: HookSettings): object {
  const config = { url, content_type: "json", insecure_ssl: "0", secret };
  return { active: true, events: EVENTS, config };
}

function hookOf(hook: z.output<typeof GithubHook>, url: string): ProviderHook {
  const { config, last_response: last } = hook;
  const complete =
    hook.active &&
    config.url === url &&
    config.content_type === "json" &&
    EVENTS.every((it) => hook.events.includes(it));
  const code = last?.code ?? 0;
  const problem = code >= 300 ? `GitHub got the status ${code} for its last delivery` : null;
  return { id: hook.id, url: config.url ?? "", complete, problem };
}

function hookPath(at: RepositoryPlace, id?: string): string {
  return `${repositoryPath(at.id)}/hooks${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;
}

function questionOf(attempt: string, at: RepositoryPlace, path: string): Question {
  return { attempt, value: at.name, path };
}
