// The search of the list of repositories.
import type { Repository } from "../src/api/contract/repositories.ts";

/** @returns the repositories that hold every word of the search in name or address, whatever the case */
export function searchRepositories<R extends Pick<Repository, "name" | "url">>(
  repositories: readonly R[],
  search: string,
): readonly R[] {
  const words = search.toLowerCase().split(/\s+/);
  return repositories.filter(({ name, url }) => {
    const text = `${name} ${url ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
