// The column catalogue, branches and warnings of a repository in the API.
import { z } from "zod";
import { ColumnHead, MAX_CURSOR } from "./commits.ts";
import { ApiValue, type Contract, lineOfText, RepositoryParams, wholeNumber } from "./contract.ts";

/** Longest search text, in characters. */
export const MAX_SEARCH = 200;
/** Columns of a page of the catalogue at most: some 100 kB. */
const MAX_CATALOGUE_PAGE = 500;

/** A column of the catalogue: how often it changes, and its best value. */
export const CatalogueColumn = ColumnHead.extend({
  /** commits whose value differs from their baseline's */
  changes: z.number().int(),
  lastChanged: z.string().nullable(),
  best: z.object({ sha: z.string(), value: ApiValue }).nullable(),
  /** whether it is among the columns shown by default */
  shown: z.boolean(),
});
/** An entry of the catalogue. */
export type CatalogueColumn = z.infer<typeof CatalogueColumn>;

/** A page of the catalogue. */
export const listColumns = {
  method: "GET",
  url: "/api/v1/repositories/:repository/columns",
  summary: "The catalogue of columns: paged, searched by words of path and key",
  params: RepositoryParams,
  query: z.object({
    search: lineOfText(MAX_SEARCH).optional(),
    limit: wholeNumber(1, MAX_CATALOGUE_PAGE, 100),
    cursor: z.string().max(MAX_CURSOR, { abort: true }).optional(),
  }),
  status: 200,
  answer: z.object({
    columns: z.array(CatalogueColumn),
    total: z.number().int(),
    nextCursor: z.string().nullable(),
  }),
  problems: ["not-signed-in", "repository-not-found", "cursor-mismatch"],
} as const satisfies Contract;

/** A branch that is followed. */
export const Branch = z.object({
  name: z.string(),
  default: z.boolean(),
  head: z.string(),
  state: z.enum(["live", "deleted"]),
  /** commits of its own part, from the head down to its fork */
  commits: z.number().int(),
  fork: z.object({ branch: z.string(), ordinal: z.number().int() }).nullable(),
});
/** A followed branch. */
export type Branch = z.infer<typeof Branch>;

/** All branches that are followed. */
export const listBranches = {
  method: "GET",
  url: "/api/v1/repositories/:repository/branches",
  summary: "The branches that are followed, the default branch first",
  params: RepositoryParams,
  status: 200,
  answer: z.object({ branches: z.array(Branch) }),
  problems: ["not-signed-in", "repository-not-found"],
} as const satisfies Contract;

/** One sentence about the commits that miss values for one reason: "3 commits miss values because …". */
export const MissingValues = z.object({
  /** null for what concerns commits as a whole: too many files, too many changes */
  path: z.string().nullable(),
  reason: z.string(),
  commits: z.number().int(),
  sentence: z.string(),
  /** the newest commit that brought such a version in */
  sha: z.string().nullable(),
});
/** What could not be read for one reason. */
export type MissingValues = z.infer<typeof MissingValues>;

/** What could not be read. */
export const listWarnings = {
  method: "GET",
  url: "/api/v1/repositories/:repository/warnings",
  summary: "What could not be read, and how many commits miss values because of it",
  params: RepositoryParams,
  status: 200,
  answer: z.object({ missing: z.array(MissingValues), notices: z.array(z.string()) }),
  problems: ["not-signed-in", "repository-not-found"],
} as const satisfies Contract;
