// Whether a GitHub repository's branches or tags have changed since the last look, for nothing while they have not.
import { ask } from "../api-call.ts";
import type { ProviderAccess, ProviderCall, RefsLook, RepositoryPlace } from "../provider.ts";
import { githubApi } from "./github-api.ts";
import { repositoryPath } from "./github-repositories.ts";

/** An ETag (RFC 9110, 8.8.3) of sensible length. */
const ETAG = /^(?:W\/)?"[\x21\x23-\x7e]{1,100}"$/;

/**
 * A conditional question each for branches and for tags: an answer 304 counts towards no limit. The names are never
 * read: Git is asked whenever something has changed.
 * @param etag that of branches, a blank, that of tags
 * @returns "unknown" when the lists have several pages: a change on the others would not be seen
 */
export async function askGithubRefs(
  call: ProviderCall,
  access: ProviderAccess,
  at: RepositoryPlace,
  etag: string | null,
): Promise<RefsLook> {
  const api = githubApi(access);
  const last = etag?.split(" ") ?? [];
  const etags: string[] = [];
  let isSame = true;
  for (const [index, kind] of ["heads", "tags"].entries()) {
    const known = last[index];
    const answer = await ask(call, api, {
      attempt: "look at the branches of",
      value: at.name,
      path: `${repositoryPath(at.id)}/git/matching-refs/${kind}`,
      headers: known === undefined || !ETAG.test(known) ? {} : { "if-none-match": known },
    });
    const isUnchanged = answer.status === 304;
    const found = isUnchanged ? known : answer.headers["etag"];
    if (answer.status === 404 || found === undefined || !ETAG.test(found)) return { kind: "unknown" };
    if (/rel="?next/.test(answer.headers["link"] ?? "")) return { kind: "unknown" };
    isSame &&= isUnchanged;
    etags.push(found);
  }
  return isSame ? { kind: "same" } : { kind: "changed", etag: etags.join(" ") };
}
