// Webhooks of GitLab.com and self-managed GitLab: of projects, of groups and of the whole instance (system hooks).
import { nameOfDelivery } from "../delivery-name.ts";
import {
  idAt,
  listAt,
  namedRef,
  namedRefs,
  notOurs,
  type Payload,
  readPayload,
  textAt,
  urlsAt,
  valueAt,
} from "../payload.ts";
import { matchesSignature } from "../standard/standard-proof.ts";
import { headerOf, isSecret } from "../webhook-proof.ts";
import type {
  NamedRef,
  RepositoryChange,
  RepositoryIdentity,
  WebhookMeaning,
  WebhookSource,
} from "../webhook-source.ts";

/** The body's own word says more than the header, which is "System Hook" for all events of an instance. */
const WORD_OF_HEADER: Readonly<Record<string, string>> = {
  "Push Hook": "push",
  "Tag Push Hook": "tag_push",
  "Repository Update Hook": "repository_update",
};

const CHANGES: Readonly<Record<string, RepositoryChange>> = {
  project_rename: "renamed",
  project_transfer: "transferred",
  project_update: "other",
  project_create: "other",
  project_destroy: "deleted",
};

const PUSHES = new Set(["push", "tag_push", "repository_update"]);

function identityOf(payload: Payload | null): RepositoryIdentity {
  const urls = ["git_http_url", "http_url", "git_ssh_url", "ssh_url", "web_url"].map((name) => ["project", name]);
  return {
    id: idAt(payload, "project_id") ?? idAt(payload, "project", "id"),
    name: textAt(payload, ["project", "path_with_namespace"]) ?? textAt(payload, ["path_with_namespace"]),
    urls: urlsAt(payload, urls),
  };
}

/** `repository_update` names all refs of a push, however many: `push` is not sent for more than three. */
function refsOf(payload: Payload | null): NamedRef[] {
  const changes = [payload, ...listAt(payload, "changes")];
  return namedRefs(
    changes.map((each) => namedRef(valueAt(each, "ref"), valueAt(each, "before"), valueAt(each, "after"))),
  );
}

function meaningOf(eventName: string, payload: Payload | null): WebhookMeaning {
  const told = textAt(payload, ["event_name"], 100) ?? textAt(payload, ["object_kind"], 100);
  const word = told ?? (Object.hasOwn(WORD_OF_HEADER, eventName) ? WORD_OF_HEADER[eventName] : undefined) ?? eventName;
  const repository = identityOf(payload);
  if (PUSHES.has(word)) return { kind: "push", repository, refs: refsOf(payload) };
  const change = Object.hasOwn(CHANGES, word) ? CHANGES[word] : undefined;
  return change === undefined ? notOurs(word) : { kind: "repository", repository, change };
}

/**
 * GitLab's. Two proofs, of which one must hold: the secret in plain text (`X-Gitlab-Token`), and since 19.0 the signing token,
 * a Standard Webhooks secret. While a webhook moves from one to the other both are sent, made from different secrets.
 */
export const gitlabWebhook: WebhookSource = {
  kind: "gitlab",
  verify: (delivery, secrets, now) => {
    const token = headerOf(delivery.headers, "x-gitlab-token");
    return (
      (token !== null && secrets.some((secret) => isSecret(token, secret))) || matchesSignature(delivery, secrets, now)
    );
  },
  // X-Gitlab-Event-UUID is shared by the events that one event leads to: it names no delivery
  identify: ({ headers }) =>
    nameOfDelivery(headers, { ids: ["webhook-id", "idempotency-key"], events: ["x-gitlab-event"] }),
  parse: (delivery) => meaningOf(delivery.eventName, readPayload(delivery)),
};
