// What a page shows, as one union a page: pure, so that every state is tested without a browser.
import type { Commit, CommitPage } from "../src/api/contract/commits.ts";
import type { Problem } from "../src/api/contract/contract.ts";
import type { MetricFiles } from "../src/api/contract/files.ts";
import type { Repository } from "../src/api/contract/repositories.ts";

/** What a page knows of one question to the server. */
export interface Asked<T> {
  /** the last answer, if there was any */
  readonly data: T | undefined;
  /** why the last attempt failed, or null */
  readonly problem: Problem | null;
}

/** States that every page has. */
export type AskedState =
  | { readonly kind: "waiting" }
  | { readonly kind: "signed-out" }
  | { readonly kind: "not-found"; readonly problem: Problem }
  /** somebody is signed in who may not see or do this */
  | { readonly kind: "no-access"; readonly problem: Problem }
  | { readonly kind: "failed"; readonly problem: Problem };

/** The repositories page. `stale`: what is shown could not be refreshed. */
export type RepositoriesState =
  | AskedState
  | { readonly kind: "empty" }
  | { readonly kind: "list"; readonly repositories: readonly Repository[]; readonly stale: Problem | null };

/** The table of a repository. */
export type TableState =
  | AskedState
  /** being imported, and no commit can be read yet */
  | { readonly kind: "importing"; readonly repository: Repository }
  /** the import failed before a commit could be read */
  | { readonly kind: "import-failed"; readonly repository: Repository; readonly problem: string }
  | { readonly kind: "no-commits"; readonly repository: Repository }
  /** imported, and no commit has a metric file */
  | { readonly kind: "no-metric-files"; readonly repository: Repository }
  /** there are metric files, none of them could be read */
  | { readonly kind: "no-values"; readonly repository: Repository }
  | {
      readonly kind: "table";
      readonly repository: Repository;
      readonly pages: readonly CommitPage[];
      readonly stale: Problem | null;
    };

/** The page of a commit. */
export type CommitState =
  | AskedState
  | { readonly kind: "commit"; readonly commit: Commit; readonly stale: Problem | null };

/** The page of metric files. */
export type FilesState =
  | AskedState
  | { readonly kind: "files"; readonly files: MetricFiles; readonly stale: Problem | null };

/** A page that shows one answer as it is. */
export type AnswerState<T> =
  | AskedState
  | { readonly kind: "answer"; readonly answer: T; readonly stale: Problem | null };

const NOT_FOUND: ReadonlySet<string> = new Set([
  "repository-not-found",
  "commit-not-found",
  "branch-not-found",
  "column-not-found",
  "not-found",
]);

/** The session ended, or another one may not see it. */
const ENDED: ReadonlySet<string> = new Set(["not-signed-in", "not-allowed"]);

/** @returns the state of a question without an answer; a problem that concerns the answer itself comes before an old answer. */
export function withoutAnswer(problem: Problem | null): AskedState {
  if (problem === null) return { kind: "waiting" };
  if (problem.code === "not-signed-in") return { kind: "signed-out" };
  if (problem.code === "not-allowed") return { kind: "no-access", problem };
  return { kind: NOT_FOUND.has(problem.code) ? "not-found" : "failed", problem };
}

/** @returns whether an old answer must not be shown any longer: the session ended, or the thing is gone. */
export function endsThePage(problem: Problem | null): problem is Problem {
  return problem !== null && (ENDED.has(problem.code) || NOT_FOUND.has(problem.code));
}

/**
 * @param repository what a page about one knows of it beside its own question
 * @returns a page's state; once the repository is gone, or the session, nothing of the page stays
 */
export function whileThere<T extends { readonly kind: string }>(state: T, repository: Asked<unknown>): T | AskedState {
  return endsThePage(repository.problem) ? withoutAnswer(repository.problem) : state;
}

/** @returns what the repositories page shows */
export function repositoriesState(asked: Asked<readonly Repository[]>): RepositoriesState {
  const { data, problem } = asked;
  if (data === undefined || endsThePage(problem)) return withoutAnswer(problem);
  if (data.length === 0) return { kind: "empty" };
  return { kind: "list", repositories: data, stale: problem };
}

/** A view that the server would not answer: what is asked for, not the repository, is wrong. */
const REFUSALS: ReadonlySet<string> = new Set(["bad-filter", "commit-not-found", "bad-argument", "cursor-mismatch"]);

/** @returns why the view of an address cannot be answered, where the page can still say so above a table; else null */
export function refusal(problem: Problem | null): Problem | null {
  return problem !== null && REFUSALS.has(problem.code) ? problem : null;
}

/** The table of a view that was refused, where none was shown before. */
export const NO_PAGE: CommitPage = {
  branch: null,
  columns: [],
  commits: [],
  total: null,
  coverage: { hot: 0, archived: 0, importedTo: null, missing: null },
  version: 0,
  newest: -1,
  nextCursor: null,
};

/**
 * @param narrowed the view leaves commits out: then a table without rows is an answer
 * @param allColumns how many columns all branches have; undefined while nobody knows. Only asked where a page has none
 * @returns what the table's page shows, of the repository and of the pages of commits loaded so far
 */
export function tableState(
  repository: Asked<Repository>,
  commits: Asked<readonly CommitPage[]>,
  allColumns?: number,
  narrowed = false,
): TableState {
  const problem = repository.problem ?? commits.problem;
  const [found, pages] = [repository.data, commits.data];
  if (endsThePage(problem)) return withoutAnswer(problem);
  if (found === undefined) return withoutAnswer(repository.problem);
  const rows = pages?.some((page) => page.commits.length > 0) === true;
  const busy = found.state === "waiting" || found.state === "importing";
  if (!rows && busy && !narrowed) return { kind: "importing", repository: found };
  if (!rows && found.state === "failed" && found.problem !== null) {
    return { kind: "import-failed", repository: found, problem: found.problem };
  }
  if (pages === undefined) return withoutAnswer(commits.problem);
  if (!rows && narrowed) return { kind: "table", repository: found, pages, stale: problem };
  if (!rows) return { kind: "no-commits", repository: found };
  const bare = pages.every((page) => page.columns.length === 0) && !busy && found.state !== "syncing";
  if (bare && allColumns === undefined) return { kind: "waiting" };
  if (bare && allColumns === 0) {
    const unreadable = found.files > 0 || found.commitsMissingValues > 0;
    return { kind: unreadable ? "no-values" : "no-metric-files", repository: found };
  }
  return { kind: "table", repository: found, pages, stale: problem };
}

/** @returns what the commit's page shows */
export function commitState(asked: Asked<Commit>): CommitState {
  const { data, problem } = asked;
  if (data === undefined || endsThePage(problem)) return withoutAnswer(problem);
  return { kind: "commit", commit: data, stale: problem };
}

/** @returns what the page of metric files shows */
export function filesState(asked: Asked<MetricFiles>): FilesState {
  const { data, problem } = asked;
  if (data === undefined || endsThePage(problem)) return withoutAnswer(problem);
  return { kind: "files", files: data, stale: problem };
}

/** @returns what a page shows that draws one answer as it is */
export function answerState<T>({ data, problem }: Asked<T>): AnswerState<T> {
  if (data === undefined || endsThePage(problem)) return withoutAnswer(problem);
  return { kind: "answer", answer: data, stale: problem };
}
