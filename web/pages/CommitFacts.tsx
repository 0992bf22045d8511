// Who, when, where: the facts of a commit, its parents and what it is compared with.
import { type ReactNode, useState } from "react";
import type { Baseline, Commit } from "../../src/api/contract/commits.ts";
import type { BranchPlace } from "../branch-places.ts";
import { SHORT_SHA } from "../cell.ts";
import { commitPage, comparePage, repositoryPage } from "../paths.ts";
import type { ProviderLink } from "../provider-link.ts";
import { agoWords, count, writtenTime } from "../times.ts";
import { CopyButton } from "../ui/CopyButton.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNow } from "../ui/use-now.ts";
import { PageLink } from "./PageLink.tsx";
import { WarningList } from "./WarningList.tsx";

/** What the facts are made of. */
export interface CommitFactsProps {
  /** the repository as in the page's address */
  readonly repository: string;
  readonly commit: Commit;
  /** the branches whose lines hold it */
  readonly places: readonly BranchPlace[];
  /** its page at the provider */
  readonly provider: ProviderLink | null;
}

/** Branches that are named at first; a commit of long ago is on the line of every branch. */
const SHOWN_BRANCHES = 4;

/** Draws the facts. */
export function CommitFacts({ repository, commit, places, provider }: CommitFactsProps): ReactNode {
  const { author, committer } = commit;
  return (
    <>
      <dl className="facts">
        <dt>Commit</dt>
        <dd>
          <code>{commit.sha}</code> <CopyButton text={commit.sha} what="the commit's id" />{" "}
          {provider === null ? null : (
            <a href={provider.href} rel="noreferrer">
              Open on {provider.host}
            </a>
          )}
        </dd>
        <dt>Author</dt>
        <dd>
          <Untrusted text={author.name} /> <Written time={commit.authoredAt} />
        </dd>
        {committer.name === author.name && commit.committedAt === commit.authoredAt ? null : (
          <>
            <dt>Committed</dt>
            <dd>
              {committer.name === author.name ? null : <Untrusted text={committer.name} />}{" "}
              <Written time={commit.committedAt} />
            </dd>
          </>
        )}
        <dt>{places.length > 1 ? "Branches" : "Branch"}</dt>
        <dd>
          <BranchWords repository={repository} commit={commit} places={places} />
        </dd>
        <dt>{commit.parents.length > 1 ? "Parents" : "Parent"}</dt>
        <dd className="parents">
          {commit.parents.length === 0 ? <span className="dim">none: a first commit</span> : null}
          {commit.parents.map((sha) => (
            <span key={sha}>
              <ShaLink repository={repository} sha={sha} />{" "}
              <CompareLink repository={repository} from={sha} to={commit.sha} />
            </span>
          ))}
        </dd>
        <dt>Compared with</dt>
        <dd>
          <BaselineWords repository={repository} sha={commit.sha} baseline={commit.baseline} />
        </dd>
      </dl>
      {commit.warnings.length === 0 ? null : (
        <div className="note bad">
          <WarningList warnings={commit.warnings} />
        </div>
      )}
    </>
  );
}

function Written({ time }: { time: string }): ReactNode {
  return (
    <span className="dim">
      {agoWords(time, useNow())}, <time dateTime={time}>{writtenTime(time)}</time>
    </span>
  );
}

/** Where it stands on each line that holds it; each leads to the table from there on. */
function BranchWords({ repository, commit, places }: Omit<CommitFactsProps, "provider">): ReactNode {
  const [all, setAll] = useState(false);
  const { sha, unreachableSince } = commit;
  // a deleted branch still leads to the table in which it stands
  if (places.length === 0 && unreachableSince !== null) return <span className="dim">none</span>;
  if (places.length === 0)
    return (
      <span className="dim">
        on no branch's own line: it came with a merge.{" "}
        <PageLink href={repositoryPage(repository, { view: "all", asOf: sha })}>In the table of all commits</PageLink>
      </span>
    );
  const shown = all ? places : places.slice(0, SHOWN_BRANCHES);
  return (
    <>
      {shown.map(({ branch, after }) => (
        <div key={branch}>
          <PageLink href={repositoryPage(repository, { branch, asOf: sha })}>
            <Untrusted text={branch} />
          </PageLink>
          <span className="dim">
            {after === null ? "" : after === 0 ? " newest" : ` ${count(after, "commit")} after it`}
          </span>
        </div>
      ))}
      {shown.length === places.length ? null : (
        <button type="button" className="link" onClick={() => setAll(true)}>
          {count(places.length - shown.length, "more branch", "more branches")}
        </button>
      )}
    </>
  );
}

/** Leads to the two beside each other. */
function CompareLink({ repository, from, to }: { repository: string; from: string; to: string }): ReactNode {
  return (
    <PageLink href={comparePage(repository, { commits: [from, to] })} className="quiet-link">
      Compare<span className="unseen"> with {from.slice(0, SHORT_SHA)}</span>
    </PageLink>
  );
}

/** A commit by the beginning of its id, linked to its page. */
export function ShaLink({ repository, sha }: { repository: string; sha: string }): ReactNode {
  return (
    <PageLink href={commitPage(repository, sha)}>
      <code>{sha.slice(0, SHORT_SHA)}</code>
    </PageLink>
  );
}

const REASONS = {
  "first-parent": "its first parent",
  "nearest-readable": "the nearest commit before it whose files can be read",
} as const satisfies Record<Baseline["reason"], string>;

interface BaselineWordsProps {
  readonly repository: string;
  readonly sha: string;
  readonly baseline: Baseline | null;
}

function BaselineWords({ repository, sha: compared, baseline }: BaselineWordsProps): ReactNode {
  if (baseline === null) return <span className="dim">nothing: no commit before it has these files</span>;
  return (
    <>
      <ShaLink repository={repository} sha={baseline.sha} /> <span className="dim">{REASONS[baseline.reason]}</span>{" "}
      {baseline.reason === "first-parent" ? null : (
        <CompareLink repository={repository} from={baseline.sha} to={compared} />
      )}
      {baseline.except.map(({ path, sha }) => (
        <div key={path}>
          <code>
            <Untrusted text={path} />
          </code>{" "}
          <span className="dim">with</span> <ShaLink repository={repository} sha={sha} />
        </div>
      ))}
    </>
  );
}
