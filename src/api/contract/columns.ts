// The column catalogue, branches and warnings of a repository in the API.
import { z } from "zod";
import { ColumnHead, MAX_COLUMN_ID, MAX_CURSOR } from "./commits.ts";
import {
  ApiValue,
  type Contract,
  lineOfText,
  RepositoryParams,
  truth,
  visibleLine,
  wholeNumber,
  wholeText,
} from "./contract.ts";

/** Longest search text, in characters. */
export const MAX_SEARCH = 200;
/** Columns of a page of the catalogue at most: some 100 kB. */
export const MAX_CATALOGUE_PAGE = 500;
/** Longest path of a file, in characters. */
const MAX_PATH = 4_096;
/** Longest name that people give a column, and longest unit, in characters: both stand in a table's head. */
const MAX_ALIAS = 100;
const MAX_UNIT = 32;

const Goal = z.enum(["higher", "lower"]).nullable();

/** A column of the catalogue: how often it changes, and its best value. */
export const CatalogueColumn = ColumnHead.extend({
  /** commits whose value differs from their baseline's */
  changes: z.number().int(),
  lastChanged: z.string().nullable(),
  best: z.object({ sha: z.string(), value: ApiValue }).nullable(),
  /** whether it is among the columns shown by default */
  shown: z.boolean(),
  /** whether people chose its goal and its unit, which then overrule what was told and guessed */
  chosen: z.object({ goal: z.boolean(), unit: z.boolean() }),
  /** what counts without a choice */
  told: z.object({
    goal: Goal,
    goalFrom: z.enum(["file", "tool", "unit", "name"]).nullable(),
    unit: z.string().nullable(),
  }),
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
    path: wholeText(MAX_PATH).min(1).optional().describe("only columns of this file"),
    changed: truth(false).describe("only columns that ever changed"),
    sort: z
      .enum(["written", "changes", "name"])
      .default("written")
      .describe("by path and in written order; those of most changes first; by path and key"),
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

/** The path parameters of what concerns one column. */
export const ColumnParams = RepositoryParams.extend({
  column: wholeText(MAX_COLUMN_ID).min(1).describe("its id, `path:key`, percent-encoded"),
});

/** Says what a column is. Fields that are left out stay as they are. */
export const changeColumn = {
  method: "PATCH",
  url: "/api/v1/repositories/:repository/columns/:column",
  summary:
    "Choose a column's goal, unit and alias; kept over every import and sync, and the best is found anew at once",
  params: ColumnParams,
  body: z.strictObject({
    goal: z
      .enum(["higher", "lower", "guess"])
      .nullable()
      .optional()
      .describe("null: no way is better; guess: what the file, the unit or the name tells"),
    unit: visibleLine(MAX_UNIT).nullable().optional().describe("null: none; guess: what the file tells"),
    alias: visibleLine(MAX_ALIAS).nullable().optional().describe("what it is called where it is shown"),
  }),
  status: 200,
  answer: CatalogueColumn,
  problems: ["not-signed-in", "not-allowed", "repository-not-found", "column-not-found"],
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

/** Which branches people chose to follow. The default branch is followed in any case. */
export const BranchChoice = z.object({
  /** a branch with a commit in so many days is followed; null: however old its newest commit is */
  days: z.number().int().nullable(),
  /** names, with * for any text, of branches that are followed whatever their age */
  also: z.array(z.string()),
  /** likewise of branches that are never followed, also when the others would */
  never: z.array(z.string()),
});

/** A branch that is not followed: it has had no commit for too long, or is among those that never are. */
export const UnfollowedBranch = z.object({
  name: z.string(),
  committedAt: z.string(),
  reason: z.enum(["old", "never"]),
});
/** A branch that is not followed. */
export type UnfollowedBranch = z.infer<typeof UnfollowedBranch>;

/** All branches that are followed, and by which choice. */
export const listBranches = {
  method: "GET",
  url: "/api/v1/repositories/:repository/branches",
  summary: "The branches that are followed, the default branch first, and which are not",
  params: RepositoryParams,
  status: 200,
  answer: z.object({
    branches: z.array(Branch),
    choice: BranchChoice,
    /** as they were looked at last, the newest 50; null before the first look, or once people have chosen otherwise */
    unfollowed: z.object({ count: z.number().int(), branches: z.array(UnfollowedBranch) }).nullable(),
  }),
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
