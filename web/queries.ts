// The questions that pages ask, with the keys under which their answers are kept.
import { type InfiniteData, infiniteQueryOptions, QueryClient, queryOptions } from "@tanstack/react-query";
import type { CatalogueColumn, MAX_CATALOGUE_PAGE } from "../src/api/contract/columns.ts";
import type { CommitPage, DEFAULT_COMMITS, MAX_COMMITS } from "../src/api/contract/commits.ts";
import { isArchiveCode } from "../src/domain/archive-trouble.ts";
import {
  ApiProblem,
  fetchBranches,
  fetchColumns,
  fetchCommit,
  fetchCommits,
  fetchFiles,
  fetchPreview,
  fetchRepositories,
  fetchRepository,
  fetchRows,
  fetchSeries,
  fetchSession,
  fetchWarnings,
  problemOf,
} from "./api.ts";
import type { Asked } from "./page-state.ts";
import { shareRows } from "./share-rows.ts";
import { askedOf, type TableView } from "./table-view.ts";

/** Commits of the first page: the server keeps such a page ready. */
export const FIRST_PAGE_COMMITS: typeof DEFAULT_COMMITS = 40;
/** Most commits of a later page, by the contract. */
const LATER_PAGE_COMMITS: typeof MAX_COMMITS = 200;
/** Values of a later page at most: about 200 kB of answer. */
const LATER_PAGE_VALUES = 8_000;
const CATALOGUE_PAGE = 100;
/** While a repository is being read, this is asked for beside the stream, which may be refused. */
const BUSY_POLL_MS = 5_000;
const LIST_POLL_MS = 2_000;
/** What others add or sync is seen after so long; an unchanged answer costs next to nothing. */
const IDLE_LIST_POLL_MS = 15_000;
/** Answers that no event has made old are taken as they are for so long. */
const FRESH_MS = 30_000;
const MAX_RETRIES = 2;

/** Makes the store of answers. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        // a server on loopback answers without a network
        networkMode: "always",
        retry: (failures, error) => failures < MAX_RETRIES && isPassing(error),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

/** Whether trying again may help: no answer, or a server that is busy. What an archive did not say in time is asked for by hand. */
function isPassing(error: unknown): boolean {
  if (isArchiveCode(problemOf(error).code)) return false;
  return error instanceof ApiProblem && (error.problem.status === 0 || error.problem.status >= 500);
}

/** @returns an answer as the pages' states take it */
export function asked<T>(query: { data: T | undefined; error: Error | null }): Asked<T> {
  return { data: query.data, problem: query.error === null ? null : problemOf(query.error) };
}

/** Who is signed in. */
export const sessionQuery = queryOptions({ queryKey: ["session"], queryFn: ({ signal }) => fetchSession(signal) });

/** All repositories; asked again and again while one of them is being read. */
export const repositoriesQuery = queryOptions({
  queryKey: ["repositories"],
  queryFn: async ({ signal }) => (await fetchRepositories(signal)).repositories,
  refetchInterval: (query) => {
    const busy = query.state.data?.some(({ state }) => state !== "ready" && state !== "failed");
    return busy === true ? LIST_POLL_MS : IDLE_LIST_POLL_MS;
  },
});

/** One repository. */
export const repositoryQuery = (repository: string) =>
  queryOptions({
    queryKey: ["repository", repository],
    queryFn: ({ signal }) => fetchRepository(repository, signal),
    refetchInterval: (query) => {
      const state = query.state.data?.state;
      return state === undefined || state === "ready" || state === "failed" ? false : BUSY_POLL_MS;
    },
  });

/** The key of all answers that hold rows of a repository: what an import or a sync makes old. */
export const rowsKey = (repository: string) => ["rows", repository] as const;

/** Another view of the same repository replaces what is shown when it has come; another repository's never shows. */
export const sameRepository =
  (repository: string) =>
  <T>(previous: T | undefined, query: { queryKey: readonly unknown[] } | undefined): T | undefined =>
    query?.queryKey[1] === repository ? previous : undefined;

interface PageParameter {
  readonly cursor: string | null;
  /** of later pages the first page's: the default columns may change while pages are loaded */
  readonly columns: readonly string[] | null;
}

function nextPage(last: CommitPage, all: readonly CommitPage[]): PageParameter | undefined {
  if (last.nextCursor === null) return undefined;
  return { cursor: last.nextCursor, columns: (all[0] ?? last).columns.map(({ id }) => id) };
}

function pageSize({ cursor, columns }: PageParameter): number {
  if (cursor === null || columns === null) return FIRST_PAGE_COMMITS;
  const fitting = Math.floor(LATER_PAGE_VALUES / Math.max(1, columns.length));
  return Math.max(FIRST_PAGE_COMMITS, Math.min(LATER_PAGE_COMMITS, fitting));
}

const START: PageParameter = { cursor: null, columns: null };

type Pages = InfiniteData<CommitPage, PageParameter>;

/** Must give the very same answer for the same pages: what is shown in place of a missing answer passes here as well. */
function shareAnswer(before: Pages | undefined, after: Pages): Pages {
  if (before === undefined) return after;
  const pages = shareRows(before.pages, after.pages) as CommitPage[];
  return pages === before.pages ? before : { ...after, pages };
}

