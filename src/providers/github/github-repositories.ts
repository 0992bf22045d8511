// The repositories that a GitHub account can reach.
import { ask, askFor, notThere, read } from "../api-call.ts";
import { pageOf } from "../api-shapes.ts";
import { checkCursor, nextFromLink } from "../paging.ts";
import type { ProviderAccess, ProviderCall, ProviderRepository, RepositoryPage } from "../provider.ts";
import { GithubRepository, githubApi } from "./github-api.ts";

/** Pages of 100 that one search goes through: GitHub cannot search what an account reaches, so we do. */
const MAX_PAGES = 5;
/** A search stops at the page on which it has this many. */
const ENOUGH = 30;
const FIRST = "?per_page=100&sort=pushed&affiliation=owner,collaborator,organization_member";

/** Newest pushes first. A search looks through several pages; `next` goes on behind them. */
export async function listGithubRepositories(
  call: ProviderCall,
  access: ProviderAccess,
  { search, cursor }: { readonly search: string; readonly cursor: string | null },
): Promise<RepositoryPage> {
  const api = githubApi(access);
  const wanted = search.trim().toLowerCase();
  const repositories: ProviderRepository[] = [];
  let next: string | null = cursor === null ? FIRST : checkCursor(cursor);
  for (let pages = 0; next !== null && pages < MAX_PAGES; pages += 1) {
    const question = { attempt: "list the repositories at", value: access.baseUrl, path: `/user/repos${next}` };
    const answer = await ask(call, api, question);
    if (answer.status === 404) throw notThere(api, question);
    const page = read(answer, pageOf(GithubRepository), api, question);
    repositories.push(...page.filter(({ name }) => name.toLowerCase().includes(wanted)));
    next = nextFromLink(answer.headers["link"], api.root + question.path);
    if (wanted === "" || repositories.length >= ENOUGH) break;
  }
  return { repositories, next };
}

/** By id, which a rename does not change; by name GitHub leads from an old name to the new one by itself. */
export async function findGithubRepository(
  call: ProviderCall,
  access: ProviderAccess | Pick<ProviderAccess, "kind" | "baseUrl">,
  which: { readonly id: string } | { readonly name: string },
): Promise<ProviderRepository | null> {
  const path = "id" in which ? repositoryPath(which.id) : `/repos/${namePath(which.name)}`;
  const value = "id" in which ? access.baseUrl : which.name;
  return askFor(call, githubApi(access), { attempt: "find the repository", value, path }, GithubRepository);
}

/** What GitHub's own redirects after a rename lead to: unlike a name it never means another repository. */
export function repositoryPath(id: string): string {
  return `/repositories/${encodeURIComponent(id)}`;
}

function namePath(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}
