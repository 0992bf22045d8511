// The list of repositories: how each is, its newest figure, and one more.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Repository } from "../../src/api/contract/repositories.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { useLiveRepository } from "../live.ts";
import { repositoriesState } from "../page-state.ts";
import { repositoriesPage, type RepositoriesView } from "../paths.ts";
import { asked, repositoriesQuery } from "../queries.ts";
import { searchRepositories } from "../repository-search.ts";
import { count } from "../times.ts";
import { SearchField } from "../ui/SearchField.tsx";
import { AddRepository } from "./AddRepository.tsx";
import { AskedMessage, StaleStrip } from "./messages.tsx";
import { useGoTo } from "./PageLink.tsx";
import { RepositoryItem } from "./RepositoryItem.tsx";
import { Shell } from "./Shell.tsx";

/** From so many repositories on there is a field to search them. */
const SEARCHED_FROM = 2;
/** Streams that the list opens: a browser has six connections to a server, a session three streams. */
const FOLLOWED = 2;

/** Of so many repositories of the list it is asked how following them goes: one question each. */
const MARKED = 60;

/** The first page. */
export function RepositoriesPage({ view }: { view: RepositoriesView }): ReactNode {
  const query = useQuery(repositoriesQuery);
  const state = repositoriesState(asked(query));
  const retry = (): void => void query.refetch();
  return (
    <Shell title="Repositories · Tidemark" signedOut={state.kind === "signed-out"}>
      {state.kind === "waiting" ? (
        <ListSkeleton />
      ) : state.kind === "empty" ? (
        <div className="narrow">
          <h1>Repositories</h1>
          <p className="dim">None is followed yet.</p>
          <AddRepository />
          <div className="note">
            Add a repository by its address. Tidemark reads the metric files that are committed in it, such as{" "}
            <code>metrics.json</code>, <code>params.yaml</code> or <code>coverage-summary.json</code>, at every commit.
            A folder on this machine is added in the terminal: <code>npx tidemark repository add path/to/folder</code>
          </div>
        </div>
      ) : state.kind === "list" ? (
        <>
          {state.stale === null ? null : <StaleStrip problem={state.stale} retry={retry} />}
          <RepositoryList repositories={state.repositories} search={view.search ?? ""} />
        </>
      ) : (
        <AskedMessage state={state} retry={retry} />
      )}
    </Shell>
  );
}

function summary(repositories: readonly Repository[]): string {
  const sum = (of: (repository: Repository) => number): number =>
    repositories.reduce((total, repository) => total + of(repository), 0);
  const commits = count(
    sum(({ commits: number }) => number),
    "commit",
  );
  const branches = sum(({ branches: number }) => number);
  const files = count(
    sum(({ files: number }) => number),
    "metric file",
  );
  return `${count(repositories.length, "repository", "repositories")} followed · ${commits} on ${count(branches, "branch", "branches")} · ${files}`;
}

interface RepositoryListProps {
  readonly repositories: readonly Repository[];
  /** of the address: who comes back finds what was searched */
  readonly search: string;
}

function RepositoryList({ repositories, search }: RepositoryListProps): ReactNode {
  const goTo = useGoTo();
  const setSearch = (words: string): void => goTo(repositoriesPage({ search: words }), { replace: true });
  const found = searchRepositories(repositories, search);
  const busy = repositories.filter(({ state }) => state === "waiting" || state === "importing" || state === "syncing");
  return (
    <div className="narrow">
      <div className="list-head">
        <div>
          <h1>Repositories</h1>
          <div className="dim">{summary(repositories)}</div>
        </div>
        {repositories.length < SEARCHED_FROM ? null : (
          <SearchField label="Search repositories" value={search} change={setSearch} />
        )}
      </div>
      <AddRepository />
      {busy.slice(0, FOLLOWED).map(({ id, name }) => (
        <Follow key={id} repository={name} />
      ))}
      <div className="repository-heads dim" aria-hidden="true">
        <span>Repository</span>
        <span>State</span>
        <span className="number">Newest commits</span>
        <span>Column</span>
        <span className="number">Now</span>
        <span />
      </div>
      <ul className="repositories" aria-label="Repositories">
        {found.map((repository, index) => (
          <RepositoryItem key={repository.id} repository={repository} isMarked={index < MARKED} />
        ))}
      </ul>
      {found.length === 0 ? (
        <p className="note">
          No repository has “{escapeControls(search)}” in its name or address.{" "}
          <button type="button" className="link" onClick={() => setSearch("")}>
            Show all
          </button>
        </p>
      ) : null}
    </div>
  );
}

/** Follows one repository while it is in the list. */
function Follow({ repository }: { repository: string }): null {
  useLiveRepository(repository);
  return null;
}

function ListSkeleton(): ReactNode {
  return (
    <div className="narrow skeleton" role="status" aria-label="Loading">
      <h1>Repositories</h1>
      <ul className="repositories">
        {["60%", "45%", "52%"].map((width) => (
          <li key={width} className="repository">
            <span>
              <span className="bone" style={{ width }} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
