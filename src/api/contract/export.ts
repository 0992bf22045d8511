// A whole list of commits in the API, as a file: CSV, or one JSON object a line.
import { z } from "zod";
import { listCommits } from "./commits.ts";
import { ARCHIVE_PROBLEMS, type Contract, RepositoryParams } from "./contract.ts";

const { limit: _limit, cursor: _cursor, ...question } = listCommits.query.shape;

/** The forms of an export. */
export const EXPORT_FORMATS = ["csv", "ndjson"] as const;

/**
 * Takes the question of `listCommits`, and answers with all of it. CSV has the columns `commit,date,author,subject` and
 * those asked for, without any all of the repository's; what its texts lose is said at `format`. NDJSON has
 * the objects of `tidemark log --json`, with the columns asked for, without any all that a commit has; it is exact.
 * An answer that breaks off was cut: the connection then ends without the last chunk.
 */
export const exportCommits = {
  method: "GET",
  url: "/api/v1/repositories/:repository/export",
  summary: "All commits of a list as a file, CSV or one JSON object a line",
  params: RepositoryParams,
  query: z.object({
    ...question,
    format: z
      .enum(EXPORT_FORMATS)
      .describe(
        "csv is for people and spreadsheets: control and invisible characters are written as U+000A, a text that a " +
          "spreadsheet would run begins with ', an empty text is as empty as a missing value; ndjson is exact",
      ),
  }),
  status: 200,
  answer: null,
  problems: [
    "not-signed-in",
    "repository-not-found",
    "branch-not-found",
    "column-not-found",
    "commit-not-found",
    "bad-filter",
    "limit-exceeded",
    "server-busy",
    ...ARCHIVE_PROBLEMS,
  ],
} as const satisfies Contract;
