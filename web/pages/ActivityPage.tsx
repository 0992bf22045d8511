// Everything that happened to a repository, why, and what became of it, the newest first.
import "./settings.css";
import "./activity.css";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import type { ArchiveRun } from "../../src/api/contract/archive.ts";
import type { RepositoryEvent } from "../../src/api/contract/events.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import type { ActivityView } from "../activity-view.ts";
import { archiveQuery } from "../archive-api.ts";
import { happenings } from "../archive-words.ts";
import { useLiveRepository } from "../live.ts";
import { answerState, whileThere } from "../page-state.ts";
import { asked, repositoryQuery } from "../queries.ts";
import { activityPage } from "../paths.ts";
import { eventsKey, eventsQuery } from "../settings-queries.ts";
import { type NextPage, useNextPage } from "../use-next-page.ts";
import { ArchiveRunItem } from "./ArchiveRunItem.tsx";
import { EmptyNote } from "./EmptyRepository.tsx";
import { EventFilter } from "./EventFilter.tsx";
import { EventItem } from "./EventItem.tsx";
import { AskedMessage, StaleStrip } from "./messages.tsx";
import { PageLink } from "./PageLink.tsx";
import { RepositoryActions } from "./RepositoryActions.tsx";
import { RepositoryCrumb } from "./RepositoryCrumb.tsx";
import { RepositoryNav } from "./RepositoryNav.tsx";
import { Shell } from "./Shell.tsx";
import { StateNote } from "./StateNote.tsx";

/** The page of events. */
export function ActivityPage({ repository, view }: { repository: string; view: ActivityView }): ReactNode {
  const client = useQueryClient();
  const facts = useQuery(repositoryQuery(repository));
  const events = useInfiniteQuery(eventsQuery(repository, view));
  const more = useNextPage(events);
  const archive = useQuery(archiveQuery(repository));
  const pages = events.data?.pages;
  const told = answerState(asked({ data: pages, error: events.isFetchNextPageError ? null : events.error }));
  const known = whileThere(told, asked(facts));
  // what waits is told by how the repository is: both come at once
  const state =
    known.kind === "answer" && (facts.isPending || archive.isPending) ? ({ kind: "waiting" } as const) : known;
  useLiveRepository(facts.data === undefined ? null : repository, facts.data?.version);
  const doing = facts.data?.state;
  // what is begun and what ends is another event's state
  useEffect(() => {
    if (doing !== undefined) void client.invalidateQueries({ queryKey: eventsKey(repository) });
  }, [client, repository, doing]);
  const retry = (): void => void events.refetch();
  return (
    <Shell
      title={`Activity · ${repository} · Tidemark`}
      crumb={<RepositoryCrumb name={facts.data?.name ?? repository} linked />}
      nav={
        state.kind === "answer" || state.kind === "waiting" ? (
          <RepositoryNav name={repository} current="activity" />
        ) : null
      }
      actions={facts.data === undefined ? null : <RepositoryActions repository={facts.data} name={repository} />}
      signedOut={state.kind === "signed-out"}
    >
      {state.kind === "waiting" ? (
        <ActivitySkeleton />
      ) : state.kind === "answer" ? (
        <>
          {state.stale === null ? null : <StaleStrip problem={state.stale} retry={retry} />}
          <EventList
            name={repository}
            repository={facts.data}
            view={view}
            replacing={events.isPlaceholderData}
            events={state.answer.flatMap((page) => page.events)}
            runs={archive.data?.runs ?? []}
            more={more}
          />
        </>
      ) : (
        <AskedMessage state={state} retry={retry} />
      )}
    </Shell>
  );
}

interface EventListProps {
  readonly name: string;
  readonly repository: Repository | undefined;
  readonly view: ActivityView;
  /** events of the view before are shown until those of this one have come */
  readonly replacing: boolean;
  readonly events: readonly RepositoryEvent[];
  /** runs of the archiver, which stand between them */
  readonly runs: readonly ArchiveRun[];
  readonly more: NextPage;
}

function EventList({ name, repository, view, replacing, events, runs, more }: EventListProps): ReactNode {
  const isNarrowed = view.state !== undefined || view.source !== undefined;
  return (
    <article className="narrow activity-page">
      <h1>Activity</h1>
      <p className="dim">What happened to this repository, why, and what became of it.</p>
      <EventFilter name={name} view={view} />
      {repository === undefined ? null : <ImportNote repository={repository} />}
      {repository === undefined ? null : <EmptyNote repository={repository} name={name} />}
      {events.length > 0 || replacing ? null : isNarrowed ? (
        <p className="note">
          Nothing of this kind.{" "}
          <PageLink href={activityPage(name)} className="underlined">
            Everything that happened
          </PageLink>
        </p>
      ) : (
        <p className="note">Nothing has happened yet.</p>
      )}
      <div className="event-heads dim" aria-hidden="true">
        <span>When</span>
        <span>What and why</span>
        <span>State</span>
      </div>
      <ul className={replacing ? "events replacing" : "events"} aria-label="What happened, the newest first">
        {happenings(events, isNarrowed || replacing ? [] : runs, more.hasMore).map((each) =>
          each.kind === "event" ? (
            <EventItem key={each.event.id} name={name} event={each.event} repository={repository?.state} />
          ) : (
            <ArchiveRunItem key={`run ${each.run.id}`} run={each.run} />
          ),
        )}
      </ul>
      {more.hasMore ? (
        <p>
          <button type="button" onClick={more.load} disabled={more.loading}>
            {more.loading ? "Loading …" : "Show older ones"}
          </button>
          {more.failed ? <span className="worse"> The older ones could not be loaded.</span> : null}
        </p>
      ) : null}
    </article>
  );
}

/** How far an import is. It has its room only while there is one: it lasts. */
function ImportNote({ repository }: { repository: Repository }): ReactNode {
  if (repository.state !== "importing" || repository.progress === null) return null;
  return (
    <div className="note">
      <StateNote repository={repository} />
    </div>
  );
}

function ActivitySkeleton(): ReactNode {
  return (
    <div className="narrow skeleton" role="status" aria-label="Loading the activity">
      <span className="bone" style={{ width: 110, height: 16 }} />
      {[64, 58, 66, 61, 57].map((width) => (
        <p key={width}>
          <span className="bone" style={{ width: `${width}%` }} />
        </p>
      ))}
    </div>
  );
}
