// Webhooks of Gitea and Forgejo (reference/providers.md 2.1). They send GitHub's and Gogs' headers too.
import { firstHeader, nameOfDelivery } from "../delivery-name.ts";
import { githubIdentity, githubRefs } from "../github/github-webhook.ts";
import { notOurs, type Payload, readPayload, textAt } from "../payload.ts";
import { headerOf, matchesDigest, prefixedDigest } from "../webhook-proof.ts";
import type { WebhookMeaning, WebhookSource } from "../webhook-source.ts";

function meaningOf(eventName: string, payload: Payload | null): WebhookMeaning {
  const repository = githubIdentity(payload);
  switch (eventName) {
    case "push":
    case "create":
    case "delete":
      return { kind: "push", repository, refs: githubRefs(eventName, payload) };
    case "repository":
      // created and deleted are all that there is: no event tells of a new name
      return {
        kind: "repository",
        repository,
        change: textAt(payload, ["action"]) === "deleted" ? "deleted" : "other",
      };
    default:
      return notOurs(eventName);
  }
}

/** Gitea's and Forgejo's. Without a secret they send the headers with an empty digest, which is refused. */
export const giteaWebhook: WebhookSource = {
  kind: "gitea",
  verify: ({ headers, body }, secrets) => {
    const bare = firstHeader(headers, ["x-forgejo-signature", "x-gitea-signature"]);
    return matchesDigest(bare ?? prefixedDigest(headerOf(headers, "x-hub-signature-256")), body, secrets);
  },
  identify: ({ headers }) =>
    nameOfDelivery(headers, {
      ids: ["x-forgejo-delivery", "x-gitea-delivery"],
      events: ["x-forgejo-event", "x-gitea-event"],
    }),
  parse: (delivery) => meaningOf(delivery.eventName, readPayload(delivery)),
};
