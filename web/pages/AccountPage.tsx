// What belongs to the person who is signed in: her accounts at Git servers, those of the team, and the team's webhooks.
import "./account.css";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Account, ConnectableProvider } from "../../src/api/contract/accounts.ts";
import { accountsQuery } from "../accounts-queries.ts";
import { answerState } from "../page-state.ts";
import { asked, sessionQuery } from "../queries.ts";
import { problemOf } from "../api.ts";
import { teamWebhooksQuery } from "../team-webhooks-api.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { AccountItem } from "./AccountItem.tsx";
import { ConnectAccount } from "./ConnectAccount.tsx";
import { AskedMessage, StaleStrip } from "./messages.tsx";
import { Shell } from "./Shell.tsx";
import { TeamWebhooks } from "./TeamWebhooks.tsx";

/** The page. */
export function AccountPage(): ReactNode {
  const accounts = useQuery(accountsQuery);
  const state = answerState(asked(accounts));
  const retry = (): void => void accounts.refetch();
  return (
    <Shell title="Account · Tidemark" page="account" signedOut={state.kind === "signed-out"}>
      {state.kind === "waiting" ? (
        <AccountSkeleton />
      ) : state.kind === "answer" ? (
        <>
          {state.stale === null ? null : <StaleStrip problem={state.stale} retry={retry} />}
          <AccountDetail {...state.answer} />
        </>
      ) : (
        <AskedMessage state={state} retry={retry} />
      )}
    </Shell>
  );
}

interface AccountDetailProps {
  readonly accounts: readonly Account[];
  readonly providers: readonly ConnectableProvider[];
}

function AccountDetail({ accounts, providers }: AccountDetailProps): ReactNode {
  const { data: session } = useQuery(sessionQuery);
  const webhooks = useQuery(teamWebhooksQuery);
  // how much room they take is not known before, and what stands below them must not move
  if (webhooks.data === undefined && webhooks.error === null) return <AccountSkeleton />;
  return (
    <article className="narrow account-page">
      <h1>Account</h1>
      <p className="dim">
        {session === undefined ? "\u00a0" : <Untrusted text={`${session.user.name} of ${session.organization.name}`} />}
      </p>
      <h2>Accounts at Git servers</h2>
      <p className="dim">
        Private repositories are read with them, and webhooks are made. A token or password is tried at once, stored
        sealed, and never shown again.
      </p>
      {accounts.length === 0 ? <p className="note">None is connected yet. Public repositories need none.</p> : null}
      <ul className="accounts" aria-label="Accounts at Git servers">
        {accounts.map((account) => (
          <AccountItem key={account.id} account={account} />
        ))}
      </ul>
      <ConnectAccount providers={providers} />
      {webhooks.data === undefined ? (
        <p className="note bad">
          <Untrusted text={problemOf(webhooks.error).detail} />
        </p>
      ) : webhooks.data === null ? null : (
        <TeamWebhooks webhooks={webhooks.data} />
      )}
    </article>
  );
}

function AccountSkeleton(): ReactNode {
  return (
    <div className="narrow skeleton" role="status" aria-label="Loading the account">
      <span className="bone" style={{ width: 110, height: 16 }} />
      {[52, 44, 58].map((width) => (
        <p key={width}>
          <span className="bone" style={{ width: `${width}%` }} />
        </p>
      ))}
    </div>
  );
}
