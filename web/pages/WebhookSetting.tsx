// The webhook of a repository, among its settings: how it is doing, its address and secret, and how it is made by hand.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { getWebhook, Webhook } from "../../src/api/contract/webhooks.ts";
import { PROVIDER_LABELS } from "../../src/domain/provider-kind.ts";
import { type Answer, problemOf } from "../api.ts";
import { deleteWebhook, healthQuery, postWebhook, webhookQuery } from "../health-api.ts";
import { agoWords, aheadWords } from "../times.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { WebhookByHand } from "./WebhookByHand.tsx";
import { WebhookState } from "./WebhookState.tsx";

/** The secret, and the lines of shell that hold it. */
interface Shown {
  readonly secret: string;
  readonly commands: Webhook["commands"];
}

/** Draws it. */
export function WebhookSetting({ name }: { name: string }): ReactNode {
  const client = useQueryClient();
  const { data, error: unread } = useQuery(webhookQuery(name));
  const { data: health = null } = useQuery(healthQuery(name));
  // kept here and by no memory of answers
  const [shown, setShown] = useState<Shown | null>(null);
  const [asking, setAsking] = useState(false);
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
      client.setQueryData(webhookQuery(name).queryKey, { webhook: null, left: null });
      setShown(null);
    },
    onSettled: () => {
      setAsking(false);
      return refresh();
    },
  });
  const error = setUp.error ?? remove.error;
  if (data === undefined) {
    return unread === null ? (
      <p className="dim">{"\u00a0"}</p>
    ) : (
      <p className="dim">
        <Untrusted text={problemOf(unread).detail} />
      </p>
    );
  }
  const { webhook, left } = data;
  return (
    <>
      {left === null ? null : <LeftWebhook left={left} />}
      {webhook === null ? (
        <>
          <p>None is set up: a push is seen at the next look at the branches, not at once.</p>
          <button type="button" className="go" disabled={setUp.isPending} onClick={() => setUp.mutate({})}>
            {setUp.isPending ? "Setting it up …" : "Set up a webhook"}
          </button>
        </>
      ) : (
        <>
          <WebhookState webhook={webhook} health={health} />
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
            <button type="button" disabled={remove.isPending} onClick={() => setAsking(true)}>
              Remove the webhook …
            </button>
          </div>
          {asking ? (
            <Confirm
              title="Remove the webhook?"
              action="Remove"
              busy={remove.isPending}
              confirm={() => remove.mutate()}
              cancel={() => setAsking(false)}
            >
              <p>
                Its address and its secret end
                {webhook.madeForYou ? `, here and at ${PROVIDER_LABELS[webhook.provider]}` : ""}. A push is then seen at
                the next look at the branches, not at once.
              </p>
            </Confirm>
          ) : null}
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

/** One that was removed here and is still at its provider. */
function LeftWebhook({ left }: { left: NonNullable<Answer<typeof getWebhook>["left"]> }): ReactNode {
  const now = useNow();
  const next = Date.parse(left.nextAt) <= now ? "soon" : aheadWords(left.nextAt, now);
  return (
    <div className="note left-webhook">
      The webhook that was removed {agoWords(left.since, now)} is still at its provider: it could not be removed there
      then, and that is tried again {next}. What it sends is refused.
    </div>
  );
}
