// What a webhook for all repositories delivered that led to none of them, and why; asked for when somebody opens it.
import "./activity.css";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { RepositoryEvent } from "../../src/api/contract/events.ts";
import type { TeamWebhook } from "../../src/api/contract/webhooks.ts";
import { WEBHOOK_LABELS } from "../../src/domain/webhook-kind.ts";
import { problemOf } from "../api.ts";
import { eventWords } from "../event-words.ts";
import { repositoriesPage } from "../paths.ts";
import { postStrayRetry, strayBodyHref, strayDeliveriesQuery, strayDeliveryQuery } from "../team-webhooks-api.ts";
import { ago, writtenTime } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { useNextPage } from "../use-next-page.ts";
import { EventDetails } from "./EventDetails.tsx";
import { PageLink } from "./PageLink.tsx";
import { RunAgain } from "./RunAgain.tsx";
import { StateLine } from "./StateNote.tsx";

/** Draws them, closed. */
export function StrayDeliveries({ webhook }: { webhook: TeamWebhook }): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <details className="stray" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>What led to no repository</summary>
      {open ? <StrayList webhook={webhook} /> : null}
    </details>
  );
}

function StrayList({ webhook: { id, kind, receivedAt } }: { webhook: TeamWebhook }): ReactNode {
  const [hasRun, setHasRun] = useState(false);
  const found = useInfiniteQuery(strayDeliveriesQuery(id));
  const older = useNextPage(found);
  const { data, error } = found;
  if (data === undefined && error !== null) {
    return (
      <p className="worse" role="alert">
        <Untrusted text={problemOf(error).detail} />
      </p>
    );
  }
  if (data === undefined) return <p className="dim">Loading what came …</p>;
  const deliveries = data.pages.flatMap(({ events }) => events);
  if (deliveries.length === 0) {
    return (
      <>
        <p className="dim">
          {receivedAt === null ? "Nothing has come yet." : "Nothing: all that came led to a repository."}
        </p>
        <RunWords hasRun={hasRun} />
      </>
    );
  }
  return (
    <>
      <p className="dim">
        These deliveries are kept for 30 days. To follow a repository that one names,{" "}
        <PageLink href={repositoriesPage()} className="underlined">
          add it
        </PageLink>
        : its whole history is read then, and what is run again here leads to it.
      </p>
      <RunWords hasRun={hasRun} />
      <ul className="events" aria-label={`Deliveries of ${WEBHOOK_LABELS[kind]} that led to no repository`}>
        {deliveries.map((delivery) => (
          <StrayItem key={delivery.id} webhook={id} delivery={delivery} ran={() => setHasRun(true)} />
        ))}
      </ul>
      {older.hasMore ? (
        <button type="button" disabled={older.loading} onClick={older.load}>
          {older.loading ? "Loading …" : "Show older ones"}
        </button>
      ) : null}
      {error === null ? null : (
        <p className="worse" role="alert">
          <Untrusted text={problemOf(error).detail} />
        </p>
      )}
    </>
  );
}

/** What was run again leaves the list where it leads to a repository. */
function RunWords({ hasRun }: { hasRun: boolean }): ReactNode {
  return (
    <p className="dim" role="status">
      {hasRun ? "What is run again and leads to a repository stands on that one’s Activity page." : null}
    </p>
  );
}

interface StrayItemProps {
  readonly webhook: string;
  readonly delivery: RepositoryEvent;
  /** called once it is run again */
  readonly ran: () => void;
}

function StrayItem({ webhook, delivery, ran }: StrayItemProps): ReactNode {
  const now = useNow();
  const client = useQueryClient();
  const { tone, state } = eventWords(delivery, undefined, now);
  const { id, createdAt, eventName, error, hasBody } = delivery;
  const name = eventName === null || eventName === "" ? "A delivery" : `“${eventName}”`;
  return (
    <li className="event">
      <span>
        {ago(createdAt, now)} ago{" "}
        <time className="dim" dateTime={createdAt}>
          {writtenTime(createdAt)}
        </time>
      </span>
      <span>
        <Untrusted text={name} />
      </span>
      <StateLine tone={tone} line={state} />
      {hasBody ? (
        <RunAgain
          event={delivery}
          what={name}
          run={async () => {
            await postStrayRetry(webhook, id);
            ran();
          }}
          settled={() => client.invalidateQueries({ queryKey: strayDeliveriesQuery(webhook).queryKey })}
        />
      ) : null}
      {error === null ? null : (
        <div className={delivery.state === "dead" ? "event-error note bad" : "event-error dim"}>
          <Untrusted text={error} />
        </div>
      )}
      <EventDetails
        event={delivery}
        came={{ query: strayDeliveryQuery(webhook, id), href: strayBodyHref(webhook, id) }}
      />
    </li>
  );
}
