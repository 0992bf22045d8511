// Calls of the API that the pages of columns and comparisons make.
import type { bestOfColumn, blameColumn } from "../src/api/contract/column-history.ts";
import type { changeColumn } from "../src/api/contract/columns.ts";
import type { compareCommits } from "../src/api/contract/compare.ts";
import type { listTags } from "../src/api/contract/tags.ts";
import { type Answer, type Body, call, withSignal } from "./api.ts";
import { api, type ComparisonQuery } from "./paths.ts";

/** The tags, those of the newest commits first. */
export function fetchTags(repository: string, signal?: AbortSignal): Promise<Answer<typeof listTags>> {
  return call<typeof listTags>("GET", api.tags(repository), withSignal(signal));
}

/** A page of a comparison. */
export function fetchComparison(
  repository: string,
  query: ComparisonQuery,
  signal?: AbortSignal,
): Promise<Answer<typeof compareCommits>> {
  return call<typeof compareCommits>("GET", api.compare(repository, query), { ...withSignal(signal), exact: true });
}

/** The commits that changed a column, newest first. */
export function fetchBlame(
  repository: string,
  column: string,
  query: { branch?: string; limit: number; cursor: string | null },
  signal?: AbortSignal,
): Promise<Answer<typeof blameColumn>> {
  return call<typeof blameColumn>("GET", api.blame(repository, column, query), withSignal(signal));
}

/** The commits that brought in a column's best values. */
export function fetchBest(
  repository: string,
  column: string,
  query: { branch?: string; limit: number },
  signal?: AbortSignal,
): Promise<Answer<typeof bestOfColumn>> {
  return call<typeof bestOfColumn>("GET", api.best(repository, column, query), withSignal(signal));
}

/** Says what a column is: its goal, its unit, its name. */
export function patchColumn(
  repository: string,
  column: string,
  changes: Body<typeof changeColumn>,
): Promise<Answer<typeof changeColumn>> {
  return call<typeof changeColumn>("PATCH", api.column(repository, column), { body: changes });
}