/** Commits that the little charts of a table's head show, and their points: the lowest and the highest of every three of its 92 pixels. */
const SPARK_COMMITS = 200;
const SPARK_POINTS = 60;

/** The little charts of a table's head: the newest commits of a branch, all columns in one request. */
export const sparksQuery = (repository: string, branch: string | null, columns: readonly string[]) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "sparks", branch, columns],
    queryFn: ({ signal }) => {
      const branches = branch === null ? [] : [branch];
      return fetchSeries(
        repository,
        { columns, branch: branches, points: SPARK_POINTS, commits: SPARK_COMMITS },
        signal,
      );
    },
    enabled: columns.length > 0,
    // of columns that are moved, added or taken away the others' charts stay
    placeholderData: sameRepository(repository),
  });

/** The commits of a table, page by page. Unchanged rows keep their identity when they are asked for again. */
export const commitsQuery = (repository: string, whole: TableView) => {
  const view = askedOf(whole);
  return infiniteQueryOptions({
    queryKey: [...rowsKey(repository), "commits", view],
    queryFn: ({ pageParam, signal }) => {
      const columns = view.columns ?? pageParam.columns ?? [];
      const query = { ...view, columns, limit: pageSize(pageParam), cursor: pageParam.cursor };
      return fetchCommits(repository, query, signal);
    },
    // news of the repository makes its rows old, nothing else: a long table is not asked for again at each look
    staleTime: Number.POSITIVE_INFINITY,
    initialPageParam: START,
    getNextPageParam: nextPage,
    structuralSharing: (before, after) => shareAnswer(before as Pages | undefined, after as Pages),
    // another choice of columns replaces the table when it has come; another repository's rows never show
    placeholderData: sameRepository(repository),
  });
};

/** How the catalogue of columns is listed. */
export interface CatalogueList {
  readonly search: string;
  readonly sort: "written" | "changes" | "name";
  /** only columns that ever changed */
  readonly changed: boolean;
}

/** The whole catalogue in the order of the files. */
export const WHOLE_CATALOGUE: CatalogueList = { search: "", sort: "written", changed: false };

/** The catalogue of columns, searched and ranked. */
export const columnsQuery = (repository: string, { search, sort, changed }: CatalogueList) =>
  infiniteQueryOptions({
    queryKey: [...rowsKey(repository), "columns", search, sort, changed],
    queryFn: ({ pageParam, signal }) => {
      const order = sort === "written" ? {} : { sort };
      const query = { search, ...order, ...(changed ? { changed: "true" as const } : {}) };
      return fetchColumns(repository, { ...query, limit: CATALOGUE_PAGE, cursor: pageParam }, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: sameRepository(repository),
  });

/** Columns that are looked through where all are needed at once: names in a filter, a pattern. */
const MANY_COLUMNS = 2_000;
const MANY_PAGE: typeof MAX_CATALOGUE_PAGE = 500;

/** All columns that hold the words of a search, as far as they can be looked through. */
export const manyColumnsQuery = (repository: string, search: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "columns", "many", search],
    queryFn: async ({ signal }) => {
      const found: CatalogueColumn[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof fetchColumns>> = await fetchColumns(
          repository,
          { search, limit: MANY_PAGE, cursor },
          signal,
        );
        found.push(...page.columns);
        cursor = page.nextCursor;
      } while (cursor !== null && found.length < MANY_COLUMNS);
      return found;
    },
    placeholderData: sameRepository(repository),
  });

/** The branches that are followed, by which choice, and which are not. */
export const branchListQuery = (repository: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "branches"],
    queryFn: ({ signal }) => fetchBranches(repository, signal),
  });

/** The branches that are followed, alone. */
export const branchesQuery = (repository: string) =>
  queryOptions({ ...branchListQuery(repository), select: ({ branches }) => branches });

/** What could not be read. */
export const warningsQuery = (repository: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "warnings"],
    queryFn: ({ signal }) => fetchWarnings(repository, signal),
  });

/** One commit. */
export const commitQuery = (repository: string, sha: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "commit", sha],
    queryFn: ({ signal }) => fetchCommit(repository, sha, signal),
  });

/** Which files are read, and which may be; what an import changes. */
export const filesQuery = (repository: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "files"],
    queryFn: ({ signal }) => fetchFiles(repository, signal),
    refetchInterval: (query) => (query.state.data?.reading === true ? BUSY_POLL_MS : false),
  });

/** What a pattern names; the one before stays until it is known. */
export const previewQuery = (repository: string, pattern: string) =>
  queryOptions({
    queryKey: ["preview", repository, pattern],
    queryFn: ({ signal }) => fetchPreview(repository, pattern, signal),
    enabled: pattern !== "",
  });

/** The arrays of a file, and what some fields would name the rows of one of them. */
export const rowsQuery = (
  repository: string,
  query: { readonly path: string; readonly array?: string; readonly fields?: readonly string[] },
) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "rows", query],
    queryFn: ({ signal }) => fetchRows(repository, query, signal),
    placeholderData: (previous) => previous,
  });
