// What a page of commits says in up to three sentences: the best ever, what got worse or better, whether anything moved.
import { isBetter, judge, sameValue } from "./compare.ts";
import { formatCount } from "./format-value.ts";
import type { Goal, Value } from "./model.ts";
import { escapeControls } from "./safe-text.ts";
import { numberOf } from "./value.ts";

/** Sentences at most: a headline that has to be read is none. */
export const MAX_SENTENCES = 3;
/** How many commits back the newest values are compared: about a week of a busy repository. */
export const TREND_COMMITS = 20;
/** Commits without a change from which on that is worth a sentence. */
const QUIET_COMMITS_MIN = 5;
/** Columns that are named; more are counted. */
const NAMED_COLUMNS = 2;
/** Characters that are shown of a column's name. */
const MAX_NAME = 60;
const SHORT_SHA = 7;

/** What the headline needs of a page of commits; a page of the API is one. */
export interface HeadlinePage {
  readonly columns: readonly { readonly id: string; readonly key: string; readonly goal: Goal }[];
  /** newest first, each with its values in the order of the columns */
  readonly commits: readonly {
    readonly sha: string;
    readonly values: readonly Value[];
    readonly baselineValues: readonly Value[];
    /** true where this commit is the first of the whole history to hold the column's best */
    readonly best: readonly boolean[];
  }[];
}

/** Where a sentence leads: to a commit, or to columns as they changed since the commit `sha`. */
export type HeadlineLink =
  | { readonly kind: "commit"; readonly sha: string }
  | { readonly kind: "columns"; readonly ids: readonly string[]; readonly sha: string };

/** One sentence without a full stop, and what it is about. */
export interface HeadlineSentence {
  readonly text: string;
  readonly link: HeadlineLink;
}

/**
 * Says what is worth knowing about the newest commits. The same page always gives the same sentences.
 * @param complete whether the page's `best` marks cover the whole history; during an import they do not, and then
 * nothing is called the best ever
 * @returns at most MAX_SENTENCES (3), the most pressing first; none when there is nothing to compare
 */
export function headline(page: HeadlinePage, complete: boolean): HeadlineSentence[] {
  if (page.columns.length === 0 || page.commits.length < 2) return [];
  const sentences = [
    brokenSentence(page),
    complete ? bestSentence(page) : null,
    trendSentence(page, "worse"),
    trendSentence(page, "better"),
    quietSentence(page),
  ];
  return sentences.filter((sentence) => sentence !== null).slice(0, MAX_SENTENCES);
}

/** "loss is NaN at ab12cd3": a figure of the newest commit that is no finite number any more. */
function brokenSentence(page: HeadlinePage): HeadlineSentence | null {
  const newest = page.commits[0] as HeadlinePage["commits"][number];
  const broken = columnsWhere(page, (column) => {
    const number = numberOf(newest.values[column] ?? null);
    return number !== null && !Number.isFinite(number) && page.columns[column]?.goal !== null;
  });
  if (broken.length === 0) return null;
  const [first] = broken as [number];
  const special = broken.length === 1 ? String(newest.values[first]) : "no finite number";
  const text = `${subject(page, broken, "is", "are")} ${special} at ${shortSha(newest.sha)}`;
  return { text, link: { kind: "commit", sha: newest.sha } };
}

/** "score is the best ever at ab12cd3": of the newest of the last 20 commits that brought a best. */
function bestSentence(page: HeadlinePage): HeadlineSentence | null {
  for (const commit of page.commits.slice(0, TREND_COMMITS)) {
    const best = columnsWhere(page, (column) => commit.best[column] === true && beatsBaseline(page, commit, column));
    if (best.length === 0) continue;
    const still = best.every((column) =>
      sameValue(page.commits[0]?.values[column] ?? null, commit.values[column] ?? null),
    );
    const name = still ? subject(page, best, "is", "are") : subject(page, best, "was", "were");
    const text = `${name} the best ever at ${shortSha(commit.sha)}`;
    return { text, link: { kind: "commit", sha: commit.sha } };
  }
  return null;
}

/** The first value of a column is its best without having beaten anything. */
function beatsBaseline(page: HeadlinePage, commit: HeadlinePage["commits"][number], column: number): boolean {
  const goal = page.columns[column]?.goal ?? null;
  const now = numberOf(commit.values[column] ?? null);
  const before = numberOf(commit.baselineValues[column] ?? null);
  return goal !== null && now !== null && before !== null && isBetter(now, before, goal);
}

/** "3 columns got worse in the last 20 commits": the newest values against those 20 commits before. */
function trendSentence(page: HeadlinePage, wanted: "better" | "worse"): HeadlineSentence | null {
  const newest = page.commits[0] as HeadlinePage["commits"][number];
  const span = Math.min(TREND_COMMITS, page.commits.length - 1);
  const before = page.commits[span] as HeadlinePage["commits"][number];
  const columns = columnsWhere(page, (column) => {
    const goal = page.columns[column]?.goal ?? null;
    return judge(newest.values[column] ?? null, before.values[column] ?? null, goal) === wanted;
  });
  if (columns.length === 0) return null;
  const last = span === 1 ? "the last commit" : `the last ${span} commits`;
  const ids = columns.map((column) => page.columns[column]?.id ?? "");
  return {
    text: `${subject(page, columns, "got", "got")} ${wanted} in ${last}`,
    link: { kind: "columns", ids, sha: before.sha },
  };
}

/** "none of these values changed in the last 12 commits", leading to the commit that changed one last. */
function quietSentence(page: HeadlinePage): HeadlineSentence | null {
  const moved = page.commits.findIndex((commit) =>
    page.columns.some((_, column) => !sameValue(commit.values[column] ?? null, commit.baselineValues[column] ?? null)),
  );
  const quiet = moved < 0 ? page.commits.length : moved;
  if (quiet < QUIET_COMMITS_MIN) return null;
  const sha = page.commits[Math.min(quiet, page.commits.length - 1)]?.sha ?? "";
  return { text: `none of these values changed in the last ${quiet} commits`, link: { kind: "commit", sha } };
}

function columnsWhere(page: HeadlinePage, test: (column: number) => boolean): number[] {
  return [...page.columns.keys()].filter(test);
}

/** "loss is", "loss and accuracy are", "5 columns are". */
function subject(page: HeadlinePage, columns: readonly number[], one: string, many: string): string {
  if (columns.length > NAMED_COLUMNS) return `${formatCount(columns.length)} columns ${many}`;
  return `${columns.map((column) => nameOf(page, column)).join(" and ")} ${columns.length === 1 ? one : many}`;
}

/** The key where no other column of the page has it, else the id; cut in the middle, since both ends tell most. */
function nameOf(page: HeadlinePage, column: number): string {
  const { key, id } = page.columns[column] ?? { key: "", id: "" };
  const unique = page.columns.filter((other) => other.key === key).length === 1;
  const name = escapeControls(unique ? key : id);
  const half = MAX_NAME >> 1;
  return name.length <= MAX_NAME ? name : `${name.slice(0, half - 1)}…${name.slice(-half)}`;
}

function shortSha(sha: string): string {
  return sha.slice(0, SHORT_SHA);
}
