// GitHub and GitHub Enterprise Server.
import { PROVIDER_LABELS } from "../../domain/provider-kind.ts";
import type { Provider } from "../provider.ts";
import { checkGithubAccount, GITHUB_SCOPES } from "./github-account.ts";
import { githubWebhooks, redeliverFailed } from "./github-hooks.ts";
import { askGithubRefs } from "./github-refs.ts";
import { findGithubRepository, listGithubRepositories } from "./github-repositories.ts";

/** GitHub: everything that the port can ask. */
export const github: Provider = {
  kind: "github",
  label: PROVIDER_LABELS.github,
  publicUrl: "https://github.com",
  wanted: GITHUB_SCOPES,
  gitLogin: () => "x-access-token", // for tokens of every sort GitHub looks at the password alone
  accounts: { check: checkGithubAccount },
  trial: null,
  repositories: { list: listGithubRepositories, find: findGithubRepository },
  webhooks: githubWebhooks,
  deliveries: { redeliverFailed },
  refs: { ask: askGithubRefs },
  hookSteps: ({ baseUrl, name }) => ({
    page: `${baseUrl}/${name}/settings/hooks/new`,
    steps: [
      "Payload URL: the address.",
      "Content type: application/json.",
      "Secret: the secret.",
      "SSL verification: leave it enabled.",
      "Which events would you like to trigger this webhook? “Let me select individual events”: Pushes, Branch or tag creation, Branch or tag deletion, Repositories.",
      "Leave “Active” ticked and press “Add webhook”. GitHub sends a ping at once.",
    ],
  }),
  tokenPage: (baseUrl) => `${baseUrl}/settings/tokens/new?description=Tidemark&scopes=repo,admin:repo_hook`,
};
