// Columns as lines over a branch's history in the API: what a chart draws, downsampled so that no peak is lost.
import { z } from "zod";
import { ColumnHead, MAX_BRANCH_NAME, MAX_COLUMN_ID, MAX_COLUMNS } from "./commits.ts";
import {
  ARCHIVE_PROBLEMS,
  type Contract,
  lineOfText,
  repeated,
  RepositoryParams,
  wholeNumber,
  wholeText,
} from "./contract.ts";

/** Branches of one answer at most: more lines than can be told apart. */
const MAX_SERIES_BRANCHES = 10;
/** Points of a line at most: two for each pixel of a wide screen. */
const MAX_POINTS = 5_000;
/** Fewer points than this show no shape. */
const MIN_POINTS = 10;
/** Newest commits that can be asked for: beyond any history that is known. */
const MAX_NEWEST = 10_000_000;
/** Longest name of the commit where a chart begins or ends, in characters: a tag's. */
const MAX_END_NAME = 250;

const end = lineOfText(MAX_END_NAME).min(1).optional();

/**
 * One point of a line: the commit's ordinal, its committed time in seconds since 1970, the value and the commit's position.
 * null is a gap: one or more commits in a row whose value is missing or no finite number.
 */
const Point = z.tuple([z.number().int(), z.number().int(), z.number().nullable(), z.number().int()]);

/** One column along one branch's first-parent line, oldest first. */
export const SeriesLine = z.object({
  branch: z.string(),
  column: ColumnHead,
  points: z.array(Point),
  /** beside the points: the first 12 digits of their commits' ids */
  shas: z.array(z.string()),
  /** commits from the first value to the last one, of which the points are chosen */
  total: z.number().int(),
  /** how uncertain each value is, where the file says so; `column` is the id of the column that does */
  spread: z
    .object({
      column: z.string(),
      /** beside the points */
      values: z.array(z.number().nullable()),
    })
    .nullable(),
});
/** A line of a chart. */
export type SeriesLine = z.infer<typeof SeriesLine>;

/** Lines of columns over branches. */
export const Series = z.object({
  /** branch by branch, in the order of the columns */
  lines: z.array(SeriesLine),
  /** tags whose commits stand on one of the lines, oldest first; those of the newest commits where there are too many */
  tags: z.array(z.object({ name: z.string(), sha: z.string(), position: z.number().int(), ordinal: z.number().int() })),
  /** patterns that stand for more columns than are drawn, with how many they stand for */
  cut: z.array(z.object({ pattern: z.string(), columns: z.number().int() })),
  version: z.number().int(),
});
/** Lines of columns over branches. */
export type Series = z.infer<typeof Series>;

/** Columns over a branch's history. */
export const getSeries = {
  method: "GET",
  url: "/api/v1/repositories/:repository/series",
  summary: "Columns along the first-parent lines of branches, downsampled with every peak kept",
  params: RepositoryParams,
  query: z.object({
    columns: repeated(wholeText(MAX_COLUMN_ID).min(1), MAX_COLUMNS).describe(
      "column ids; a * inside a key stands for any text, and the entry for at most 50 columns",
    ),
    branch: repeated(lineOfText(MAX_BRANCH_NAME).min(1), MAX_SERIES_BRANCHES).describe("the default branch if none"),
    points: wholeNumber(MIN_POINTS, MAX_POINTS, 1_000).describe("of each line at most"),
    from: end.describe("the commit where the lines begin: a tag, or the first digits of its id"),
    to: end.describe("the commit where they end"),
    commits: wholeNumber(1, MAX_NEWEST, MAX_NEWEST).describe("only so many of the newest commits of each line"),
  }),
  status: 200,
  answer: Series,
  problems: [
    "not-signed-in",
    "repository-not-found",
    "branch-not-found",
    "column-not-found",
    "commit-not-found",
    "limit-exceeded",
    ...ARCHIVE_PROBLEMS,
  ],
} as const satisfies Contract;
