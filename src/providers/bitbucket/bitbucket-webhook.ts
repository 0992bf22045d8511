// Webhooks of Bitbucket Cloud, and of Data Center, whose payloads have other forms under the same proof.
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
import { headerOf, matchesDigest, prefixedDigest } from "../webhook-proof.ts";
import type {
  NamedRef,
  RepositoryChange,
  RepositoryIdentity,
  WebhookMeaning,
  WebhookSource,
} from "../webhook-source.ts";

/** Clone addresses of a repository: one for HTTPS, one for SSH. */
const CLONE_LINKS = 4;

function identityOf(payload: Payload | null): RepositoryIdentity {
  // Data Center tells of a change as the repository before and after it
  const repository = valueAt(payload, "repository") ?? valueAt(payload, "new");
  const project = textAt(repository, ["project", "key"]);
  const slug = textAt(repository, ["slug"]);
  const clones = listAt(repository, "links", "clone").slice(0, CLONE_LINKS);
  return {
    id: idAt(repository, "uuid") ?? idAt(repository, "id"),
    name: textAt(repository, ["full_name"]) ?? (project === null || slug === null ? null : `${project}/${slug}`),
    urls: [
      ...new Set([
        ...clones.flatMap((link) => urlsAt(link, [["href"]])),
        ...urlsAt(repository, [["links", "html", "href"]]),
      ]),
    ],
  };
}

/** One end of a change of Bitbucket Cloud: a branch or a tag, or null where there was none. */
function sideOf(side: unknown): { readonly ref: string; readonly target: unknown } | null {
  const name = textAt(side, ["name"]);
  if (name === null) return null;
  const folder = textAt(side, ["type"])?.endsWith("tag") === true ? "refs/tags/" : "refs/heads/";
  return { ref: folder + name, target: valueAt(side, "target", "hash") };
}

function cloudRef(change: unknown): NamedRef | null {
  const before = sideOf(valueAt(change, "old"));
  const after = sideOf(valueAt(change, "new"));
  if (after !== null) return namedRef(after.ref, before?.target, after.target);
  // deleted: what cannot be read must not look like it
  return valueAt(change, "new") === null ? namedRef(before?.ref, before?.target, null) : null;
}

function serverRef(change: unknown): NamedRef | null {
  return namedRef(valueAt(change, "ref", "id"), valueAt(change, "fromHash"), valueAt(change, "toHash"));
}

function changeOf(eventName: string, payload: Payload | null): RepositoryChange | null {
  switch (eventName) {
    case "repo:transfer":
      return "transferred";
    case "repo:deleted":
      return "deleted";
    case "repo:updated":
      return valueAt(payload, "changes", "name") === undefined ? "other" : "renamed";
    case "repo:modified":
      return textAt(payload, ["old", "slug"]) === textAt(payload, ["new", "slug"]) ? "other" : "renamed";
    default:
      return null;
  }
}

function meaningOf(eventName: string, payload: Payload | null): WebhookMeaning {
  const repository = identityOf(payload);
  switch (eventName) {
    case "repo:push":
      return { kind: "push", repository, refs: namedRefs(listAt(payload, "push", "changes").map(cloudRef)) };
    case "repo:refs_changed":
      return { kind: "push", repository, refs: namedRefs(listAt(payload, "changes").map(serverRef)) };
    case "diagnostics:ping":
      return { kind: "test" };
    case "project:modified":
      return { kind: "access", change: eventName };
    default: {
      const change = changeOf(eventName, payload);
      return change === null ? notOurs(eventName) : { kind: "repository", repository, change };
    }
  }
}

/** Bitbucket's. The id is the same over its attempts. */
export const bitbucketWebhook: WebhookSource = {
  kind: "bitbucket",
  verify: ({ headers, body }, secrets) =>
    matchesDigest(prefixedDigest(headerOf(headers, "x-hub-signature")), body, secrets),
  identify: ({ headers }) =>
    nameOfDelivery(headers, { ids: ["x-request-uuid", "x-request-id"], events: ["x-event-key"] }),
  parse: (delivery) => meaningOf(delivery.eventName, readPayload(delivery)),
};
