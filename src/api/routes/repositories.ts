// Routes of repositories: list, add, look at, change, sync, remove.
import { readRepositories, readRepositoryView } from "../../reads/repository-list.ts";
import { readRepositoryVersion } from "../../reads/commit-page.ts";
import * as contract from "../contract/repositories.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";
import { personOf } from "./accounts.ts";

/** Routes of repositories. */
export function repositoryRoutes({ reads, useCases }: Services): Route[] {
  return [
    route(contract.listRepositories, "read", async ({ caller }) => ({
      repositories: await readRepositories(reads, caller.organizationId),
    })),
    route(contract.addRepository, "add-repository", async ({ caller, body }) => {
      const id = await useCases.addRepository(personOf(caller), { url: body.url, account: body.account ?? null });
      return readRepositoryView(reads, caller.organizationId, id);
    }),
    route(contract.getRepository, "read", ({ caller, params }) =>
      readRepositoryView(reads, caller.organizationId, params.repository),
    ),
    route(contract.changeRepository, "change-settings", async ({ caller, params, body }) => {
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      const { account: id, ...rest } = body;
      const account = id === undefined ? undefined : { id, person: personOf(caller) };
      await useCases.changeRepository(caller.organizationId, repository, { ...rest, account }, caller.userId);
      return readRepositoryView(reads, caller.organizationId, repository);
    }),
    route(contract.syncRepository, "sync", async ({ caller, params }) => {
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      return { event: await useCases.requestSync(caller.organizationId, repository, caller.userId) };
    }),
    route(contract.removeRepository, "remove-repository", async ({ caller, params }) => {
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      await useCases.removeRepository(caller.organizationId, repository);
      return undefined;
    }),
  ];
}
