// The webhook of a repository, among its settings: how it is doing, its address and secret, and how it is made by hand.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Webhook } from "../../src/api/contract/webhooks.ts";
import { notOfferedBy, PROVIDER_LABELS } from "../../src/domain/provider-kind.ts";
import { WEBHOOK_LABELS } from "../../src/domain/webhook-kind.ts";
import { problemOf } from "../api.ts";
import { deleteWebhook, healthQuery, postWebhook, webhookQuery } from "../health-api.ts";
import { agoWords, aheadWords } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { StateLine } from "./StateNote.tsx";
import { WebhookByHand } from "./WebhookByHand.tsx";

/** The secret, and the lines of shell that hold it. */
interface Shown {
  readonly secret: string;
  readonly commands: Webhook["commands"];
}

/** Draws it. */
export function WebhookSetting({ name }: { name: string }): ReactNode {
  const client = useQueryClient();
  const { data: webhook, error: unread } = useQuery(webhookQuery(name));
  // kept here and by no memory of answers
  const [shown, setShown] = useState<Shown | null>(null);
  const refresh = (): Promise<void> => {
    void client.invalidateQueries({ queryKey: healthQuery(name).queryKey });
    return client.invalidateQueries({ queryKey: webhookQuery(name).queryKey });
  };
  const setUp = useMutation({
    mutationFn: (ask: Parameters<typeof postWebhook>[1]) => postWebhook(name, ask),
    onSuccess: ({ webhook: made, secret }) => setShown({ secret, commands: made.commands }),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: () => deleteWebhook(name),
    onSuccess: () => {
      client.setQueryData(webhookQuery(name).queryKey, null);
      setShown(null);
    },
    onSettled: refresh,
  });
  const error = setUp.error ?? remove.error;
  if (webhook === undefined) {
    return unread === null ? (
      <p className="dim">{"\u00a0"}</p>
    ) : (
      <p className="dim">
        <Untrusted text={problemOf(unread).detail} />
      </p>
    );
  }
  return (
    <>
      {webhook === null ? (
        <>
          <p>None is set up: a push is seen at the next look at the branches, not at once.</p>
          <button type="button" className="go" disabled={setUp.isPending} onClick={() => setUp.mutate({})}>
            {setUp.isPending ? "Setting it up …" : "Set up a webhook"}
          </button>
        </>
      ) : (
        <>
          <WebhookState webhook={webhook} />
          <WebhookByHand
            webhook={shown === null ? webhook : { ...webhook, commands: shown.commands }}
            secret={shown?.secret ?? null}
            remake={(kind) => setUp.mutate({ kind })}
          />
          <div className="webhook-buttons">
            {shown === null ? (
              <button type="button" disabled={setUp.isPending} onClick={() => setUp.mutate({})}>
                Show the secret
              </button>
            ) : (
              <button type="button" onClick={() => setShown(null)}>
                Hide the secret
              </button>
            )}
            <button type="button" disabled={setUp.isPending} onClick={() => setUp.mutate({ rotate: true })}>
              New secret
            </button>
            <button type="button" disabled={remove.isPending} onClick={() => remove.mutate()}>
              Remove the webhook
            </button>
          </div>
        </>
      )}
      {error === null ? null : (
        <p className="worse" role="alert">
          <Untrusted text={problemOf(error).detail} />
        </p>
      )}
    </>
  );
}

const WAITING = { tone: "busy", line: "set up, nothing has arrived yet" } as const;

const STATES = {
  waiting: WAITING,
  active: { tone: "good", line: "works" },
  missing: { tone: "bad", line: "gone at the provider" },
  refused: { tone: "bad", line: "has to be made by hand" },
} as const satisfies Record<Webhook["state"], { tone: "good" | "busy" | "bad"; line: string }>;

function WebhookState({ webhook }: { webhook: Webhook }): ReactNode {
  const now = useNow();
  const { kind, provider, state, problem, madeForYou, receivedAt, checkedAt, previousUntil } = webhook;
  // a provider that has it and sends nothing by itself shows only with the first push that it works
  const { tone, line } = state === "active" && receivedAt === null ? WAITING : STATES[state];
  const facts = [
    madeForYou ? "made for you, checked daily and removed with the repository" : "made by hand",
    receivedAt === null ? "" : `last delivery ${agoWords(receivedAt, now)}`,
    checkedAt === null ? "" : `looked for at ${PROVIDER_LABELS[provider]} ${agoWords(checkedAt, now)}`,
  ].filter(Boolean);
  return (
    <>
      <StateLine tone={tone} line={`Of ${WEBHOOK_LABELS[kind]}: ${line}`} />
      <p className="dim">
        {facts.join(" · ")}
        {provider === "plain" && !madeForYou ? ` · making webhooks is ${notOfferedBy(provider)}` : ""}
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
