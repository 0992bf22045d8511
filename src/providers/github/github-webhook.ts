// Webhooks of GitHub.com and GitHub Enterprise Server (reference/providers.md 2.1).
import { nameOfDelivery } from "../delivery-name.ts";
import { idAt, type Payload, namedRef, namedRefs, notOurs, readPayload, textAt, urlsAt, valueAt } from "../payload.ts";
import { headerOf, matchesDigest, prefixedDigest } from "../webhook-proof.ts";
import type {
  NamedRef,
  RepositoryChange,
  RepositoryIdentity,
  WebhookMeaning,
  WebhookSource,
} from "../webhook-source.ts";

const CHANGES: Readonly<Record<string, RepositoryChange>> = {
  renamed: "renamed",
  transferred: "transferred",
  archived: "archived",
  unarchived: "unarchived",
  privatized: "private",
  publicized: "public",
  deleted: "deleted",
};

const ACCESS = new Set(["installation", "installation_repositories", "installation_target"]);

/** @returns the repository of a payload of GitHub's form, which Gitea and Forgejo use too */
export function githubIdentity(payload: Payload | null): RepositoryIdentity {
  const repository = valueAt(payload, "repository");
  return {
    id: idAt(repository, "id"),
    name: textAt(repository, ["full_name"]),
    urls: urlsAt(repository, [["clone_url"], ["html_url"], ["ssh_url"], ["git_url"]]),
  };
}

/** @returns the refs of a `push`, `create` or `delete` event of GitHub's form */
export function githubRefs(eventName: string, payload: Payload | null): NamedRef[] {
  const ref = valueAt(payload, "ref");
  if (eventName === "push") return namedRefs([namedRef(ref, valueAt(payload, "before"), valueAt(payload, "after"))]);
  const folder = { branch: "refs/heads/", tag: "refs/tags/" }[textAt(payload, ["ref_type"]) ?? ""];
  if (folder === undefined || typeof ref !== "string") return [];
  // Gitea says what was created; of GitHub's event only the name is known, and nothing could be waited for
  const after = eventName === "delete" ? null : valueAt(payload, "sha");
  return namedRefs([namedRef(folder + ref.replace(/^refs\/(?:heads|tags)\//, ""), null, after)]);
}

function meaningOf(eventName: string, payload: Payload | null): WebhookMeaning {
  const repository = githubIdentity(payload);
  const action = textAt(payload, ["action"], 100) ?? "";
  switch (eventName) {
    case "ping":
      return { kind: "test" };
    case "push":
    case "create":
    case "delete":
      return { kind: "push", repository, refs: githubRefs(eventName, payload) };
    case "repository":
      return { kind: "repository", repository, change: changeOf(action) };
    case "public":
      return { kind: "repository", repository, change: "public" };
    default:
      return ACCESS.has(eventName) ? { kind: "access", change: `${eventName} ${action}`.trim() } : notOurs(eventName);
  }
}

function changeOf(action: string): RepositoryChange {
  return Object.hasOwn(CHANGES, action) ? (CHANGES[action] ?? "other") : "other";
}

/** GitHub's. A delivery's id is shared by all webhooks that subscribe to the event. */
export const githubWebhook: WebhookSource = {
  kind: "github",
  verify: ({ headers, body }, secrets) =>
    matchesDigest(prefixedDigest(headerOf(headers, "x-hub-signature-256")), body, secrets),
  identify: ({ headers }) => nameOfDelivery(headers, { ids: ["x-github-delivery"], events: ["x-github-event"] }),
  parse: (delivery) => meaningOf(delivery.eventName, readPayload(delivery)),
};
