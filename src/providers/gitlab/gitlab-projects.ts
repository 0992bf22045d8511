// The projects that a GitLab account is a member of.
import { ask, askFor, notThere, read } from "../api-call.ts";
import { pageOf } from "../api-shapes.ts";
import { checkCursor, nextFromLink } from "../paging.ts";
import type { ProviderAccess, ProviderCall, ProviderRepository, RepositoryPage } from "../provider.ts";
import { GitlabProject, gitlabApi } from "./gitlab-api.ts";

/** Last active first; GitLab itself searches in names and namespaces. */
export async function listGitlabProjects(
  call: ProviderCall,
  access: ProviderAccess,
  { search, cursor }: { readonly search: string; readonly cursor: string | null },
): Promise<RepositoryPage> {
  const api = gitlabApi(access);
  const query = cursor === null ? firstPage(search.trim()) : checkCursor(cursor);
  const question = { attempt: "list the repositories at", value: access.baseUrl, path: `/projects${query}` };
  const answer = await ask(call, api, question);
  if (answer.status === 404) throw notThere(api, question);
  const repositories = read(answer, pageOf(GitlabProject), api, question);
  return { repositories, next: nextFromLink(answer.headers["link"], api.root + question.path) };
}

/** By id, or by full path; GitLab leads from an old path to the new one by itself. */
export async function findGitlabProject(
  call: ProviderCall,
  access: ProviderAccess | Pick<ProviderAccess, "kind" | "baseUrl">,
  which: { readonly id: string } | { readonly name: string },
): Promise<ProviderRepository | null> {
  const value = "id" in which ? access.baseUrl : which.name;
  const path = projectPath("id" in which ? which.id : which.name);
  return askFor(call, gitlabApi(access), { attempt: "find the repository", value, path }, GitlabProject);
}

/** @param project its id, or its full path */
export function projectPath(project: string): string {
  return `/projects/${encodeURIComponent(project)}`;
}

function firstPage(search: string): string {
  const query = new URLSearchParams({ membership: "true", per_page: "50", order_by: "last_activity_at", sort: "desc" });
  if (search !== "") {
    query.set("search", search.slice(0, 200));
    query.set("search_namespaces", "true");
  }
  return `?${query.toString()}`;
}
