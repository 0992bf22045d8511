// What became of an import or a sync, in words.
import type { RepositoryEvent } from "../src/api/contract/events.ts";
import type { RepositoryState } from "../src/api/contract/repositories.ts";
import { ago, count, shortDuration } from "./times.ts";

/** An event for people. */
export interface EventWords {
  readonly tone: "good" | "busy" | "bad";
  /** what was asked for */
  readonly what: string;
  /** what became of it, in a few words */
  readonly state: string;
  /** further words: how long it took, how often it failed, what it brought; absent when there is nothing to say */
  readonly details: readonly string[];
}

const WHAT = {
  import: "Import",
  sync: "Sync",
} as const satisfies Record<RepositoryEvent["task"], string>;

type Told = Pick<
  RepositoryEvent,
  "task" | "state" | "attempts" | "createdAt" | "dueAt" | "finishedAt" | "commits" | "files"
>;

function isWaiting(state: RepositoryEvent["state"]): boolean {
  return state === "due" || state === "running" || state === "failed";
}

/** An event that waits is under way when its time has come and the repository is being read. */
function dueWords({ attempts, dueAt }: Told, repository: RepositoryState | undefined, now: number): string {
  const wait = (Date.parse(dueAt) - now) / 1_000;
  if (wait > 0 && attempts > 0) return `tried again in ${shortDuration(Math.ceil(wait))}`;
  return repository === "importing" || repository === "syncing" ? "under way" : "waiting for a worker";
}

function stateWords(event: Told, repository: RepositoryState | undefined, now: number): EventWords["state"] {
  const { state, finishedAt } = event;
  if (isWaiting(state)) return dueWords(event, repository, now);
  const when = finishedAt === null ? "" : ` ${ago(finishedAt, now)} ago`;
  return state === "dead" ? `given up${when}` : `${state}${when}`;
}

function detailsOf({ state, attempts, createdAt, finishedAt, commits, files }: Told): readonly string[] {
  const seconds = finishedAt === null ? null : (Date.parse(finishedAt) - Date.parse(createdAt)) / 1_000;
  const brought = [
    ...(commits === null ? [] : [count(commits, "commit")]),
    ...(files === null ? [] : [count(files, "file version")]),
  ];
  return [
    ...(brought.length === 0 ? [] : [brought.join(", ")]),
    ...(seconds === null ? [] : [`took ${seconds < 1 ? "less than 1 s" : shortDuration(seconds)}`]),
    ...(attempts === 0 ? [] : [`${count(attempts, "attempt")} ${state === "done" ? "failed before" : "failed"}`]),
  ];
}

/**
 * @param repository its state now; undefined while nobody knows
 * @param now milliseconds since 1970
 * @returns an event in words
 */
export function eventWords(event: Told, repository: RepositoryState | undefined, now: number): EventWords {
  const waiting = isWaiting(event.state);
  const failing = waiting && event.attempts > 0;
  return {
    tone: event.state === "dead" || failing ? "bad" : waiting ? "busy" : "good",
    what: WHAT[event.task],
    state: stateWords(event, repository, now),
    details: detailsOf(event),
  };
}
