// Commits in the API: a page of a branch's line, one commit, a raw file.
import { z } from "zod";
import { WAYS } from "../../domain/went-filter.ts";
import {
  ApiValue,
  ARCHIVE_PROBLEMS,
  type Contract,
  lineOfText,
  RepositoryParams,
  repeated,
  truth,
  WarningAnswer,
  wholeNumber,
  wholeText,
} from "./contract.ts";

/** Commits of a page at most: five screens; more is what the cursor is for. */
export const MAX_COMMITS = 200;
/** Commits of a page unless said otherwise: what people look at. */
export const DEFAULT_COMMITS = 40;
/** Columns of a page at most: 200 x 200 cells are some 500 kB. */
export const MAX_COLUMNS = 200;
/** Longest column id, in characters: a path of 4,096 bytes would not fit a URL. */
export const MAX_COLUMN_ID = 1_000;
/** Longest cursor, in characters. */
export const MAX_CURSOR = 512;
/** Longest branch name in a query, in characters: Git allows one path component of 255 bytes. */
export const MAX_BRANCH_NAME = 250;
/** Columns that a page is sorted by at most. */
export const MAX_SORTS = 3;
/** Longest filter, in characters: its parser allows 1,000 bytes, and says where those end that are more. */
export const MAX_FILTER = 2_000;
/** Which commits a page is of: a branch's first-parent line, those of it that changed a metric file, or all. */
export const COMMIT_VIEWS = ["line", "touching", "all"] as const;
/** Which way a list is sorted. */
export const SORT_ORDERS = ["asc", "desc"] as const;

const Goal = z.enum(["higher", "lower"]).nullable();
const GoalFrom = z.enum(["confirmed", "file", "tool", "unit", "name"]).nullable();
const Kind = z.enum(["number", "text", "boolean", "mixed", "empty"]);

/** A column above a page: what it is called and which way is better. */
export const ColumnHead = z.object({
  /** `path:key` */
  id: z.string(),
  path: z.string(),
  key: z.string(),
  kind: Kind,
  unit: z.string().nullable(),
  goal: Goal,
  goalFrom: GoalFrom,
  /** what people call it; null: its key */
  alias: z.string().nullable(),
  /** its rows could only be named by their place in an array */
  unstable: z.boolean(),
});
/** The head of a column. */
export type ColumnHead = z.infer<typeof ColumnHead>;

/** The commit that a row is compared with. A file whose nearest readable version is older is listed in `except`. */
export const Baseline = z.object({
  sha: z.string(),
  reason: z.enum(["first-parent", "nearest-readable"]),
  except: z.array(z.object({ path: z.string(), sha: z.string() })),
});
/** What a row is compared with. */
export type Baseline = z.infer<typeof Baseline>;

/** A commit's time. */
const WrittenTime = z
  .string()
  .describe(
    "ISO 8601 as written, with its zone; 9999-12-31T23:59:59Z stands for whatever has a later year. What filters and " +
      "sorts by time takes the future for the day after the commit was read, and what is before 1970 for 1970",
  );

const CommitFacts = {
  sha: z.string(),
  parents: z.array(z.string()),
  author: z.object({ name: z.string() }),
  authoredAt: WrittenTime,
  committedAt: WrittenTime,
  subject: z.string(),
  position: z.number().int(),
  ordinal: z.number().int(),
  /** the branch whose line holds it, if any */
  branches: z.array(z.string()),
};

/** Only where no branch has the commit any more, as in the list of a deleted branch: when that was found. */
const UnreachableSince = z.string().optional();

/** What is told of every commit. */
export const CommitHead = z.object(CommitFacts);
/** What is told of every commit. */
export type CommitHead = z.infer<typeof CommitHead>;

/** One of the commits that are compared. */
export const ComparedCommit = CommitHead.extend({ unreachableSince: UnreachableSince });
/** One of the commits that are compared. */
export type ComparedCommit = z.infer<typeof ComparedCommit>;

/** What a row of a page is compared with: "pinned" is the commit that the question names, its own files as they are. */
export const RowBaseline = Baseline.extend({ reason: z.enum([...Baseline.shape.reason.options, "pinned"]) });
/** What a row of a page is compared with. */
export type RowBaseline = z.infer<typeof RowBaseline>;

/** One commit of a page. `values`, `baselineValues` and `best` have the length of the page's columns. */
export const CommitRow = z.object({
  ...CommitFacts,
  /** in the order of the page's columns; null where missing */
  values: z.array(ApiValue),
  baseline: RowBaseline.nullable(),
  /** a file that the commit removed has them too: it is compared with the version that was there before */
  baselineValues: z.array(ApiValue),
  /**
   * places of the columns whose value this commit took away: with the file, or out of it. A column of a file that could
   * not be read is none of them, nor is one of a file that was gone before
   */
  gone: z.array(z.number().int()),
  /** paths of the metric files that this commit removed, of all columns; a file that was moved is one of them */
  removed: z.array(z.string()),
  /** true where this row is the first to hold the column's best; nowhere in a column that never changed */
  best: z.array(z.boolean()),
  warnings: z.array(WarningAnswer),
  unreachableSince: UnreachableSince,
});
/** A row of the table. */
export type CommitRow = z.infer<typeof CommitRow>;

/**
 * A page of commits, newest first unless it is sorted; `branch` is null for a repository without any, and where commits
 * of all branches are asked for.
 */
