// The questions of the page of activity, with the keys under which their answers are kept.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { ActivityView } from "./activity-view.ts";
import { rowsKey, sameRepository } from "./queries.ts";
import { fetchEvent, fetchEvents } from "./settings-api.ts";

/** Events that are asked for at a time: two screens. */
const EVENT_PAGE = 30;
/** What waits or is under way is asked for beside the stream, which may be refused. */
const BUSY_POLL_MS = 5_000;

/** The key of all lists of events of a repository. News of the repository makes them old. */
export const eventsKey = (repository: string) => [...rowsKey(repository), "events"] as const;

/** What happened to a repository, the newest first. */
export const eventsQuery = (repository: string, view: ActivityView) =>
  infiniteQueryOptions({
    queryKey: [...eventsKey(repository), view],
    queryFn: ({ pageParam, signal }) =>
      fetchEvents(repository, { ...view, limit: EVENT_PAGE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: sameRepository(repository),
    refetchInterval: (query) => {
      const waits = query.state.data?.pages.some(({ events }) =>
        events.some(({ state }) => state === "due" || state === "running" || state === "failed"),
      );
      return waits === true ? BUSY_POLL_MS : false;
    },
  });

/** One event, with what came: that never changes. */
export const eventQuery = (repository: string, event: string) =>
  queryOptions({
    queryKey: ["event", repository, event],
    queryFn: ({ signal }) => fetchEvent(repository, event, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** How one event is asked for, wherever it is. */
export type EventQuery = ReturnType<typeof eventQuery>;
