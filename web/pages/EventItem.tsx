// One import or sync: when it was asked for, what became of it, what went wrong, and another try.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { RepositoryEvent } from "../../src/api/contract/events.ts";
import type { RepositoryState } from "../../src/api/contract/repositories.ts";
import { problemOf } from "../api.ts";
import { eventWords } from "../event-words.ts";
import { repositoriesQuery, repositoryQuery } from "../queries.ts";
import { postRetry } from "../settings-api.ts";
import { eventsQuery } from "../settings-queries.ts";
import { ago, writtenTime } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { StateLine } from "./StateNote.tsx";

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
  const { tone, what, state, details } = eventWords(event, repository, now);
  return (
    <li className="event">
      <span>
        {ago(event.createdAt, now)} ago{" "}
        <time className="dim" dateTime={event.createdAt}>
          {writtenTime(event.createdAt)}
        </time>
      </span>
      <span>
        <span>{what}</span>
        {details.length === 0 ? null : <span className="dim event-details">{details.join(" · ")}</span>}
      </span>
      <StateLine tone={tone} line={state} />
      {event.state === "dead" ? <RunAgain name={name} event={event} /> : null}
      {event.error === null ? null : (
        <div className={event.state === "done" ? "event-error dim" : "event-error note bad"}>
          <Untrusted text={event.error} />
        </div>
      )}
    </li>
  );
}

function RunAgain({ name, event }: { name: string; event: RepositoryEvent }): ReactNode {
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => postRetry(name, event.id),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: repositoryQuery(name).queryKey });
      void client.invalidateQueries({ queryKey: repositoriesQuery.queryKey });
      return client.invalidateQueries({ queryKey: eventsQuery(name).queryKey });
    },
  });
  return (
    <span className="event-again">
      <button type="button" onClick={() => mutate()} disabled={isPending}>
        Run again
      </button>
      {error === null ? null : (
        <span className="worse" role="alert">
          <Untrusted text={problemOf(error).detail} />
        </span>
      )}
    </span>
  );
}
