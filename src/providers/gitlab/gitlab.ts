// GitLab: gitlab.com and servers of one's own.
import { PROVIDER_LABELS } from "../../domain/provider-kind.ts";
import type { Provider } from "../provider.ts";
import { checkGitlabAccount, GITLAB_SCOPES } from "./gitlab-account.ts";
import { gitlabWebhooks } from "./gitlab-hooks.ts";
import { findGitlabProject, listGitlabProjects } from "./gitlab-projects.ts";

const STEPS = [
  "Press “Add new webhook”.",
  "URL: the address.",
  "Secret token: the secret. Leave a signing token, where the page has one, as it is.",
  "Trigger: “Push events” for all branches, and “Tag push events”.",
  "SSL verification: leave it enabled.",
  "Press “Add webhook”; “Test”, “Push events” in its row sends one at once.",
];
const PRIVATE =
  "If the address is in a private network, an administrator of GitLab has to allow it first: Admin area, Settings, Network, Outbound requests.";

/** GitLab: all but a free look at the refs, and redelivery. */
export const gitlab: Provider = {
  kind: "gitlab",
  label: PROVIDER_LABELS.gitlab,
  publicUrl: "https://gitlab.com",
  wanted: GITLAB_SCOPES,
  gitLogin: (login) => login || "oauth2", // any that is not blank
  accounts: { check: checkGitlabAccount },
  trial: null,
  repositories: { list: listGitlabProjects, find: findGitlabProject },
  webhooks: gitlabWebhooks,
  deliveries: null,
  refs: null,
  hookSteps: ({ baseUrl, name }) => ({
    page: `${baseUrl}/${name}/-/hooks`,
    steps: baseUrl === "https://gitlab.com" ? STEPS : [PRIVATE, ...STEPS],
  }),
  tokenPage: (baseUrl) => `${baseUrl}/-/user_settings/personal_access_tokens?name=Tidemark&scopes=api`,
};