export const CommitPage = z.object({
  branch: z.string().nullable(),
  columns: z.array(ColumnHead),
  commits: z.array(CommitRow),
  /** commits of the whole list; null on later pages and during an import, where nobody counts */
  total: z.number().int().nullable(),
  coverage: z.object({
    hot: z.number().int().describe("commits of this answer that came from the database"),
    archived: z.number().int().describe("commits of this answer that came from the archive; they are as all others"),
    /** during an import: the oldest position that can be read; null when the history is complete */
    importedTo: z.number().int().nullable(),
    missing: z
      .string()
      .max(2_000)
      .nullable()
      .describe(
        "why archived commits are missing from this answer, where the archive cannot be read just now; null: none are. " +
          "Of a list with the newest first, nextCursor goes on with the first of them, once they can be read; a list in " +
          "another order holds commits of the database only and is asked for anew. Such an answer has no ETag",
      ),
  }),
  version: z.number().int(),
  /** the highest position of a branch's head, -1 without any: commits that are new later stand above it */
  newest: z.number().int(),
  nextCursor: z.string().nullable(),
});
/** A page of the table. */
export type CommitPage = z.infer<typeof CommitPage>;

const ShaPrefix = z
  .string()
  .max(64, { abort: true })
  .regex(/^[0-9a-fA-F]{4,64}$/, "4 to 64 hex digits")
  .toLowerCase();
const ColumnId = wholeText(MAX_COLUMN_ID).min(1);

/** A page of commits: of a branch's line or of all, filtered, sorted. */
export const listCommits = {
  method: "GET",
  url: "/api/v1/repositories/:repository/commits",
  summary: "A page of commits: a branch's first-parent line or all, filtered, sorted by any column",
  params: RepositoryParams,
  query: z.object({
    branch: lineOfText(MAX_BRANCH_NAME)
      .min(1)
      .optional()
      .describe("whose line it is; with view=all only whose columns are shown by default"),
    view: z
      .enum(COMMIT_VIEWS)
      .default("line")
      .describe(
        "the branch's first-parent line, those of it that changed a metric file, or the commits of all branches",
      ),
    columns: repeated(ColumnId, MAX_COLUMNS).describe(
      "column ids; without any those shown by default, which each page has anew: name the first page's to keep them",
    ),
    sort: repeated(ColumnId, MAX_SORTS).describe("column ids, or `position`: the order in which commits stand"),
    order: repeated(z.enum(SORT_ORDERS), MAX_SORTS).describe(
      "one beside each `sort`, and none without it; desc where a sort has none",
    ),
    where: z
      .string()
      .min(1)
      .max(MAX_FILTER, { abort: true })
      .optional()
      .describe("a filter: loss < 0.2 and author ~ ada; = is exact, ~ is a part of it in any case"),
    "as-of": ShaPrefix.optional().describe("the commit to start from: it and older ones"),
    baseline: ShaPrefix.optional().describe("compare every row with this commit"),
    changed: truth(false).describe("only commits in which one of the columns differs from the baseline's"),
    went: z.enum(WAYS).optional().describe("only commits in which one of the columns with a goal went this way"),
    limit: wholeNumber(1, MAX_COMMITS, DEFAULT_COMMITS),
    cursor: z.string().max(MAX_CURSOR, { abort: true }).optional(),
  }),
  status: 200,
  answer: CommitPage,
  problems: [
    "not-signed-in",
    "repository-not-found",
    "branch-not-found",
    "column-not-found",
    "commit-not-found",
    "bad-filter",
    "cursor-mismatch",
    ...ARCHIVE_PROBLEMS,
  ],
} as const satisfies Contract;

/**
 * One commit with everything that is known of it; values in the written order of their files. What the commit took away
 * has the value null and its baseline's, also in the files it removed.
 */
export const Commit = z.object({
  ...CommitFacts,
  /** when it was found that no branch has it any more: 30 days later it goes; null while one has it */
  unreachableSince: z.string().nullable(),
  committer: z.object({ name: z.string() }),
  baseline: Baseline.nullable(),
  files: z.array(
    z.object({
      path: z.string(),
      /** the Git blob id */
      version: z.string(),
      size: z.number().int(),
      adapter: z.string(),
      changed: z.boolean(),
      problem: WarningAnswer.nullable(),
      warnings: z.array(WarningAnswer),
    }),
  ),
  /** paths of the metric files that it removed: its first parent has them; none of them is in `files` */
  removed: z.array(z.string()),
  values: z.array(
    z.object({ column: z.string(), value: ApiValue, baseline: ApiValue, goal: Goal, unit: z.string().nullable() }),
  ),
  warnings: z.array(WarningAnswer),
});
/** A commit in full. */
export type Commit = z.infer<typeof Commit>;

/** A full object id, or at least 4 digits of one that name one commit only. */
export const CommitParams = RepositoryParams.extend({ sha: ShaPrefix });

/** One commit in full. */
export const getCommit = {
  method: "GET",
  url: "/api/v1/repositories/:repository/commits/:sha",
  summary: "One commit with all its values, each beside its baseline's",
  params: CommitParams,
  status: 200,
  answer: Commit,
  problems: ["not-signed-in", "repository-not-found", "commit-not-found", ...ARCHIVE_PROBLEMS],
} as const satisfies Contract;

/** The answer is the file's bytes as an attachment, not JSON. */
export const getFile = {
  method: "GET",
  url: "/api/v1/repositories/:repository/commits/:sha/files/*",
  summary: "The raw bytes of a metric file at a commit",
  params: CommitParams.extend({ "*": wholeText(4_096).min(1) }),
  status: 200,
  answer: null,
  problems: ["not-signed-in", "repository-not-found", "commit-not-found", "file-not-found", "limit-exceeded"],
} as const satisfies Contract;
