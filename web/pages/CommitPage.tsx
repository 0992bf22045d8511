// One commit: all its values with their changes, its files, where it stands.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import type { Commit } from "../../src/api/contract/commits.ts";
import { SHORT_SHA } from "../cell.ts";
import { type BranchPlace, branchPlaces, unreachableWords } from "../branch-places.ts";
import { commitFiles, countChanges } from "../commit-values.ts";
import { useLiveRepository } from "../live.ts";
import { commitState, whileThere } from "../page-state.ts";
import { repositoryPage } from "../paths.ts";
import { type ProviderLink, providerCommit } from "../provider-link.ts";
import { asked, branchesQuery, commitQuery, repositoryQuery } from "../queries.ts";
import { SearchField } from "../ui/SearchField.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { CommitFacts } from "./CommitFacts.tsx";
import { CommitFileSection } from "./CommitFileSection.tsx";
import { CountWords } from "./CountWords.tsx";
import { AskedMessage, StaleStrip } from "./messages.tsx";
import { PageLink } from "./PageLink.tsx";
import { RepositoryCrumb } from "./RepositoryCrumb.tsx";
import { RepositoryNav } from "./RepositoryNav.tsx";
import { Shell } from "./Shell.tsx";

/** The page of a commit. */
export function CommitPage({ repository, sha }: { repository: string; sha: string }): ReactNode {
  const query = useQuery(commitQuery(repository, sha));
  const facts = useQuery(repositoryQuery(repository));
  const branches = useQuery(branchesQuery(repository));
  useLiveRepository(facts.data === undefined ? null : repository, facts.data?.version);
  // nothing moves later: the page comes with all that stands above its values, or without what could not be had
  const complete = !facts.isPending && !branches.isPending;
  const asksFor = whileThere(commitState(asked(query)), asked(facts));
  const state = asksFor.kind === "commit" && !complete ? ({ kind: "waiting" } as const) : asksFor;
  const retry = (): void => void query.refetch();
  const short = sha.slice(0, SHORT_SHA);
  return (
    <Shell
      title={`${short} · ${repository} · Tidemark`}
      crumb={
        <>
          <RepositoryCrumb name={repository} linked /> <code>{short}</code>
        </>
      }
      nav={
        state.kind === "commit" || state.kind === "waiting" || (state.kind === "failed" && facts.data !== undefined) ? (
          <RepositoryNav name={repository} current={null} />
        ) : null
      }
      signedOut={state.kind === "signed-out"}
    >
      {state.kind === "waiting" ? (
        <CommitSkeleton />
      ) : state.kind === "commit" ? (
        <>
          {state.stale === null ? null : <StaleStrip problem={state.stale} retry={retry} />}
          <CommitDetail
            repository={repository}
            commit={state.commit}
            places={branchPlaces(state.commit, branches.data ?? [])}
            provider={providerCommit(facts.data, state.commit.sha)}
          />
        </>
      ) : (
        <AskedMessage state={state} retry={retry}>
          {state.kind === "not-found" && state.problem.code === "commit-not-found" ? (
            <p>
              <PageLink href={repositoryPage(repository)} className="underlined">
                The commits of <Untrusted text={repository} />
              </PageLink>
            </p>
          ) : null}
        </AskedMessage>
      )}
    </Shell>
  );
}

interface CommitDetailProps {
  readonly repository: string;
  readonly commit: Commit;
  readonly places: readonly BranchPlace[];
  readonly provider: ProviderLink | null;
}

function CommitDetail({ repository, commit, places, provider }: CommitDetailProps): ReactNode {
  const [search, setSearch] = useState("");
  const [onlyChanged, setOnlyChanged] = useState(false);
  const files = useMemo(() => commitFiles(commit), [commit]);
  const counts = useMemo(() => countChanges(files.flatMap(({ values }) => values)), [files]);
  const compared = commit.baseline !== null;
  return (
    <article className="narrow commit-page">
      <h1>{commit.subject === "" ? <i className="dim">no message</i> : <Untrusted text={commit.subject} />}</h1>
      {commit.unreachableSince === null ? null : (
        <p className="note bad">{unreachableWords(commit.unreachableSince)}</p>
      )}
      <CommitFacts repository={repository} commit={commit} places={places} provider={provider} />
      {files.length === 0 ? (
        <p className="note">This commit has no metric file.</p>
      ) : (
        <div className="commit-tools">
          {compared ? (
            <span>
              <CountWords counts={counts} />
            </span>
          ) : (
            <span className="dim">Nothing to compare with.</span>
          )}
          <span className="grow" />
          <SearchField label="Search values" value={search} change={setSearch} />
          {compared ? (
            <label className="check">
              <input type="checkbox" checked={onlyChanged} onChange={(event) => setOnlyChanged(event.target.checked)} />
              Only what changed
            </label>
          ) : null}
        </div>
      )}
      {files.map((file) => (
        <CommitFileSection
          key={file.path}
          repository={repository}
          sha={commit.sha}
          parent={commit.parents[0] ?? null}
          baseline={commit.baseline}
          file={file}
          search={search}
          onlyChanged={onlyChanged}
        />
      ))}
    </article>
  );
}

function CommitSkeleton(): ReactNode {
  return (
    <div className="narrow skeleton" role="status" aria-label="Loading the commit">
      <span className="bone" style={{ width: "55%", height: 16 }} />
      {[30, 44, 38, 41, 29, 36].map((width) => (
        <p key={width}>
          <span className="bone" style={{ width: `${width}%` }} />
        </p>
      ))}
    </div>
  );
}
