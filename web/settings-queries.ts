// The questions of the page of activity, with the key under which its answers are kept.
import { infiniteQueryOptions } from "@tanstack/react-query";
import { rowsKey } from "./queries.ts";
import { fetchEvents } from "./settings-api.ts";

/** Events that are asked for at a time: two screens. */
const EVENT_PAGE = 30;
/** What waits or is under way is asked for beside the stream, which may be refused. */
const BUSY_POLL_MS = 5_000;

/** What was asked for of a repository, the newest first. News of the repository makes it old. */
export const eventsQuery = (repository: string) =>
  infiniteQueryOptions({
    queryKey: [...rowsKey(repository), "events"],
    queryFn: ({ pageParam, signal }) => fetchEvents(repository, { limit: EVENT_PAGE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: (query) => {
      const waits = query.state.data?.pages.some(({ events }) => events.some(({ state }) => state === "due"));
      return waits === true ? BUSY_POLL_MS : false;
    },
  });
