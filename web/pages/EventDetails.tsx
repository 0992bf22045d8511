// What is behind an event: what a delivery names, its id, and the body that came; opened when somebody asks.
import { useQuery } from "@tanstack/react-query";
import { Fragment, type ReactNode, useState } from "react";
import type { EventDetail, RepositoryEvent } from "../../src/api/contract/events.ts";
import { problemOf } from "../api.ts";
import { SHORT_SHA } from "../cell.ts";
import { indentJson } from "../indent-json.ts";
import type { EventQuery } from "../settings-queries.ts";
import { size } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";

/** What the details are made of. */
export interface EventDetailsProps {
  readonly event: RepositoryEvent;
  /** what came with it: how that is asked for, and where the body can be saved from */
  readonly came: { readonly query: EventQuery; readonly href: string };
  /** what it led to beyond what is shown anyway */
  readonly children?: ReactNode;
}

/** Draws them, closed; nothing where there is nothing more. */
export function EventDetails({ event, came, children = null }: EventDetailsProps): ReactNode {
  const [open, setOpen] = useState(false);
  const { named, deliveryId, hasBody, source } = event;
  if (source !== "webhook" && children === null && named === null) return null;
  return (
    <details className="event-more" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{source === "webhook" ? "What came" : "More"}</summary>
      {children}
      {named === null || named.length === 0 ? null : <NamedRefs named={named} />}
      {deliveryId === null ? null : (
        <p className="dim">
          Delivery <Untrusted text={deliveryId} />
        </p>
      )}
      {source !== "webhook" ? null : !hasBody ? (
        <p className="dim">Its body is not kept any more, or came with none.</p>
      ) : open ? (
        <Body came={came} />
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

function Body({ came }: Pick<EventDetailsProps, "came">): ReactNode {
  const { data, error } = useQuery(came.query);
  if (error !== null && data === undefined) {
    return (
      <p className="worse" role="alert">
        <Untrusted text={problemOf(error).detail} />
      </p>
    );
  }
  if (data === undefined) return <p className="dim">Loading what came …</p>;
  if (data.body === null) return <p className="dim">Its body is not kept any more.</p>;
  return <BodyText body={data.body} href={came.href} />;
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
