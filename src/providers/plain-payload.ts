// The payload of senders without a form of their own: `{"ref", "before", "after", "repository"}`.
import { idAt, namedRef, namedRefs, textAt, UNNAMED, urlsAt, valueAt } from "./payload.ts";
import type { NamedRef, RepositoryIdentity } from "./webhook-source.ts";

/** @returns the ref of such a payload; none when it is not there or cannot be read */
export function plainRefs(payload: unknown): NamedRef[] {
  return namedRefs([namedRef(valueAt(payload, "ref"), valueAt(payload, "before"), valueAt(payload, "after"))]);
}

/** @returns its repository: an address or "owner/name" as text, or an object of GitHub's form */
export function plainIdentity(payload: unknown): RepositoryIdentity {
  const [url] = urlsAt(payload, [["repository"]]);
  if (url !== undefined) return url.includes(":") ? { ...UNNAMED, urls: [url] } : { ...UNNAMED, name: url };
  const repository = valueAt(payload, "repository");
  return {
    id: idAt(repository, "id"),
    name: textAt(repository, ["full_name"]),
    urls: urlsAt(repository, [["url"], ["clone_url"], ["html_url"], ["ssh_url"]]),
  };
}
