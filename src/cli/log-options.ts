// What was asked of `tidemark log`, checked.
import { checkFilter } from "../domain/filter-parser.ts";
import { namesIn, takeStart } from "./place.ts";
import {
  badArgument,
  readCount,
  type ReadingFlags,
  type ReadingOptions,
  readingOptions,
  VIEWS,
  type View,
} from "./reading-options.ts";

/** The options as commander gives them. */
export interface LogFlags extends ReadingFlags {
  readonly number: string;
  readonly columns?: readonly string[];
  readonly onlyChanged?: boolean;
  readonly sort?: string;
  readonly where?: string;
  readonly view: string;
}

/** What to read, and how to write it. */
export interface LogOptions extends ReadingOptions {
  /** 0: all */
  readonly count: number;
  /** null: those that changed most lately */
  readonly columns: readonly string[] | null;
  readonly onlyChanged: boolean;
  readonly sort: LogSort | null;
  /** a filter, read as far as it can be before the columns are known */
  readonly where: string | null;
  readonly view: View;
  /** where to begin, as it was typed: a branch, a commit, A..B; null: at the branch */
  readonly from: string | null;
}

/** By which column commits are sorted. */
export interface LogSort {
  /** as it was typed: an id, a key, or the end of one */
  readonly column: string;
  readonly order: "ascending" | "descending";
}

/**
 * @param words a repository, and where to begin
 * @throws TidemarkError `bad-argument`, `bad-filter`
 */
export async function logOptions(words: readonly string[], flags: LogFlags, cwd: string): Promise<LogOptions> {
  const { place, from } = await takeStart(words, cwd, flags.C !== undefined);
  const view = VIEWS.find((each) => each === flags.view);
  if (view === undefined) throw badArgument("view", flags.view, "no such view", `one of ${VIEWS.join(", ")}`);
  if (view === "all" && flags.branch !== undefined)
    throw badArgument("branch", flags.branch, "--view all too, which shows every branch", "one of the two");
  if (from !== null && (view === "all" || flags.branch !== undefined)) {
    const found = view === "all" ? "--view all too, which shows every branch" : `--branch ${flags.branch} too`;
    throw badArgument("beginning", from, found, "one of the two");
  }
  if (flags.where !== undefined) checkFilter(flags.where);
  return {
    ...readingOptions(place, flags),
    count: readCount(flags.number),
    columns: flags.columns ?? null,
    onlyChanged: flags.onlyChanged === true,
    sort: flags.sort === undefined ? null : readSort(flags.sort),
    where: flags.where ?? null,
    view,
    from,
    names: from === null ? [] : namesIn(from),
  };
}

function readSort(typed: string): LogSort {
  const column = typed.startsWith("-") ? typed.slice(1) : typed;
  if (column === "") throw badArgument("column to sort by", typed, "no name", "a column, or - and a column");
  return { column, order: column === typed ? "ascending" : "descending" };
}
