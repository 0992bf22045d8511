// A person asks for a repository's new commits: an event that a worker answers.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { Database } from "../store/database.ts";
import { insertEvent } from "../store/event.ts";
import { readRepository } from "../store/repository.ts";

/**
 * Asks for a repository's new commits.
 * @param source who asks: what a person finds deleted counts as that at once
 * @param user the person; null: nobody who is known by name
 * @returns the id of the event
 * @throws TidemarkError `repository-not-found`
 */
export async function requestSync(
  deps: { readonly database: Pick<Database, "web"> },
  organizationId: OrganizationId,
  repository: RepositoryId,
  source: "person" | "schedule" = "person",
  user: string | null = null,
): Promise<string> {
  return deps.database.web.in(organizationId).write(async (tx) => {
    if ((await readRepository(tx, repository)) === null)
      throw repositoryNotFound("ask for the new commits of", repository);
    return insertEvent(tx, repository, "sync", source, user);
  });
}

/** The error of a repository that the organisation does not have. */
export function repositoryNotFound(attempt: string, repository: RepositoryId): TidemarkError {
  return new TidemarkError("repository-not-found", {
    attempt: `${attempt} the repository`,
    value: repository,
    found: "none with this id",
    wanted: "the id of a repository of yours",
  });
}
