// How a webhook is doing: its state, its last delivery, its problem, and a secret that ends.
import type { ReactNode } from "react";
import type { Webhook } from "../../src/api/contract/webhooks.ts";
import { notOfferedBy, PROVIDER_LABELS } from "../../src/domain/provider-kind.ts";
import { WEBHOOK_LABELS } from "../../src/domain/webhook-kind.ts";
import { agoWords, aheadWords } from "../times.ts";
import { type WebhookHealth, webhookWords } from "../webhook-words.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { StateLine } from "./StateNote.tsx";

/** What it is made of. */
interface WebhookStateProps {
  readonly webhook: Webhook;
  /** whether it serves all repositories, of whichever servers */
  readonly forAll?: boolean;
  /** how following its repository goes; null: not known, or it serves many */
  readonly health?: WebhookHealth | null;
}

/** Draws it. */
export function WebhookState({ webhook, forAll = false, health = null }: WebhookStateProps): ReactNode {
  const now = useNow();
  const { kind, provider, problem, madeForYou, receivedAt, checkedAt, previousUntil } = webhook;
  const { tone, line } = webhookWords(webhook, health);
  // whoever calls it signs with a line of shell
  const byHand = kind === "signed" ? "made by hand with curl: the steps have the line" : "made by hand";
  const facts = [
    madeForYou
      ? "made for you, checked daily and removed with the repository"
      : receivedAt === null
        ? `to be ${byHand}`
        : byHand,
    receivedAt === null ? "" : `last delivery ${agoWords(receivedAt, now)}`,
    checkedAt === null ? "" : `looked for at ${PROVIDER_LABELS[provider]} ${agoWords(checkedAt, now)}`,
  ].filter(Boolean);
  return (
    <>
      <StateLine tone={tone} line={`Of ${WEBHOOK_LABELS[kind]}: ${line}`} />
      <p className="dim">
        {facts.join(" · ")}
        {provider === "plain" && !forAll && !madeForYou ? ` · making webhooks is ${notOfferedBy(provider)}` : ""}
      </p>
      {problem === null ? null : (
        <div className={tone === "bad" ? "note bad" : "note"}>
          <Untrusted text={problem} />
        </div>
      )}
      {previousUntil === null || Date.parse(previousUntil) <= now ? null : (
        <p className="dim">The secret before this one is taken too: it ends {aheadWords(previousUntil, now)}.</p>
      )}
    </>
  );
}
