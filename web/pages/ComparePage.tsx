// Two to seven commits beside each other: what differs between them, and what that means.
import "./compare.css";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { compareState } from "../column-state.ts";
import { type CompareView, withoutCommit } from "../compare-view.ts";
import { comparisonQuery } from "../history-queries.ts";
import { useLiveRepository } from "../live.ts";
import { comparePage, repositoryPage } from "../paths.ts";
import { asked, repositoryQuery } from "../queries.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useNextPage } from "../use-next-page.ts";
import { ChooseCommits } from "./ChooseCommits.tsx";
import { ComparisonBoard } from "./ComparisonBoard.tsx";
import { AskedMessage, StaleStrip } from "./messages.tsx";
import { PageLink } from "./PageLink.tsx";
import { RepositoryActions } from "./RepositoryActions.tsx";
import { RepositoryCrumb } from "./RepositoryCrumb.tsx";
import { RepositoryNav } from "./RepositoryNav.tsx";
import { Shell } from "./Shell.tsx";

/** The page of a comparison. */
export function ComparePage({ repository, view }: { repository: string; view: CompareView }): ReactNode {
  const facts = useQuery(repositoryQuery(repository));
  const comparison = useInfiniteQuery(comparisonQuery(repository, view));
  const more = useNextPage(comparison);
  const pages = { data: comparison.data?.pages, error: comparison.error };
  const state = compareState(asked(facts), asked(pages), view.commits.length);
  useLiveRepository(facts.data === undefined ? null : repository, facts.data?.version);
  const retry = (): void => {
    void facts.refetch();
    void comparison.refetch();
  };
  const found = facts.data;
  return (
    <Shell
      title={`Compare · ${repository} · Tidemark`}
      crumb={<RepositoryCrumb name={found?.name ?? repository} linked />}
      nav={
        found === undefined && state.kind !== "waiting" ? null : <RepositoryNav name={repository} current="compare" />
      }
      actions={found === undefined ? null : <RepositoryActions repository={found} name={repository} />}
      signedOut={state.kind === "signed-out"}
    >
      {state.kind === "waiting" ? (
        <CompareSkeleton />
      ) : state.kind === "choosing" ? (
        <ChooseCommits repository={state.repository} name={repository} view={view} />
      ) : state.kind === "comparison" ? (
        <ComparisonBoard
          repository={state.repository}
          name={repository}
          view={view}
          pages={state.pages}
          busy={comparison.isPlaceholderData}
          strips={state.stale === null ? null : <StaleStrip problem={state.stale} retry={retry} />}
          more={more}
        />
      ) : (
        <AskedMessage state={state} retry={retry}>
          {state.kind === "not-found" && state.problem.code === "commit-not-found" ? (
            <Without name={repository} view={view} />
          ) : null}
        </AskedMessage>
      )}
    </Shell>
  );
}

/** One of the commits is not there: the comparison without each of them, so that it can be put right. */
function Without({ name, view }: { name: string; view: CompareView }): ReactNode {
  return (
    <>
      <ul className="plain">
        {view.commits.map((commit) => (
          <li key={commit}>
            <PageLink href={comparePage(name, withoutCommit(view, commit))} className="underlined">
              Without <Untrusted text={commit} />
            </PageLink>
          </li>
        ))}
      </ul>
      <p>
        <PageLink href={repositoryPage(name)} className="underlined">
          Choose commits in the table of <Untrusted text={name} />
        </PageLink>
      </p>
    </>
  );
}

function CompareSkeleton(): ReactNode {
  return (
    <div className="narrow skeleton" role="status" aria-label="Loading the comparison">
      <span className="bone" style={{ width: "32%", height: 16 }} />
      {[52, 74, 68, 71, 60, 66, 73, 58].map((width) => (
        <p key={width}>
          <span className="bone" style={{ width: `${width}%` }} />
        </p>
      ))}
    </div>
  );
}
