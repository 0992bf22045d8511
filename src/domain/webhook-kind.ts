// Who signs deliveries how: the kinds of webhooks that are taken.
import type { ProviderKind } from "./provider-kind.ts";

/** `standard` is Standard Webhooks 1.0.0, `signed` our own form, which one line of curl can send. */
export const WEBHOOK_KINDS = ["github", "gitlab", "gitea", "bitbucket", "standard", "signed"] as const;

/** The kind of a webhook. */
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];

/** What people call each kind. */
export const WEBHOOK_LABELS: Readonly<Record<WebhookKind, string>> = {
  github: "GitHub",
  gitlab: "GitLab",
  gitea: "Gitea and Forgejo",
  bitbucket: "Bitbucket",
  standard: "Standard Webhooks",
  signed: "a signed call",
};

/** @returns the kind that a provider signs by; a plain Git server calls by a line of shell */
export function webhookKindOf(provider: ProviderKind | null): WebhookKind {
  return provider === null || provider === "plain" ? "signed" : provider;
}
