// Webhooks of a Bitbucket repository.
import type { z } from "zod";
import { ask, askFor, type Question, read } from "../api-call.ts";
import type { HookSettings, ProviderHook, ProviderWebhooks, RepositoryPlace } from "../provider.ts";
import { BitbucketHook, bitbucketApi, listOf } from "./bitbucket-api.ts";
import { repositoryPath } from "./bitbucket-repositories.ts";

const EVENTS = ["repo:push", "repo:updated", "repo:deleted", "repo:transfer"] as const;
const RIGHT = "an account that administers the repository, with a token that may read and write its webhooks";
const Hooks = listOf(BitbucketHook);

/** Webhooks of Bitbucket, by the repository's UUID in its workspace. */
export const bitbucketWebhooks: ProviderWebhooks = {
  events: EVENTS,
  async find(call, access, at, { id, url }) {
    const api = bitbucketApi(access);
    if (id !== null) {
      const found = await askFor(call, api, questionOf("look at a webhook of", at, hookPath(at, id)), BitbucketHook);
      return found === null ? null : hookOf(found, url);
    }
    const question = { ...questionOf("list the webhooks of", at, `${hookPath(at)}?pagelen=100`), right: RIGHT };
    const { values } = read(await ask(call, api, question), Hooks, api, question);
    const found = values.find((hook) => hook.url === url);
    return found === undefined ? null : hookOf(found, url);
  },
  async create(call, access, at, settings) {
    // the same address is taken twice: a hook that an attempt made whose answer was lost is taken over
    const there = await bitbucketWebhooks.find(call, access, at, { id: null, url: settings.url });
    const mended = there === null ? null : await bitbucketWebhooks.update(call, access, at, there.id, settings);
    if (mended !== null) return mended;
    const api = bitbucketApi(access);
    const question = {
      ...questionOf("create a webhook in", at, hookPath(at)),
      method: "POST" as const,
      body: settingsBody(settings),
      right: RIGHT,
    };
    return hookOf(read(await ask(call, api, question), BitbucketHook, api, question), settings.url);
  },
  async update(call, access, at, id, settings) {
    const question = {
      ...questionOf("update a webhook of", at, hookPath(at, id)),
      method: "PUT" as const,
      body: settingsBody(settings),
    };
    const hook = await askFor(call, bitbucketApi(access), question, BitbucketHook);
    return hook === null ? null : hookOf(hook, settings.url);
  },
  async remove(call, access, at, id) {
    const question = questionOf("remove a webhook of", at, hookPath(at, id));
    await ask(call, bitbucketApi(access), { ...question, method: "DELETE" });
  },
};

function settingsBody({ url, secret }: HookSettings): object {
  return { description: "Tidemark", url, active: true, events: EVENTS, secret };
}

function hookOf(hook: z.output<typeof BitbucketHook>, url: string): ProviderHook {
  const hasEvents = EVENTS.every((it) => hook.events.includes(it));
  const complete = hook.active && hook.url === url && hasEvents && hook.secret_set !== false;
  return { id: hook.uuid, url: hook.url, complete, problem: null };
}

function hookPath(at: RepositoryPlace, id?: string): string {
  return `${repositoryPath(at.name, at.id)}/hooks${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;
}

function questionOf(attempt: string, at: RepositoryPlace, path: string): Question {
  return { attempt, value: at.name, path };
}
