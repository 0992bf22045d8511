// One event: when and why it came, what became of it, what it led to, and running it again.
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { RepositoryEvent } from "../../src/api/contract/events.ts";
import type { RepositoryState } from "../../src/api/contract/repositories.ts";
import { eventWords, headsInOrder } from "../event-words.ts";
import { api } from "../paths.ts";
import { repositoriesQuery, repositoryQuery } from "../queries.ts";
import { postRetry } from "../settings-api.ts";
import { eventQuery, eventsKey } from "../settings-queries.ts";
import { ago, writtenTime } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { EventDetails } from "./EventDetails.tsx";
import { MovedBranches } from "./MovedBranches.tsx";
import { RunAgain } from "./RunAgain.tsx";
import { StateLine } from "./StateNote.tsx";

/** Branches that are shown without a press. */
const SHOWN_HEADS = 3;

/** What the item is made of. */
export interface EventItemProps {
  /** the repository as in the page's address */
  readonly name: string;
  readonly event: RepositoryEvent;
  /** how the repository is; undefined while nobody knows */
  readonly repository: RepositoryState | undefined;
}

/** Draws the item. */
export function EventItem({ name, event, repository }: EventItemProps): ReactNode {
  const now = useNow();
  const client = useQueryClient();
  const { tone, what, why, state, details } = eventWords(event, repository, now);
  const heads = headsInOrder(event.heads ?? []);
  return (
    <li className="event">
      <span>
        {ago(event.createdAt, now)} ago{" "}
        <time className="dim" dateTime={event.createdAt}>
          {writtenTime(event.createdAt)}
        </time>
      </span>
      <span>
        <span>{what}</span>{" "}
        <span className="event-why">
          <Untrusted text={why} />
        </span>
        {details.length === 0 ? null : <span className="dim event-details">{details.join(" · ")}</span>}
      </span>
      <StateLine tone={tone} line={state} />
      <RunAgain
        event={event}
        what={what}
        run={() => postRetry(name, event.id)}
        settled={() => {
          void client.invalidateQueries({ queryKey: repositoryQuery(name).queryKey });
          void client.invalidateQueries({ queryKey: repositoriesQuery.queryKey });
          return client.invalidateQueries({ queryKey: eventsKey(name) });
        }}
      />
      {event.error === null ? null : (
        <div
          className={event.state === "done" || event.state === "skipped" ? "event-error dim" : "event-error note bad"}
        >
          <Untrusted text={event.error} />
        </div>
      )}
      {heads.length === 0 ? null : <MovedBranches name={name} heads={heads.slice(0, SHOWN_HEADS)} />}
      <EventDetails event={event} came={{ query: eventQuery(name, event.id), href: api.eventBody(name, event.id) }}>
        {heads.length <= SHOWN_HEADS ? null : <MovedBranches name={name} heads={heads.slice(SHOWN_HEADS)} />}
      </EventDetails>
    </li>
  );
}
