// Bitbucket Cloud.
import { PROVIDER_LABELS } from "../../domain/provider-kind.ts";
import type { Provider } from "../provider.ts";

/** What an API token should have; access tokens call the same rights `account`, `repository` and `webhook`. */
export const BITBUCKET_SCOPES = [
  { scope: "read:user:bitbucket", purpose: "to know whose account it is" },
  { scope: "read:workspace:bitbucket", purpose: "to list workspaces" },
  { scope: "read:repository:bitbucket", purpose: "to list and read repositories" },
  { scope: "read:webhook:bitbucket", purpose: "to check webhooks" },
  { scope: "write:webhook:bitbucket", purpose: "to create webhooks" },
  { scope: "delete:webhook:bitbucket", purpose: "to remove webhooks" },
] as const;

/** Bitbucket Cloud: all but a free look at the refs, and redelivery. */
export const bitbucket: Provider = {
  kind: "bitbucket",
  label: PROVIDER_LABELS.bitbucket,
  publicUrl: "https://bitbucket.org",
  wanted: BITBUCKET_SCOPES,
  gitLogin: (login) => (login.includes("@") ? "x-bitbucket-api-token-auth" : "x-token-auth"),
  accounts: null,
  repositories: null,
  webhooks: null,
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
  tokenPage: () => "https://id.atlassian.com/manage-profile/security/api-tokens",
};
