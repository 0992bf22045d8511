// Routes of a repository's webhook. Their answers are never kept by a browser: one holds the secret.
import { readRepositoryVersion } from "../../reads/commit-page.ts";
import * as contract from "../contract/webhooks.ts";
import { NOT_KEPT } from "../headers.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** Routes of a repository's webhook. */
export function webhookRoutes({ reads, webhooks }: Services): Route[] {
  return [
    route(contract.getWebhook, "change-settings", async ({ caller, params, reply }) => {
      reply.header("cache-control", NOT_KEPT);
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      return { webhook: await webhooks.read(caller.organizationId, repository) };
    }),
    route(contract.setUpWebhook, "change-settings", async ({ caller, params, body, reply }) => {
      reply.header("cache-control", NOT_KEPT);
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      return webhooks.setUp(caller.organizationId, repository, body);
    }),
    route(contract.removeWebhook, "change-settings", async ({ caller, params }) => {
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      await webhooks.remove(caller.organizationId, repository);
      return undefined;
    }),
  ];
}
