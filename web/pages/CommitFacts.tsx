// Who, when, where: the facts of a commit, its parents and what it is compared with.
import type { ReactNode } from "react";
import type { Baseline, Commit } from "../../src/api/contract/commits.ts";
import { SHORT_SHA } from "../cell.ts";
import { commitPage, repositoryPage } from "../paths.ts";
import { ago, writtenTime } from "../times.ts";
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
}

/** Draws the facts. */
export function CommitFacts({ repository, commit }: CommitFactsProps): ReactNode {
  const { author, committer } = commit;
  return (
    <>
      <dl className="facts">
        <dt>Commit</dt>
        <dd>
          <code>{commit.sha}</code> <CopyButton text={commit.sha} what="the commit's id" />
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
        {commit.branches.length === 0 ? null : (
          <>
            <dt>Branch</dt>
            <dd>
              {commit.branches.map((branch) => (
                <PageLink key={branch} href={repositoryPage(repository, { branch })}>
                  <Untrusted text={branch} />
                </PageLink>
              ))}
            </dd>
          </>
        )}
        <dt>{commit.parents.length > 1 ? "Parents" : "Parent"}</dt>
        <dd className="parents">
          {commit.parents.length === 0 ? <span className="dim">none: a first commit</span> : null}
          {commit.parents.map((sha) => (
            <ShaLink key={sha} repository={repository} sha={sha} />
          ))}
        </dd>
        <dt>Compared with</dt>
        <dd>
          <BaselineWords repository={repository} baseline={commit.baseline} />
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
      {ago(time, useNow())} ago, <time dateTime={time}>{writtenTime(time)}</time>
    </span>
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

function BaselineWords({ repository, baseline }: { repository: string; baseline: Baseline | null }): ReactNode {
  if (baseline === null) return <span className="dim">nothing: no commit before it has these files</span>;
  return (
    <>
      <ShaLink repository={repository} sha={baseline.sha} /> <span className="dim">{REASONS[baseline.reason]}</span>
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
