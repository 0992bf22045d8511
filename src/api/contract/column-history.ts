// One column's history in the API: which commits changed it, and which brought in its best values.
import { z } from "zod";
import { ColumnParams } from "./columns.ts";
import { ColumnHead, MAX_BRANCH_NAME, MAX_CURSOR } from "./commits.ts";
import { ARCHIVE_PROBLEMS, ApiValue, type Contract, lineOfText, wholeNumber } from "./contract.ts";

/** Commits of an answer at most: five screens. */
const MAX_HISTORY_COMMITS = 200;
/** Commits of an answer unless said otherwise: a screen. */
const DEFAULT_HISTORY_COMMITS = 40;

const branch = lineOfText(MAX_BRANCH_NAME).min(1).optional();
const limit = wholeNumber(1, MAX_HISTORY_COMMITS, DEFAULT_HISTORY_COMMITS);

/** A commit that changed a column's value. */
export const ColumnChange = z.object({
  sha: z.string(),
  position: z.number().int(),
  authoredAt: z.string(),
  committedAt: z.string(),
  author: z.object({ name: z.string() }),
  subject: z.string(),
  /** the branch whose line holds it, if any */
  branches: z.array(z.string()),
  /** null: the commit took it away */
  value: ApiValue,
  /** null: it was not there */
  before: ApiValue,
  /** the commit that it is compared with; null where there is none before */
  baseline: z.string().nullable(),
});
/** A commit that changed a column's value. */
export type ColumnChange = z.infer<typeof ColumnChange>;

/** Which commits of a branch's line changed a column. */
export const blameColumn = {
  method: "GET",
  url: "/api/v1/repositories/:repository/columns/:column/blame",
  summary: "The commits of a branch's first-parent line that changed a column, newest first",
  params: ColumnParams,
  query: z.object({ branch, limit, cursor: z.string().max(MAX_CURSOR, { abort: true }).optional() }),
  status: 200,
  answer: z.object({
    column: ColumnHead,
    /** null only for a repository without any branch */
    branch: z.string().nullable(),
    changes: z.array(ColumnChange),
    nextCursor: z.string().nullable(),
  }),
  problems: [
    "not-signed-in",
    "repository-not-found",
    "column-not-found",
    "branch-not-found",
    "cursor-mismatch",
    ...ARCHIVE_PROBLEMS,
  ],
} as const satisfies Contract;

/** Which commits brought in a column's best values. */
export const bestOfColumn = {
  method: "GET",
  url: "/api/v1/repositories/:repository/columns/:column/best",
  summary: "The commits that brought in a column's best values, the first holder of the best one first",
  params: ColumnParams,
  query: z.object({ branch: branch.describe("only commits of its first-parent line; all commits if none"), limit }),
  status: 200,
  answer: z.object({
    column: ColumnHead,
    /** null, and no commits: nobody says which way is better, or the column holds no numbers */
    goal: z.enum(["higher", "lower"]).nullable(),
    commits: z.array(ColumnChange),
  }),
  problems: ["not-signed-in", "repository-not-found", "column-not-found", "branch-not-found", ...ARCHIVE_PROBLEMS],
} as const satisfies Contract;
