// How a webhook is doing: its state, its last delivery, its problem, and a secret that ends.
import type { ReactNode } from "react";
import type { Webhook } from "../../src/api/contract/webhooks.ts";
import { notOfferedBy, PROVIDER_LABELS } from "../../src/domain/provider-kind.ts";
import { WEBHOOK_LABELS } from "../../src/domain/webhook-kind.ts";
import { agoWords, aheadWords } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { StateLine } from "./StateNote.tsx";

const WAITING = { tone: "busy", line: "set up, nothing has arrived yet" } as const;

const STATES = {
  waiting: WAITING,
  active: { tone: "good", line: "works" },
  missing: { tone: "bad", line: "gone at the provider" },
  refused: { tone: "bad", line: "has to be made by hand" },
} as const satisfies Record<Webhook["state"], { tone: "good" | "busy" | "bad"; line: string }>;

/** What it is made of. */
interface WebhookStateProps {
  readonly webhook: Webhook;
  /** whether it serves all repositories, of whichever servers */
  readonly forAll?: boolean;
}

/** Draws it. */
export function WebhookState({ webhook, forAll = false }: WebhookStateProps): ReactNode {
  const now = useNow();
  const { kind, provider, state, problem, madeForYou, receivedAt, checkedAt, previousUntil } = webhook;
  // a provider that has it and sends nothing by itself shows only with the first push that it works
  const { tone, line } = state === "active" && receivedAt === null ? WAITING : STATES[state];
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
