// One webhook that serves all repositories: how it is doing, its address and secret, its steps, removal.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { TeamWebhook } from "../../src/api/contract/webhooks.ts";
import { WEBHOOK_LABELS } from "../../src/domain/webhook-kind.ts";
import { problemOf } from "../api.ts";
import { deleteTeamWebhook, postTeamSecret, teamWebhooksQuery } from "../team-webhooks-api.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { StrayDeliveries } from "./StrayDeliveries.tsx";
import { WebhookByHand } from "./WebhookByHand.tsx";
import { WebhookState } from "./WebhookState.tsx";

/** The secret of a webhook, and the lines of shell that hold it. */
export interface ShownSecret {
  /** its id */
  readonly webhook: string;
  readonly secret: string;
  readonly commands: TeamWebhook["commands"];
}

/** What it is made of. */
export interface TeamWebhookItemProps {
  readonly webhook: TeamWebhook;
  /** null while nobody has asked for it */
  readonly shown: ShownSecret | null;
  readonly show: (secret: ShownSecret | null) => void;
}

/** Draws the webhook. */
export function TeamWebhookItem({ webhook, shown, show }: TeamWebhookItemProps): ReactNode {
  return (
    <li className="team-webhook">
      <WebhookState webhook={webhook} forAll />
      <WebhookByHand
        webhook={shown === null ? webhook : { ...webhook, commands: shown.commands }}
        secret={shown?.secret ?? null}
        remake={null}
      />
      <StrayDeliveries webhook={webhook} />
      <Buttons webhook={webhook} shown={shown} show={show} />
    </li>
  );
}

function Buttons({ webhook: { id, kind }, shown, show }: TeamWebhookItemProps): ReactNode {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: teamWebhooksQuery.queryKey });
  const ask = useMutation({
    mutationFn: (rotate: boolean) => postTeamSecret(id, { rotate }),
    onSuccess: ({ webhook: { commands }, secret }) => show({ webhook: id, secret, commands }),
    onSettled: refresh,
    gcTime: 0,
  });
  const remove = useMutation({
    mutationFn: () => deleteTeamWebhook(id),
    onSettled: () => {
      setAsking(false);
      return refresh();
    },
  });
  const error = ask.error ?? remove.error;
  return (
    <div className="webhook-buttons">
      {shown === null ? (
        <button type="button" disabled={ask.isPending} onClick={() => ask.mutate(false)}>
          Show the secret
        </button>
      ) : (
        <button type="button" onClick={() => show(null)}>
          Hide the secret
        </button>
      )}
      <button type="button" disabled={ask.isPending} onClick={() => ask.mutate(true)}>
        New secret
      </button>
      <button type="button" onClick={() => setAsking(true)}>
        Remove …
      </button>
      {error === null ? null : (
        <span className="worse" role="alert">
          <Untrusted text={problemOf(error).detail} />
        </span>
      )}
      {asking ? (
        <Confirm
          title={`Remove the webhook of ${WEBHOOK_LABELS[kind]}?`}
          action="Remove"
          busy={remove.isPending}
          confirm={() => remove.mutate()}
          cancel={() => setAsking(false)}
        >
          <p>
            What is sent to its address is refused from then on. At the sender it stays until you delete it there.
            Repositories without a webhook of their own are followed by looking at their branches.
          </p>
        </Confirm>
      ) : null}
    </div>
  );
}
