// The table of a repository: every commit of a branch with its values, open before the import has finished.
import { type InfiniteData, useInfiniteQuery, type UseInfiniteQueryResult, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { CommitPage } from "../../src/api/contract/commits.ts";
import { isArchiveCode, olderMissing } from "../../src/domain/archive-trouble.ts";
import { problemOf } from "../api.ts";
import { useLiveRepository } from "../live.ts";
import { NO_PAGE, refusal, type TableState, tableState } from "../page-state.ts";
import { repositoryPage, settingsPage } from "../paths.ts";
import { isNewestFirst } from "../sort-order.ts";
import { isFiltered, type TableView } from "../table-view.ts";
import { asked, columnsQuery, commitsQuery, repositoryQuery, WHOLE_CATALOGUE } from "../queries.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { type NextPage, useNextPage } from "../use-next-page.ts";
import { CandidateBanner } from "./CandidateBanner.tsx";
import type { MoreRows } from "./CommitTableEnd.tsx";
import { ImportFailed } from "./ImportFailed.tsx";
import { ImportingMessage, NoticeStrips } from "./importing.tsx";
import { AskedMessage, StaleStrip } from "./messages.tsx";
import { NoCommits, NoMetricFiles, NoValues } from "./nothing-to-show.tsx";
import { PageLink } from "./PageLink.tsx";
import { RepositoryActions } from "./RepositoryActions.tsx";
import { RepositoryCrumb } from "./RepositoryCrumb.tsx";
import { RepositoryNav } from "./RepositoryNav.tsx";
import { Shell } from "./Shell.tsx";
import { TablePage } from "./TablePage.tsx";
import { TableSkeleton } from "./TableSkeleton.tsx";
import { useTableNews } from "./use-table-news.ts";

const REFUSED: readonly CommitPage[] = [NO_PAGE];

/** Whether a view leaves commits out, so that none may be left. */
function isNarrowed(view: TableView): boolean {
  return isFiltered(view) || view.view !== undefined || view.asOf !== undefined;
}

/** @returns the value of now, or the last one that there was */
function useLast<T>(value: T | undefined): T | undefined {
  const [last, setLast] = useState(value);
  if (value !== undefined && value !== last) setLast(value);
  return value ?? last;
}

/** What there is below the rows that are shown, and how it comes. */
function moreOf(commits: UseInfiniteQueryResult<InfiniteData<CommitPage>>, older: NextPage, view: TableView): MoreRows {
  const { hasNextPage, isFetchNextPageError } = commits;
  const code = isFetchNextPageError ? problemOf(commits.error).code : "";
  const failed = isArchiveCode(code) ? olderMissing(code) : null;
  const said = commits.data?.pages.at(-1)?.coverage.missing ?? null;
  // of a sorted list the archived rows would stand anywhere: it begins anew with them
  const isPart = said !== null && !isNewestFirst(view.sort);
  const anew = (): void => void commits.refetch();
  return {
    ...older,
    loading: older.loading || (said !== null && commits.isRefetching),
    missing: failed ?? (isPart && hasNextPage ? null : said),
    part: isPart ? said : null,
    again: isPart || !hasNextPage ? anew : older.load,
  };
}

/** The page of a repository. */
export function RepositoryPage({ repository, view }: { repository: string; view: TableView }): ReactNode {
  const facts = useQuery(repositoryQuery(repository));
  const commits = useInfiniteQuery(commitsQuery(repository, view));
  const older = useNextPage(commits);
  const loaded = commits.data?.pages;
  const refused = refusal(asked(commits).problem);
  const last = useLast(loaded);
  // what is on the screen stays there when the server does not answer the next view
  const kept = commits.isError ? last : undefined;
  const pages = refused === null ? (loaded ?? kept) : (last ?? REFUSED);
  const narrowed = refused !== null || isNarrowed(view);
  const bare = !narrowed && pages?.every(({ columns }) => columns.length === 0) === true;
  // a branch without values is no repository without values
  const catalogue = useInfiniteQuery({ ...columnsQuery(repository, WHOLE_CATALOGUE), enabled: bare });
  const allColumns = catalogue.isError ? 0 : catalogue.data?.pages[0]?.total;
  // at the end of the list it is said why it does not go on
  const isTold = commits.isFetchNextPageError && isArchiveCode(problemOf(commits.error).code);
  const error = refused === null && !isTold ? commits.error : null;
  const state = tableState(asked(facts), asked({ data: pages, error }), bare ? allColumns : undefined, narrowed);
  const news = useTableNews(repository, view);
  useLiveRepository(facts.data === undefined ? null : repository, facts.data?.version, news.held);
  const retry = (): void => {
    void facts.refetch();
    void commits.refetch();
  };
  const found = "repository" in state ? state.repository : state.kind === "failed" ? facts.data : undefined;
  return (
    <Shell
      title={`${repository} · Tidemark`}
      crumb={<RepositoryCrumb name={found?.name ?? repository} />}
      nav={found === undefined && state.kind !== "waiting" ? null : <RepositoryNav name={repository} current="table" />}
      actions={found === undefined ? null : <RepositoryActions repository={found} name={repository} />}
      full={state.kind === "table" || state.kind === "waiting" || state.kind === "importing"}
      signedOut={state.kind === "signed-out"}
    >
      {state.kind === "table" ? (
        <TablePage
          repository={state.repository}
          name={repository}
          view={view}
          pages={state.pages}
          strips={
            <>
              {state.stale === null ? null : <StaleStrip problem={state.stale} retry={retry} />}
              <NoticeStrips repository={state.repository} />
              <CandidateBanner repository={state.repository} name={repository} />
            </>
          }
          more={moreOf(commits, older, view)}
          replacing={commits.isPlaceholderData || (loaded === undefined && kept !== undefined)}
          refused={refused}
          news={news}
        />
      ) : (
        <OtherState state={state} repository={repository} retry={retry} />
      )}
    </Shell>
  );
}

interface OtherStateProps {
  readonly state: Exclude<TableState, { kind: "table" }>;
  readonly repository: string;
  readonly retry: () => void;
}

/** All states without a table. */
function OtherState({ state, repository, retry }: OtherStateProps): ReactNode {
  switch (state.kind) {
    case "waiting":
      return <TableSkeleton />;
    case "importing":
      return <ImportingMessage repository={state.repository} />;
    case "import-failed":
      return <ImportFailed repository={state.repository} problem={state.problem} />;
    case "no-commits":
      return <NoCommits repository={state.repository} name={repository} />;
    case "no-metric-files":
      return (
        <>
          <CandidateBanner repository={state.repository} name={repository} />
          <NoMetricFiles repository={state.repository} name={repository} />
        </>
      );
    case "no-values":
      return <NoValues repository={state.repository} name={repository} />;
    case "signed-out":
    case "not-found":
    case "no-access":
    case "failed":
      return (
        <AskedMessage state={state} retry={retry}>
          {state.kind === "not-found" && state.problem.code !== "repository-not-found" ? (
            <p>
              <PageLink href={repositoryPage(repository)} className="underlined">
                The default view of <Untrusted text={repository} />
              </PageLink>
            </p>
          ) : null}
          {state.kind === "not-found" && state.problem.code === "branch-not-found" ? (
            <p>
              <PageLink href={settingsPage(repository)} className="underlined">
                Which branches are followed
              </PageLink>
            </p>
          ) : null}
        </AskedMessage>
      );
  }
}
