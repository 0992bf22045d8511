// Calls of the API that the pages of settings and activity make.
import type { getEvent, listEvents, retryEvent } from "../src/api/contract/events.ts";
import type { changeRepository } from "../src/api/contract/repositories.ts";
import type { ActivityView } from "./activity-view.ts";
import { type Answer, type Body, call, withSignal } from "./api.ts";
import { api } from "./paths.ts";

/** Changes a repository's name, the column of its small chart, or which branches are followed. */
export function patchRepository(
  repository: string,
  changes: Body<typeof changeRepository>,
): Promise<Answer<typeof changeRepository>> {
  return call<typeof changeRepository>("PATCH", api.repository(repository), { body: changes });
}

/** A page of what was asked for, the newest first. */
export function fetchEvents(
  repository: string,
  query: ActivityView & { limit: number; cursor: string | null },
  signal?: AbortSignal,
): Promise<Answer<typeof listEvents>> {
  return call<typeof listEvents>("GET", api.events(repository, query), withSignal(signal));
}

/** One event, with the body of its delivery. */
export function fetchEvent(repository: string, event: string, signal?: AbortSignal): Promise<Answer<typeof getEvent>> {
  return call<typeof getEvent>("GET", api.event(repository, event), withSignal(signal));
}

/** Has an event run again. */
export function postRetry(repository: string, event: string): Promise<Answer<typeof retryEvent>> {
  return call<typeof retryEvent>("POST", api.retry(repository, event));
}
