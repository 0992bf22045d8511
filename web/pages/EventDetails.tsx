// What is behind an event: what a delivery names, its id, and the body that came; opened when somebody asks.
import { useQuery } from "@tanstack/react-query";
import { Fragment, type ReactNode, useState } from "react";
import type { EventDetail, RepositoryEvent } from "../../src/api/contract/events.ts";
import { problemOf } from "../api.ts";
import { SHORT_SHA } from "../cell.ts";
import { indentJson } from "../indent-json.ts";
import { api } from "../paths.ts";
import { eventQuery } from "../settings-queries.ts";
import { size } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { MovedBranches } from "./MovedBranches.tsx";

/** What the details are made of. */
export interface EventDetailsProps {
  readonly name: string;
  readonly event: RepositoryEvent;
  /** branches that it moved, beyond those that are shown anyway */
  readonly furtherHeads: NonNullable<RepositoryEvent["heads"]>;
}

/** Draws them, closed; nothing where there is nothing more. */
export function EventDetails({ name, event, furtherHeads }: EventDetailsProps): ReactNode {
  const [open, setOpen] = useState(false);
  const { named, deliveryId, hasBody, source } = event;
  if (source !== "webhook" && furtherHeads.length === 0 && named === null) return null;
  return (
    <details className="event-more" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{source === "webhook" ? "What came" : "More"}</summary>
      {furtherHeads.length === 0 ? null : <MovedBranches name={name} heads={furtherHeads} />}
      {named === null || named.length === 0 ? null : <NamedRefs named={named} />}
      {deliveryId === null ? null : (
        <p className="dim">
          Delivery <Untrusted text={deliveryId} />
        </p>
      )}
      {source !== "webhook" ? null : !hasBody ? (
        <p className="dim">Its body is not kept any more, or came with none.</p>
      ) : open ? (
        <Body name={name} event={event.id} />
      ) : null}
    </details>
  );
}

/** What a delivery says of refs, whatever has become of them. */
function NamedRefs({ named }: { named: NonNullable<RepositoryEvent["named"]> }): ReactNode {
  const words = (sha: string | null): string => sha?.slice(0, SHORT_SHA) ?? "";
  return (
    <ul className="moved" aria-label="What the delivery names">
      {named.map(({ ref, before, after }) => (
        <li key={`${ref} ${before} ${after}`}>
          names <Untrusted text={ref} />{" "}
          <span className="dim">
            {before === null ? "new" : <code>{words(before)}</code>} →{" "}
            {after === null ? "gone" : <code>{words(after)}</code>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Body({ name, event }: { name: string; event: string }): ReactNode {
  const { data, error } = useQuery(eventQuery(name, event));
  if (error !== null && data === undefined) {
    return (
      <p className="worse" role="alert">
        <Untrusted text={problemOf(error).detail} />
      </p>
    );
  }
  if (data === undefined) return <p className="dim">Loading what came …</p>;
  if (data.body === null) return <p className="dim">Its body is not kept any more.</p>;
  return <BodyText body={data.body} href={api.eventBody(name, event)} />;
}

function BodyText({ body, href }: { body: NonNullable<EventDetail["body"]>; href: string }): ReactNode {
  const { contentType, encoding, data, whole } = body;
  const text = encoding === "text" ? indentJson(data) : data;
  return (
    <>
      <p className="dim body-facts">
        <span>
          {contentType === null ? "no content type" : <Untrusted text={contentType} />}, {size(body.size)}
          {encoding === "base64" ? ", which is no text: shown in base64" : ""}
          {whole ? "" : "; its first 64 KiB are shown"}
        </span>{" "}
        <a href={href} download className="underlined">
          Save it as it came
        </a>
      </p>
      {data === "" ? null : (
        // a region that scrolls is reached by keyboard
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre className="event-body" tabIndex={0} role="region" aria-label="The body as it came">
          {text.split("\n").map((line, index) => (
            // the lines of one text never change their order
            // oxlint-disable-next-line react/no-array-index-key
            <Fragment key={index}>
              <Untrusted text={line} />
              {"\n"}
            </Fragment>
          ))}
        </pre>
      )}
    </>
  );
}
