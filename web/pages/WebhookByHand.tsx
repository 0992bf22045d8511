// Address and secret of a webhook, and the steps in which a person makes it at the provider.
import "./webhook.css";
import { type ReactNode, useId, useState } from "react";
import type { Webhook } from "../../src/api/contract/webhooks.ts";
import { PROVIDER_LABELS } from "../../src/domain/provider-kind.ts";
import { WEBHOOK_KINDS, WEBHOOK_LABELS } from "../../src/domain/webhook-kind.ts";
import { CopyButton } from "../ui/CopyButton.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";

/** What it is made of. */
export interface WebhookByHandProps {
  readonly webhook: Webhook;
  /** null while nobody has asked for it */
  readonly secret: string | null;
  /** makes one of another kind in its place; null where several may stand beside each other */
  readonly remake: ((kind: Webhook["kind"]) => void) | null;
}

/** Draws it; the steps are open where a person has to take them. */
export function WebhookByHand({ webhook, secret, remake }: WebhookByHandProps): ReactNode {
  const { address, provider, setUp, commands, madeForYou, state } = webhook;
  const needed = !madeForYou && state !== "active";
  return (
    <>
      <dl className="facts">
        <div className="fact">
          <dt>Address</dt>
          <dd>
            {address === null ? (
              "not known: this server does not know its own address. The operator sets TIDEMARK_URL."
            ) : (
              <Copied text={address} what="the address" />
            )}
          </dd>
        </div>
        <div className="fact">
          <dt>Secret</dt>
          <dd>{secret === null ? "not shown" : <Copied text={secret} what="the secret" />}</dd>
        </div>
      </dl>
      <details className="by-hand" open={needed}>
        <summary>How it is made by hand</summary>
        {setUp.page === null ? null : (
          <p>
            On{" "}
            <a href={setUp.page} target="_blank" rel="noreferrer" className="underlined">
              the page of webhooks at {PROVIDER_LABELS[provider]}
            </a>
            :
          </p>
        )}
        <ol>
          {setUp.steps.map((step) => (
            <li key={step}>
              <Untrusted text={step} />
            </li>
          ))}
        </ol>
        {commands === null ? null : (
          <>
            <p>A line for a shell{secret === null ? ", with the secret once that is shown" : ""}:</p>
            <Lines text={commands.curl} what="the line" />
            {commands.postReceive === null ? null : (
              <>
                <p>The lines for a Git server’s post-receive:</p>
                <Lines text={commands.postReceive} what="the lines" />
              </>
            )}
          </>
        )}
        {remake === null ? null : <OtherKind kind={webhook.kind} remake={remake} />}
      </details>
    </>
  );
}

/** Whoever sends may sign in another way than the provider. */
function OtherKind({
  kind,
  remake,
}: {
  kind: Webhook["kind"];
  remake: NonNullable<WebhookByHandProps["remake"]>;
}): ReactNode {
  const id = useId();
  const [chosen, setChosen] = useState(kind);
  return (
    <p className="other-kind">
      <label htmlFor={id}>Signed as by</label>
      <select id={id} value={chosen} onChange={(event) => setChosen(event.target.value as Webhook["kind"])}>
        {WEBHOOK_KINDS.map((each) => (
          <option key={each} value={each}>
            {WEBHOOK_LABELS[each]}
          </option>
        ))}
      </select>
      <button type="button" disabled={chosen === kind} onClick={() => remake(chosen)}>
        Make another webhook in its place
      </button>
    </p>
  );
}

function Copied({ text, what }: { text: string; what: string }): ReactNode {
  return (
    <>
      <code>
        <Untrusted text={text} />
      </code>{" "}
      <CopyButton text={text} what={what} />
    </>
  );
}

function Lines({ text, what }: { text: string; what: string }): ReactNode {
  return (
    <div className="lines">
      {/* a region that scrolls is reached by keyboard */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} role="region" aria-label={what}>
        {text}
      </pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}
