// Gitea and Forgejo, which have one API: codeberg.org, gitea.com and servers of one's own.
import { PROVIDER_LABELS } from "../../domain/provider-kind.ts";
import type { Provider } from "../provider.ts";
import { checkGiteaAccount, GITEA_SCOPES } from "./gitea-account.ts";
import { giteaWebhooks } from "./gitea-hooks.ts";
import { findGiteaRepository, listGiteaRepositories } from "./gitea-repositories.ts";

/** Gitea and Forgejo: all but a free look at the refs, and redelivery. */
export const gitea: Provider = {
  kind: "gitea",
  label: PROVIDER_LABELS.gitea,
  publicUrl: null,
  wanted: GITEA_SCOPES,
  gitLogin: (login) => login || "git", // with a token as the password, the name is not looked at
  accounts: { check: checkGiteaAccount },
  trial: null,
  repositories: { list: listGiteaRepositories, find: findGiteaRepository },
  webhooks: giteaWebhooks,
  deliveries: null,
  refs: null,
  hookSteps: ({ baseUrl, name }) => ({
    page: `${baseUrl}/${name}/settings/hooks/gitea/new`,
    steps: [
      "If the address is in a private network, an administrator of the server has to allow it first: ALLOWED_HOST_LIST in the section [webhook] (newer Gitea: [security]) of app.ini.",
      "Target URL: the address.",
      "HTTP method: POST. POST content type: application/json.",
      "Secret: the secret.",
      "Trigger on: “Custom events”: Create, Delete, Push, Repository. Branch filter: * or empty.",
      "Leave “Active” ticked and press “Add webhook”; “Test delivery” at the end of its page sends one at once.",
    ],
  }),
  tokenPage: (baseUrl) => `${baseUrl}/user/settings/applications`,
};
