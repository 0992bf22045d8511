// Webhooks that serve all repositories, on the page of one's account: those that there are, and a form that makes one.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import type { TeamWebhook } from "../../src/api/contract/webhooks.ts";
import { WEBHOOK_KINDS, WEBHOOK_LABELS } from "../../src/domain/webhook-kind.ts";
import { problemOf } from "../api.ts";
import { postTeamWebhook, teamWebhooksQuery } from "../team-webhooks-api.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { type ShownSecret, TeamWebhookItem } from "./TeamWebhookItem.tsx";

/** Draws them. @param props.webhooks those that there are, the oldest first */
export function TeamWebhooks({ webhooks }: { webhooks: readonly TeamWebhook[] }): ReactNode {
  const id = useId();
  // of one webhook at a time; kept here and by no memory of answers
  const [shown, setShown] = useState<ShownSecret | null>(null);
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>Webhooks for all repositories</h2>
      <p className="dim">
        A GitHub organization, a GitLab group, a Gitea organization or a Bitbucket workspace tells of pushes to all its
        repositories by one webhook. What it tells of repositories that are not followed here is put aside.
      </p>
      {webhooks.length === 0 ? (
        <p className="note">There is none. Each repository can have one of its own: its settings show it.</p>
      ) : (
        <ul className="accounts" aria-label="Webhooks for all repositories">
          {webhooks.map((webhook) => (
            <TeamWebhookItem
              key={webhook.id}
              webhook={webhook}
              shown={shown?.webhook === webhook.id ? shown : null}
              show={setShown}
            />
          ))}
        </ul>
      )}
      <MakeTeamWebhook made={setShown} />
    </section>
  );
}

function MakeTeamWebhook({ made }: { made: (secret: ShownSecret) => void }): ReactNode {
  const id = useId();
  const client = useQueryClient();
  const [kind, setKind] = useState<TeamWebhook["kind"]>("github");
  const make = useMutation({
    mutationFn: () => postTeamWebhook({ kind }),
    onSuccess: ({ webhook, secret }) => made({ webhook: webhook.id, secret, commands: webhook.commands }),
    onSettled: () => client.invalidateQueries({ queryKey: teamWebhooksQuery.queryKey }),
    gcTime: 0,
  });
  return (
    <form
      className="make-webhook"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <label htmlFor={id}>Signed as by</label>
      <select id={id} value={kind} onChange={(event) => setKind(event.target.value as TeamWebhook["kind"])}>
        {WEBHOOK_KINDS.map((each) => (
          <option key={each} value={each}>
            {WEBHOOK_LABELS[each]}
          </option>
        ))}
      </select>
      <button type="submit" disabled={make.isPending}>
        {make.isPending ? "Making it …" : "Make a webhook"}
      </button>
      {make.error === null ? null : (
        <span className="worse" role="alert">
          <Untrusted text={problemOf(make.error).detail} />
        </span>
      )}
    </form>
  );
}
