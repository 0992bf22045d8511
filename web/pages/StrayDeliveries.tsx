// What a webhook for all repositories delivered that led to none of them, and why; asked for when somebody opens it.
import "./activity.css";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { RepositoryEvent } from "../../src/api/contract/events.ts";
import type { TeamWebhook } from "../../src/api/contract/webhooks.ts";
import { WEBHOOK_LABELS } from "../../src/domain/webhook-kind.ts";
import { problemOf } from "../api.ts";
import { eventWords } from "../event-words.ts";
import { repositoriesPage } from "../paths.ts";
import { strayBodyHref, strayDeliveriesQuery, strayDeliveryQuery } from "../team-webhooks-api.ts";
import { ago, writtenTime } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { EventDetails } from "./EventDetails.tsx";
import { PageLink } from "./PageLink.tsx";
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
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(strayDeliveriesQuery(id));
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
      <p className="dim">
        {receivedAt === null ? "Nothing has come yet." : "Nothing: all that came led to a repository."}
      </p>
    );
  }
  return (
    <>
      <p className="dim">
        These deliveries are kept for 30 days. To follow a repository that one names,{" "}
        <PageLink href={repositoriesPage()} className="underlined">
          add it
        </PageLink>
        : its whole history is read then.
      </p>
      <ul className="events" aria-label={`Deliveries of ${WEBHOOK_LABELS[kind]} that led to no repository`}>
        {deliveries.map((delivery) => (
          <StrayItem key={delivery.id} webhook={id} delivery={delivery} />
        ))}
      </ul>
      {hasNextPage ? (
        <button
          type="button"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage({ cancelRefetch: false })}
        >
          {isFetchingNextPage ? "Loading …" : "Show older ones"}
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

function StrayItem({ webhook, delivery }: { webhook: string; delivery: RepositoryEvent }): ReactNode {
  const now = useNow();
  const { tone, state } = eventWords(delivery, undefined, now);
  const { id, createdAt, eventName, error } = delivery;
  return (
    <li className="event">
      <span>
        {ago(createdAt, now)} ago{" "}
        <time className="dim" dateTime={createdAt}>
          {writtenTime(createdAt)}
        </time>
      </span>
      <span>{eventName === null || eventName === "" ? "A delivery" : <Untrusted text={`“${eventName}”`} />}</span>
      <StateLine tone={tone} line={state} />
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
