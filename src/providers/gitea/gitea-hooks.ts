// Webhooks of a repository in Gitea or Forgejo.
import type { z } from "zod";
import { ask, askFor, type Question, read } from "../api-call.ts";
import { pageOf } from "../api-shapes.ts";
import type { HookSettings, ProviderHook, ProviderWebhooks, RepositoryPlace } from "../provider.ts";
import { GiteaHook, giteaApi } from "./gitea-api.ts";
import { repositoryPath } from "./gitea-repositories.ts";

const EVENTS = ["push", "create", "delete", "repository"] as const;
const RIGHT = "an account that administers the repository, with a token that has the scope write:repository";

/** Webhooks of Gitea and Forgejo, by the repository's name. */
export const giteaWebhooks: ProviderWebhooks = {
  events: EVENTS,
  async find(call, access, at, { id, url }) {
    const api = giteaApi(access);
    if (id !== null) {
      const found = await askFor(call, api, questionOf("look at a webhook of", at, hookPath(at, id)), GiteaHook);
      return found === null ? null : hookOf(found, url);
    }
    const question = { ...questionOf("list the webhooks of", at, `${hookPath(at)}?limit=50`), right: RIGHT };
    const hooks = read(await ask(call, api, question), pageOf(GiteaHook), api, question);
    const found = hooks.find(({ config }) => config.url === url);
    return found === undefined ? null : hookOf(found, url);
  },
  async create(call, access, at, settings) {
    // the same address is taken twice: a hook that an attempt made whose answer was lost is taken over
    const there = await giteaWebhooks.find(call, access, at, { id: null, url: settings.url });
    const mended = there === null ? null : await giteaWebhooks.update(call, access, at, there.id, settings);
    if (mended !== null) return mended;
    const api = giteaApi(access);
    const question = {
      ...questionOf("create a webhook in", at, hookPath(at)),
      method: "POST" as const,
      body: { type: "gitea", ...settingsBody(settings) }, // Forgejo takes this type too
      right: RIGHT,
    };
    return hookOf(read(await ask(call, api, question), GiteaHook, api, question), settings.url);
  },
  async update(call, access, at, id, settings) {
    const question = {
      ...questionOf("update a webhook of", at, hookPath(at, id)),
      method: "PATCH" as const,
      body: settingsBody(settings),
    };
    const hook = await askFor(call, giteaApi(access), question, GiteaHook);
    return hook === null ? null : hookOf(hook, settings.url);
  },
  async remove(call, access, at, id) {
    await ask(call, giteaApi(access), { ...questionOf("remove a webhook of", at, hookPath(at, id)), method: "DELETE" });
  },
};

function settingsBody({ url, secret }: HookSettings): object {
  const config = { url, content_type: "json", http_method: "post", secret };
  return { active: true, events: EVENTS, branch_filter: "*", config };
}

function hookOf(hook: z.output<typeof GiteaHook>, url: string): ProviderHook {
  const { config, branch_filter: filter } = hook;
  const hasEvents = EVENTS.every((it) => hook.events.includes(it));
  const isWhole = config.url === url && config.content_type === "json" && (!filter || filter === "*");
  return { id: hook.id, url: config.url ?? "", complete: hook.active && hasEvents && isWhole, problem: null };
}

function hookPath(at: RepositoryPlace, id?: string): string {
  return `${repositoryPath(at.name)}/hooks${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;
}

function questionOf(attempt: string, at: RepositoryPlace, path: string): Question {
  return { attempt, value: at.name, path };
}
