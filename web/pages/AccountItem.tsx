// One account at a Git server: whose it is, what it may and may not do, sharing, another token, removal.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Account } from "../../src/api/contract/accounts.ts";
import { proofAt } from "../../src/domain/provider-kind.ts";
import { deleteAccount, patchAccount } from "../accounts-api.ts";
import { accountsQuery } from "../accounts-queries.ts";
import { accountWords } from "../account-words.ts";
import { problemOf } from "../api.ts";
import { count } from "../times.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { StateLine } from "./StateNote.tsx";
import { TokenForm } from "./TokenForm.tsx";

/** Draws the account. */
export function AccountItem({ account }: { account: Account }): ReactNode {
  const { label, baseUrl, login, own, shared, userName, problem } = account;
  const { tone, state, details } = accountWords(account, useNow());
  return (
    <li className="account-item">
      <div>
        <h3>
          <Untrusted text={login} />
        </h3>
        <div className="dim">
          {label} · <Untrusted text={baseUrl.replace(/^https:\/\//, "")} />
          {own ? null : (
            <>
              {" · of "}
              <Untrusted text={userName} />
            </>
          )}
          {shared ? " · shared with the team" : ""}
        </div>
      </div>
      <div>
        <StateLine tone={tone} line={state} />
        <div className="dim">{details.join(" · ")}</div>
        {problem === null ? null : (
          <div className="note bad">
            <Untrusted text={problem} />
          </div>
        )}
        <Scopes account={account} />
      </div>
      <AccountActions account={account} />
    </li>
  );
}

/** What the token may do, what is missing, and where that is changed. */
function Scopes({ account: { scopes, missing, tokenPage, label } }: { account: Account }): ReactNode {
  return (
    <>
      {scopes.length === 0 ? null : (
        <div className="dim">
          It may:{" "}
          {scopes.map((scope, index) => (
            <span key={scope}>
              {index === 0 ? "" : ", "}
              <code>
                <Untrusted text={scope} />
              </code>
            </span>
          ))}
        </div>
      )}
      {missing.length === 0 ? null : (
        <div className="missing-scopes">
          Missing:
          <ul>
            {missing.map(({ scope, purpose }) => (
              <li key={scope}>
                <code>
                  <Untrusted text={scope} />
                </code>{" "}
                {purpose}
              </li>
            ))}
          </ul>
          {tokenPage === null ? null : (
            <a href={tokenPage} target="_blank" rel="noreferrer" className="underlined">
              Change it at {label}
            </a>
          )}
        </div>
      )}
    </>
  );
}

function AccountActions({ account }: { account: Account }): ReactNode {
  const { id, kind, shared, repositories, tokenPage, login, label } = account;
  const proof = proofAt(kind);
  const [asking, setAsking] = useState<"token" | "remove" | null>(null);
  const client = useQueryClient();
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: accountsQuery.queryKey });
  const share = useMutation({ mutationFn: () => patchAccount(id, { shared: !shared }), onSettled: refresh });
  const remove = useMutation({
    mutationFn: (leaveWebhooks: boolean) => deleteAccount(id, leaveWebhooks),
    onSettled: () => {
      setAsking(null);
      return refresh();
    },
  });
  const error = share.error ?? remove.error;
  return (
    <div className="account-actions">
      <button type="button" onClick={() => share.mutate()} disabled={share.isPending}>
        {shared ? "Share no longer" : "Share with the team"}
      </button>
      <button
        type="button"
        aria-expanded={asking === "token"}
        onClick={() => setAsking(asking === "token" ? null : "token")}
      >
        Replace {proof}
      </button>
      <button type="button" onClick={() => setAsking("remove")}>
        Remove …
      </button>
      {error === null ? null : (
        <div className="worse" role="alert">
          <Untrusted text={problemOf(error).detail} />
          {problemOf(error).code === "webhook-left" ? (
            <button type="button" disabled={remove.isPending} onClick={() => remove.mutate(true)}>
              Remove all the same
            </button>
          ) : null}
        </div>
      )}
      {asking === "token" ? (
        <TokenForm
          account={id}
          proof={proof}
          tokenPage={tokenPage}
          done={() => {
            setAsking(null);
            void refresh();
          }}
        />
      ) : null}
      {asking === "remove" ? (
        <Confirm
          title={
            <>
              Remove <Untrusted text={login} /> at {label}?
            </>
          }
          action="Remove"
          busy={remove.isPending}
          confirm={() => remove.mutate(false)}
          cancel={() => setAsking(null)}
        >
          <p>
            Its {proof} is deleted here; at {label} it{" "}
            {proof === "token" ? "stays until you delete it there" : "stays what it is"}.
            {repositories === 0
              ? ""
              : ` ${count(repositories, "repository is", "repositories are")} read with it: they are followed on as anybody may read them.`}
          </p>
        </Confirm>
      ) : null}
    </div>
  );
}
