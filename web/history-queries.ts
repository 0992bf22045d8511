// The questions of the pages of columns and comparisons, with the keys under which their answers are kept.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { MAX_COMPARED_ROWS } from "../src/api/contract/compare.ts";
import { parseColumnId } from "../src/domain/key.ts";
import { fetchColumns, fetchCommits, fetchSeries } from "./api.ts";
import type { SeriesQuery } from "./api-queries.ts";
import type { CompareView } from "./compare-view.ts";
import { fetchBest, fetchBlame, fetchComparison, fetchTags } from "./history-api.ts";
import { rowsKey, sameRepository } from "./queries.ts";

/** Rows of a comparison that are asked for at a time. */
const COMPARED_ROWS: typeof MAX_COMPARED_ROWS = 500;
/** Changes of a column that are asked for at a time, and its best commits. */
const BLAME_COMMITS = 10;
const BEST_COMMITS = 10;
/** Columns that a search for one column may find beside it. */
const CATALOGUE_NEIGHBOURS = 500;

/** Columns along branches. */
export const seriesQuery = (repository: string, query: SeriesQuery) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "series", query],
    queryFn: ({ signal }) => fetchSeries(repository, query, signal),
    enabled: query.columns.length > 0,
    placeholderData: sameRepository(repository),
  });

/** One commit of a line with one column's value and its baseline's. */
export const pointQuery = (repository: string, branch: string, column: string, sha: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "point", branch, column, sha],
    queryFn: async ({ signal }) => {
      const query = { branch, columns: [column], asOf: sha, limit: 1, cursor: null };
      const page = await fetchCommits(repository, query, signal);
      const [row, head] = [page.commits[0], page.columns[0]];
      return row === undefined || head === undefined || !row.sha.startsWith(sha) ? null : { row, head };
    },
    enabled: sha !== "" && branch !== "",
  });

/** The entry of one column in the catalogue; null where it has none. */
export const columnQuery = (repository: string, id: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "columns", "one", id],
    queryFn: async ({ signal }) => {
      const { path, key } = parseColumnId(id);
      const query = { search: key.slice(0, 200), path, limit: CATALOGUE_NEIGHBOURS, cursor: null };
      const page = await fetchColumns(repository, query, signal);
      return page.columns.find((column) => column.id === id) ?? null;
    },
  });

/** The column that changed most often: what a chart begins with where nothing else says so. */
export const liveliestQuery = (repository: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "columns", "liveliest"],
    queryFn: async ({ signal }) => {
      const query = { search: "", sort: "changes", limit: 100, cursor: null } as const;
      const { columns } = await fetchColumns(repository, query, signal);
      return columns.find(({ kind }) => kind === "number") ?? columns[0] ?? null;
    },
  });

/** The commits that changed a column, newest first. @param branch undefined for the default branch */
export const blameQuery = (repository: string, column: string, branch: string | undefined) =>
  infiniteQueryOptions({
    queryKey: [...rowsKey(repository), "blame", column, branch],
    queryFn: ({ pageParam, signal }) =>
      fetchBlame(repository, column, { ...onBranch(branch), limit: BLAME_COMMITS, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });

/** The commits that brought in a column's best values, of the whole history. */
export const bestQuery = (repository: string, column: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "best", column],
    queryFn: ({ signal }) => fetchBest(repository, column, { limit: BEST_COMMITS }, signal),
  });

/** The tags. */
export const tagsQuery = (repository: string) =>
  queryOptions({
    queryKey: [...rowsKey(repository), "tags"],
    queryFn: async ({ signal }) => (await fetchTags(repository, signal)).tags,
  });

/** A comparison, page by page. */
export const comparisonQuery = (repository: string, { commits, baseline, all, search }: CompareView) =>
  infiniteQueryOptions({
    queryKey: [...rowsKey(repository), "compare", commits, baseline, all === true, search],
    queryFn: ({ pageParam, signal }) =>
      fetchComparison(
        repository,
        {
          commits,
          baseline: baseline ?? null,
          ...(all === true ? { changed: "false" } : {}),
          search: search ?? null,
          limit: COMPARED_ROWS,
          cursor: pageParam,
        },
        signal,
      ),
    enabled: commits.length > 1,
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: sameRepository(repository),
  });

function onBranch(branch: string | undefined): { branch?: string } {
  return branch === undefined ? {} : { branch };
}
