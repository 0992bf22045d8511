// Routes of webhooks: a repository's own, and those that serve all. Their answers are never kept by a browser: one holds the secret.
import { readRepositoryVersion } from "../../reads/commit-page.ts";
import { eventView } from "../../reads/events.ts";
import { readStrayDetail, readStrayPage, readWholeStrayBody } from "../../reads/stray-deliveries.ts";
import * as stray from "../contract/stray-deliveries.ts";
import * as contract from "../contract/webhooks.ts";
import { NOT_KEPT } from "../headers.ts";
import { rawFileHeaders } from "../raw-file-headers.ts";
import { ANSWERED, type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** Routes of what webhooks for all repositories delivered that led to none. */
export function strayRoutes({ reads, useCases }: Services): Route[] {
  return [
    route(stray.listStrayDeliveries, "read-bodies", ({ caller, params, query, reply }) => {
      reply.header("cache-control", NOT_KEPT);
      const { state: states, ...page } = query;
      return readStrayPage(reads, caller.organizationId, params.webhook, { ...page, states });
    }),
    route(stray.getStrayDelivery, "read-bodies", ({ caller, params, reply }) => {
      reply.header("cache-control", NOT_KEPT);
      return readStrayDetail(reads, caller.organizationId, params.webhook, params.event);
    }),
    route(stray.retryStrayDelivery, "retry-event", async ({ caller, params }) =>
      eventView(await useCases.retryStrayDelivery(caller.organizationId, params, caller.userId)),
    ),
    route(stray.getStrayBody, "read-bodies", async ({ caller, params, reply }) => {
      const { bytes } = await readWholeStrayBody(reads, caller.organizationId, params.webhook, params.event);
      void reply
        .headers(rawFileHeaders(`delivery-${params.event}`, bytes))
        .header("cache-control", NOT_KEPT)
        .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      return ANSWERED;
    }),
  ];
}

/** Routes of webhooks. */
export function webhookRoutes({ reads, webhooks }: Services): Route[] {
  return [
    route(contract.getWebhook, "change-settings", async ({ caller, params, reply }) => {
      reply.header("cache-control", NOT_KEPT);
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      return webhooks.read(caller.organizationId, repository);
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
    route(contract.listTeamWebhooks, "change-settings", async ({ caller, reply }) => {
      reply.header("cache-control", NOT_KEPT);
      return { webhooks: [...(await webhooks.team.list(caller.organizationId))] };
    }),
    route(contract.makeTeamWebhook, "change-settings", ({ caller, body, reply }) => {
      reply.header("cache-control", NOT_KEPT);
      return webhooks.team.make(caller.organizationId, body.kind);
    }),
    route(contract.showTeamWebhook, "change-settings", ({ caller, params, body, reply }) => {
      reply.header("cache-control", NOT_KEPT);
      return webhooks.team.show(caller.organizationId, params.webhook, body.rotate === true);
    }),
    route(contract.removeTeamWebhook, "change-settings", async ({ caller, params }) => {
      await webhooks.team.remove(caller.organizationId, params.webhook);
      return undefined;
    }),
  ];
}
