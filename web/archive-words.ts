// Where a repository's commits are, and what the archiver did, in words.
import type { ArchiveRun, RepositoryArchive } from "../src/api/contract/archive.ts";
import type { RepositoryEvent } from "../src/api/contract/events.ts";
import type { EventWords } from "./event-words.ts";
import { ago, agoWords, count, shortDuration, size } from "./times.ts";

/**
 * @param now milliseconds since 1970
 * @returns "48,210 commits, of which 1,000 are in the database and 47,210 in the archive (written 3 min ago)"
 */
export function historyWords({ commits, hot, archived, writtenAt }: RepositoryArchive, now: number): string {
  if (archived === 0) {
    return writtenAt === null
      ? `${count(commits, "commit")}, all in the database`
      : `${count(commits, "commit")}, all in the database; older ones are in the archive, too (written ${agoWords(writtenAt, now)})`;
  }
  const written = writtenAt === null ? "" : ` (written ${agoWords(writtenAt, now)})`;
  const number = (of: number): string => of.toLocaleString("en-US");
  return `${count(commits, "commit")}, of which ${number(hot)} ${hot === 1 ? "is" : "are"} in the database and ${number(archived)} in the archive${written}`;
}

/** @returns "9 objects of 1.1 MiB" */
export function objectWords({ objects, bytes }: Pick<RepositoryArchive, "objects" | "bytes">): string {
  return `${count(objects, "object")} of ${size(bytes)}`;
}

/** @returns the newest run where it failed: the archive is not further than it says; else null */
export function failedRun({ runs }: Pick<RepositoryArchive, "runs">): ArchiveRun | null {
  const newest = runs.find(({ state }) => state !== "running");
  return newest?.state === "failed" ? newest : null;
}

const WHAT: Readonly<Record<ArchiveRun["task"], (commits: string) => string>> = {
  archive: (commits) => `${commits} to the archive`,
  rewrite: (commits) => `${commits} written anew: they stand elsewhere now`,
  compact: (commits) => `${commits} in fewer, larger objects`,
};

const STATES: Readonly<Record<ArchiveRun["state"], (over: string) => Pick<EventWords, "tone" | "state">>> = {
  running: () => ({ tone: "busy", state: "under way" }),
  done: (over) => ({ tone: "good", state: `done${over}` }),
  failed: (over) => ({ tone: "bad", state: `failed${over}` }),
  overtaken: (over) => ({ tone: "good", state: `given up${over}` }),
};

/** @returns a run as an event is told. @param now milliseconds since 1970 */
export function runWords({ task, state, commits, bytes, startedAt, finishedAt }: ArchiveRun, now: number): EventWords {
  const seconds = finishedAt === null ? null : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
  return {
    ...STATES[state](finishedAt === null ? "" : ` ${ago(finishedAt, now)} ago`),
    what: "Archive",
    why: WHAT[task](count(commits, "commit")),
    details: [
      ...(state === "done" && bytes > 0 ? [size(bytes)] : []),
      ...(seconds === null ? [] : [`took ${seconds < 1 ? "less than 1 s" : shortDuration(seconds)}`]),
    ],
  };
}

/** Something of a repository's past. */
export type Happening =
  | { readonly kind: "event"; readonly at: string; readonly event: RepositoryEvent }
  | { readonly kind: "run"; readonly at: string; readonly run: ArchiveRun };

/**
 * @param hasMore there are older events than these: runs of their time come with them
 * @returns events and runs in one list, the newest first
 */
export function happenings(
  events: readonly RepositoryEvent[],
  runs: readonly ArchiveRun[],
  hasMore: boolean,
): readonly Happening[] {
  const oldest = hasMore ? Date.parse(events.at(-1)?.createdAt ?? "") : Number.NEGATIVE_INFINITY;
  const all: Happening[] = [
    ...events.map((event) => ({ kind: "event" as const, at: event.createdAt, event })),
    ...runs
      .filter(({ startedAt }) => Date.parse(startedAt) >= oldest)
      .map((run) => ({ kind: "run" as const, at: run.startedAt, run })),
  ];
  return all.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
