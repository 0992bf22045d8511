// The bar above a comparison: its commits, what of them is shown, and what can be taken away.
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import type { CommitHead } from "../../src/api/contract/commits.ts";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { SHORT_SHA } from "../cell.ts";
import type { CompareView } from "../compare-view.ts";
import { commitPage } from "../paths.ts";
import { providerComparison } from "../provider-link.ts";
import { MAX_COMPARED } from "../table-view.ts";
import { agoWords, writtenTime } from "../times.ts";
import { CopyButton } from "../ui/CopyButton.tsx";
import { Popover } from "../ui/Popover.tsx";
import { SearchField } from "../ui/SearchField.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { useSettled } from "../ui/use-settled.ts";
import { CommitName } from "./CommitName.tsx";
import { PageLink } from "./PageLink.tsx";
import type { CompareViewActions } from "./use-compare-view.ts";

/** What the bar is made of. */
export interface CompareBarProps {
  readonly repository: Repository;
  readonly name: string;
  readonly view: CompareView;
  readonly commits: readonly CommitHead[];
  /** the place of the commit that the others are compared with */
  readonly baseline: number;
  readonly differing: number | null;
  readonly all: number | null;
  readonly markdown: () => string;
  readonly actions: CompareViewActions;
}

/** Pause in typing after which the comparison is searched, in milliseconds. */
const TYPING_PAUSE_MS = 200;

/** @returns whether a commit was named by the beginning of its id: then the name says nothing more */
export function isOwnId(name: string, sha: string): boolean {
  return sha.startsWith(name);
}

/**
 * What is being typed: it goes into the address when the typing rests, and an address that others changed, as the way back
 * does, goes into the field.
 */
function useSearchOf(inAddress: string, put: (words: string) => void): readonly [string, (search: string) => void] {
  const [search, setSearch] = useState(inAddress);
  const [known, setKnown] = useState(inAddress);
  const settled = useSettled(search.trim(), TYPING_PAUSE_MS);
  if (inAddress !== known) {
    setKnown(inAddress);
    if (inAddress !== settled) setSearch(inAddress);
  }
  useEffect(() => put(settled), [put, settled]);
  return [search, setSearch];
}

/** Draws the bar. */
export function CompareBar(props: CompareBarProps): ReactNode {
  const { view, commits, actions, differing, all } = props;
  const [search, setSearch] = useSearchOf(view.search ?? "", actions.search);
  const number = (figure: number | null): string => (figure === null ? "" : ` ${figure.toLocaleString("en-US")}`);
  return (
    <div className="bar compare-bar">
      {commits.map((commit, place) => (
        <Chip key={`${commit.sha} ${view.commits[place]}`} {...props} commit={commit} place={place} />
      ))}
      {view.commits.length >= MAX_COMPARED ? null : (
        <Popover label="Add a commit" panelClassName="panel" button="+ Commit">
          {(close) => <AddCommit name={props.name} add={actions.add} close={close} />}
        </Popover>
      )}
      <span className="grow" />
      <SearchField label="Search columns" value={search} change={setSearch} />
      <div className="segments" role="group" aria-label="Columns">
        <button type="button" aria-pressed={view.all !== true} onClick={() => actions.showAll(false)}>
          Only what differs{number(differing)}
        </button>
        <button type="button" aria-pressed={view.all === true} onClick={() => actions.showAll(true)}>
          All{number(all)}
        </button>
      </div>
      <CopyButton text={props.markdown} what="the comparison as Markdown" words="Copy as Markdown" />
    </div>
  );
}

/** One of the commits, with what can be done to it. */
function Chip(props: CompareBarProps & { commit: CommitHead; place: number }): ReactNode {
  const { repository, name, view, commits, baseline, actions, commit, place } = props;
  const now = useNow();
  const called = view.commits[place] ?? commit.sha;
  const from = commits[baseline];
  const link = from === undefined || place === baseline ? null : providerComparison(repository, from.sha, commit.sha);
  return (
    <Popover
      label={`Commit ${commit.sha.slice(0, SHORT_SHA)}`}
      className="picker"
      panelClassName="menu chip-menu"
      button={
        <>
          <code>{commit.sha.slice(0, SHORT_SHA)}</code>{" "}
          {isOwnId(called, commit.sha) ? null : <Untrusted text={called} />}{" "}
          {place === baseline ? <b>baseline</b> : null} <span aria-hidden="true">▾</span>
        </>
      }
    >
      {(close) => (
        <>
          <div className="title">
            <Untrusted text={commit.subject} />
            <br />
            <Untrusted text={commit.author.name} /> · {agoWords(commit.committedAt, now)} ·{" "}
            {writtenTime(commit.committedAt)}
          </div>
          <PageLink href={commitPage(name, commit.sha)} className="button quiet">
            Open the commit
          </PageLink>
          {place === baseline ? null : (
            <button
              type="button"
              className="quiet"
              onClick={() => {
                close();
                actions.compareWith(called);
              }}
            >
              Compare the others with it
            </button>
          )}
          {link === null ? null : (
            <a className="button quiet" href={link.href} rel="noreferrer">
              Changes at {link.host}
            </a>
          )}
          <button
            type="button"
            className="quiet"
            onClick={() => {
              close();
              actions.remove(called);
            }}
          >
            Remove
          </button>
        </>
      )}
    </Popover>
  );
}

function AddCommit({
  name,
  add,
  close,
}: {
  name: string;
  add: (commit: string) => void;
  close: () => void;
}): ReactNode {
  const [commit, setCommit] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (commit.trim() === "") return;
    close();
    add(commit.trim());
  };
  return (
    <form className="add-commit" onSubmit={submit}>
      <CommitName repository={name} label="Add a commit" value={commit} change={setCommit} focus />
      <button type="submit" className="go">
        Add
      </button>
    </form>
  );
}
