// Calls and questions of the API about webhooks that serve all repositories.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type {
  getStrayDelivery,
  listStrayDeliveries,
  retryStrayDelivery,
} from "../src/api/contract/stray-deliveries.ts";
import type {
  listTeamWebhooks,
  makeTeamWebhook,
  removeTeamWebhook,
  showTeamWebhook,
} from "../src/api/contract/webhooks.ts";
import { type Answer, type Body, call, problemOf, withSignal } from "./api.ts";
import { formatSearch } from "./search-part.ts";
import type { EventQuery } from "./settings-queries.ts";

const WEBHOOKS: typeof listTeamWebhooks.url = "/api/v1/webhooks";
const WEBHOOK: typeof showTeamWebhook.url = "/api/v1/webhooks/:webhook";

const STRAY: typeof listStrayDeliveries.url = "/api/v1/webhooks/:webhook/events";
const STRAY_ONE: typeof getStrayDelivery.url = "/api/v1/webhooks/:webhook/events/:event";

/** Deliveries of a page: as many as an open list shows without a press. */
const STRAY_PAGE = 20;
/** How often an open list is asked for again, in milliseconds: nobody tells of deliveries that led nowhere. */
const STRAY_POLL_MS = 5_000;

function fill(pattern: string, webhook: string): string {
  return pattern.replace(":webhook", () => encodeURIComponent(webhook));
}

/** How often they are asked for again while their page is open, in milliseconds: as often as what came by them. */
const TEAM_POLL_MS = STRAY_POLL_MS;

/** Those that there are; null for a person who has nothing to do with them: they are for owners and admins. */
export const teamWebhooksQuery = queryOptions({
  queryKey: ["team-webhooks"],
  queryFn: async ({ signal }) => {
    try {
      return (await call<typeof listTeamWebhooks>("GET", WEBHOOKS, withSignal(signal))).webhooks;
    } catch (error) {
      if (problemOf(error).code === "not-allowed") return null;
      throw error;
    }
  },
  // when something arrived last
  refetchInterval: ({ state }) => (state.data == null ? false : TEAM_POLL_MS),
});

/** Makes one, and gives its secret. */
export function postTeamWebhook(webhook: Body<typeof makeTeamWebhook>): Promise<Answer<typeof makeTeamWebhook>> {
  return call<typeof makeTeamWebhook>("POST", WEBHOOKS, { body: webhook });
}

/** Gives the secret of one, or another secret. */
export function postTeamSecret(
  webhook: string,
  ask: Body<typeof showTeamWebhook>,
): Promise<Answer<typeof showTeamWebhook>> {
  return call<typeof showTeamWebhook>("POST", fill(WEBHOOK, webhook), { body: ask });
}

/** Removes one. */
export function deleteTeamWebhook(webhook: string): Promise<Answer<typeof removeTeamWebhook>> {
  return call<typeof removeTeamWebhook>("DELETE", fill(WEBHOOK, webhook));
}

/** What one delivered that led to no repository, the newest first. */
export const strayDeliveriesQuery = (webhook: string) =>
  infiniteQueryOptions({
    queryKey: ["stray-deliveries", webhook],
    queryFn: ({ pageParam, signal }): Promise<Answer<typeof listStrayDeliveries>> => {
      const search = formatSearch({ limit: STRAY_PAGE, cursor: pageParam });
      return call<typeof listStrayDeliveries>("GET", fill(STRAY, webhook) + search, withSignal(signal));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: STRAY_POLL_MS,
  });

function strayAddress(webhook: string, event: string): string {
  return fill(STRAY_ONE, webhook).replace(":event", () => encodeURIComponent(event));
}

/** One of those deliveries, with what came: that never changes. */
export const strayDeliveryQuery = (webhook: string, event: string): EventQuery =>
  queryOptions({
    queryKey: ["event", `of webhook ${webhook}`, event],
    queryFn: ({ signal }) => call<typeof getStrayDelivery>("GET", strayAddress(webhook, event), withSignal(signal)),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Has one read once more. */
export function postStrayRetry(webhook: string, event: string): Promise<Answer<typeof retryStrayDelivery>> {
  return call<typeof retryStrayDelivery>("POST", `${strayAddress(webhook, event)}/retry`);
}

/** Where the whole body of one is saved from. */
export function strayBodyHref(webhook: string, event: string): string {
  return `${strayAddress(webhook, event)}/body`;
}
