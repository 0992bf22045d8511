// Deliveries of a webhook for all repositories that led to none of them, in the API.
import { z } from "zod";
import { MAX_CURSOR } from "./commits.ts";
import { type Contract, repeated, wholeNumber } from "./contract.ts";
import { EventDetail, EventState, MAX_EVENTS, RepositoryEvent, WhichEvent } from "./events.ts";
import { TeamWebhookParams } from "./webhooks.ts";

/** A page of them. */
export const listStrayDeliveries = {
  method: "GET",
  url: "/api/v1/webhooks/:webhook/events",
  summary: "What a webhook for all repositories delivered that led to none, and why, the newest first",
  params: TeamWebhookParams,
  query: z.object({
    limit: wholeNumber(1, MAX_EVENTS, 50),
    cursor: z.string().max(MAX_CURSOR, { abort: true }).optional(),
    /** only deliveries in one of these states */
    state: repeated(EventState, EventState.options.length),
  }),
  status: 200,
  answer: z.object({ events: z.array(RepositoryEvent), nextCursor: z.string().nullable() }),
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
