// A person asks for a repository's new commits: an event that a worker answers.
import type { EventReason } from "../domain/event-reason.ts";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { Database, Transaction } from "../store/database.ts";
import { insertEvent, insertOwnEvent } from "../store/event.ts";
import { readRepository } from "../store/repository.ts";

interface SyncDeps {
  readonly database: Pick<Database, "web">;
}

/**
 * Asks for a repository's new commits.
 * @param user the person; null: nobody who is known by name
 * @returns the id of the event
 * @throws TidemarkError `repository-not-found`
 */
export function requestSync(
  deps: SyncDeps,
  organizationId: OrganizationId,
  repository: RepositoryId,
  user: string | null = null,
): Promise<string> {
  return ask(deps, organizationId, repository, (tx) => insertEvent(tx, repository, "sync", "person", user));
}

/** As `requestSync()`, of Tidemark itself: what a person finds deleted counts as that at once, and what it finds does not. */
export function requestOwnSync(
  deps: SyncDeps,
  organizationId: OrganizationId,
  repository: RepositoryId,
  reason: EventReason,
): Promise<string> {
  return ask(deps, organizationId, repository, (tx) => insertOwnEvent(tx, repository, "sync", reason));
}

function ask(
  { database }: SyncDeps,
  organizationId: OrganizationId,
  repository: RepositoryId,
  insert: (tx: Transaction) => Promise<string>,
): Promise<string> {
  return database.web.in(organizationId).write(async (tx) => {
    if ((await readRepository(tx, repository)) !== null) return insert(tx);
    throw repositoryNotFound("ask for the new commits of", repository);
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
