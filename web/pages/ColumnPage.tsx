// Columns over the history: lines to look at, the commits behind them, what is known of a column.
import "./column.css";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { type ColumnState, columnState } from "../column-state.ts";
import { type ColumnView, isZoomed, seriesOf } from "../column-view.ts";
import { liveliestQuery, seriesQuery } from "../history-queries.ts";
import { useLiveRepository } from "../live.ts";
import { columnPage, repositoryPage } from "../paths.ts";
import { asked, repositoryQuery } from "../queries.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { ColumnBoard } from "./ColumnBoard.tsx";
import { ColumnSkeleton } from "./ColumnSkeleton.tsx";
import { ImportFailed } from "./ImportFailed.tsx";
import { BarEnd } from "./importing.tsx";
import { AskedMessage, StaleStrip } from "./messages.tsx";
import { NoCommits, NoMetricFiles, NoValues } from "./nothing-to-show.tsx";
import { PageLink } from "./PageLink.tsx";
import { RepositoryActions } from "./RepositoryActions.tsx";
import { RepositoryCrumb } from "./RepositoryCrumb.tsx";
import { RepositoryNav } from "./RepositoryNav.tsx";
import { Shell } from "./Shell.tsx";

/** The columns of a view: those of its address, else the one of the list's chart, else the one that changed most. */
function useColumns(repository: string, view: ColumnView): { columns: readonly string[]; known: boolean } {
  const facts = useQuery(repositoryQuery(repository));
  const spark = facts.data?.spark?.column;
  const open = view.columns === undefined && facts.data !== undefined && spark === undefined;
  const liveliest = useQuery({ ...liveliestQuery(repository), enabled: open });
  const chosen = view.columns ?? (spark === undefined ? undefined : [spark]);
  if (chosen !== undefined) return { columns: chosen, known: true };
  const id = liveliest.data?.id;
  return { columns: id === undefined ? [] : [id], known: liveliest.data !== undefined };
}

/** The page of columns. */
export function ColumnPage({ repository, view }: { repository: string; view: ColumnView }): ReactNode {
  const facts = useQuery(repositoryQuery(repository));
  const { columns, known } = useColumns(repository, view);
  const series = useQuery(seriesQuery(repository, seriesOf(view, columns)));
  const { from: _from, to: _to, newest: _newest, ...unzoomed } = view;
  const zoomed = isZoomed(view);
  const whole = useQuery({
    ...seriesQuery(repository, seriesOf(unzoomed, columns)),
    enabled: zoomed && columns.length > 0,
  });
  const state = columnState(asked(facts), asked(series), known ? columns.length > 0 : undefined);
  useLiveRepository(facts.data === undefined ? null : repository, facts.data?.version);
  const retry = (): void => {
    void facts.refetch();
    void series.refetch();
  };
  const found = "repository" in state ? state.repository : state.kind === "failed" ? facts.data : undefined;
  const title = columns.length === 1 ? escapeControls(columns[0] ?? "") : "Columns";
  return (
    <Shell
      title={`${title} · ${repository} · Tidemark`}
      crumb={<RepositoryCrumb name={found?.name ?? repository} linked />}
      nav={
        found === undefined && state.kind !== "waiting" ? null : <RepositoryNav name={repository} current="column" />
      }
      actions={found === undefined ? null : <RepositoryActions repository={found} name={repository} />}
      signedOut={state.kind === "signed-out"}
    >
      {state.kind === "chart" ? (
        <ColumnBoard
          name={repository}
          repository={state.repository}
          view={view}
          columns={columns}
          series={state.series}
          whole={zoomed ? (whole.data ?? state.series) : state.series}
          busy={series.isPlaceholderData}
          strips={state.stale === null ? null : <StaleStrip problem={state.stale} retry={retry} />}
        />
      ) : (
        <OtherState state={state} name={repository} view={view} retry={retry} />
      )}
    </Shell>
  );
}

interface OtherStateProps {
  readonly state: Exclude<ColumnState, { kind: "chart" }>;
  readonly name: string;
  readonly view: ColumnView;
  readonly retry: () => void;
}

/** All states without a chart. */
function OtherState({ state, name, view, retry }: OtherStateProps): ReactNode {
  switch (state.kind) {
    case "waiting":
      return <ColumnSkeleton />;
    case "importing":
      return (
        <>
          <div className="bar">
            <BarEnd repository={state.repository} />
          </div>
          <ColumnSkeleton still />
        </>
      );
    case "import-failed":
      return <ImportFailed repository={state.repository} problem={state.problem} />;
    case "no-columns":
      return <NoColumn repository={state.repository} name={name} />;
    case "signed-out":
    case "not-found":
    case "no-access":
    case "failed":
      return (
        <AskedMessage state={state} retry={retry}>
          {state.kind === "not-found" ? <OtherViews code={state.problem.code} name={name} view={view} /> : null}
        </AskedMessage>
      );
  }
}

/** There is nothing to draw: no commit, no file, or no value in the files. */
function NoColumn({ repository, name }: { repository: Repository; name: string }): ReactNode {
  if (repository.commits === 0) return <NoCommits repository={repository} name={name} />;
  if (repository.files === 0) return <NoMetricFiles repository={repository} name={name} />;
  return <NoValues repository={repository} name={name} />;
}

/** What can be looked at instead of what is not there. */
function OtherViews({ code, name, view }: { code: string; name: string; view: ColumnView }): ReactNode {
  if (code === "repository-not-found") return null;
  const { from: _from, to: _to, newest: _newest, branch, ...rest } = view;
  return (
    <>
      {code === "commit-not-found" ? (
        <p>
          <PageLink href={columnPage(name, branch === undefined ? rest : { ...rest, branch })} className="underlined">
            The whole history
          </PageLink>
        </p>
      ) : null}
      {code === "branch-not-found" ? (
        <p>
          <PageLink href={columnPage(name, rest)} className="underlined">
            The default branch
          </PageLink>
        </p>
      ) : null}
      {code === "column-not-found" ? (
        <p>
          <PageLink href={columnPage(name)} className="underlined">
            Another column of <Untrusted text={name} />
          </PageLink>
        </p>
      ) : null}
      <p>
        <PageLink href={repositoryPage(name)} className="underlined">
          The table of <Untrusted text={name} />
        </PageLink>
      </p>
    </>
  );
}
