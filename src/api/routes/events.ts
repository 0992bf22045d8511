// Routes of events: what was asked for, and asking again for what was given up.
import { readRepositoryVersion } from "../../reads/commit-page.ts";
import { readEventPage, readEventView } from "../../reads/events.ts";
import * as contract from "../contract/events.ts";
import { type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** Routes of events. */
export function eventRoutes({ reads, useCases }: Services): Route[] {
  return [
    route(contract.listEvents, "read", ({ caller, params, query }) =>
      readEventPage(reads, caller.organizationId, params.repository, query),
    ),
    route(contract.retryEvent, "retry-event", async ({ caller, params }) => {
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      await useCases.retryEvent(caller.organizationId, repository, params.event);
      return readEventView(reads, caller.organizationId, params.repository, params.event);
    }),
  ];
}
