// Two to seven commits beside each other in the API: what differs between them.
import { z } from "zod";
import { MAX_SEARCH } from "./columns.ts";
import { ColumnHead, ComparedCommit, MAX_CURSOR } from "./commits.ts";
import {
  ARCHIVE_PROBLEMS,
  ApiValue,
  type Contract,
  lineOfText,
  repeated,
  RepositoryParams,
  truth,
  wholeNumber,
} from "./contract.ts";

/** Commits that are compared at most: as many columns as a screen holds. */
export const MAX_COMPARED_COMMITS = 7;
/** Rows of a page at most: 500 rows of 7 values are some 100 kB. */
export const MAX_COMPARED_ROWS = 500;
/** Longest name of a commit, in characters: Git allows one path component of 255 bytes in a branch or a tag. */
export const MAX_COMMIT_NAME = 250;

/** One column over the compared commits. */
export const ComparedRow = z.object({
  column: ColumnHead,
  /** beside the commits; null where missing */
  values: z.array(ApiValue),
});
/** A row of a comparison. */
export type ComparedRow = z.infer<typeof ComparedRow>;

/** A page of a comparison, by path and in written order. */
export const Comparison = z.object({
  /** in the order asked for; one that two names mean stands there twice */
  commits: z.array(ComparedCommit),
  /** the place of the commit that the others are compared with */
  baseline: z.number().int(),
  rows: z.array(ComparedRow),
  /** rows of all pages */
  total: z.number().int(),
  /** columns that match the search and have the same value in all of the commits */
  same: z.number().int(),
  /** files that a commit has and that could not be read there: their values are missing, not gone */
  unreadable: z.array(z.object({ path: z.string(), commit: z.number().int(), reason: z.string() })),
  version: z.number().int(),
  nextCursor: z.string().nullable(),
});
/** A page of a comparison. */
export type Comparison = z.infer<typeof Comparison>;

const commitName = lineOfText(MAX_COMMIT_NAME)
  .min(1)
  .describe("a full object id, else a branch, else a tag, else 4 digits or more of an object id");

/** What differs between commits. */
export const compareCommits = {
  method: "GET",
  url: "/api/v1/repositories/:repository/compare",
  summary: "The values of two to seven commits beside each other, where they differ",
  params: RepositoryParams,
  query: z.object({
    commits: repeated(commitName, MAX_COMPARED_COMMITS),
    /** one of the commits, as it is named there; the first unless said otherwise */
    baseline: commitName.optional(),
    /** only columns whose values differ */
    changed: truth(true),
    search: lineOfText(MAX_SEARCH).optional(),
    limit: wholeNumber(1, MAX_COMPARED_ROWS, 100),
    cursor: z.string().max(MAX_CURSOR, { abort: true }).optional(),
  }),
  status: 200,
  answer: Comparison,
  problems: [
    "not-signed-in",
    "repository-not-found",
    "commit-not-found",
    "cursor-mismatch",
    "limit-exceeded",
    ...ARCHIVE_PROBLEMS,
  ],
} as const satisfies Contract;
