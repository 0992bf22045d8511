// Routes of events: what happened, what came, and running it again.
import { readRepositoryVersion } from "../../reads/commit-page.ts";
import { readEventDetail, readEventPage, readEventView, readWholeBody } from "../../reads/events.ts";
import * as contract from "../contract/events.ts";
import { NOT_KEPT } from "../headers.ts";
import { rawFileHeaders } from "../raw-file-headers.ts";
import { ANSWERED, type Route, route } from "../route.ts";
import type { Services } from "../services.ts";

/** Routes of events. */
export function eventRoutes({ reads, useCases }: Services): Route[] {
  return [
    route(contract.listEvents, "read", ({ caller, params, query }) => {
      const { state: states, source: sources, ...page } = query;
      return readEventPage(reads, caller.organizationId, params.repository, { ...page, states, sources });
    }),
    route(contract.getEvent, "read-bodies", ({ caller, params }) =>
      readEventDetail(reads, caller.organizationId, params.repository, params.event),
    ),
    route(contract.getEventBody, "read-bodies", async ({ caller, params, reply }) => {
      const { bytes } = await readWholeBody(reads, caller.organizationId, params.repository, params.event);
      void reply
        .headers(rawFileHeaders(`delivery-${params.event}`, bytes))
        .header("cache-control", NOT_KEPT)
        .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      return ANSWERED;
    }),
    route(contract.retryEvent, "retry-event", async ({ caller, params }) => {
      const { repository } = await readRepositoryVersion(reads, caller.organizationId, params.repository);
      await useCases.retryEvent(caller.organizationId, repository, params.event, caller.userId);
      return readEventView(reads, caller.organizationId, params.repository, params.event);
    }),
  ];
}
