// GitHub and GitHub Enterprise Server.
import { PROVIDER_LABELS } from "../../domain/provider-kind.ts";
import type { Provider } from "../provider.ts";

/** What a classic token should have. Fine-grained ones have permissions instead, which GitHub does not list. */
export const GITHUB_SCOPES = [
  { scope: "repo", purpose: "to read private repositories" },
  { scope: "admin:repo_hook", purpose: "to create webhooks" },
] as const;

/** GitHub: everything that the port can ask. */
export const github: Provider = {
  kind: "github",
  label: PROVIDER_LABELS.github,
  publicUrl: "https://github.com",
  wanted: GITHUB_SCOPES,
  gitLogin: () => "x-access-token", // for tokens of every sort GitHub looks at the password alone
  accounts: null,
  repositories: null,
  webhooks: null,
  deliveries: null,
  refs: null,
  hookSteps: ({ baseUrl, name }) => ({
    page: `${baseUrl}/${name}/settings/hooks/new`,
    steps: [
      "Payload URL: the address.",
      "Content type: application/json.",
      "Secret: the secret.",
      "SSL verification: leave it enabled.",
      "Which events would you like to trigger this webhook? “Let me select individual events”: Pushes, Branch or tag creation, Branch or tag deletion, Repositories, Visibility changes.",
      "Leave “Active” ticked and press “Add webhook”. GitHub sends a ping at once.",
    ],
  }),
  tokenPage: (baseUrl) => `${baseUrl}/settings/tokens/new?description=Tidemark&scopes=repo`,
};
