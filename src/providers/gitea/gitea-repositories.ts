// The repositories that an account of Gitea or Forgejo can reach.
import { ask, askFor, notThere, read } from "../api-call.ts";
import { checkCursor, nextFromLink } from "../paging.ts";
import type { ProviderAccess, ProviderCall, ProviderRepository, RepositoryPage } from "../provider.ts";
import { GiteaRepository, GiteaSearch, GiteaUser, giteaApi } from "./gitea-api.ts";

/**
 * Last changed first. `/user/repos` lists only what the account owns; the search with its id also finds what it works on
 * for others, what a team of an organisation lets it see, and what is public there (its `SearchRepositoryCondition`).
 */
export async function listGiteaRepositories(
  call: ProviderCall,
  access: ProviderAccess,
  { search, cursor }: { readonly search: string; readonly cursor: string | null },
): Promise<RepositoryPage> {
  const api = giteaApi(access);
  const query = cursor === null ? await firstPage(call, access, search.trim()) : checkCursor(cursor);
  const question = { attempt: "list the repositories at", value: access.baseUrl, path: `/repos/search${query}` };
  const answer = await ask(call, api, question);
  if (answer.status === 404) throw notThere(api, question);
  const { data } = read(answer, GiteaSearch, api, question);
  // links are made from the server's own idea of its address: only their query counts, on the list that was asked
  const next = nextFromLink(onOrigin(answer.headers["link"], api.root), api.root + question.path);
  return { repositories: data, next };
}

/** By id, or by name; a renamed one is led to by the server itself. */
export async function findGiteaRepository(
  call: ProviderCall,
  access: ProviderAccess | Pick<ProviderAccess, "kind" | "baseUrl">,
  which: { readonly id: string } | { readonly name: string },
): Promise<ProviderRepository | null> {
  const path = "id" in which ? `/repositories/${encodeURIComponent(which.id)}` : repositoryPath(which.name);
  const value = "id" in which ? access.baseUrl : which.name;
  return askFor(call, giteaApi(access), { attempt: "find the repository", value, path }, GiteaRepository);
}

/** Hooks have no path by id: who asks has the name of today, which `find()` gives. */
export function repositoryPath(name: string): string {
  return `/repos/${name.split("/").map(encodeURIComponent).join("/")}`;
}

async function firstPage(call: ProviderCall, access: ProviderAccess, search: string): Promise<string> {
  const api = giteaApi(access);
  const question = { attempt: "check the account at", value: access.baseUrl, path: "/user" };
  const answer = await ask(call, api, question);
  if (answer.status === 404) throw notThere(api, question);
  const { id } = read(answer, GiteaUser, api, question);
  const query = new URLSearchParams({ uid: id, limit: "50", sort: "updated", order: "desc", page: "1" });
  if (search !== "") query.set("q", search.slice(0, 200));
  return `?${query.toString()}`;
}

/** Behind a proxy, ROOT_URL is often another origin than the one we ask: a link is read as one on ours. */
function onOrigin(link: string | undefined, root: string): string | undefined {
  const { origin } = new URL(root);
  return link?.replaceAll(/<https?:\/\/[^/<>]{1,300}/g, `<${origin}`);
}
