// Webhooks of a GitLab project.
import type { z } from "zod";
import { TidemarkError } from "../../errors.ts";
import { ask, askFor, type Question, read } from "../api-call.ts";
import { pageOf } from "../api-shapes.ts";
import type { HookSettings, ProviderHook, ProviderWebhooks, RepositoryPlace } from "../provider.ts";
import { GitlabHook, gitlabApi } from "./gitlab-api.ts";
import { projectPath } from "./gitlab-projects.ts";

const RIGHT = "an account that is a maintainer of the project, with a token that has the scope api";
/** What GitLab has done with a hook whose deliveries failed, in words; "executable" is the ordinary state. */
const STATES: Readonly<Record<string, string>> = {
  temporarily_disabled: "GitLab has switched it off for a while, because deliveries failed",
  disabled: "GitLab has switched it off, because deliveries failed; a test there switches it on again",
};

/** Webhooks of GitLab, by the project's id. */
export const gitlabWebhooks: ProviderWebhooks = {
  events: ["push_events", "tag_push_events"],
  async find(call, access, at, { id, url }) {
    const api = gitlabApi(access);
    if (id !== null) {
      const found = await askFor(call, api, questionOf("look at a webhook of", at, hookPath(at, id)), GitlabHook);
      return found === null ? null : hookOf(found, url);
    }
    const question = { ...questionOf("list the webhooks of", at, `${hookPath(at)}?per_page=100`), right: RIGHT };
    const hooks = read(await ask(call, api, question), pageOf(GitlabHook), api, question);
    const found = hooks.find((hook) => hook.url === url);
    return found === undefined ? null : hookOf(found, url);
  },
  async create(call, access, at, settings) {
    // GitLab takes the same address twice: a hook that an attempt made whose answer was lost is taken over
    const there = await gitlabWebhooks.find(call, access, at, { id: null, url: settings.url });
    const mended = there === null ? null : await gitlabWebhooks.update(call, access, at, there.id, settings);
    if (mended !== null) return mended;
    const api = gitlabApi(access);
    const question = {
      ...questionOf("create a webhook in", at, hookPath(at)),
      method: "POST" as const,
      body: settingsBody(settings),
      right: RIGHT,
      understood: [422],
    };
    const answer = await ask(call, api, question);
    if (answer.status === 422) throw refused(question);
    return hookOf(read(answer, GitlabHook, api, question), settings.url);
  },
  async update(call, access, at, id, settings) {
    const api = gitlabApi(access);
    const question = {
      ...questionOf("update a webhook of", at, hookPath(at, id)),
      method: "PUT" as const,
      body: settingsBody(settings),
      understood: [422],
    };
    const answer = await ask(call, api, question);
    if (answer.status === 422) throw refused(question);
    return answer.status === 404 ? null : hookOf(read(answer, GitlabHook, api, question), settings.url);
  },
  async remove(call, access, at, id) {
    await ask(call, gitlabApi(access), {
      ...questionOf("remove a webhook of", at, hookPath(at, id)),
      method: "DELETE",
    });
  },
};

/** 422 for an address that is well formed: servers of one's own refuse private ones until somebody allows them. */
function refused({ attempt, value }: Question): TidemarkError {
  return new TidemarkError("provider-failed", {
    attempt,
    value,
    found: "that GitLab does not take our address",
    wanted:
      "an address that GitLab can reach; a private one has to be allowed by its administrator: Admin area, Settings, Network, Outbound requests",
  });
}

function settingsBody({ url, secret }: HookSettings): object {
  return {
    url,
    token: secret,
    signing_token: secret, // `whsec_` and 32 bytes; GitLab before 19.0 does not look at it
    push_events: true,
    tag_push_events: true,
    push_events_branch_filter: "",
    enable_ssl_verification: true,
  };
}

function hookOf(hook: z.output<typeof GitlabHook>, url: string): ProviderHook {
  const isReshaped = Boolean(hook.custom_webhook_template);
  const complete = hook.url === url && hook.push_events && hook.tag_push_events && !hook.push_events_branch_filter;
  const problem = isReshaped ? "its payload is reshaped by a template, which we cannot read" : null;
  return { id: hook.id, url: hook.url, complete, problem: problem ?? STATES[hook.alert_status ?? ""] ?? null };
}

function hookPath(at: RepositoryPlace, id?: string): string {
  return `${projectPath(at.id)}/hooks${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;
}

function questionOf(attempt: string, at: RepositoryPlace, path: string): Question {
  return { attempt, value: at.name, path };
}
