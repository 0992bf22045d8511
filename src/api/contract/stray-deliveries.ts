// Deliveries of a webhook for all repositories that led to none of them, in the API.
import type { Contract } from "./contract.ts";
import { EventDetail, EventPage, EventPageQuery, RepositoryEvent, WhichEvent } from "./events.ts";
import { TeamWebhookParams } from "./webhooks.ts";

/** A page of them. */
export const listStrayDeliveries = {
  method: "GET",
  url: "/api/v1/webhooks/:webhook/events",
  summary: "What a webhook for all repositories delivered that led to none, and why, the newest first",
  params: TeamWebhookParams,
  query: EventPageQuery,
  status: 200,
  answer: EventPage,
  problems: ["not-signed-in", "not-allowed", "webhook-not-found", "cursor-mismatch"],
} as const satisfies Contract;

const StrayParams = TeamWebhookParams.extend(WhichEvent.shape);

/** One of them, with what came. */
export const getStrayDelivery = {
  method: "GET",
  url: "/api/v1/webhooks/:webhook/events/:event",
  summary: "One delivery that led to no repository with its body, up to 64 KiB of it",
  params: StrayParams,
  status: 200,
  answer: EventDetail,
  problems: ["not-signed-in", "not-allowed", "webhook-not-found", "event-not-found"],
} as const satisfies Contract;

/** Has one read once more. */
export const retryStrayDelivery = {
  method: "POST",
  url: "/api/v1/webhooks/:webhook/events/:event/retry",
  summary: "Read a delivery that led to no repository once more: it leads to one that is followed by now",
  params: StrayParams,
  status: 202,
  answer: RepositoryEvent,
  problems: ["not-signed-in", "not-allowed", "webhook-not-found", "event-not-found", "event-waiting"],
} as const satisfies Contract;

/** The whole body of one, as a file. */
export const getStrayBody = {
  method: "GET",
  url: "/api/v1/webhooks/:webhook/events/:event/body",
  summary: "The whole body of a delivery that led to no repository, as it came",
  params: StrayParams,
  status: 200,
  answer: null,
  problems: ["not-signed-in", "not-allowed", "webhook-not-found", "event-not-found"],
} as const satisfies Contract;
