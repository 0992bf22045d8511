// Calls and questions of the API about how following a repository goes, and about its webhook.
import { queryOptions } from "@tanstack/react-query";
import type { getHealth } from "../src/api/contract/health.ts";
import type { getWebhook, removeWebhook, setUpWebhook } from "../src/api/contract/webhooks.ts";
import { type Answer, type Body, call, withSignal } from "./api.ts";
import { rowsKey } from "./queries.ts";

const HEALTH: typeof getHealth.url = "/api/v1/repositories/:repository/health";
const WEBHOOK: typeof getWebhook.url = "/api/v1/repositories/:repository/webhook";

/** Looks at branches go on while nothing is told: what a page says of them is so old at most. */
export const HEALTH_POLL_MS = 60_000;

function fill(pattern: string, repository: string): string {
  return pattern.replace(":repository", () => encodeURIComponent(repository.toWellFormed()));
}

/** How following a repository goes. */
export const healthQuery = (repository: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "health"],
    queryFn: ({ signal }): Promise<Answer<typeof getHealth>> =>
      call<typeof getHealth>("GET", fill(HEALTH, repository), withSignal(signal)),
    staleTime: HEALTH_POLL_MS,
  });

/** The webhook of a repository: for owners and admins. */
export const webhookQuery = (repository: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "webhook"],
    queryFn: ({ signal }): Promise<Answer<typeof getWebhook>> =>
      call<typeof getWebhook>("GET", fill(WEBHOOK, repository), withSignal(signal)),
  });

/** Sets a repository's webhook up, and gives its secret. */
export function postWebhook(repository: string, ask: Body<typeof setUpWebhook>): Promise<Answer<typeof setUpWebhook>> {
  return call<typeof setUpWebhook>("POST", fill(WEBHOOK, repository), { body: ask });
}

/** Removes a repository's webhook. */
export function deleteWebhook(repository: string): Promise<Answer<typeof removeWebhook>> {
  return call<typeof removeWebhook>("DELETE", fill(WEBHOOK, repository));
}
