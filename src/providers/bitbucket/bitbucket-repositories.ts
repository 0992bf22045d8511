// The repositories that a Bitbucket account is a member of, workspace by workspace.
import { TidemarkError } from "../../errors.ts";
import { ask, askFor, notThere, read } from "../api-call.ts";
import { checkCursor, nextFromUrl } from "../paging.ts";
import type { ProviderAccess, ProviderCall, ProviderRepository, RepositoryPage } from "../provider.ts";
import { BitbucketRepository, BitbucketWorkspace, bitbucketApi, isApiToken, listOf } from "./bitbucket-api.ts";

const Workspaces = listOf(BitbucketWorkspace);
const Repositories = listOf(BitbucketRepository);
type Bare = Omit<ProviderRepository, "permission">;
type Where = ProviderAccess | Pick<ProviderAccess, "kind" | "baseUrl">;

/** Lists that are asked for one page: most workspaces have few repositories, and a search finds none in most. */
const MAX_LISTS = 10;
const PAGE = 50;
/** A page ends with the list on which it has this many. */
const ENOUGH = 25;

/**
 * Last changed first in each workspace. Since 2026 Bitbucket has no list across workspaces (CHANGE-2770): the cursor
 * holds the number of the workspace and the query of the page in it.
 */
export async function listBitbucketRepositories(
  call: ProviderCall,
  access: ProviderAccess,
  { search, cursor }: { readonly search: string; readonly cursor: string | null },
): Promise<RepositoryPage> {
  const workspaces = await workspacesOf(call, access);
  const repositories: ProviderRepository[] = [];
  let { number, query } = cursor === null ? { number: 0, query: null } : placeOf(checkCursor(cursor));
  for (let lists = 0; lists < MAX_LISTS && repositories.length < ENOUGH; lists += 1) {
    const workspace = workspaces[number];
    if (workspace === undefined) break;
    const page = await pageOf(call, access, workspace, query ?? firstPage(search.trim()));
    repositories.push(...page.repositories);
    query = page.next;
    if (query === null) number += 1;
  }
  const next = number < workspaces.length ? `?workspace=${number}&${query?.slice(1) ?? ""}` : null;
  return { repositories, next };
}

/** By UUID, before which an empty `{}` stands for whatever workspace it is in (its documents), or by `workspace/slug`. */
export async function findBitbucketRepository(
  call: ProviderCall,
  access: Where,
  which: { readonly id: string } | { readonly name: string },
): Promise<ProviderRepository | null> {
  const path = "id" in which ? `/repositories/${encodeURIComponent("{}")}/${encodeURIComponent(which.id)}` : null;
  const value = "id" in which ? access.baseUrl : which.name;
  const question = { attempt: "find the repository", value, path: path ?? repositoryPath(value) };
  const found = await askFor(call, bitbucketApi(access), question, BitbucketRepository);
  if (found === null) return null;
  if (!("token" in access)) return { ...found, permission: "read" };
  const [repository] = await withPermissions(call, access, found.name.split("/")[0] ?? "", [found], {
    q: `uuid = "${found.id.replaceAll(/["\\]/g, "")}"`,
  });
  return repository ?? null;
}

/** The path of a repository by its name, or by its workspace and UUID. */
export function repositoryPath(name: string, id?: string): string {
  const [workspace = "", slug = ""] = name.split("/");
  return `/repositories/${encodeURIComponent(workspace)}/${encodeURIComponent(id ?? slug)}`;
}

async function workspacesOf(call: ProviderCall, access: ProviderAccess): Promise<readonly string[]> {
  const api = bitbucketApi(access);
  const question = { attempt: "list the repositories at", value: access.baseUrl, path: "/user/workspaces?pagelen=100" };
  if (!isApiToken(access)) {
    throw new TidemarkError("scope-missing", {
      attempt: question.attempt,
      value: question.value,
      found: "an access token, which is for one place and cannot list",
      wanted: "the address of the repository, or an API token with the e-mail address of its owner",
    });
  }
  const answer = await ask(call, api, question);
  if (answer.status === 404) throw notThere(api, question);
  return read(answer, Workspaces, api, question).values;
}

async function pageOf(
  call: ProviderCall,
  access: ProviderAccess,
  workspace: string,
  query: string,
): Promise<RepositoryPage> {
  const api = bitbucketApi(access);
  const path = `/repositories/${encodeURIComponent(workspace)}${query}`;
  const question = { attempt: "list the repositories of", value: workspace, path };
  const answer = await ask(call, api, question);
  if (answer.status === 404) return { repositories: [], next: null }; // left since the list of workspaces was made
  const { values, next } = read(answer, Repositories, api, question);
  const search = new URLSearchParams(query);
  search.set("pagelen", "100");
  const repositories = await withPermissions(call, access, workspace, values, Object.fromEntries(search));
  return { repositories, next: next === undefined ? null : nextFromUrl(next, api.root + path) };
}

/** Asks the same list for the roles above: who is in it has that role. */
async function withPermissions(
  call: ProviderCall,
  access: ProviderAccess,
  workspace: string,
  repositories: readonly Bare[],
  search: Readonly<Record<string, string>>,
): Promise<ProviderRepository[]> {
  if (repositories.length === 0) return [];
  const api = bitbucketApi(access);
  const withRole = async (role: "admin" | "contributor"): Promise<ReadonlySet<string>> => {
    const query = new URLSearchParams({ ...search, role });
    const path = `/repositories/${encodeURIComponent(workspace)}?${query.toString()}`;
    const question = { attempt: "list the repositories of", value: workspace, path };
    const page = await askFor(call, api, question, Repositories);
    return new Set(page?.values.map(({ id }) => id));
  };
  const admin = await withRole("admin");
  const write = await withRole("contributor");
  return repositories.map((it) => {
    const permission = admin.has(it.id) ? "admin" : write.has(it.id) ? "write" : "read";
    return { ...it, permission };
  });
}

function placeOf(cursor: string): { readonly number: number; readonly query: string | null } {
  const [, number = "0", query = ""] = /^\?workspace=(\d{1,4})&(.*)$/.exec(cursor) ?? [];
  return { number: Number(number), query: query === "" ? null : `?${query}` };
}

function firstPage(search: string): string {
  const query = new URLSearchParams({ role: "member", sort: "-updated_on", pagelen: String(PAGE) });
  const words = search.slice(0, 100).replaceAll(/["\\]/g, "");
  if (words !== "") query.set("q", `name ~ "${words}"`);
  return `?${query.toString()}`;
}
