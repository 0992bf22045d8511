// Picks a repository to follow from those that a connected account may read: searched, page by page.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import type { Account, AccountRepository } from "../../src/api/contract/accounts.ts";
import { accountRepositoriesQuery, accountsQuery } from "../accounts-queries.ts";
import { PERMISSION_WORDS } from "../account-words.ts";
import { problemOf } from "../api.ts";
import { accountPage, repositoryPage } from "../paths.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useSettled } from "../ui/use-settled.ts";
import { useNextPage } from "../use-next-page.ts";
import { PageLink } from "./PageLink.tsx";

/** The server is asked once nobody has typed for so long, in milliseconds. */
const SEARCH_PAUSE_MS = 300;

/** What the choice is made of. */
export interface PickRepositoryProps {
  /** a repository is being added: none other can be */
  readonly busy: boolean;
  readonly add: (repository: { readonly url: string; readonly account: string }) => void;
}

/** Draws the choice: which account, then its repositories. */
export function PickRepository({ busy, add }: PickRepositoryProps): ReactNode {
  const id = useId();
  const [chosen, setChosen] = useState<string | null>(null);
  const { data, error } = useQuery(accountsQuery);
  const accounts = data?.accounts.filter(({ offers }) => offers.repositories);
  const account = accounts?.find((each) => each.id === chosen) ?? accounts?.[0];
  if (error !== null && data === undefined) return <Refused error={error} />;
  if (accounts === undefined) return <p className="dim">Loading the accounts …</p>;
  if (account === undefined) {
    return (
      <p>
        No account that lists repositories is connected yet.{" "}
        <PageLink href={accountPage()} className="underlined">
          Connect one
        </PageLink>
      </p>
    );
  }
  return (
    <>
      <div className="pick-account">
        <label htmlFor={id}>Account</label>
        <select id={id} value={account.id} onChange={(event) => setChosen(event.target.value)}>
          {accounts.map(({ id: each, login, label }) => (
            <option key={each} value={each}>
              {login} · {label}
            </option>
          ))}
        </select>
        <PageLink href={accountPage()} className="underlined">
          All accounts
        </PageLink>
      </div>
      <RepositoryChoice key={account.id} account={account} busy={busy} add={add} />
    </>
  );
}

function Refused({ error }: { error: Error }): ReactNode {
  return (
    <p className="worse" role="alert">
      <Untrusted text={problemOf(error).detail} />
    </p>
  );
}

function RepositoryChoice({ account, busy, add }: PickRepositoryProps & { account: Account }): ReactNode {
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim(), SEARCH_PAUSE_MS);
  const found = useInfiniteQuery(accountRepositoriesQuery(account.id, search));
  const more = useNextPage(found);
  const { data, error } = found;
  const repositories = data?.pages.flatMap((page) => page.repositories);
  return (
    <>
      <input
        type="search"
        aria-label={`Search the repositories of ${account.login}`}
        placeholder="Search by name"
        value={typed}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
      />
      {error === null ? null : <Refused error={error} />}
      {repositories === undefined ? (
        error === null ? (
          <p className="dim">Asking {account.label} …</p>
        ) : null
      ) : repositories.length === 0 ? (
        <p className="dim">
          {search === "" ? "This account sees no repository." : "No repository of this account has these words."}
        </p>
      ) : (
        <ul className="picked" aria-label={`Repositories of ${account.login}`} aria-busy={found.isPlaceholderData}>
          {repositories.map((repository) => (
            <Choice
              key={repository.id}
              repository={repository}
              busy={busy}
              add={() => add({ url: repository.cloneUrl, account: account.id })}
            />
          ))}
        </ul>
      )}
      {more.hasMore ? (
        <button type="button" disabled={more.loading} onClick={more.load}>
          {more.loading ? "Loading …" : "Show more"}
        </button>
      ) : null}
    </>
  );
}

interface ChoiceProps {
  readonly repository: AccountRepository;
  readonly busy: boolean;
  readonly add: () => void;
}

function Choice({ repository, busy, add }: ChoiceProps): ReactNode {
  const { name, visibility, archived, permission, followedAs } = repository;
  return (
    <li>
      <span>
        <Untrusted text={name} />
        <span className="dim">
          {" "}
          {visibility}
          {archived ? ", archived" : ""} · {PERMISSION_WORDS[permission]}
        </span>
      </span>
      {followedAs === null ? (
        <button type="button" disabled={busy} onClick={add}>
          Add<span className="unseen"> {name}</span>
        </button>
      ) : (
        <PageLink href={repositoryPage(followedAs)} className="underlined">
          Followed<span className="unseen"> as {followedAs}</span>
        </PageLink>
      )}
    </li>
  );
}
