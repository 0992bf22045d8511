// Every kind of webhook by its name, and the secrets that are made for them.
import { randomBytes } from "node:crypto";
import { Secret } from "../secrets.ts";
import { bitbucketWebhook } from "./bitbucket/bitbucket-webhook.ts";
import { giteaWebhook } from "./gitea/gitea-webhook.ts";
import { githubWebhook } from "./github/github-webhook.ts";
import { gitlabWebhook } from "./gitlab/gitlab-webhook.ts";
import { signedWebhook } from "./signed/signed-webhook.ts";
import { standardWebhook } from "./standard/standard-webhook.ts";
import type { WebhookKind, WebhookSource } from "./webhook-source.ts";

/** Bytes of a secret: what GitLab asks for, and within the 24 to 64 of Standard Webhooks. */
const SECRET_BYTES = 32;

const SOURCES: Readonly<Record<WebhookKind, WebhookSource>> = {
  github: githubWebhook,
  gitlab: gitlabWebhook,
  gitea: giteaWebhook,
  bitbucket: bitbucketWebhook,
  standard: standardWebhook,
  signed: signedWebhook,
};

/** @returns the webhooks of a kind */
export function webhookSource(kind: WebhookKind): WebhookSource {
  return SOURCES[kind];
}

/** @returns a new secret, in the form that the kind asks for: of letters, digits and `_+/=` only */
export function makeWebhookSecret(kind: WebhookKind): Secret {
  const random = randomBytes(SECRET_BYTES);
  const isKey = kind === "standard" || kind === "gitlab";
  return Secret.of(isKey ? `whsec_${random.toString("base64")}` : random.toString("hex"));
}
