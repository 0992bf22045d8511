// The state of a repository in words: what the dot beside it means, and how far an import is.
import type { Progress, Repository } from "../src/api/contract/repositories.ts";
import { importShare } from "../src/domain/import-share.ts";
import { emptyWords } from "./empty-words.ts";
import { ago, count, shortDuration } from "./times.ts";

/** A state for people. */
export interface StateWords {
  readonly tone: "good" | "busy" | "bad";
  /** one line */
  readonly line: string;
  /** how far it is, from 0 to 1; null while nobody knows; absent when there is nothing to wait for */
  readonly fraction?: number | null;
  /** further lines: counts, rate, time left, problems */
  readonly details: readonly string[];
}

type Described = Pick<
  Repository,
  "state" | "progress" | "problem" | "syncedAt" | "commitsMissingValues" | "notices" | "empty"
>;

/**
 * Says how a repository is.
 * @param now milliseconds since 1970
 */
export function stateWords(repository: Described, now: number): StateWords {
  const { state, progress, problem, commitsMissingValues: missing } = repository;
  const misses = missing === 0 ? [] : [`${count(missing, "commit misses", "commits miss")} values`];
  switch (state) {
    case "waiting":
      return { tone: "busy", line: "waiting for a worker", fraction: null, details: [] };
    case "importing":
      return { tone: "busy", line: importLine(progress), ...importDetails(progress) };
    case "syncing":
      return { tone: "busy", line: "looking for new commits", details: misses };
    case "failed":
      return {
        tone: "bad",
        line: failureLine(repository),
        details: [...(problem === null ? [] : [problem]), ...misses],
      };
    case "ready":
      return readyWords(repository, misses, now);
  }
}

/** What has been read before stays: then it is the sync that failed. */
function failureLine({ syncedAt }: Described): string {
  return syncedAt === null ? "the import failed" : "the last sync failed";
}

function readyWords({ syncedAt, problem, empty }: Described, misses: readonly string[], now: number): StateWords {
  const line = syncedAt === null ? "imported" : `synced ${ago(syncedAt, now)} ago`;
  if (empty !== null && problem === null) {
    const words = emptyWords(empty, now);
    return {
      tone: words.isOdd ? "bad" : "good",
      line: words.line,
      details: [...(syncedAt === null ? [] : [line]), ...misses],
    };
  }
  const details = [...(problem === null ? [] : [problem]), ...misses];
  // a file that could not be read long ago is said, and no reason to look alarmed
  return { tone: problem === null ? "good" : "bad", line, details };
}

const PHASES = {
  waiting: "waiting for a worker",
  fetching: "fetching the commits",
  listing: "listing the commits",
  reading: "reading the files",
  writing: "importing",
  done: "imported",
} as const satisfies Record<Progress["phase"], string>;

function importLine(progress: Progress | null): string {
  if (progress === null) return "importing";
  const { commitsDone: done, commitsTotal: total } = progress;
  if (total === null || done === 0) return PHASES[progress.phase];
  return `${progress.phase === "reading" ? "reading" : "importing"} ${format(done)} of ${count(total, "commit")}`;
}

function importDetails(progress: Progress | null): Pick<StateWords, "fraction" | "details"> {
  if (progress === null) return { fraction: null, details: [] };
  const { phase, filesDone, filesTotal, rate, secondsLeft, readable } = progress;
  const things = phase === "fetching" ? "objects" : "files"; // what Git sends are its objects
  const total = filesTotal === null ? "" : ` of ${format(filesTotal)}`;
  const parts = [
    ...(filesDone > 0 ? [`${format(filesDone)}${total} ${things}`] : []),
    ...(rate === null ? [] : [`${format(Math.round(rate))} commits/s`]),
    ...(readable ? ["newest readable"] : []),
    ...(secondsLeft === null ? [] : [`about ${shortDuration(Math.ceil(secondsLeft))} left`]),
  ];
  return { fraction: importShare(progress), details: parts.length === 0 ? [] : [parts.join(" · ")] };
}

const GROUPS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

function format(number: number): string {
  return GROUPS.format(number);
}

/** @returns where a repository comes from, in a word: the host of its URL, or "folder" */
export function originOf(url: string | null): string {
  return url !== null && URL.canParse(url) ? new URL(url).host : "folder";
}
