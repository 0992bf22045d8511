// Bitbucket Cloud.
import { PROVIDER_LABELS } from "../../domain/provider-kind.ts";
import type { Provider } from "../provider.ts";
import { ACCESS_TOKEN_SCOPES, checkBitbucketAccount, BITBUCKET_SCOPES } from "./bitbucket-account.ts";
import { bitbucketWebhooks } from "./bitbucket-hooks.ts";
import { findBitbucketRepository, listBitbucketRepositories } from "./bitbucket-repositories.ts";

/** Bitbucket Cloud: all but a free look at the refs, and redelivery. */
export const bitbucket: Provider = {
  kind: "bitbucket",
  label: PROVIDER_LABELS.bitbucket,
  publicUrl: "https://bitbucket.org",
  wanted: BITBUCKET_SCOPES,
  wantedOfOthers: ACCESS_TOKEN_SCOPES,
  gitLogin: (login) => (login.includes("@") ? "x-bitbucket-api-token-auth" : "x-token-auth"),
  accounts: { check: checkBitbucketAccount },
  trial: null,
  repositories: { list: listBitbucketRepositories, find: findBitbucketRepository },
  webhooks: bitbucketWebhooks,
  deliveries: null,
  refs: null,
  hookSteps: ({ baseUrl, name }) => ({
    page: `${baseUrl}/${name}/admin/webhooks`,
    steps: [
      "Press “Add webhook”. Title: Tidemark.",
      "URL: the address.",
      "Secret: the secret.",
      "Status: Active. Leave “Skip certificate verification” off.",
      "Triggers: “Choose from a full list of triggers”, Repository: Push, Updated, Transfer, Deleted.",
      "Press “Save”.",
    ],
  }),
  // an access token belongs to a repository, a project or a workspace, and is made in the settings of that one
  tokenPage: (_baseUrl, login) =>
    login !== undefined && login !== "" && !login.includes("@")
      ? null
      : "https://id.atlassian.com/manage-profile/security/api-tokens",
};
